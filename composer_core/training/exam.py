"""What a genre in training is asked every epoch: the same held-out melodies, compared with their own parts.

The chords are those of the pieces themselves: what is measured is the accompaniment, not the planner.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from composer_core.checkpoints import BandCheckpoint
from composer_core.corpora.songs import Song
from composer_core.evaluation.band_copy import copy_baseline
from composer_core.evaluation.band_systems import rule_baseline
from composer_core.evaluation.excerpts import excerpt
from composer_core.genres import Genre
from composer_core.metrics.fit import chord_tone_share
from composer_core.metrics.originality import Collection
from composer_core.metrics.similarity import Pair, figures, similarity_index
from composer_core.metrics.songroll import SongRoll, make_songroll
from composer_core.music import Composition, Melody
from composer_core.request import Controls
from composer_core.techniques import Assignment
from composer_core.techniques.band import Band
from composer_core.techniques.band_config import BandConfig

PIECES, BARS = 16, 8
FEWEST_NOTES = 8  # in an excerpt's melody

_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Result:
    """How one draft did: the similarity index, the figures beside it, the share of bars that training pieces have."""

    similarity: float
    figures: dict[str, Pair]
    chord_tones: float
    copied: float


class Exam:
    """Held-out excerpts and what the training pieces hold, prepared once."""

    def __init__(self, genre: Genre, training: Sequence[Song], held_out: Sequence[Song], pieces: int = PIECES) -> None:
        self.genre, self.parts = genre, genre.parts[1:]
        self.questions = choose_excerpts(held_out, pieces)
        self.real = [make_songroll(song) for song in self.questions]
        self._songs = list(training)
        rolls = [make_songroll(song) for song in training]
        self._collection = Collection(rolls, self.parts)
        self._training = [make_songroll(song) for song in choose_excerpts(training, 3 * pieces)]

    @property
    def reach(self) -> float:
        """The index of the training pieces themselves against the held-out ones: what may be expected at best."""
        return similarity_index(self._training, self.real, self.parts)

    @property
    def shared(self) -> float:
        """Share of the held-out real bars that the training pieces have as well."""
        return self._copied(self.real)

    def take(self, checkpoint: BandCheckpoint, seed: int, draft: str = "autoregressive") -> Result:
        """Compose every excerpt with one of the drafts and compare."""
        return self.mark([self._roll(made, song) for made, song in self._compose(checkpoint, seed, draft)])

    def mark(self, made: Sequence[SongRoll]) -> Result:
        """Compare composed pieces with the real ones."""
        tones = [self._chord_tones(roll) for roll in made]
        return Result(
            similarity_index(made, self.real, self.parts),
            figures(made, self.real, self.parts),
            float(np.mean([tone for tone in tones if tone is not None] or [0.0])),
            self._copied(made),
        )

    def baselines(self) -> dict[str, Result]:
        """What a copy of the nearest training piece and a plain rule would get."""
        systems = {"copy of the nearest training piece": copy_baseline(self._songs, self.genre),
                   "rule: root, pad and a stock drum bar": rule_baseline(self.genre)}  # fmt: skip
        played = {name: play(self.questions, 0) for name, play in systems.items()}
        return {name: self.mark([make_songroll(song) for song in songs]) for name, songs in played.items()}

    def sample(self, checkpoint: BandCheckpoint, seed: int, draft: str = "autoregressive") -> Composition:
        """Compose the first excerpt, to be heard."""
        return self._band(checkpoint, draft).compose([self._assignment(self.questions[0], seed)], _quiet)[0]

    def _compose(self, checkpoint: BandCheckpoint, seed: int, draft: str) -> list[tuple[Composition, Song]]:
        band = self._band(checkpoint, draft)
        assignments = [self._assignment(song, seed + number) for number, song in enumerate(self.questions)]
        return list(zip(band.compose(assignments, _quiet), self.questions, strict=True))

    def _band(self, checkpoint: BandCheckpoint, draft: str) -> Band:
        return Band(self.genre, BandConfig(**self.genre.band | {"draft": draft}), _CPU, checkpoint)

    def _assignment(self, song: Song, seed: int) -> Assignment:
        playing = tuple(part.name for part in self.parts if song.parts.get(part.name))
        return Assignment(Melody(song.melody, song.timing, song.name), seed, Controls(song.chords, parts=playing))

    def _roll(self, composition: Composition, song: Song) -> SongRoll:
        parts = {track.name: track.notes for track in composition.accompaniment}
        return make_songroll(replace(song, parts={name: parts.get(name, ()) for name in song.parts}))

    def _copied(self, rolls: Sequence[SongRoll]) -> float:
        shares = [share for share in self._collection.copied(rolls).values() if share is not None]
        return float(np.mean(shares)) if shares else 0.0

    def _chord_tones(self, roll: SongRoll) -> float | None:
        pitched = [part.name for part in self.parts if not part.is_drum and part.name in roll.parts]
        known = [share for name in pitched if (share := chord_tone_share(roll, name)) is not None]
        return float(np.mean(known)) if known else None


def choose_excerpts(songs: Sequence[Song], count: int) -> list[Song]:
    """Up to ``count`` excerpts of ``BARS`` bars with enough melody: every song gives one before any gives two."""
    chosen: list[Song] = []
    rounds = 0
    while len(chosen) < count and rounds < count:
        found = [
            replace(piece, name=f"{song.name}@{rounds * BARS}")
            for song in songs
            if rounds * BARS < len(song.timing.bar_starts(song.end)) - BARS // 2 or not rounds
            if len((piece := excerpt(song, BARS, skip_bars=rounds * BARS)).melody) >= FEWEST_NOTES
        ]
        chosen += found[: count - len(chosen)]
        rounds += 1
    return chosen or [excerpt(song, BARS) for song in songs[:count]]


def _quiet(_: str, __: float) -> None:
    pass
