"""Pieces that people made as MIDI files: Freedoom's rock and Simutrans' game music, on the straight grid.

Bars are the file's, moved by a beat or two where the music's stand beside them; a piece that changes its metre gives
its longest stretch in one that bands play. Swung eighths and swung sixteenths are evened out, and a piece written in
thirty-seconds is read at twice its tempo.
"""

import hashlib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np

from composer_core.corpora.downbeats import find_downbeat
from composer_core.corpora.songs import TICKS_PER_BEAT
from composer_core.corpora.swing import EVEN, find_swing, straighten, swings_sixteenths
from composer_core.errors import MelodyError, ResourceError
from composer_core.midi_policy import Part, Scan, scan
from composer_core.midi_timing import read_timing
from composer_core.music import Metre, Note, Timing
from composer_core.pianoroll import Grid, make_grid

ARCHIVES = {"freedoom": "freedoom.zip", "simutrans": "simutrans.zip"}
METRES = frozenset((Metre(4, 4), Metre(3, 4), Metre(6, 8), Metre(12, 8)))
FEWEST_BARS = 12
_STEP = TICKS_PER_BEAT // 4
_FINE_SHARE, _FINE_BPM = 0.18, 112.0  # share of onsets on odd thirty-seconds, at a tempo below: read at twice the tempo


@dataclass(frozen=True)
class MidiTrack:
    """One part of a file: General MIDI ``program``, ``name`` as written there, notes on the grid."""

    program: int
    is_drum: bool
    name: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class MidiPiece:
    """A file made ready: one metre and tempo, notes on the straight grid from tick 0."""

    name: str
    source: str
    timing: Timing
    swing: float
    tracks: tuple[MidiTrack, ...]

    @property
    def end(self) -> int:
        """First tick after the last note."""
        return max(note.end for track in self.tracks for note in track.notes)


@dataclass(frozen=True)
class MidiPieces:
    """The pieces, and how many files were left out, by reason."""

    pieces: tuple[MidiPiece, ...]
    counts: Counter[str]


def read_pieces(data: Path) -> MidiPieces:
    """Read every file of both archives; the same notes twice are one piece.

    Raises:
        ResourceError: an archive is missing.
    """
    counts: Counter[str] = Counter()
    pieces: dict[str, MidiPiece] = {}
    for source, archive_name in ARCHIVES.items():
        path = data / archive_name
        if not path.is_file():
            raise ResourceError(f"{path} is missing: it holds human MIDI; --data names its folder.")
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.lower().endswith(".mid")):
                piece = _read(archive.read(name), PurePosixPath(name).stem, source, counts)
                if piece is not None and pieces.setdefault(_shape(piece), piece) is not piece:
                    counts["the same notes as another"] += 1
    return MidiPieces(tuple(pieces.values()), counts)


def _shape(piece: MidiPiece) -> str:
    """A hash of the notes from the first on, in any key; drums as they are."""
    pitched = [note for track in piece.tracks if not track.is_drum for note in track.notes]
    lowest = min((note.pitch for note in pitched), default=0)
    shape = sorted((note.start, note.pitch - lowest) for note in pitched)
    return hashlib.sha256(repr(shape).encode()).hexdigest()


def _read(data: bytes, name: str, source: str, counts: Counter[str]) -> MidiPiece | None:
    try:
        tracks, timing, end = read_tracks(data)
    except MelodyError:
        counts["unreadable"] += 1
        return None
    span = _longest_span(timing, end)
    if span is None:
        counts["too short, or in a metre that bands do not play"] += 1
        return None
    return make_piece(name, source, [_cut(track, *span) for track in tracks], steady(timing, *span))


def read_tracks(data: bytes) -> tuple[list[MidiTrack], Timing, int]:
    """Return every part of a file with its notes in our ticks, the file's timing, and where the last note ends.

    Raises:
        MelodyError: the file is not MIDI, damaged, larger in some way than a piece can be, or without notes.
    """
    found = scan(data)
    tracks = [MidiTrack(part.program, part.is_drum, part.name, _pair(part, found)) for part in found.parts]
    end = max((note.end for track in tracks for note in track.notes), default=0)
    if not end:
        raise MelodyError("The file holds no notes that end: send one with music in it.")
    return tracks, read_timing(_scaled(found), end)[0], end


def _scaled(found: Scan) -> Scan:
    scale = TICKS_PER_BEAT / found.ticks_per_beat
    return replace(
        found,
        ticks_per_beat=TICKS_PER_BEAT,
        tempos=[(round(tick * scale), tempo) for tick, tempo in found.tempos],
        metres=[(round(tick * scale), above, below) for tick, above, below in found.metres],
    )


def _pair(part: Part, found: Scan) -> tuple[Note, ...]:
    """Notes from the events, in our ticks; a note that is struck again ends there, one never released is left out."""
    scale = TICKS_PER_BEAT / found.ticks_per_beat
    sounding: dict[int, tuple[int, int]] = {}
    notes = []
    for tick, pitch, velocity in part.events:
        begun = sounding.pop(pitch, None)
        if begun is not None and tick > begun[0]:
            start, end = round(begun[0] * scale), round(tick * scale)
            notes.append(Note(start, pitch, max(end - start, 1), begun[1]))
        if velocity:
            sounding[pitch] = (tick, velocity)
    return tuple(sorted(notes))


def _longest_span(timing: Timing, end: int) -> tuple[int, int] | None:
    """The longest stretch in one metre that bands play, in ticks."""
    edges = [*(tick for tick, _ in timing.metres), end]
    edges[0] = timing.pickup_ticks
    spans = [
        (start, stop)
        for (_, metre), start, stop in zip(timing.metres, edges, edges[1:], strict=False)
        if metre in METRES and stop - start >= FEWEST_BARS * metre.bar_ticks(TICKS_PER_BEAT)
    ]
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _cut(track: MidiTrack, start: int, end: int) -> MidiTrack:
    inside = (note for note in track.notes if start <= note.start < end)
    return replace(
        track, notes=tuple(replace(n, start=n.start - start, duration=min(n.end, end) - n.start) for n in inside)
    )


def steady(timing: Timing, start: int, end: int) -> Timing:
    """Return the metre of a stretch at the tempo that holds longest in it, from tick 0 on."""
    return Timing(TICKS_PER_BEAT, ((0, lasting_tempo(timing, start, end)),), ((0, timing.metre_at(start)),))


def lasting_tempo(timing: Timing, start: int, end: int) -> float:
    """Quarters per minute that hold longest in a stretch."""
    edges = [max(tick, start) for tick, _ in timing.tempos] + [end]
    lasting: dict[float, int] = defaultdict(int)
    for (_, bpm), here, there in zip(timing.tempos, edges, edges[1:], strict=False):
        lasting[bpm] += max(min(there, end) - here, 0)
    return max(lasting, key=lambda tempo: lasting[tempo])


def make_piece(
    name: str, source: str, tracks: Sequence[MidiTrack], timing: Timing, *, trusts_bars: bool = False
) -> MidiPiece:
    """Even out the swing, read fine notation at twice its tempo, put the notes on the grid from the first bar on.

    Where the metre changes, or the piece has a pick-up, bars and tempo stay as they are. ``trusts_bars``: bars begin
    where the file says, even if the music suggests another beat.
    """
    metres, bpm = [metre for _, metre in timing.metres], timing.tempos[0][1]
    keeps_bars = len(metres) > 1 or timing.pickup_ticks > 0
    is_compound = any(metre.is_compound for metre in metres)
    beats = [note.start / TICKS_PER_BEAT for track in tracks for note in track.notes]
    is_fine = not (keeps_bars or is_compound) and bpm < _FINE_BPM and _fine_share(beats) > _FINE_SHARE
    factor = 2 if is_fine else 1
    swing, level = EVEN, 1
    if not is_compound:
        scaled = [beat * factor for beat in beats]
        swing = find_swing(scaled)
        if swings_sixteenths(scaled):
            swing, level = 2 / 3, 2
    timing = replace(timing, tempos=((0, bpm * factor),))
    end = max((note.end for track in tracks for note in track.notes), default=1) * factor
    grid = make_grid(timing, end + 4 * TICKS_PER_BEAT)
    settled = (replace(track, notes=_settle(track.notes, grid, factor, swing, level)) for track in tracks)
    piece = MidiPiece(name, source, timing, swing if level == 1 else EVEN, tuple(t for t in settled if t.notes))
    return piece if keeps_bars else _from_first_bar(piece, trusts_bars)


def _settle(notes: Sequence[Note], grid: Grid, factor: int, swing: float, level: int) -> tuple[Note, ...]:
    """Notes on the grid: ``factor`` times as long, evened out at the ``level``-th part of the beat."""
    halfway = (grid.ticks[1:] + grid.ticks[:-1]) / 2

    def place(ticks: Iterable[int]) -> list[int]:
        beats = np.array([straighten(tick * factor * level / TICKS_PER_BEAT, swing) for tick in ticks]) / level
        settled: list[int] = grid.ticks[np.searchsorted(halfway, beats * TICKS_PER_BEAT - 0.5)].tolist()
        return settled

    starts, ends = place(note.start for note in notes), place(note.end for note in notes)
    spans = zip(notes, starts, ends, strict=True)
    moved = [Note(start, note.pitch, max(end - start, _STEP), note.velocity) for note, start, end in spans]
    return one_of_each(moved)


def _fine_share(beats: Sequence[float]) -> float:
    """Share of onsets on thirty-seconds that are no sixteenths."""
    fine = sum(abs(beat * 8 % 2 - 1) < 0.15 for beat in beats)
    return fine / max(len(beats), 1)


def one_of_each(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Keep one note, the loudest, of those that share start and pitch, cut where its pitch is struck again."""
    loudest: dict[tuple[int, int], Note] = {}
    for note in sorted(notes, key=lambda note: (note.velocity, note.duration)):
        loudest[note.start, note.pitch] = note
    following: dict[int, int] = {}
    kept = []
    for note in sorted(loudest.values(), reverse=True):
        end = min(note.end, following.get(note.pitch, note.end))
        following[note.pitch] = note.start
        kept.append(Note(note.start, note.pitch, end - note.start, note.velocity))
    return tuple(sorted(kept))


def _from_first_bar(piece: MidiPiece, trusts_bars: bool) -> MidiPiece:
    """Let bars begin where the music's do, and leave out the empty ones before the first note."""
    metre = piece.timing.metres[0][1]
    drums = [note for track in piece.tracks if track.is_drum for note in track.notes]
    pitched = [note for track in piece.tracks if not track.is_drum for note in track.notes]
    is_movable = metre == Metre(4, 4) and not trusts_bars
    beat = find_downbeat(drums, pitched, TICKS_PER_BEAT) if is_movable else 0
    bar = metre.bar_ticks(TICKS_PER_BEAT)
    late = -beat * TICKS_PER_BEAT % bar
    first = min((note.start for note in (*drums, *pitched)), default=0)
    shift = (first + late) // bar * bar - late
    moved = (
        replace(t, notes=tuple(Note(n.start - shift, n.pitch, n.duration, n.velocity) for n in t.notes))
        for t in piece.tracks
    )
    return replace(piece, tracks=tuple(moved))
