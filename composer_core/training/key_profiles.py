"""`python -m composer_core rebuild key`: what `find_key` weighs, learned from melodies whose key is printed.

Lead sheets and art songs: the signature tells the scale, the last chord or bass note whether its major or its minor
key is meant; where it says neither, only the scale is learned from. Melodies are heard whole and in excerpts, since
people send both.
"""

import json
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from composer_core.chords import parse_chord
from composer_core.corpora.lead_sheets import ARCHIVE as SHEETS
from composer_core.corpora.musicxml import Score, read_score
from composer_core.errors import MelodyError, ResourceError, SettingError
from composer_core.key_profiles import EVIDENCE, PROFILES, gather_evidence, seen_from_every_tonic
from composer_core.music import Key, Note, monophonic

SOURCES = {
    SHEETS: "OpenEWLD, Copyright 2018 00sapo, MIT; reduced to these figures.",
    "lieder.zip": "OpenScore Lieder, CC0; reduced to these figures.",
}
EXCERPTS = {"whole": 2.0, "opening 4 bars": 1.0, "opening 8 bars": 1.0, "inner 8 bars": 1.0, "last 8 bars": 1.0}
"""What is heard of a melody, and how much it weighs."""

_KEYS = tuple(Key(tonic, is_major) for is_major in (True, False) for tonic in range(12))
_FEWEST_NOTES = 6
_MOST_INNER = 6
_WEIGHT = 1500.0  # of each source, in whole melodies: beside it the penalty on large weights counts little
_DECIMALS = 2


@dataclass(frozen=True)
class KeyedMelody:
    """A melody, its bar lines in ticks, the keys that may be meant (one, or both of a signature) and its source."""

    notes: tuple[Note, ...]
    bars: tuple[int, ...]
    keys: frozenset[Key]
    source: str


def rebuild_key(data: Path, path: Path = PROFILES) -> Path:
    """Learn the profiles and write them; takes about five minutes, nearly all of it to read the scores.

    Raises:
        ResourceError: a corpus is missing.
        OSError: the file cannot be written.
    """
    melodies = [melody for name in SOURCES for melody in read_keyed_melodies(data / name)]
    weights, gain = fit(melodies)
    rows = weights.round(_DECIMALS).reshape(2, len(EVIDENCE), 12).tolist()
    modes = (dict(zip(EVIDENCE, row, strict=True)) for row in rows)
    content = {
        "sources": list(SOURCES.values()),
        "melodies": len(melodies),
        **dict(zip(("major", "minor"), modes, strict=True)),
        "major_gain": round(gain, _DECIMALS),
    }
    path.write_text(json.dumps(content) + "\n", encoding="utf-8")
    return path


def read_keyed_melodies(archive: Path) -> Iterator[KeyedMelody]:
    """Read the first part of every score in an archive, up to where its signature changes.

    Raises:
        ResourceError: the archive is missing.
    """
    if not archive.is_file():
        raise ResourceError(f"{archive} is missing: --data names the folder of the corpora.")
    with zipfile.ZipFile(archive) as scores:
        for name in sorted(name for name in scores.namelist() if name.endswith(".mxl")):
            try:
                melody = keyed_melody(read_score(scores.read(name), expand_repeats=True), archive.name)
            except MelodyError:
                continue
            if melody:
                yield melody


def keyed_melody(score: Score, source: str) -> KeyedMelody | None:
    """Cut the first part where the signature changes; a piece's last chord speaks only if it never does."""
    end = score.keys[1][0] if len(score.keys) > 1 else score.end
    notes = tuple(note for note in monophonic(score.parts[0].notes) if note.end <= end) if score.parts else ()
    if len(notes) < _FEWEST_NOTES:
        return None
    bars = tuple(start for start, _ in score.bars if start < end)
    return KeyedMelody(notes, bars, _keys(score), source)


def _keys(score: Score) -> frozenset[Key]:
    signature = score.keys[0][1]
    major = signature if signature.is_major else Key((signature.tonic + 3) % 12)
    both = {major, Key((major.tonic + 9) % 12, is_major=False)}
    root = _last_root(score) if len(score.keys) == 1 else None
    return frozenset({key for key in both if key.tonic == root} or both)


def _last_root(score: Score) -> int | None:
    """Pitch class of the last chord symbol's root, or of the lowest note that sounds at the end."""
    if score.chords:
        return _root(score.chords[-1].label)
    notes = [note for part in score.parts for note in part.notes]
    end = max((note.end for note in notes), default=0)
    return min((note.pitch for note in notes if note.end == end), default=0) % 12


def _root(label: str) -> int | None:
    try:
        symbol = parse_chord(label)
    except SettingError:  # a sheet may print what has no name here
        return None
    return symbol.root if symbol else None


def excerpts(melody: KeyedMelody) -> Iterator[tuple[tuple[Note, ...], float]]:
    """What is heard of a melody, with its weight: the inner excerpts share theirs."""
    count = len(melody.bars)
    inner = [(bar, bar + 8) for bar in range(1, count - 7, 8)][:_MOST_INNER]
    spans = {
        "whole": [(0, count)],
        "opening 4 bars": [(0, 5)],  # one more, for a pick-up
        "opening 8 bars": [(0, 9)],
        "inner 8 bars": inner,
        "last 8 bars": [(max(0, count - 8), count)],
    }
    for kind, places in spans.items():
        for first, last in places:
            start, end = melody.bars[first], melody.bars[last] if last < count else float("inf")
            notes = tuple(note for note in melody.notes if start <= note.start < end)
            if len(notes) >= _FEWEST_NOTES:
                yield notes, EXCERPTS[kind] / len(places)


def _heard(melodies: Sequence[KeyedMelody]) -> Iterator[tuple[Sequence[Note], Collection[Key], float]]:
    """Every excerpt with the keys that may be meant, and its weight: that of each source is the same."""
    found = [(melody, notes, weight) for melody in melodies for notes, weight in excerpts(melody)]
    totals: dict[str, float] = defaultdict(float)
    for melody, _, weight in found:
        totals[melody.source] += weight
    for melody, notes, weight in found:
        yield notes, melody.keys, weight * _WEIGHT / totals[melody.source]


def fit(melodies: Sequence[KeyedMelody]) -> tuple[np.ndarray, float]:
    """Find the weights [2, 36] and major's gain under which the printed keys are likeliest, each source as heavy.

    Loss: - sum of w log(sum over the keys that may be meant of softmax(scores)) + |weights|^2.
    """
    heard = list(_heard(melodies))
    seen = torch.tensor(np.array([seen_from_every_tonic(gather_evidence(notes)) for notes, _, _ in heard]))
    meant = torch.tensor([[key in keys for key in _KEYS] for _, keys, _ in heard])
    each = torch.tensor([weight for _, _, weight in heard], dtype=torch.double)
    weights = torch.zeros(2, seen.shape[2], dtype=torch.double, requires_grad=True)
    gain = torch.zeros(1, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, gain], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = torch.cat([seen @ weights[0] + gain, seen @ weights[1]], dim=1)  # [N, 24]
        likely = torch.logsumexp(scores.masked_fill(~meant, -torch.inf), dim=1) - torch.logsumexp(scores, dim=1)
        total = (weights**2).sum() - (each * likely).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    optimizer.step(loss)
    return weights.detach().numpy(), float(gain.detach())
