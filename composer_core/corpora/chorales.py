"""Four-part chorales by J. S. Bach, from music21's corpus.

The pieces listed in ``reserved_chorales.txt`` are the test set; they and every other setting of their tunes stay out
of training, tuning and validation.

DeepComposer's 229 two-bar snippets are cut from the same works, and every repeated note in them is merged into a
long one (0 repetitions among 3 043 melodic steps; music21's encodings have 14.5 %). They would teach a network that
separates onset from sustain never to repeat a note, so they are left out here.
"""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from composer_core.corpora.songs import Song, Songs
from composer_core.errors import ResourceError
from composer_core.genres import Genre
from composer_core.harmony import chord_name
from composer_core.melody import changes_only
from composer_core.music import Chord, Metre, Note, Timing
from composer_core.roll import make_roll, pulse_spans

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
RESERVED = "reserved_chorales.txt"
_TICKS_PER_BEAT = 480


@dataclass(frozen=True)
class Piece:
    """One four-part setting: ``voices`` from soprano to bass, each a monophonic line."""

    name: str
    timing: Timing
    voices: tuple[tuple[Note, ...], ...]

    @property
    def end(self) -> int:
        """First tick after the last note."""
        return max(note.end for voice in self.voices for note in voice)


@dataclass(frozen=True)
class Corpus:
    """Chorales split by tune: every setting of one tune is on one side."""

    training: tuple[Piece, ...]
    validation: tuple[Piece, ...]
    reserved: tuple[Piece, ...]


def build_songs(genre: Genre, data: Path, cache: Path) -> Songs:
    """The corpus as songs: the soprano is the melody, the chords are those that the voices make on each pulse.

    Raises:
        ResourceError: music21 or the list of reserved pieces is missing.
    """
    corpus = build_corpus(data, cache)
    parts = [part.name for part in genre.parts[1:]]
    sides = (corpus.training, corpus.validation, corpus.reserved)
    return Songs(*(tuple(song_of(piece, parts) for piece in side) for side in sides))


def song_of(piece: Piece, parts: Sequence[str]) -> Song:
    """A chorale as a song whose accompaniment is played by ``parts``, alto first."""
    voices = dict(zip(parts, piece.voices[1:], strict=True))
    work = repr(_tune(piece))
    return Song(piece.name, work, "music21", piece.timing, piece.voices[0], chords_of(piece), voices)


def chords_of(piece: Piece) -> tuple[Chord, ...]:
    """The piece's own harmony, as recognised from all its voices on each pulse (without inversions)."""
    roll = make_roll(piece.name, piece.timing, piece.voices)
    starts = [start for start, _ in pulse_spans(roll.grid, len(roll))]
    labels = [(int(roll.grid.ticks[start]), chord_name(int(roll.chord[start]))) for start in starts]
    return tuple(Chord(tick, label) for tick, label in changes_only(labels))


def build_corpus(data: Path, cache: Path | None = None) -> Corpus:
    """Read and split the chorales; ``data`` is the folder that holds ``reserved_chorales.txt``.

    One tune in ten of the remainder becomes validation, chosen by a hash of its opening. Parsing takes about two
    minutes; ``cache`` is a folder that keeps the result for the next time.

    Raises:
        ResourceError: music21 or the list of reserved pieces is missing.
    """
    reserved_ids = read_reserved(data / RESERVED)
    chorales = _read_cached(cache) if cache else list(_read_music21())
    reserved = [piece for piece in chorales if piece.name in reserved_ids]
    tunes = {_tune(piece) for piece in reserved}
    rest = [piece for piece in _unique(chorales) if piece.name not in reserved_ids and _tune(piece) not in tunes]
    held = {tune for tune in map(_tune, rest) if _hash(repr(tune)) % 10 == 0}
    return Corpus(
        training=tuple(piece for piece in rest if _tune(piece) not in held),
        validation=tuple(piece for piece in rest if _tune(piece) in held),
        reserved=tuple(_unique(reserved)),
    )


def read_reserved(path: Path) -> set[str]:
    """Return the names (``bach/bwv103.6.mxl``) of the pieces kept for testing.

    Raises:
        ResourceError: the list is missing.
    """
    if not path.is_file():
        raise ResourceError(f"{path} is missing: it lists the pieces kept for testing; --data names its folder.")
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.startswith("bach/")}


def _read_cached(cache: Path) -> list[Piece]:
    path = cache / f"chorales-music21-{_music21_version()}.json"
    if not path.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([asdict(piece) for piece in _read_music21()]), encoding="utf-8")
    return [_from_json(entry) for entry in json.loads(path.read_text(encoding="utf-8"))]


def _from_json(entry: dict[str, Any]) -> Piece:
    timing = entry["timing"]
    metres = tuple((tick, Metre(**metre)) for tick, metre in timing["metres"])
    voices = tuple(tuple(Note(**note) for note in voice) for voice in entry["voices"])
    return Piece(entry["name"], Timing(_TICKS_PER_BEAT, metres=metres, pickup_ticks=timing["pickup_ticks"]), voices)


def _music21_version() -> str:
    try:
        return version("music21")
    except ImportError as error:
        raise ResourceError("music21 is missing: pip install 'tutti[corpora]' brings it.") from error


def _read_music21() -> Iterator[Piece]:
    _music21_version()
    from music21 import corpus

    for path in sorted(corpus.getComposer("bach"), key=str):
        if path.suffix not in {".mxl", ".krn", ".xml"}:
            continue
        piece = _from_score(f"bach/{path.name}", corpus.parse(path))
        if piece is not None:
            yield piece


def _from_score(name: str, score: object) -> Piece | None:
    """Take the four voices of a music21 score; None if it has no such four."""
    named = {part.partName: part for part in score.parts}  # type: ignore[attr-defined]
    parts = [named.get(voice) for voice in VOICES]
    if None in parts:
        everything = list(score.parts)  # type: ignore[attr-defined]
        if len(everything) != len(VOICES) or not name.endswith(".krn"):
            return None
        parts = everything
    voices = tuple(_read_part(part) for part in parts)
    if not all(len(voice) >= 8 for voice in voices):
        return None
    return Piece(name, _read_timing(parts[0]), voices)


def _read_part(part: object) -> tuple[Note, ...]:
    notes = []
    for element in part.stripTies().flatten().notes:  # type: ignore[attr-defined]
        start = round(float(element.offset) * _TICKS_PER_BEAT)
        duration = round(float(element.quarterLength) * _TICKS_PER_BEAT)
        if duration > 0:
            notes.append(Note(start, max(pitch.midi for pitch in element.pitches), duration))
    return tuple(sorted(notes))


def _read_timing(part: object) -> Timing:
    signatures = part.flatten().getElementsByClass("TimeSignature")  # type: ignore[attr-defined]
    metres = {round(float(s.offset) * _TICKS_PER_BEAT): Metre(s.numerator, s.denominator) for s in signatures}
    metres = {0: Metre(), **metres}
    first = part.getElementsByClass("Measure")[0]  # type: ignore[attr-defined]
    length = round(float(first.duration.quarterLength) * _TICKS_PER_BEAT)
    full = metres[0].bar_ticks(_TICKS_PER_BEAT)
    return Timing(_TICKS_PER_BEAT, metres=tuple(sorted(metres.items())), pickup_ticks=length if length < full else 0)


def _unique(pieces: Iterable[Piece]) -> Iterator[Piece]:
    seen = set()
    for piece in pieces:
        if (shape := _shape(piece)) not in seen:
            seen.add(shape)
            yield piece


def _shape(piece: Piece) -> tuple[tuple[int, int, int], ...]:
    """The piece in any key: (voice, start, pitch above the bass's first note) of every note."""
    base = piece.voices[-1][0].pitch if piece.voices[-1] else 0
    return tuple((v, n.start, n.pitch - base) for v, voice in enumerate(piece.voices) for n in voice)


def _tune(piece: Piece) -> tuple[int, ...]:
    return opening_of(piece.voices[0])


def opening_of(melody: Sequence[Note]) -> tuple[int, ...]:
    """Return a tune's opening: its first eight distinct melodic steps, whatever its key and rhythm."""
    steps = [b.pitch - a.pitch for a, b in itertools.pairwise(melody) if a.pitch != b.pitch]
    return tuple(steps[:8])


def _hash(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
