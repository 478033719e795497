"""From a user's options to a request, and from a request to what a technique composes for. Free of torch."""

from bisect import bisect_right
from dataclasses import replace

from composer_core.chords import count_bars, parse_plan
from composer_core.controls import Controls, choose_parts
from composer_core.errors import SettingError, about
from composer_core.genres import Genre
from composer_core.harmony import find_key
from composer_core.melody import changes_only, fit
from composer_core.music import Chord, Melody
from composer_core.request import ComposeRequest, new_seed
from composer_core.transposition import into_hearing, to_key, transpose_chords


def make_request(
    melody: Melody,
    genre: Genre,
    *,
    seed: int | None = None,
    technique: str | None = None,
    length_bars: int | None = None,
    tempo_bpm: float | None = None,
    takes: int = 1,
    stems: bool = False,
    score: bool = False,
    key: str | None = None,
    intro: bool = False,
    chords: str = "",
    reharmonise: int = 0,
    risk: float = 1.0,
    density: float = 0.5,
    without: str = "",
    only: str = "",
) -> ComposeRequest:
    """Make the request that a user's options describe; it can be carried out as far as the melody goes.

    ``chords`` is a plan as ``chords.parse_plan`` reads it, for the melody as the user gave it, cut or repeated;
    ``without`` and ``only`` are lists as ``controls.choose_parts`` reads them.

    Raises:
        SettingError: an option lies outside its range, or does not go with the genre or with another option.
        MelodyError: the melody is too long, or does not fit into the key.
    """
    with about("without" if without.strip() else "only"):
        parts = choose_parts(genre, without=without, only=only)
    request = ComposeRequest(
        melody=melody,
        genre=genre.name,
        seed=new_seed() if seed is None else seed,
        technique=technique or genre.technique,
        length_bars=length_bars,
        tempo_bpm=tempo_bpm,
        takes=takes,
        stems=stems,
        score=score,
        key=key,
        intro=intro,
    )
    with about("melody" if length_bars is None else "bars"):
        fitted = fit(melody, length_bars=length_bars, tempo_bpm=tempo_bpm)
    with about("chords"):
        plan, notices = _read_plan(chords, fitted)
    controls = Controls(plan, reharmonise, risk, density, parts)
    melody = replace(melody, notices=(*melody.notices, *notices))
    request = replace(request, melody=melody, controls=controls)
    prepare(request, genre)
    return request


def prepare(request: ComposeRequest, genre: Genre) -> tuple[Melody, Controls]:
    """Carry out key, length, tempo and intro: the melody that stands note for note, and controls that go with it.

    A melody that nobody could hear is moved by octaves.

    Raises:
        SettingError: the genre has no intro.
        MelodyError: the melody is too long, or does not fit into the key.
    """
    own = genre.parts[0]
    melody, chords = into_hearing(request.melody, own.low, own.high), request.controls.chords
    if request.key is not None:
        with about("key"):
            melody, shift = to_key(melody, request.key)
        chords = transpose_chords(chords, shift, find_key(melody.notes))
    fitted = fit(melody, length_bars=request.length_bars, tempo_bpm=request.tempo_bpm)
    if request.intro:
        with about("intro"):
            if not genre.intro_bars:
                raise SettingError(f"The genre {genre.name} has no intro: leave --intro out.")
            melody = fit(fitted, intro_bars=genre.intro_bars)
        chords = _after_intro(chords, fitted, melody.notes[0].start - fitted.notes[0].start)
        fitted = melody
    fitted = replace(fitted, notices=(*fitted.notices, *_tempo_notice(fitted, genre)))
    return fitted, replace(request.controls, chords=chords)


def _tempo_notice(melody: Melody, genre: Genre) -> list[str]:
    """Say so, if the melody is slower or faster than the genre is played."""
    slowest, fastest = genre.tempo_bpm_range
    tempo_bpm = melody.timing.tempos[0][1]
    if slowest <= tempo_bpm <= fastest:
        return []
    return [f"{tempo_bpm:g} bpm is unusual for {genre.name}: it is at home from {slowest:g} to {fastest:g} (--tempo)."]


def _read_plan(text: str, melody: Melody) -> tuple[tuple[Chord, ...], list[str]]:
    """The plan laid on the melody's bars, with what the user should be told of its length."""
    if not text.strip():
        return (), []
    plan, written, bars = parse_plan(text, melody), count_bars(text), melody.length_bars
    if written == bars:
        return plan, []
    fate = "they are repeated" if written < bars else "the rest is left out"
    return plan, [f"The chords fill {written} bar{'s' * (written > 1)}, the melody {bars}: {fate}."]


def _after_intro(chords: tuple[Chord, ...], melody: Melody, delay: int) -> tuple[Chord, ...]:
    """Move a plan ``delay`` ticks later; its opening, from the first full bar on, is heard before it as well."""
    if not chords:
        return ()
    first_bar = melody.timing.pickup_ticks
    opening = chords[max(bisect_right([chord.tick for chord in chords], first_bar) - 1, 0) :]
    before = [(max(chord.tick - first_bar, 0), chord.label) for chord in opening if chord.tick - first_bar < delay]
    moved = [(chord.tick + delay, chord.label) for chord in chords]
    return tuple(Chord(tick, label) for tick, label in changes_only([*before, *moved]))
