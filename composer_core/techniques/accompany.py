"""Accompany: plan the harmony, let the generator draft, let the refiner rework, let the rules object.

melody ─► plan (refiner, chords only) ─► draft (generator, noise) ─► refine (masked passes)
       ─► repair (redraw what breaks a rule) ─► composition

``piece`` holds one take in the making, ``group`` takes several through the networks, ``passes`` are the stages.
"""

from collections.abc import Sequence

import torch

from composer_core.checkpoints import load_checkpoint
from composer_core.genres import Genre
from composer_core.harmony import find_key
from composer_core.music import Composition
from composer_core.pianoroll import from_pianoroll
from composer_core.techniques import Assignment, Progress
from composer_core.techniques.ensemble import accompaniment_track, melody_track
from composer_core.techniques.group import Group, by_length
from composer_core.techniques.passes import AccompanyConfig, Passes, Tick
from composer_core.techniques.piece import Piece


class Accompany:
    """A genre's generator, critic and refiner, ready to compose."""

    def __init__(self, genre: Genre, config: AccompanyConfig | None = None, device: torch.device | None = None) -> None:
        self.genre = genre
        # These networks are too small to share among threads: on two busy cores two threads wait for each other.
        torch.set_num_threads(1)
        self.device = device or torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.checkpoint = load_checkpoint(genre.weights, self.device)
        self.passes = Passes(self.checkpoint, genre.parts[1:], config or AccompanyConfig())

    def compose(self, assignments: Sequence[Assignment], progress: Progress) -> list[Composition]:
        """Compose every assignment; pieces of like length share their passes through the networks."""
        pieces = [Piece(assignment, self.genre) for assignment in assignments]
        groups = by_length(pieces)
        for done, (length, members) in enumerate(groups.items()):
            group = Group(members, length, self.device)
            with torch.inference_mode():
                self.passes.run(group, _ticker(progress, done, len(groups), self.passes.count(group)))
        progress("compose", 1.0)
        return [self._composition(piece) for piece in pieces]

    def _composition(self, piece: Piece) -> Composition:
        melody, genre = piece.assignment.melody, self.genre
        lines = from_pianoroll(piece.pitch[1:], piece.onset, piece.roll.grid)
        tracks = [melody_track(melody, genre)]
        for part, line in zip(genre.parts[1:], lines, strict=True):
            if piece.controls.plays(part):
                tracks.append(accompaniment_track(part, line))
        key = find_key([note for track in tracks for note in track.notes])
        return Composition(
            name=melody.name,
            timing=melody.timing,
            key=key,
            tracks=tuple(tracks),
            chords=piece.symbols(key),
            genre=genre.name,
            feel=genre.feel,
            technique="accompany",
            seed=piece.assignment.seed,
            card=self.checkpoint.card,
            notices=(*melody.notices, *piece.notices()),
        )


def _ticker(progress: Progress, done: int, groups: int, total: int) -> Tick:
    count = 0

    def tick(stage: str) -> None:
        nonlocal count
        count += 1
        progress(stage, (done + min(count / total, 1.0)) / groups)

    return tick
