"""Evens out how loud a soundfont's instruments are, so that a genre's levels mean the same on every soundfont.

Each part plays a few of its own moments at one velocity before the piece begins; what is heard decides its trim.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice

import numpy as np

from audio.master import KWeighting
from audio.stems import NoteEvent, Part
from audio.synth import BLOCK, SAMPLE_RATE, Ensemble

REFERENCE_LUFS = -23.0
MAX_TRIM_DB = 24.0
MOMENTS = 5
MOMENT_S = 0.5
VELOCITY = 80


def trims(parts: Sequence[Part], synth: Ensemble) -> list[float]:
    """Return a linear gain for every part that brings it to REFERENCE_LUFS at velocity 80; 1 for a silent one."""
    weighting = KWeighting(SAMPLE_RATE, (len(parts), 2))
    energy = np.zeros(len(parts))
    length = int(MOMENTS * MOMENT_S * SAMPLE_RATE)
    with closing(synth.blocks([_sample(part) for part in parts])) as blocks:
        for block in islice(blocks, -(-length // BLOCK)):
            energy += np.square(weighting.process(block)).sum(axis=(1, 2))
    level = -0.691 + 10 * np.log10(energy / length + 1e-20)
    gain_db = np.where(level > -90.0, np.clip(REFERENCE_LUFS - level, -MAX_TRIM_DB, MAX_TRIM_DB), 0.0)
    return [float(10 ** (db / 20)) for db in gain_db]


def _sample(part: Part) -> Part:
    """Choose moments spread over the part, chords and all, and line them up a fixed time apart."""
    chords: dict[float, set[int]] = defaultdict(set)
    for note in part.notes:
        chords[note.start_s].add(note.pitch)
    onsets = sorted(chords)
    chosen = [onsets[int((k + 0.5) * len(onsets) / MOMENTS)] for k in range(MOMENTS)] if onsets else []
    notes = [
        NoteEvent(k * MOMENT_S, 0.9 * MOMENT_S, pitch, VELOCITY)
        for k, onset in enumerate(chosen)
        for pitch in sorted(chords[onset])
    ]
    return replace(part, notes=notes)
