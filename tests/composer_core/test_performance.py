from dataclasses import replace
from statistics import mean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.feel import Feel
from composer_core.music import Composition, Key, Melody, Metre, Note, Timing, Track
from composer_core.performance import PlayedPart, perform, to_parts

BEAT = 480


def composed(melody: Melody, seed: int = 1) -> Composition:
    """The melody with a second voice a third lower, held chords and a hi-hat."""
    lower = tuple(replace(note, pitch=max(note.pitch - 4, 0), velocity=80) for note in melody.notes)
    chords = tuple(Note(0, pitch, max(melody.end, 1), 80) for pitch in (48, 52, 55))
    hats = tuple(Note(tick, 42, BEAT // 4, 80) for tick in range(0, min(melody.end, 20 * BEAT), BEAT // 2))
    tracks = (
        Track("Lead", 0, melody.notes, is_melody=True),
        Track("Second", 68, lower),
        Track("Chords", 19, chords),
        Track("Kit", 0, hats, is_drum=True),
    )
    return Composition("test", melody.timing, Key(0), tracks, seed=seed)


def steady(count: int = 16, velocity: int = 80, **timing: object) -> Melody:
    return Melody(
        tuple(Note(k * BEAT, 60 + k % 5, BEAT, velocity) for k in range(count)),
        Timing(BEAT, **timing),  # type: ignore[arg-type]
    )


def paper(track: Track) -> list[tuple[int, int, int]]:
    return [(note.start, note.pitch, note.duration) for note in track.notes]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_paper_never_changes(melodies, data, seed):
    written = composed(data.draw(melodies()), seed)
    performed = perform(written)
    assert [paper(track) for track in performed.tracks] == [paper(track) for track in written.tracks]
    assert all(1 <= note.velocity <= 127 for track in performed.tracks for note in track.notes)
    assert perform(written) == performed


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_what_is_heard_stays_near_the_paper(melodies, data, seed):
    performed = perform(composed(data.draw(melodies()), seed))
    for track, part in zip(performed.tracks, to_parts(performed), strict=True):
        written = sorted(track.notes)
        assert len(part.notes) == len(written)
        for note, played in zip(written, part.notes, strict=True):
            assert (played.pitch, played.velocity) == (note.pitch, note.velocity)
            assert played.start_s >= 0
            assert played.duration_s > 0
            allowed = 1e-9 if track.is_melody else 2 * Feel().looseness_ms / 1000 + 1e-9
            assert abs(played.start_s - performed.timing.seconds_at(note.start)) <= allowed


def test_a_flat_melody_is_shaped_by_metre():
    velocities = [note.velocity for note in perform(composed(steady())).melody.notes]
    downbeats, weak = velocities[0::4], velocities[1::4] + velocities[3::4]
    assert mean(downbeats) > mean(weak) + 1
    assert len(set(velocities)) > 5


def test_a_phrase_swells_and_lets_go():
    line = replace(steady(), notes=tuple(replace(note, pitch=60) for note in steady().notes))
    velocities = [note.velocity for note in perform(composed(line)).melody.notes]
    assert velocities[8] > velocities[0] + 8
    assert velocities[8] > velocities[15] + 3


def test_high_notes_are_leant_into():
    low, high = (
        Melody((Note(0, 55, BEAT), *(Note(BEAT, pitch, BEAT),), Note(2 * BEAT, 55, BEAT))) for pitch in (50, 70)
    )
    assert perform(composed(high)).melody.notes[1].velocity > perform(composed(low)).melody.notes[1].velocity


def test_a_pick_up_is_not_a_downbeat():
    line = steady(9, pickup_ticks=BEAT)
    velocities = [note.velocity for note in perform(composed(line)).melody.notes]
    assert velocities[1] > velocities[0] + 3


def test_the_users_own_velocities_are_kept_and_followed():
    loud_then_soft = tuple(
        replace(note, velocity=110 - k if k < 16 else 40 + k % 3) for k, note in enumerate(steady(32).notes)
    )
    performed = perform(composed(replace(steady(), notes=loud_then_soft)))
    assert performed.melody.notes == loud_then_soft
    second = [note.velocity for note in performed.tracks[1].notes]
    assert mean(second[:12]) > mean(second[20:]) + 30


def test_the_band_stays_behind_the_soloist():
    performed = perform(composed(steady()))
    melody, second = (mean(note.velocity for note in track.notes) for track in performed.tracks[:2])
    assert melody - 14 < second < melody - 3


def test_accents_that_a_track_brings_along_are_kept():
    written = composed(steady())
    accented = tuple(replace(note, velocity=110 if k % 2 else 50) for k, note in enumerate(written.tracks[3].notes))
    performed = perform(replace(written, tracks=(*written.tracks[:3], replace(written.tracks[3], notes=accented))))
    hats = [note.velocity for note in performed.tracks[3].notes]
    assert mean(hats[1::2]) > mean(hats[0::2]) + 30


def test_seeds_differ_and_silence_is_left_alone():
    assert perform(composed(steady(), 1)).tracks[1] != perform(composed(steady(), 2)).tracks[1]
    silent = composed(Melody(()))
    assert perform(silent) == silent
    assert to_parts(silent)[0].notes == []


def heard(notes: tuple[Note, ...]) -> PlayedPart:
    return to_parts(composed(Melody(notes, Timing(BEAT, tempos=((0, 60.0),)))))[0]


def test_a_line_is_slurred_and_a_repeated_note_struck_again():
    first, second, third, _ = heard(
        (Note(0, 60, BEAT), Note(BEAT, 62, BEAT), Note(2 * BEAT, 62, BEAT), Note(3 * BEAT, 60, BEAT))
    ).notes
    assert first.start_s + first.duration_s > second.start_s
    assert second.start_s + second.duration_s < third.start_s - 0.03


def test_a_phrase_ends_with_a_breath():
    *_, last = heard(steady(4).notes).notes
    assert last.start_s + last.duration_s == pytest.approx(4.0 - 0.14)


def test_chords_stay_together():
    chords = to_parts(composed(steady()))[2].notes
    assert len({note.start_s for note in chords}) == 1


def test_the_tempo_map_is_followed():
    line = steady(4, tempos=((0, 60.0), (2 * BEAT, 120.0)), metres=((0, Metre(3, 4)),))
    assert [note.start_s for note in to_parts(composed(line))[0].notes] == pytest.approx([0.0, 1.0, 2.0, 2.5])
