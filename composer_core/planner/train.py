"""The planner's weights again, from the lead sheets: the likelihood of the printed chords, given the melody."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from composer_core.chords import chord_line
from composer_core.corpora.songs import Song
from composer_core.harmony import CHORDS
from composer_core.music import Key, Melody
from composer_core.planner.cells import PLANES, Cells, describe, find_scale, make_cells, transpose
from composer_core.planner.chain import log_likelihood
from composer_core.planner.minor import to_minor
from composer_core.planner.network import PlannerConfig, PlannerNetwork
from composer_core.planner.plan import find_plan_key

Report = Callable[[int, dict[str, float]], None]

_MINOR_WEIGHT, _RETOLD_WEIGHT = 2.0, 0.35

_MISLED = (5, 7, 3, 9)
"""Semitones by which a scale is mistaken: its neighbours, and the parallel keys' scales."""


@dataclass(frozen=True)
class TrainingConfig:
    """Length and pace; ``window`` is in cells, ``mislead`` the share of windows told from a wrong scale."""

    steps: int = 320
    batch: int = 16
    window: int = 128
    learning_rate: float = 4e-3
    weight_decay: float = 0.05
    mislead: float = 0.1
    average: float = 0.99


@dataclass(frozen=True)
class Example:
    """A sheet from its first chord on: planes by scale (``scale`` the one that the planner would find), chords [T].

    ``weight`` says how often it is drawn.
    """

    scale: int
    planes: dict[int, np.ndarray]
    chords: np.ndarray
    weight: float = 1.0

    def told_from(self, scale: int) -> tuple[np.ndarray, np.ndarray]:
        """Planes [T, PLANES] and chords [T] as seen from a scale."""
        return self.planes[scale], np.asarray(transpose(self.chords, -scale))


def make_examples(songs: Sequence[Song]) -> list[Example]:
    """Prepare sheets: those in minor count double, those in major are retold in minor as well."""
    examples = []
    for song in songs:
        key = printed_key(song)
        examples.append(_example(song, 1.0 if key.is_major else _MINOR_WEIGHT))
        if key.is_major:
            examples.append(_example(to_minor(song, key.tonic), _RETOLD_WEIGHT))
    return examples


def printed_key(song: Song) -> Key:
    """Find the key of a sheet from its melody and printed chords."""
    melody = Melody(song.melody, song.timing)
    cells = make_cells(melody)
    return find_plan_key(melody, _known(song, cells)[1], cells)


def _known(song: Song, cells: Cells) -> tuple[int, np.ndarray]:
    """Return the first cell with a chord, and [T] the chords; before it and where none sounds a neighbour goes on."""
    line = chord_line(song.chords, cells.starts[:-1])
    first = next((cell for cell, symbol in enumerate(line) if symbol is not None), 0)
    chords: list[int] = []
    for symbol in [line[first]] * first + line[first:]:
        chords.append(symbol.index if symbol is not None else chords[-1] if chords else 0)
    return first, np.array(chords)


def _example(song: Song, weight: float) -> Example:
    melody, scale = Melody(song.melody, song.timing), find_scale(song.melody)
    cells = make_cells(melody)
    first, chords = _known(song, cells)
    scales = {(scale + step) % 12 for step in (0, *_MISLED)}
    planes = {scale: describe(melody, cells, scale)[first:] for scale in scales}
    return Example(scale, planes, chords[first:], weight)


def train_planner(songs: Sequence[Song], config: TrainingConfig, seed: int, report: Report) -> PlannerNetwork:
    """Train the network on sheets; the weights returned are a running average."""
    examples = make_examples(songs)
    torch.manual_seed(seed)
    network = PlannerNetwork(PlannerConfig())
    network.get_buffer("moves").copy_(torch.from_numpy(count_moves(examples)))
    average = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    optimizer = torch.optim.AdamW(
        network.parameters(), config.learning_rate, betas=(0.9, 0.98), weight_decay=config.weight_decay
    )
    batches = _batches(examples, config, np.random.default_rng(seed))
    for step in range(config.steps):
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * _pace(step, config.steps)
        loss = _loss(network, *next(batches))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        _blend(average, network, min(config.average, (step + 1) / (step + 10)))
        if step % 40 == 0 or step == config.steps - 1:
            report(step, {"nats a pulse": loss.item()})
    network.load_state_dict(average)
    return network.eval().requires_grad_(False)


def _loss(network: PlannerNetwork, planes: Tensor, chords: Tensor, mask: Tensor) -> Tensor:
    """Mean over the cells of - log p(chords | melody)."""
    emission, stay = network(planes)
    return -log_likelihood(emission, stay, network.move, chords, mask).sum() / mask.sum()


def _pace(step: int, steps: int) -> float:
    """Share of the learning rate: 30 steps of warm-up, then a cosine down to a twentieth."""
    return float(min(1.0, (step + 1) / 30) * (0.05 + 0.475 * (1 + np.cos(np.pi * step / steps))))


@torch.no_grad()
def _blend(average: dict[str, Tensor], network: PlannerNetwork, keep: float) -> None:
    for name, tensor in network.state_dict().items():
        average[name].lerp_(tensor, 1 - keep)


def _batches(
    examples: Sequence[Example], config: TrainingConfig, rng: np.random.Generator
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Windows of sheets drawn at random: planes [B, T, PLANES], chords [B, T], mask [B, T]."""
    odds = np.array([example.weight for example in examples])
    odds /= odds.sum()
    while True:
        planes = np.zeros((config.batch, config.window, PLANES), dtype=np.float32)
        chords = np.zeros((config.batch, config.window), dtype=np.int64)
        mask = np.zeros((config.batch, config.window), dtype=bool)
        for row in range(config.batch):
            example = examples[int(rng.choice(len(examples), p=odds))]
            wrong = rng.choice(_MISLED) if rng.random() < config.mislead else 0
            seen, played = example.told_from(int(example.scale + wrong) % 12)
            start = int(rng.integers(max(len(played) - config.window, 0) + 1))
            stretch = slice(start, start + config.window)
            length = len(played[stretch])
            planes[row, :length], chords[row, :length], mask[row, :length] = seen[stretch], played[stretch], True
        yield torch.from_numpy(planes), torch.from_numpy(chords), torch.from_numpy(mask)


def count_moves(examples: Sequence[Example], weight: float = 12.0) -> np.ndarray:
    """Log probabilities of the next chord where it changes, told from the scale: float32 [C, C], 0 on the diagonal.

    Counts are mixed with ``weight`` made-up ones, spread by how often that interval of roots joins those qualities in
    any key, and by how often the next chord is found at all.
    """
    states = len(CHORDS)
    counts = np.zeros((states, states))
    for example in examples:
        chords = transpose(example.chords, -example.scale)
        before, after = chords[:-1], chords[1:]
        np.add.at(counts, (before, after), example.weight * (before != after))
    root, quality = np.arange(states) % 12, np.arange(states) // 12
    interval = (root[None] - root[:, None]) % 12  # [C, C]
    by_interval = np.zeros((12, states // 12, states // 12))
    np.add.at(by_interval, (interval, quality[:, None], quality[None]), counts)
    usual = np.sqrt(counts.sum(axis=0) + 0.5)
    spread = (by_interval[interval, quality[:, None], quality[None]] + 0.2) * usual
    np.fill_diagonal(spread, 0.0)
    spread /= spread.sum(axis=1, keepdims=True)
    odds = (counts + weight * spread) / (counts.sum(axis=1, keepdims=True) + weight)
    np.fill_diagonal(odds, 1.0)
    return np.log(odds).astype(np.float32)
