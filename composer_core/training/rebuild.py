"""`python -m composer_core rebuild NAME`: shipped weights again, from a corpus folder and a seed."""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from composer_core.checkpoints import save_band
from composer_core.corpora import build_songs
from composer_core.corpora.lead_sheets import read_lead_sheets
from composer_core.errors import SettingError
from composer_core.genres import PLANNER, SHIPPED, find_genre
from composer_core.key_profiles import PROFILES
from composer_core.planner.train import TrainingConfig, train_planner
from composer_core.planner.weights import WEIGHTS, save_network
from composer_core.training.band import AutoregressiveConfig
from composer_core.training.feel import rebuild_feel
from composer_core.training.instrumentation import rebuild_instrumentation
from composer_core.training.key_profiles import rebuild_key
from composer_core.training.rebuild_band import Recipe, train_band
from composer_core.worker.setup import Setup

Report = Callable[[int, dict[str, float]], None]

BANDS = ("chorale", "jazz", "pop", "rock", "songwriter", "symphony")

RECIPES = {
    "chorale": Recipe(
        shape={"width": 320, "dropout": 0.3, "bars": 4}, autoregressive=AutoregressiveConfig(steps=500, forget=0.1)
    ),
    "symphony": Recipe(autoregressive=AutoregressiveConfig(steps=500)),
}
"""What differs from the common recipe: human pieces alone, and few of them, are learned by heart sooner."""

OWN_PLANNERS = ("chorale",)
"""Genres whose harmony is not that of songs: their planner learns from their own pieces."""


def main(arguments: list[str], setup: Setup) -> int:
    """Train a genre's networks; write ``weights.safetensors`` and the losses below ``--out``."""
    options = _parser(setup).parse_args(arguments)
    if options.name not in REBUILDS:
        raise SettingError(f"There is nothing to rebuild for {options.name!r}: choose from {', '.join(REBUILDS)}.")
    if options.threads:
        torch.set_num_threads(options.threads)
    return REBUILDS[options.name](options)


def _rebuild_band(options: argparse.Namespace) -> int:
    genre = find_genre(options.name)
    songs = build_songs(genre, options.data, options.cache)
    recipe = RECIPES.get(genre.name, Recipe()).shortened(options.steps)
    version = hashlib.sha256(repr(recipe).encode()).hexdigest()[:8]
    folder = options.cache / f"rebuild-{genre.name}-{options.seed}-{version}"
    curves = _Curves()
    checkpoint, settings = train_band(songs, genre, recipe, options.seed, folder, curves.recorder, _device())
    if genre.name in OWN_PLANNERS:
        network = train_planner(songs.training, _planner_config(options), options.seed, curves.recorder("planner"))
        out = options.out or genre.folder
        out.mkdir(parents=True, exist_ok=True)
        save_network(out / PLANNER, network)
    return _write(options, lambda path: save_band(path, checkpoint), settings, curves)


def _rebuild_planner(options: argparse.Namespace) -> int:
    options.out = options.out or WEIGHTS.parent
    config = _planner_config(options)
    curves = _Curves()
    songs = read_lead_sheets(options.data).songs
    network = train_planner(songs, config, options.seed, curves.recorder("planner"))
    return _write(options, lambda path: save_network(path, network), asdict(config), curves)


def _planner_config(options: argparse.Namespace) -> TrainingConfig:
    return replace(TrainingConfig(), steps=options.steps) if options.steps else TrainingConfig()


def _rebuild_feel(options: argparse.Namespace) -> int:
    for path in rebuild_feel(options.data, options.out or SHIPPED):
        print(f"Wrote {path}")  # noqa: T201
    return 0


def _rebuild_instrumentation(options: argparse.Namespace) -> int:
    for path in rebuild_instrumentation(options.data, options.cache, options.out or SHIPPED):
        print(f"Wrote {path}")  # noqa: T201
    return 0


def _rebuild_key(options: argparse.Namespace) -> int:
    print(f"Wrote {rebuild_key(options.data, (options.out or PROFILES.parent) / PROFILES.name)}")  # noqa: T201
    return 0


REBUILDS: dict[str, Callable[[argparse.Namespace], int]] = {
    **dict.fromkeys(BANDS, _rebuild_band),
    "feel": _rebuild_feel,
    "instrumentation": _rebuild_instrumentation,
    "key": _rebuild_key,
    "planner": _rebuild_planner,
}


class _Curves:
    """Losses of every training, told and kept."""

    def __init__(self) -> None:
        self.losses: dict[str, list[dict[str, float]]] = {}
        self._start = time.process_time()

    def recorder(self, name: str) -> Report:
        """Make the report function of one training."""

        def record(step: int, losses: dict[str, float]) -> None:
            seconds = round(time.process_time() - self._start, 1)
            rounded = {key: round(value, 4) for key, value in losses.items()}
            self.losses.setdefault(name, []).append({"step": step, "cpu_s": seconds, **rounded})
            print(f"{name} step {step} ({seconds:.0f} s): {rounded}", flush=True)  # noqa: T201

        return record


def _write(options: argparse.Namespace, save: Callable[[Path], None], settings: dict[str, Any], curves: _Curves) -> int:
    out = options.out or SHIPPED / options.name
    out.mkdir(parents=True, exist_ok=True)
    save(out / "weights.safetensors")
    training = {"card": f"{options.name}-{options.seed}", "settings": settings, "curves": curves.losses}
    (out / "training.json").write_text(json.dumps(training), encoding="utf-8")
    digest = hashlib.sha256((out / "weights.safetensors").read_bytes()).hexdigest()
    print(f"Wrote {out / 'weights.safetensors'}, sha256 {digest}")  # noqa: T201
    return 0


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _parser(setup: Setup) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m composer_core rebuild", description=__doc__)
    parser.add_argument("name", help=f"what to rebuild: {', '.join(REBUILDS)}")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the corpus folder")
    parser.add_argument("--seed", type=int, default=0, help="decides the initial weights and every draw (default 0)")
    parser.add_argument("--out", type=Path, help="where to write (default: the genre's own folder)")
    parser.add_argument("--steps", type=int, help="updates of each training, for a trial (default: the full length)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads; 1 repeats bit by bit (default 1)")
    parser.add_argument("--cache", type=Path, default=setup.home.root / "cache", help="keeps the parsed corpus")
    return parser
