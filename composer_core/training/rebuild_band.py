"""A band's weights from its corpus and a seed: autoregressor, refiner, then generator against critic.

Every finished network is kept in the cache, so a rebuild that was cut off goes on with the next one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from composer_core.checkpoints import BandCheckpoint
from composer_core.corpora.songs import Songs
from composer_core.genres import Genre
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.scores import learn_chairs, make_score
from composer_core.training.band import (
    AutoregressiveConfig,
    BandAdversarialConfig,
    BandMaskedConfig,
    Report,
    train_autoregressor,
    train_band_pair,
    train_band_refiner,
)
from composer_core.training.band_data import ScoreWindows

Recorder = Callable[[str], Report]


@dataclass(frozen=True)
class Recipe:
    """How a band is trained; ``human_weight`` is how much oftener a human bar is seen than a rendered one.

    ``shape`` holds what differs from the defaults of ``AutoregressorConfig``.
    """

    human_weight: float = 3.0
    shape: Mapping[str, Any] = field(default_factory=dict)
    autoregressive: AutoregressiveConfig = field(default_factory=AutoregressiveConfig)
    masked: BandMaskedConfig = field(default_factory=BandMaskedConfig)
    adversarial: BandAdversarialConfig = field(default_factory=BandAdversarialConfig)

    def shortened(self, steps: int | None) -> "Recipe":
        """The same with ``steps`` updates of each training, if given."""
        if steps is None:
            return self
        return replace(
            self,
            autoregressive=replace(self.autoregressive, steps=steps),
            masked=replace(self.masked, steps=steps),
            adversarial=replace(self.adversarial, steps=steps),
        )


def train_band(
    songs: Songs, genre: Genre, recipe: Recipe, seed: int, folder: Path, record: Recorder, device: torch.device
) -> tuple[BandCheckpoint, dict[str, Any]]:
    """Train all four networks of a band; returns the checkpoint and its settings as plain data.

    ``folder`` keeps what is finished; ``record(name)`` gives the report of one training.
    """
    chairs = learn_chairs(songs.training, genre)
    scores = [make_score(song, chairs) for song in songs.training]
    sizes, offsets = tuple(len(chair.codebook) for chair in chairs), offsets_of(chair.codebook for chair in chairs)
    shape = replace(AutoregressorConfig(sizes), **recipe.shape)

    def windows(offset: int) -> ScoreWindows:
        return ScoreWindows(scores, seed + offset, recipe.human_weight)

    folder.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}

    def stage(name: str, empty: dict[str, nn.Module], train: Callable[[], tuple[nn.Module, ...]]) -> list[nn.Module]:
        start = time.process_time()
        networks = _stage(folder, empty, train)
        seconds[name] = round(time.process_time() - start, 1)
        return networks

    (autoregressor,) = stage(
        "autoregressor",
        {"autoregressor": Autoregressor(shape)},
        lambda: (train_autoregressor(windows(0), recipe.autoregressive, partial(Autoregressor, shape, offsets), seed,
                                     record("autoregressor"), device),),
    )  # fmt: skip
    (refiner,) = stage(
        "refiner",
        {"refiner": BandRefiner(BandRefinerConfig(sizes))},
        lambda: (train_band_refiner(windows(1), recipe.masked, BandRefinerConfig(sizes), seed, record("refiner"),
                                    device),),
    )  # fmt: skip
    generator, critic = stage(
        "pair",
        {"generator": BandGenerator(BandGeneratorConfig(sizes)), "critic": BandCritic(BandCriticConfig(sizes))},
        lambda: train_band_pair(windows(2), recipe.adversarial, sizes, seed, record("pair"), device),
    )
    card = f"{genre.name}-{seed}"
    checkpoint = BandCheckpoint(generator, critic, refiner, autoregressor, chairs, card)  # type: ignore[arg-type]
    return checkpoint, {"seed": seed, "recipe": asdict(recipe), "cpu_s": seconds}


def _stage(folder: Path, empty: dict[str, nn.Module], train: Callable[[], tuple[nn.Module, ...]]) -> list[nn.Module]:
    """Take finished networks from the folder, or train them and keep them there."""
    paths = {name: folder / f"{name}.safetensors" for name in empty}
    if not all(path.is_file() for path in paths.values()):
        for path, network in zip(paths.values(), train(), strict=True):
            save_file({key: value.cpu().contiguous() for key, value in network.state_dict().items()}, path)
    for name, network in empty.items():
        network.load_state_dict(load_file(paths[name]))
    return [network.eval().requires_grad_(False) for network in empty.values()]
