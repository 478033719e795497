"""Renders chords with MMA, Musical MIDI Accompaniment (Bob van der Poel, GPL), as installed from a Linux distribution.

Only grooves of its own library ``stdlib`` are ever named; the script is ours, and only the notes are kept.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from composer_core.chords import parse_chord
from composer_core.errors import ResourceError
from composer_core.midi_policy import Part, scan
from composer_core.music import PITCH_CLASS_NAMES

_LIBRARY = "stdlib"
_TIMEOUT_S = 60
_NOTHING = "z"  # how MMA writes a bar or beat of silence

_KNOWN = frozenset(
    ("", "7", "m", "m7", "maj7", "m7b5", "dim7", "aug", "5", "6", "9", "11", "13", "m6", "m9", "m11", "m13", "maj9",
     "maj13", "sus2", "sus4", "7sus4", "13sus4", "add9", "7b5", "7#5", "7b9", "7#9", "9b5", "9#5", "9#11", "13b9")
)  # fmt: skip
"""Qualities that MMA spells as we do."""

_OTHERS = {"dim": "mb5", "mMaj7": "mM7", "madd9": "m(add9)", "9sus4": "sus9", "69": "6(add9)", "m69": "m6(add9)"}
"""Ours → MMA's; its own "dim" is a seventh chord. Any other becomes the plain chord inside."""


@dataclass(frozen=True)
class Hit:
    """A rendered note: ``start`` and ``length`` in MMA's beats from the beginning."""

    start: float
    pitch: int
    length: float
    velocity: int


@dataclass(frozen=True)
class RenderedTrack:
    """One of MMA's tracks, named by its role (``Bass``, ``Walk``, ``Chord-Piano``, ``Plectrum``...)."""

    name: str
    program: int
    is_drum: bool
    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class MmaBar:
    """One bar of a script: the groove that plays it (``swing:SwingWalk``) and a chord label for every beat."""

    groove: str
    labels: tuple[str, ...]


def render(bars: Sequence[MmaBar], seed: int) -> tuple[RenderedTrack, ...]:
    """Play bars; the same seed gives the same notes. Takes about a tenth of a second.

    Raises:
        ResourceError: MMA is not installed.
    """
    program = shutil.which("mma")
    if program is None:
        raise ResourceError("mma is missing, the accompanist of the training corpora: apt install mma brings it.")
    with tempfile.TemporaryDirectory(prefix="tutti-mma-") as folder:
        script, midi = Path(folder) / "sheet.mma", Path(folder) / "sheet.mid"
        script.write_text(write_script(bars, seed), encoding="ascii")
        done = subprocess.run(  # our own script, by the program that the user installed
            [program, str(script), "-f", str(midi)],
            capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
        if done.returncode or not midi.is_file():
            raise RuntimeError(f"mma refused a script of ours: {done.stdout.strip()[-300:]}")
        return tuple(_read(midi.read_bytes()))


def write_script(bars: Sequence[MmaBar], seed: int) -> str:
    """Write the bars in MMA's language; a groove is named where it begins."""
    lines = [f"Rndseed {seed}"]
    number = 0
    for groove, run in groupby(bars, key=lambda bar: bar.groove):
        lines.append(f"Groove {_LIBRARY}/{groove}")
        for bar in run:
            number += 1
            lines.append(f"{number} {' '.join(map(mma_chord, bar.labels))}")
    return "\n".join(lines) + "\n"


def mma_chord(label: str) -> str:
    """Spell a chord as MMA reads it."""
    symbol = parse_chord(label)
    if symbol is None:
        return _NOTHING
    quality = symbol.quality if symbol.quality in _KNOWN | _OTHERS.keys() else symbol.basic
    bass = "" if symbol.bass is None else f"/{PITCH_CLASS_NAMES[symbol.bass]}"
    return PITCH_CLASS_NAMES[symbol.root] + _OTHERS.get(quality, quality) + bass


def _read(data: bytes) -> list[RenderedTrack]:
    found = scan(data)
    played = ((part, _hits(part, found.ticks_per_beat)) for part in found.parts)
    return [RenderedTrack(part.name, part.program, part.is_drum, hits) for part, hits in played if hits]


def _hits(part: Part, ticks_per_beat: int) -> tuple[Hit, ...]:
    sounding: dict[int, tuple[int, int]] = {}
    hits = []
    for tick, pitch, velocity in part.events:
        begun = sounding.pop(pitch, None)
        if begun:
            hits.append(Hit(begun[0] / ticks_per_beat, pitch, (tick - begun[0]) / ticks_per_beat, begun[1]))
        if velocity:
            sounding[pitch] = (tick, velocity)
    return tuple(sorted(hits, key=lambda hit: (hit.start, hit.pitch)))
