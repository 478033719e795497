"""The planner at work: a melody in, its key and a plan of chords out; other plans for the asking."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from composer_core.chords import ChordSymbol
from composer_core.harmony import CHORD_TONES, CHORDS, QUALITIES, find_key
from composer_core.melody import changes_only
from composer_core.music import Chord, Key, Melody, Note
from composer_core.planner.cells import Cells, describe, find_scale, make_cells, transpose
from composer_core.planner.chain import Chain
from composer_core.planner.network import PlannerNetwork
from composer_core.planner.weights import WEIGHTS, load_network

SHARPNESS, TRUST = 2.0, 0.85
"""How the likeliest plan is chosen. Plain marginals (1, 1) agree a little more often with printed chords, but cling to
the melody: its strong notes belong to the chord more often than in print (``LOG.md``)."""

LIKELY = 1.5
"""Power to which the odds of other plans are raised: 1 draws as freely as composers differ, more stays nearer to the
likeliest plan."""

DRAWS = 24
DIFFERENT = 0.2
"""Share of the cells in which the roots of another plan should differ from those of every plan before it."""

_ROOT_CREDIT = 0.5  # what the right root under another quality is worth when chords are chosen


@dataclass(frozen=True)
class Planner:
    """Finds chords for melodies of any metre and length."""

    network: PlannerNetwork
    device: torch.device

    def plan(self, melody: Melody, variant: int = 0) -> tuple[Chord, ...]:
        """Return the plan of a melody, its first chord at tick 0: variant 0 is the likeliest, the others differ.

        The same melody and variant give the same plan. Labels are spelled for the key.
        """
        cells = make_cells(melody)
        chords, key = self.chords(melody, cells, variant)
        return to_plan(chords, cells, key)

    def draw(self, melody: Melody, power: float, rng: np.random.Generator) -> tuple[Chord, ...]:
        """Draw a plan by its odds, raised to ``power``: at 1 its chords change as often as composers change them."""
        cells = make_cells(melody)
        chain = self._chain(melody, cells, find_scale(melody.notes))
        key = find_plan_key(melody, self._chosen(chain), cells)
        return to_plan(close(chain, melody, key).tempered(power).draw(1, rng)[0], cells, key)

    def key(self, melody: Melody) -> Key:
        """Find the key from the melody and the chords of its likeliest plan."""
        cells = make_cells(melody)
        return find_plan_key(melody, self._chosen(self._chain(melody, cells, find_scale(melody.notes))), cells)

    def chords(self, melody: Melody, cells: Cells, variant: int = 0) -> tuple[np.ndarray, Key]:
        """Return a plan as [T] indices of ``CHORDS``, and the key."""
        chain = self._chain(melody, cells, find_scale(melody.notes))
        key = find_plan_key(melody, self._chosen(chain), cells)
        chain = close(chain, melody, key)
        likeliest = self._chosen(chain)
        if variant == 0:
            return likeliest, key
        return _another(chain, likeliest, variant), key

    @torch.inference_mode()
    def _chain(self, melody: Melody, cells: Cells, scale: int) -> Chain:
        """The network's chain, told in real pitch classes."""
        planes = torch.from_numpy(describe(melody, cells, scale))[None].to(self.device)
        emission, stay = self.network(planes)
        places = transpose(np.arange(len(CHORDS)), -scale)
        move = _numbers(self.network.move)[np.ix_(places, places)]
        return Chain(_numbers(emission[0])[:, places], _numbers(stay[0]), move)

    @staticmethod
    def _chosen(chain: Chain) -> np.ndarray:
        """The chord that is most probably right in each cell, a right root counted in part."""
        odds = chain.tempered(SHARPNESS, TRUST).marginals()  # [T, C]
        roots = odds.reshape(len(odds), -1, 12).sum(axis=1)  # [T, 12]
        credit = odds + _ROOT_CREDIT * np.tile(roots, len(CHORDS) // 12)
        return np.asarray(credit.argmax(axis=1))


def _numbers(tensor: torch.Tensor) -> np.ndarray:
    return np.asarray(tensor.detach().double().cpu().numpy())


def load_planner(device: torch.device, path: Path = WEIGHTS) -> Planner:
    """Load the shipped planner.

    Raises:
        ResourceError: the weights are missing or damaged.
    """
    return Planner(load_network(path, device), device)


def to_plan(chords: np.ndarray, cells: Cells, key: Key) -> tuple[Chord, ...]:
    """Write [T] indices of ``CHORDS`` as a plan of changes, spelled for a key."""
    labels = [ChordSymbol(*CHORDS[chord]).name(key) for chord in chords]
    starts = [0, *(int(start) for start in cells.starts[1:-1])]
    return tuple(Chord(tick, label) for tick, label in changes_only(zip(starts, labels, strict=True)))


def find_plan_key(melody: Melody, chords: np.ndarray, cells: Cells) -> Key:
    """Find the key of a melody with its chords, whose roots lie below everything: the first and the last one count."""
    tones = [
        Note(int(start), root + step, int(end - start))
        for start, end, chord in zip(cells.starts[:-1], cells.starts[1:], chords, strict=True)
        for root, quality in (CHORDS[chord],)
        for step in QUALITIES[quality]
    ]
    return find_key([*melody.notes, *tones])


def close(chain: Chain, melody: Melody, key: Key) -> Chain:
    """End on the tonic's triad where the melody's last note belongs to it."""
    tonic = CHORDS.index((key.tonic, "" if key.is_major else "m"))
    if not CHORD_TONES[tonic, melody.notes[-1].pitch % 12]:
        return chain
    emission = chain.emission.copy()
    emission[-1, np.arange(len(CHORDS)) != tonic] -= 30.0
    return Chain(emission, chain.stay, chain.move)


def _another(chain: Chain, likeliest: np.ndarray, variant: int) -> np.ndarray:
    """The n-th other plan: of a few draws the most typical one that differs enough from every plan before it."""
    sharp = chain.tempered(LIKELY)
    odds = chain.marginals()
    every = np.arange(len(likeliest))
    earlier = [likeliest]
    for number in range(1, variant + 1):
        draws = sharp.draw(DRAWS, np.random.default_rng(number))
        apart = [min(float((draw % 12 != plan % 12).mean()) for plan in earlier) for draw in draws]  # in roots
        worth = [odds[every, draw].mean() + min(gap, DIFFERENT) * 5 for draw, gap in zip(draws, apart, strict=True)]
        earlier.append(draws[int(np.argmax(worth))])
    return earlier[-1]
