"""`python -m composer_core rebuild GENRE`: a shipped genre's weights again, from a corpus folder and a seed."""

import argparse
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch

from composer_core.checkpoints import Checkpoint, save_checkpoint
from composer_core.corpora.chorales import build_corpus
from composer_core.errors import SettingError
from composer_core.genres import SHIPPED, find_genre
from composer_core.models.critic import CriticConfig
from composer_core.models.generator import GeneratorConfig
from composer_core.models.refiner import RefinerConfig
from composer_core.roll import Roll, make_roll
from composer_core.training.adversarial import AdversarialConfig, train_pair
from composer_core.training.affinity import measure_intervals
from composer_core.training.dataset import Windows
from composer_core.training.masked import MaskedConfig, train_refiner
from composer_core.worker.setup import Setup

Report = Callable[[int, dict[str, float]], None]


def main(arguments: list[str], setup: Setup) -> int:
    """Train refiner, generator and critic; write ``weights.safetensors`` and the losses below ``--out``."""
    options = _parser(setup).parse_args(arguments)
    if options.genre != "chorale":
        raise SettingError(f"There is no corpus for {options.genre!r}: rebuild chorale.")
    if options.threads:
        torch.set_num_threads(options.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    rolls = [
        make_roll(piece.name, piece.timing, piece.voices)
        for piece in build_corpus(options.data, options.cache).training
    ]
    voices = len(find_genre(options.genre).parts) - 1
    checkpoint, curves = _train(rolls, voices, options, device)
    out = options.out or SHIPPED / options.genre
    out.mkdir(parents=True, exist_ok=True)
    save_checkpoint(out / "weights.safetensors", checkpoint)
    (out / "training.json").write_text(json.dumps(curves), encoding="utf-8")
    digest = hashlib.sha256((out / "weights.safetensors").read_bytes()).hexdigest()
    print(f"Wrote {out / 'weights.safetensors'}, sha256 {digest}")  # noqa: T201
    return 0


def _train(
    rolls: list[Roll], voices: int, options: argparse.Namespace, device: torch.device
) -> tuple[Checkpoint, dict[str, object]]:
    masked, adversarial = MaskedConfig(), AdversarialConfig()
    if options.steps:
        masked, adversarial = MaskedConfig(steps=options.steps), AdversarialConfig(steps=options.steps)
    curves: dict[str, list[dict[str, float]]] = {"refiner": [], "pair": []}
    start = time.process_time()
    refiner = train_refiner(
        Windows(rolls, options.seed),
        masked,
        RefinerConfig(voices),
        options.seed,
        _recorder("refiner", curves, start),
        device,
    )
    refiner.intervals.copy_(measure_intervals(refiner, Windows(rolls, options.seed + 9), 20, options.seed))
    generator, critic = train_pair(
        Windows(rolls, options.seed + 1),
        adversarial,
        (GeneratorConfig(voices), CriticConfig(voices)),
        options.seed,
        _recorder("pair", curves, start),
        device,
    )
    card = f"{options.genre}-{options.seed}"
    settings = {"seed": options.seed, "masked": asdict(masked), "adversarial": asdict(adversarial)}
    return Checkpoint(generator, critic, refiner, card), {"card": card, "settings": settings, "curves": curves}


def _recorder(name: str, curves: dict[str, list[dict[str, float]]], start: float) -> Report:
    def record(step: int, losses: dict[str, float]) -> None:
        seconds = round(time.process_time() - start, 1)
        rounded = {key: round(value, 4) for key, value in losses.items()}
        curves[name].append({"step": step, "cpu_s": seconds, **rounded})
        print(f"{name} step {step} ({seconds:.0f} s): {rounded}", flush=True)  # noqa: T201

    return record


def _parser(setup: Setup) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m composer_core rebuild", description=__doc__)
    parser.add_argument("genre", help="the shipped genre to rebuild: chorale")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the corpus folder")
    parser.add_argument("--seed", type=int, default=0, help="decides the initial weights and every draw (default 0)")
    parser.add_argument("--out", type=Path, help="where to write (default: the genre's own folder)")
    parser.add_argument("--steps", type=int, help="updates of each training, for a trial (default: the full length)")
    parser.add_argument("--threads", type=int, default=1, help="processor threads; 1 repeats bit by bit (default 1)")
    parser.add_argument("--cache", type=Path, default=setup.home.root / "cache", help="keeps the parsed corpus")
    return parser
