"""A real ending: the band strikes the last chord together with the melody and lets it ring. Free of torch."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import mean

from composer_core.chord_symbols import ChordSymbol
from composer_core.chords import chord_line
from composer_core.form import bar_lines
from composer_core.music import Composition, Note, Timing, Track, until

KICK, CRASH = 36, 49
RECENT_BARS = 2  # a part that has been silent for so long stays silent
FULLEST = 4  # notes of a final chord that grows out of a broken one

_BASSES = (*range(32, 40), 43, 58)  # General MIDI: basses, contrabass, tuba
_PLUCKED = (*range(0, 8), *range(24, 32))  # pianos and guitars: they end a figure with a chord


def end_together(composition: Composition) -> Composition:
    """Let every part end with one long chord under the melody's last note; drums with kick and crash.

    The melody stays as it is, and so does everything before the last strike. Chords after it are left out.
    """
    if not composition.melody.notes:
        return composition
    strike, end = last_strike(composition)
    symbol = chord_line(composition.chords, [strike])[0]
    recent = strike - RECENT_BARS * _bar_ticks(composition.timing, strike)
    band = [_ended(track, strike, end, recent, symbol) for track in composition.accompaniment]
    chords = tuple(chord for chord in composition.chords if chord.tick <= strike)
    return replace(composition, tracks=(composition.melody, *band), chords=chords)


def end_with_melody(composition: Composition) -> Composition:
    """Let nobody sing on after the melody's last note: how a choir ends."""
    end = max((note.end for note in composition.melody.notes), default=0)
    choir = [replace(track, notes=tuple(until(end, track.notes))) for track in composition.accompaniment]
    chords = tuple(chord for chord in composition.chords if chord.tick < max(end, 1))
    return replace(composition, tracks=(composition.melody, *choir), chords=chords)


def last_strike(composition: Composition) -> tuple[int, int]:
    """Return the tick of the last chord and the tick at which it ends.

    It is struck with the melody's last note, or on the last bar line under it if that is held so long, and lasts to
    the end of the bar, two pulses at least. Where the band is a little off the melody's onset, the band's tick counts.
    """
    last = max(composition.melody.notes, key=lambda note: (note.end, note.start))
    timing = composition.timing
    lines = bar_lines(timing, last.end)
    pulse = timing.metre_at(last.start).pulse_ticks(timing.ticks_per_beat)
    inside = [line for line in lines if last.start < line <= last.end - pulse]
    strike = _nearest_onset(composition.accompaniment, inside[-1] if inside else last.start, pulse // 6)
    return strike, max(lines[-1], last.end, strike + 2 * pulse)


def _nearest_onset(tracks: Iterable[Track], tick: int, reach: int) -> int:
    near = {note.start for track in tracks for note in track.notes if abs(note.start - tick) <= reach}
    return min(near, key=lambda start: (abs(start - tick), start), default=tick)


def _bar_ticks(timing: Timing, tick: int) -> int:
    return timing.metre_at(tick).bar_ticks(timing.ticks_per_beat)


def _ended(track: Track, strike: int, end: int, recent: int, symbol: ChordSymbol | None) -> Track:
    notes = sorted(track.notes)
    before = [note for note in notes if note.start < strike]
    struck = [note for note in notes[bisect_left(notes, Note(strike, 0, 0, 0)) :] if note.start == strike]
    latest = struck or [note for note in before if note.end > recent]
    if not latest:
        return track
    if track.is_drum:
        loudest = max(note.velocity for note in latest)
        rung = [Note(strike, pitch, end - strike, loudest) for pitch in (KICK, CRASH)]
        return replace(track, notes=tuple(sorted([*before, *rung])))
    held = [note for note in before if note.end > strike]
    if held and not struck:
        rung = [replace(note, duration=end - note.start) for note in held]
    else:
        pitches = [note.pitch for note in struck] or _last_shape(before)
        velocity = round(mean(note.velocity for note in latest))
        rung = [Note(strike, pitch, end - strike, velocity) for pitch in _final(track, pitches, latest, symbol)]
    cut = [replace(note, duration=min(note.duration, strike - note.start)) for note in before if note not in held]
    cut += [replace(note, duration=strike - note.start) for note in held if struck]
    return replace(track, notes=tuple(sorted([*cut, *rung])))


def _last_shape(before: Sequence[Note]) -> list[int]:
    """Pitches that were struck together last."""
    return [note.pitch for note in before if note.start == before[-1].start]


def _final(track: Track, pitches: Sequence[int], latest: Sequence[Note], symbol: ChordSymbol | None) -> list[int]:
    """Pitches of the last chord, near those just played; a bass takes the chord's bass, a broken chord grows."""
    if symbol is None:
        return sorted(set(pitches))
    if track.program in _BASSES:
        return [_nearest(min(pitches), (symbol.lowest,))]
    found = {_nearest(pitch, symbol.tones) for pitch in pitches}
    if track.program in _PLUCKED and len(found) < FULLEST - 1:
        low, high = min(found), max(max(note.pitch for note in latest), min(found) + 12)
        above = [pitch for pitch in range(low, high + 1) if pitch % 12 in symbol.tones]
        found |= set(above[: FULLEST - len(found)])
    return sorted(found)


def _nearest(pitch: int, pitch_classes: Sequence[int]) -> int:
    """The pitch of one of these classes nearest to another, of two equally near the lower."""
    near = [p for p in range(max(pitch - 6, 0), min(pitch + 6, 127) + 1) if p % 12 in pitch_classes]
    return min(near, key=lambda p: (abs(p - pitch), p), default=pitch)
