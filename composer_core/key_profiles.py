"""What speaks for a key: how each degree of its scale weighs when it sounds, opens a melody or ends it.

The numbers stand in ``key_profiles.json``; ``training/key_profiles.py`` learns them from melodies with printed keys.
The idea of a profile is Krumhansl & Kessler's (1982). Theirs come from listeners' ratings and are nearly flat outside
of the triad; these come from scores, as do Temperley's (Music and Probability, 2007), and so know what a key lacks.
Free of torch.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np

from composer_core.music import Note

PROFILES = Path(__file__).with_name("key_profiles.json")

EVIDENCE = ("sounding", "opening", "ending")


def gather_evidence(notes: Sequence[Note]) -> np.ndarray:
    """Return [3, 12] by pitch class: root of its share of the time, whether it opens the notes, how it ends them.

    The root keeps long notes from drowning the short ones that tell neighbouring keys apart. A last note counts half
    if it is of mean length and fully from twice that on: melodies rest on their last note, excerpts just stop. Of notes
    together the lowest one counts. ``notes`` holds one at least.
    """
    evidence = np.zeros((len(EVIDENCE), 12))
    for note in notes:
        evidence[0, note.pitch % 12] += note.duration
    total, last = max(evidence[0].sum(), 1), last_note(notes)
    evidence[0] = np.sqrt(evidence[0] / total)
    evidence[1, min(notes, key=lambda note: (note.start, note.pitch)).pitch % 12] = 1
    evidence[2, last.pitch % 12] = min(last.duration * len(notes) / total / 2, 1)
    return evidence


def last_note(notes: Sequence[Note]) -> Note:
    """The note that ends last, the lowest of several."""
    return max(notes, key=lambda note: (note.end, -note.pitch))


def seen_from_every_tonic(evidence: np.ndarray) -> np.ndarray:
    """[3, 12] by pitch class → [12, 36] by tonic and degree."""
    return np.stack([np.roll(evidence, -tonic, axis=1).ravel() for tonic in range(12)])


@cache
def read_profiles() -> tuple[np.ndarray, float]:
    """Return the weights [2 (major, minor), 36] and what major gains over minor before anything is heard."""
    data = json.loads(PROFILES.read_text(encoding="utf-8"))
    weights = [[data[mode][kind] for kind in EVIDENCE] for mode in ("major", "minor")]
    return np.array(weights, dtype=np.float64).reshape(2, -1), float(data["major_gain"])


def score_keys(notes: Sequence[Note]) -> np.ndarray:
    """Return [2 (major, minor), 12 tonics] the score of every key: log odds, but for what they share."""
    weights, gain = read_profiles()
    scores = seen_from_every_tonic(gather_evidence(notes)) @ weights.T + (gain, 0.0)  # [12, 2]
    return np.asarray(scores.T)
