"""The chorale's weights from its corpus and a seed: refiner, then generator against critic."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import torch

from composer_core.checkpoints import Checkpoint
from composer_core.models.critic import CriticConfig
from composer_core.models.generator import GeneratorConfig
from composer_core.models.refiner import RefinerConfig
from composer_core.roll import Roll
from composer_core.training.adversarial import AdversarialConfig, train_pair
from composer_core.training.affinity import measure_intervals
from composer_core.training.dataset import Windows
from composer_core.training.masked import MaskedConfig, train_refiner

Report = Callable[[int, dict[str, float]], None]


def train_chorale(
    rolls: list[Roll], voices: int, seed: int, steps: int | None, record: Callable[[str], Report], device: torch.device
) -> tuple[Checkpoint, dict[str, Any]]:
    """Train the three networks; returns the checkpoint and its settings as plain data.

    ``steps`` shortens both trainings, for a trial; ``record(name)`` gives the report of one training.
    """
    masked, adversarial = MaskedConfig(), AdversarialConfig()
    if steps:
        masked, adversarial = replace(masked, steps=steps), replace(adversarial, steps=steps)
    refiner = train_refiner(Windows(rolls, seed), masked, RefinerConfig(voices), seed, record("refiner"), device)
    refiner.intervals.copy_(measure_intervals(refiner, Windows(rolls, seed + 9), 20, seed))
    networks = GeneratorConfig(voices), CriticConfig(voices)
    generator, critic = train_pair(Windows(rolls, seed + 1), adversarial, networks, seed, record("pair"), device)
    settings = {"seed": seed, "masked": asdict(masked), "adversarial": asdict(adversarial)}
    return Checkpoint(generator, critic, refiner, f"chorale-{seed}"), settings
