"""A worker in this process, with fakes for the technique and for the slow part of the road."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from composer_core import techniques
from composer_core.notation import parse_notes
from composer_core.request import ComposeRequest
from composer_core.techniques.blocks import Blocks
from composer_core.worker import compose
from composer_core.worker.loop import run
from composer_core.worker.produce import Produced, describe_take
from composer_core.worker.setup import Setup
from storage.history import History
from storage.home import Home
from storage.jobs import Ledger


@dataclass
class Shop:
    """A data folder with everything that a test wants to look at."""

    home: Home
    ledger: Ledger
    history: History
    batches: list[list[int]] = field(default_factory=list)
    """Seeds of each batch that the fake technique was given."""

    def enqueue(self, job_id: str, *, notes: str = "C4 D E F", seed: int = 1, **options: object) -> None:
        settings = {"genre": "chorale", "technique": "fake", **options}
        request = ComposeRequest(melody=parse_notes(notes), seed=seed, **settings)
        self.ledger.enqueue(job_id, "compose", request.to_json(), user=job_id)

    def work(self, **options: object) -> None:
        run(Setup(self.home), until_idle=True, **options)

    def status(self, job_id: str) -> str:
        job = self.ledger.job(job_id)
        assert job is not None
        return job.status

    def files(self) -> list[str]:
        """Every file in the store, by path, the staging folder's included."""
        root = self.home.files
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    home = Home(tmp_path / "home")
    return Shop(home, Ledger(home.database), History(home.database))


@pytest.fixture
def technique(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register the technique ``fake``: notes its batches, lets ``meddle`` misbehave, and composes by rule."""

    def register(meddle: Callable[..., object] = lambda assignments, progress: None) -> None:
        class Fake(Blocks):
            def compose(self, assignments, progress):
                shop.batches.append([assignment.seed for assignment in assignments])
                meddled = meddle(assignments, progress)
                return super().compose(assignments, progress) if meddled is None else meddled

        monkeypatch.setitem(techniques.TECHNIQUES, "fake", Fake)

    register()
    return register


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the sound: one small file a take."""

    def produce(composition, folder, name, setup, *, stems, score, extra, progress):
        progress("render", 0.5)
        (folder / f"{name}.mid").write_bytes(b"MThd")
        record = describe_take(composition) | {"audio": {}, **extra}
        return Produced(record, {"mid": f"{name}.mid"})

    monkeypatch.setattr(compose, "produce", produce)
