"""How bands play: a small combo written by hand, performed with the feel of each shipped genre."""

import io
from dataclasses import replace
from itertools import pairwise
from statistics import mean, pstdev

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.mix import render
from audio.stems import NoteEvent, Part
from composer_core.feel import Feel
from composer_core.genres import find_genre
from composer_core.midi import write_composition
from composer_core.music import Chord, Composition, Key, Melody, Metre, Note, Timing, Track
from composer_core.performance import as_played, perform, to_parts
from composer_core.performance.articulation import PAD_S

BEAT = 480
BAR = 4 * BEAT
BANDS = ("jazz", "pop", "rock", "songwriter")
STILL = {"looseness_ms": 0.0, "push_ms": {}}


def eighths(bars: int = 4, pitch: int = 72) -> Melody:
    return Melody(tuple(Note(k * BEAT // 2, pitch + k % 3, BEAT // 2) for k in range(8 * bars)))


def combo(melody: Melody, genre: str = "jazz", tempo_bpm: float | None = None, **feel: object) -> Composition:
    """Ride and hats in eighths, kick, backbeat, walking bass and comping on every eighth, to the melody's end."""
    found = find_genre(genre)
    bars = -(-melody.end // BAR)
    times = range(0, bars * BAR, BEAT // 2)
    drums = [Note(t, 51, 120) for t in times] + [Note(t, 42, 120) for t in times]
    drums += [Note(t, 36, 120) for t in range(0, bars * BAR, 2 * BEAT)]
    drums += [Note(t, 38, 120) for t in range(BEAT, bars * BAR, 2 * BEAT)]
    walk = tuple(Note(t, 40 + t // BEAT % 5, BEAT) for t in range(0, bars * BAR, BEAT))
    tracks = (
        Track("Melody", 0, melody.notes, is_melody=True, role="melody"),
        Track("Piano", 0, tuple(Note(t, p, BEAT // 2) for t in times for p in (60, 64, 67)), role="chords"),
        Track("Bass", 33, walk, role="bass"),
        Track("Drums", 0, tuple(sorted(drums)), is_drum=True, role="drums"),
    )
    timing = replace(melody.timing, tempos=((0, tempo_bpm or found.tempo_bpm),))
    chords = tuple(Chord(bar * BAR, "C") for bar in range(bars))
    played = replace(found.feel, **feel) if feel else found.feel
    return Composition("test", timing, Key(0), tracks, chords=chords, genre=genre, seed=3, feel=played)


def with_part(composition: Composition, track: Track) -> Composition:
    return replace(composition, tracks=(composition.melody, track))


def heard(composition: Composition, name: str):
    return next(part for part in to_parts(composition) if part.name == name).notes


def beats(composition: Composition, name: str) -> list[float]:
    """Where a part's notes are heard, in beats."""
    return [composition.timing.tick_at(note.start_s) / BEAT for note in heard(composition, name)]


def off_beats(places: list[float]) -> list[float]:
    return [place % 1 for place in places if 0.3 < place % 1 < 0.8]


# --- swing


@pytest.mark.parametrize(("genre", "tempo_bpm"), [("jazz", 132), ("songwriter", 96), ("rock", 120), ("pop", 108)])
def test_the_band_plays_its_off_beats_where_the_genre_swings(genre, tempo_bpm):
    performed = perform(combo(eighths(16), genre, tempo_bpm))
    swing = find_genre(genre).feel.swing
    for part in ("Drums", "Piano"):
        assert mean(off_beats(beats(performed, part))) == pytest.approx(swing, abs=0.025)


def test_fast_players_swing_less_and_never_less_than_even():
    feel = find_genre("jazz").feel
    places = [feel.swing_at(tempo_bpm) for tempo_bpm in (100, 200, 240, 280, 300)]
    assert places == sorted(places, reverse=True)
    assert (places[0], places[-1]) == (feel.swing, 0.5)


def test_even_melodies_swing_in_the_sound_and_stay_even_on_paper_and_in_the_file():
    performed = perform(combo(eighths()))
    assert off_beats(beats(performed, "Melody")) == pytest.approx([0.64] * 16, abs=1e-6)
    assert [note.start for note in as_played(performed).melody.notes] == [note.start for note in eighths().notes]


def test_a_melody_that_swings_already_is_not_swung_again():
    swung = tuple(replace(n, start=n.start + (70 if k % 2 else 0), duration=150) for k, n in enumerate(eighths().notes))
    performed = perform(combo(Melody(swung)))
    assert beats(performed, "Melody") == pytest.approx([note.start / BEAT for note in swung])


def test_triplets_of_a_melody_stay_triplets_beside_swung_beats():
    triplet = tuple(Note(k * BEAT // 3, 70 + k, BEAT // 3) for k in range(3))
    pair = (Note(BEAT, 72, BEAT // 2), Note(BEAT + BEAT // 2, 74, BEAT // 2))
    performed = perform(combo(Melody((*triplet, *pair))))
    assert beats(performed, "Melody") == pytest.approx([0, 1 / 3, 2 / 3, 1, 1.64])


@pytest.mark.parametrize("metre", [Metre(6, 8), Metre(7, 8)])
def test_metres_in_eighths_do_not_swing(metre):
    melody = replace(eighths(), timing=Timing(metres=((0, metre),)))
    performed = perform(combo(melody))
    assert off_beats(beats(performed, "Melody")) == pytest.approx([0.5] * 16)


@pytest.mark.parametrize("genre", [*BANDS, "symphony"])
@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 99))
def test_every_note_is_heard_once_near_its_place_and_in_its_order(genre, melodies, data, seed):
    melody = data.draw(melodies(ticks_per_beat=st.just(BEAT)))
    performed = perform(replace(combo(melody, genre), seed=seed))
    assert perform(replace(combo(melody, genre), seed=seed)) == performed
    for track, part in zip(performed.tracks, to_parts(performed), strict=True):
        written = sorted(track.notes)
        assert [note.pitch for note in part.notes] == [note.pitch for note in written]
        for note, played in zip(written, part.notes, strict=True):
            place = performed.timing.tick_at(played.start_s)
            assert abs(place - note.start) <= 0.25 * BEAT + 0.1 * BEAT
            assert played.duration_s > 0
            assert 1 <= played.velocity <= 127
        by_pitch: dict[int, list] = {}
        for played in part.notes:
            by_pitch.setdefault(played.pitch, []).append(played)
        for line in by_pitch.values():
            assert all(a.start_s + a.duration_s <= b.start_s + 0.0021 for a, b in pairwise(line))


# --- the file


@pytest.mark.parametrize("genre", [*BANDS, "symphony", "chorale"])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_the_file_has_the_melody_as_written_and_the_band_as_heard(genre, melodies, data):
    performed = perform(combo(data.draw(melodies(ticks_per_beat=st.just(BEAT))), genre))
    played = as_played(performed)
    assert played.melody == performed.melody
    assert write_composition(played) == write_composition(as_played(performed))
    if genre in ("symphony", "chorale"):
        assert played == performed
        return
    for track, part in zip(played.accompaniment, to_parts(performed)[1:], strict=True):
        starts = sorted(performed.timing.tick_at(note.start_s) for note in part.notes)
        assert [note.start for note in track.notes] == pytest.approx(starts, abs=2.5)
        assert sorted(note.velocity for note in track.notes) == sorted(note.velocity for note in part.notes)
        line: dict[int, int] = {}
        for note in track.notes:
            assert note.start >= line.get(note.pitch, 0)
            line[note.pitch] = note.end


def test_the_file_swings():
    file = mido.MidiFile(file=io.BytesIO(write_composition(as_played(perform(combo(eighths(16)))))))
    tick, places = 0, []
    for message in file.tracks[-1]:
        tick += message.time
        if message.type == "note_on" and message.velocity:
            places.append(tick / file.ticks_per_beat)
    assert mean(off_beats(places)) == pytest.approx(0.64, abs=0.025)


# --- drums


def test_drums_are_hit_as_in_groove_not_evenly():
    drums = perform(combo(eighths(32), "rock")).tracks[-1].notes
    snares, kicks, hats = ([n.velocity for n in drums if n.pitch == pitch] for pitch in (38, 36, 42))
    touch = find_genre("rock").feel.touch
    assert mean(snares) > mean(hats) + 15
    assert mean(snares) > mean(kicks) + 15
    on, off = hats[0::2], hats[1::2]
    assert mean(on) - mean(off) == pytest.approx(mean(touch.drums[42].velocity[::4]) - 71, abs=8)
    assert pstdev(on) == pytest.approx(mean(touch.drums[42].spread[::4]), rel=0.4)


def test_ghost_notes_are_soft_as_often_as_drummers_play_them_and_mostly_where_they_were():
    hits = tuple(Note(bar * BAR + slot * 120, 38, 120) for bar in range(8) for slot in (1, 4, 12))
    composition = with_part(combo(eighths(8), "pop"), Track("Drums", 0, hits, is_drum=True, role="drums"))
    soft = []
    for seed in range(200):
        forces = [note.velocity for note in perform(replace(composition, seed=seed)).tracks[1].notes]
        soft.append([ghost < back - 50 for ghost, back in zip(forces[0::3], forces[1::3], strict=True)])
    touch = find_genre("pop").feel.touch
    assert mean(map(mean, soft)) == pytest.approx(touch.drums[38].ghosts[1], abs=0.12)
    stays = [a == b for bars in soft for a, b in pairwise(bars)]
    assert mean(stays) > 0.75


def test_a_fill_gets_louder_and_has_no_ghosts():
    fill = [Note(3 * BAR + 2 * BEAT + k * 120, pitch, 120) for k, pitch in enumerate((38, 38, 48, 48, 45, 45, 43, 43))]
    steady = [Note(t, 42, 120) for t in range(0, 4 * BAR, BEAT // 2)]
    notes = tuple(sorted([*steady, *fill]))
    seeds = [
        perform(
            replace(with_part(combo(eighths(), "rock"), Track("Kit", 0, notes, is_drum=True, role="drums")), seed=k)
        )
        for k in range(20)
    ]
    snares = [note.velocity for c in seeds for note in c.tracks[1].notes if note.pitch == 38]
    last = [note.velocity for c in seeds for note in c.tracks[1].notes if note.pitch == 43]
    assert min(snares) > 60
    assert mean(last) > 95


def test_the_band_gets_louder_with_the_energy_of_the_form():
    quiet = tuple(Note(k * BEAT, 60, BEAT) for k in range(64))
    busy = tuple(Note(64 * BEAT + k * BEAT // 2, 74, BEAT // 2) for k in range(128))
    for genre in BANDS:
        bass = perform(combo(Melody((*quiet, *busy)), genre)).tracks[2].notes
        by_half = [mean(n.velocity for n in bass if (n.start >= 16 * BAR) == second) for second in (False, True)]
        assert by_half[1] > by_half[0] + 4


# --- articulation


def chords_on(times: tuple[int, ...], length: int, program: int, name: str = "Part") -> Track:
    notes = tuple(Note(t, p, length) for t in times for p in (52, 57, 60, 64))
    return Track(name, program, notes, role="chords")


def test_guitars_strum_down_on_beats_and_up_between():
    guitar = chords_on((0, BEAT // 2), BEAT // 2, 25)
    performed = perform(with_part(combo(eighths(), "songwriter", swing=0.5, **STILL), guitar))
    down, up = (heard(performed, "Part")[:4], heard(performed, "Part")[4:])
    apart_s = find_genre("songwriter").feel.strum_ms / 1000
    assert np.diff([note.start_s for note in down]) == pytest.approx([apart_s] * 3)
    assert np.diff([note.start_s for note in up]) == pytest.approx([-apart_s] * 3)


def test_a_fast_strum_stays_within_a_quarter_of_the_beat():
    guitar = chords_on((0,), BEAT // 2, 25)
    performed = perform(with_part(combo(eighths(), "songwriter", tempo_bpm=280, **STILL), guitar))
    starts = [note.start_s for note in heard(performed, "Part")]
    assert starts[-1] - starts[0] <= 0.25 * 60 / 280


def test_long_piano_chords_are_rolled_and_short_ones_struck():
    piano = Track("Part", 0, (*chords_on((0,), BAR, 0).notes, *chords_on((BAR,), BEAT, 0).notes), role="chords")
    notes = heard(perform(with_part(combo(eighths(), "pop", **STILL), piano)), "Part")
    assert len({note.start_s for note in notes[:4]}) == 4
    assert len({note.start_s for note in notes[4:]}) == 1


def test_power_chords_are_muted_when_short_and_ring_when_long():
    short, long = chords_on((0, BEAT // 2), BEAT // 2, 30), chords_on((0,), BAR, 30)
    composition = combo(eighths(), "rock", **STILL)
    eighth_s = 60 / composition.timing.tempos[0][1] / 2
    assert heard(perform(with_part(composition, short)), "Part")[0].duration_s < 0.6 * eighth_s
    assert heard(perform(with_part(composition, long)), "Part")[0].duration_s > 7 * eighth_s


def test_a_walking_bass_is_legato_with_a_slight_gap():
    composition = combo(eighths(), "jazz", **STILL)
    notes = heard(perform(composition), "Bass")
    gaps = [b.start_s - a.start_s - a.duration_s for a, b in pairwise(notes)]
    assert all(0.0 < gap <= 0.05 for gap in gaps)


def test_pads_overlap():
    pad = Track("Part", 48, (Note(0, 60, BAR), Note(BAR, 62, BAR), Note(2 * BAR, 64, BAR)), role="chords")
    first, second, _ = heard(perform(with_part(combo(eighths(), "pop", **STILL), pad)), "Part")
    assert first.start_s + first.duration_s == pytest.approx(second.start_s + PAD_S)


def test_cymbals_ring_and_drums_are_shots():
    kit = Track("Part", 0, (Note(0, 36, 60), Note(0, 49, 60), Note(BEAT, 36, 60)), is_drum=True, role="drums")
    kick, crash, _ = heard(perform(with_part(combo(eighths(), "rock", **STILL), kit)), "Part")
    assert kick.duration_s < 0.3
    assert crash.duration_s > 2


# --- pedal


def ballad(tempo_bpm: float = 80.0) -> Composition:
    piano = Track("Part", 0, tuple(Note(k * BEAT, 55 + k, BEAT // 2) for k in range(16)), role="chords")
    return with_part(combo(eighths(), "songwriter", tempo_bpm, **STILL), piano)


def test_a_ballads_piano_is_held_by_the_pedal_until_the_chord_changes():
    performed = perform(ballad())
    bar_s = 4 * 60 / 80
    ends = [note.start_s + note.duration_s for note in heard(performed, "Part")]
    assert ends[:4] == pytest.approx([bar_s] * 4, abs=0.02)
    assert ends[4:8] == pytest.approx([2 * bar_s] * 4, abs=0.02)


def test_the_pedal_is_in_the_file_and_up_between_chords():
    track = as_played(perform(ballad())).tracks[1]
    assert len(track.pedals) == 4
    assert all(a[0] < a[1] < b[0] for a, b in pairwise(track.pedals))
    file = mido.MidiFile(file=io.BytesIO(write_composition(as_played(perform(ballad())))))
    values = [m.value for m in file.tracks[-1] if m.type == "control_change" and m.control == 64]
    assert values == [127, 0] * 4


def test_fast_pieces_and_other_genres_have_no_pedal():
    assert as_played(perform(ballad(140.0))).tracks[1].pedals == ()
    assert as_played(perform(replace(ballad(), feel=find_genre("rock").feel))).tracks[1].pedals == ()


# --- the end


@pytest.mark.parametrize("genre", ["songwriter", "symphony"])
def test_the_last_bar_slows_down_and_no_tick_moves(genre):
    composition = combo(eighths(8), genre)
    performed = perform(composition)
    last = composition.melody.notes[-1].start
    slowest = performed.timing.tempo_at(last)
    assert slowest == pytest.approx(composition.timing.tempos[0][1] * (1 - find_genre(genre).feel.ritard))
    assert performed.timing.tempo_at(last - BAR - 1) == composition.timing.tempos[0][1]
    tempos = [bpm for _, bpm in performed.timing.tempos]
    assert tempos == sorted(tempos, reverse=True)
    assert [(n.start, n.duration) for n in performed.melody.notes] == [
        (n.start, n.duration) for n in composition.melody.notes
    ]


def test_a_melody_that_slows_down_by_itself_is_left_alone():
    composition = combo(eighths(8), "songwriter")
    timing = replace(composition.timing, tempos=((0, 96.0), (7 * BAR, 70.0)))
    assert perform(replace(composition, timing=timing)).timing == timing


@pytest.mark.parametrize("genre", ["jazz", "rock", "pop", "chorale"])
def test_other_genres_keep_their_tempo(genre):
    composition = combo(eighths(8), genre)
    assert perform(composition).timing == composition.timing


# --- the sound


def onset_s(sound: np.ndarray, sample_rate: int, around_s: float, reach_s: float = 0.09) -> float:
    """The moment near a time at which the sound rises most."""
    cell = sample_rate // 500
    level = np.abs(sound[:, : len(sound[0]) // cell * cell]).sum(axis=0).reshape(-1, cell).sum(axis=1)
    first = int((around_s - reach_s) * 500)
    window = level[max(first, 0) : int((around_s + reach_s) * 500)]
    return (max(first, 0) + int(np.argmax(np.diff(window)))) / 500


@pytest.mark.parametrize("genre", ["jazz", "rock"])
def test_the_off_beats_are_heard_where_the_band_swings(genre):
    hats = Track("Hats", 0, tuple(Note(t, 42, 60) for t in range(0, 4 * BAR, BEAT // 2)), is_drum=True, role="drums")
    composition = perform(with_part(combo(eighths(), genre, 100.0), hats))
    notes = [NoteEvent(*note) for note in heard(composition, "Hats")]
    mix = render([Part("Hats", 0, notes, is_drum=True, reverb_send=0.0)])
    swing, beat_s = find_genre(genre).feel.swing, 0.6
    found = []
    for beat in range(1, 15):
        at = onset_s(mix.samples, mix.sample_rate, 0.02 + (beat + swing) * beat_s)
        found.append((at - 0.02) / beat_s - beat)
    assert mean(found) == pytest.approx(swing, abs=0.03)


def test_a_choir_is_the_default():
    assert find_genre("chorale").feel == Feel()
