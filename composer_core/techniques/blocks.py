"""Root-position block chords under the melody: the plain rule that every trained technique must beat.

No network and no torch, so it is also the debug-size technique of the tests and the rule baseline of ``evaluate``.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from composer_core.chord_symbols import ChordSymbol
from composer_core.chords import chord_line
from composer_core.genres import Genre, Part
from composer_core.harmony import CHORD_TONES, CHORDS, find_key
from composer_core.music import Chord, Composition, Key, Note
from composer_core.pianoroll import REST, make_grid, to_pianoroll
from composer_core.techniques import Assignment, Progress
from composer_core.techniques.ensemble import accompaniment_track, melody_track

_DEGREES = {
    True: ((0, ""), (7, ""), (5, ""), (9, "m"), (2, "m")),
    False: ((0, "m"), (7, ""), (5, "m"), (8, ""), (3, "")),
}


class Blocks:
    """One diatonic triad a half bar, root in the lowest part, chord tones upward in the others."""

    def __init__(self, genre: Genre) -> None:
        self.genre = genre

    def compose(self, assignments: Sequence[Assignment], progress: Progress) -> list[Composition]:
        """Compose every assignment; the seed shifts which of two equally good chords is taken."""
        compositions = []
        for index, assignment in enumerate(assignments):
            progress("compose", index / len(assignments))
            compositions.append(self._compose(assignment))
        progress("compose", 1.0)
        return compositions

    def _compose(self, assignment: Assignment) -> Composition:
        melody = assignment.melody
        key = find_key(melody.notes)
        spans = _spans(assignment)
        rng = np.random.default_rng(assignment.seed)
        given = chord_line(assignment.controls.chords, [start for start, _, _ in spans])
        chords = [
            (start, end, _choose(weights, key, rng) if symbol is None else symbol.index)
            for (start, end, weights), symbol in zip(spans, given, strict=True)
        ]
        parts = [part for part in self.genre.parts[1:] if not part.is_drum and assignment.controls.plays(part)]
        tracks = [melody_track(melody, self.genre)]
        for place, part in enumerate(parts):
            tone = (len(parts) - 1 - place) % 3
            notes = tuple(Note(start, _voice(part, chord, tone), end - start) for start, end, chord in chords)
            tracks.append(accompaniment_track(part, notes))
        return Composition(
            name=melody.name,
            timing=melody.timing,
            key=key,
            tracks=tuple(tracks),
            chords=tuple(Chord(start, ChordSymbol(*CHORDS[chord]).name(key)) for start, _, chord in chords),
            genre=self.genre.name,
            feel=self.genre.feel,
            technique="blocks",
            seed=assignment.seed,
            card="rule",
            notices=(*melody.notices, *_notices(assignment)),
        )


def _notices(assignment: Assignment) -> list[str]:
    controls = assignment.controls
    asked = {"--density": controls.density != 0.5, "--risk": controls.risk != 1, "--reharmonise": controls.reharmonise}
    return [f"Plain chords by rule know no {name}." for name, is_asked in asked.items() if is_asked]


def _spans(assignment: Assignment) -> list[tuple[int, int, np.ndarray]]:
    """Cut the piece into half bars: (start tick, end tick, [12] melody weights)."""
    melody = assignment.melody
    grid = make_grid(melody.timing, melody.end)
    pitch, _ = to_pianoroll([melody.notes], grid)
    half = np.maximum((grid.pulses + 1) // 2, 1)
    cut = np.flatnonzero((grid.step == 0) & (grid.pulse % half == 0))
    edges = sorted({0, *cut.tolist(), len(grid)})
    spans = []
    for start, end in itertools.pairwise(edges):
        sounding = pitch[0, start:end]
        weights = np.bincount(sounding[sounding != REST] % 12, minlength=12).astype(float)
        spans.append((int(grid.ticks[start]), int(grid.ticks[end]), weights))
    return spans


def _choose(weights: np.ndarray, key: Key, rng: np.random.Generator) -> int:
    candidates = [CHORDS.index(((key.tonic + step) % 12, quality)) for step, quality in _DEGREES[key.is_major]]
    scores = [float(weights @ CHORD_TONES[chord]) - 0.01 * place for place, chord in enumerate(candidates)]
    scores = [score + 0.05 * rng.random() for score in scores]
    return candidates[int(np.argmax(scores))]


def _voice(part: Part, chord: int, tone: int) -> int:
    """Pitch of a triad's tone (0 root, 1 third, 2 fifth) nearest to the middle of the part's range."""
    tones = np.flatnonzero(CHORD_TONES[chord])
    root = CHORDS[chord][0]
    wanted = sorted(tones.tolist(), key=lambda pitch_class: (pitch_class - root) % 12)[tone]
    middle = (part.low + part.high) // 2
    return min(
        (pitch for pitch in range(part.low, part.high + 1) if pitch % 12 == wanted), key=lambda p: abs(p - middle)
    )
