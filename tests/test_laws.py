"""Laws over the whole repository: who may import whom, and that nothing happens at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("bot", "composer_core", "audio", "storage")
# harmony names keys with numpy, picture draws rolls with Pillow, the others read and hold text: none needs torch.
_LIGHT = ("request", "preparation", "notation", "midi", "music", "chords", "genres", "errors", "harmony", "picture")
_LIGHT += (
    "midi_survey",
    "midi_timing",
    "controls",
    "dataset",
    "melody",
    "training_request",
    "genre_file",
    "genre_rules",
)
TORCH_FREE = {f"composer_core.{name}" for name in _LIGHT}
FRONTEND_SDKS = {"discord", "slack_bolt", "slack_sdk", "aiohttp"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for name in OURS for path in sorted((ROOT / name).rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, at the top or inside a function, written in full."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return found


def may_import(module: str, target: str) -> bool:
    """The table of DESIGN.md, for a target that is ours."""
    package, wanted = module.split(".")[0], target.split(".")[0]
    if package in ("storage", "audio"):
        return wanted == package
    if package == "composer_core":
        if module.startswith("composer_core.worker") or module == "composer_core.__main__":
            return wanted != "bot"
        return wanted == "composer_core"
    return wanted in ("bot", "storage") or target in TORCH_FREE


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_what_the_design_allows(module):
    ours = {target for target in imports(MODULES[module]) if target.split(".")[0] in OURS}
    assert {target for target in ours if not may_import(module, target)} == set()


@pytest.mark.parametrize("module", MODULES)
def test_chat_sdks_stay_in_their_frontends(module):
    if not module.startswith("bot.frontends."):
        assert {target.split(".")[0] for target in imports(MODULES[module])} & FRONTEND_SDKS == set()


def may_frontend_import(module, target):
    """A frontend knows its SDK, the port, the commands and its settings: no storage, no music, no other frontend.

    The studio is a page rather than a chat: it lists, searches and draws what commands only talk of. It may use
    all that stands between (the desk, what ``bot`` makes of it), but storage and music no more than the others.
    """
    own = module.split(".")[2].removesuffix("_frontend").removesuffix("_parts")
    if own == "studio" and target.startswith("bot.") and not target.startswith(("bot.frontends.", "bot.terminal")):
        return True
    port = ("bot.chat", "bot.command", "bot.commands", "bot.settings", "bot.frontends")
    return target in port or target.startswith((f"bot.frontends.{own}_parts", f"bot.frontends.{own}_frontend"))


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("bot.frontends.")])
def test_a_frontend_knows_the_port_and_its_own_sdk_only(module):
    ours = {target for target in imports(MODULES[module]) if target.split(".")[0] in OURS}
    assert {target for target in ours if not may_frontend_import(module, target)} == set()


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("bot.commands")])
def test_a_command_knows_no_frontend(module):
    assert {target for target in imports(MODULES[module]) if target.startswith("bot.frontends")} == set()


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("storage.jobs", "composer_core.errors"),
        ("audio.mix", "composer_core.music"),
        ("composer_core.midi", "storage.jobs"),
        ("composer_core.techniques.blocks", "audio.mix"),
        ("composer_core.worker.loop", "bot.settings"),
        ("bot.core", "composer_core.worker.loop"),
        ("bot.core", "composer_core.techniques"),
    ],
)
def test_the_law_finds_a_planted_violation(module, target):
    assert not may_import(module, target)


def test_bot_runs_without_torch_and_without_the_model_side():
    bot = [module for module in MODULES if module.split(".")[0] == "bot"]
    heavy = ("composer_core.models", "composer_core.techniques", "composer_core.training", "composer_core.worker")
    script = f"""
import importlib, sys
sys.modules["torch"] = None
for module in {bot!r}:
    importlib.import_module(module)
print([name for name in sys.modules for one in {heavy!r} if name == one or name.startswith(one + ".")])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


CONNECTING = {"connect", "open_database", "Database", "Ledger", "History", "FileStore", "Settings", "new_event_loop",
              "from_environment", "Client", "ClientSession", "ThreadPoolExecutor", "Thread", "getenv"}  # fmt: skip


def calls_at_import(tree: ast.Module) -> set[str]:
    """Names of functions called by module-level statements, classes and functions left aside."""
    called = set()
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef, ast.If)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                function = node.func
                called.add(function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""))
            if isinstance(node, ast.Attribute) and node.attr == "environ":
                called.add("getenv")
    return called


@pytest.mark.parametrize("module", MODULES)
def test_no_connection_client_or_setting_at_module_level(module):
    assert calls_at_import(ast.parse(MODULES[module].read_text(encoding="utf-8"))) & CONNECTING == set()


@pytest.mark.parametrize("source", ["db = sqlite3.connect('x')", "home = os.environ['HOME']", "ledger = Ledger(path)"])
def test_the_module_level_law_finds_a_planted_violation(source):
    assert calls_at_import(ast.parse(source)) & CONNECTING
