"""From options to a request that crosses the ledger, and from it to what a technique composes for."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.chord_symbols import parse_chord
from composer_core.controls import Controls, choose_parts
from composer_core.errors import MelodyError, SettingError
from composer_core.genres import find_genre
from composer_core.harmony import find_key
from composer_core.music import Chord, Melody, Note
from composer_core.notation import parse_notes
from composer_core.preparation import make_request, prepare
from composer_core.request import ComposeRequest
from composer_core.transposition import parse_key, to_key, transpose_chords

TUNE = parse_notes("C4 D E F | G:2 G:2 | A F D B3 | C4:4")
CHORALE, JAZZ, SYMPHONY = find_genre("chorale"), find_genre("jazz"), find_genre("symphony")

CHORDS = st.builds(Chord, st.integers(0, 10_000), st.sampled_from(["C", "Am7", "G/B", "Bm7b5", "N", "E7b9"]))
PLANS = st.lists(CHORDS, max_size=6).map(tuple)
CONTROLS = st.builds(
    Controls,
    chords=st.just(()),
    reharmonise=st.integers(0, 20),
    risk=st.floats(0.5, 6.0),
    density=st.floats(0.0, 1.0),
    parts=st.lists(st.text(max_size=8), max_size=4).map(tuple),
) | st.builds(Controls, chords=PLANS)


@pytest.mark.parametrize(("octaves", "told"), [(-5, "lay too low to be heard: it was moved"), (4, "lay too high")])
def test_a_melody_that_nobody_could_hear_is_moved_by_octaves_and_it_is_said(octaves, told):
    far = replace(TUNE, notes=tuple(replace(note, pitch=note.pitch + 12 * octaves) for note in TUNE.notes))
    melody, _ = prepare(ComposeRequest(far, "jazz", 7), JAZZ)
    assert {now.pitch - note.pitch for now, note in zip(melody.notes, far.notes, strict=True)} in (
        {12 * n} for n in range(-9, 10) if n
    )
    assert all(JAZZ.parts[0].low <= note.pitch <= JAZZ.parts[0].high for note in melody.notes)
    assert told in melody.notices[0] and "octave" in melody.notices[0]


@pytest.mark.parametrize("pitches", [(24, 26, 28), (100, 102, 108), (10, 120, 60, 62), (10, 120)])
def test_a_melody_that_can_be_heard_or_cannot_be_moved_stays(pitches):
    melody = Melody(tuple(Note(480 * place, pitch, 480) for place, pitch in enumerate(pitches)))
    assert [note.pitch for note in prepare(ComposeRequest(melody, "jazz", 7), JAZZ)[0].notes] == list(pitches)


@given(st.data(), CONTROLS)
def test_a_request_crosses_the_ledger_unchanged(melodies, data, controls):
    request = ComposeRequest(
        melody=data.draw(melodies()),
        genre="jazz",
        seed=data.draw(st.integers(0, 2**31 - 1)),
        length_bars=data.draw(st.none() | st.integers(1, 1000)),
        tempo_bpm=data.draw(st.none() | st.floats(20, 300)),
        takes=data.draw(st.integers(1, 8)),
        key=data.draw(st.none() | st.sampled_from(["Am", "Eb major"])),
        intro=data.draw(st.booleans()),
        controls=controls,
    )
    assert ComposeRequest.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_a_job_from_before_there_were_controls_still_loads():
    old = ComposeRequest(TUNE, "chorale", 7, tempo_bpm=84.0).to_json()
    for new in ("controls", "key", "intro"):
        del old[new]
    assert ComposeRequest.from_json(old) == ComposeRequest(TUNE, "chorale", 7, tempo_bpm=84.0)
    assert Controls.from_json({"risk": 2.0}) == Controls(risk=2.0)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"risk": 0.4}, "--risk"), ({"risk": 6.1}, "--risk"), ({"risk": float("nan")}, "--risk"),
        ({"density": -0.1}, "--density"), ({"density": 1.1}, "--density"), ({"reharmonise": -1}, "--reharmonise"),
        ({"chords": (Chord(0, "C"),), "reharmonise": 1}, "--reharmonise"),
    ],
)  # fmt: skip
def test_controls_outside_their_range_are_named(setting, told):
    with pytest.raises(SettingError, match=told):
        Controls(**setting)


def test_large_numbers_are_shown_as_they_were_typed():
    with pytest.raises(SettingError, match="--seed 99999999999 is outside 0-2147483647"):
        ComposeRequest(TUNE, "chorale", 99999999999)


@pytest.mark.parametrize(
    ("genre", "options", "playing"),
    [
        ("jazz", {"without": "drums"}, ("Piano", "Bass")),
        ("jazz", {"without": "DRUM, piano"}, ("Bass",)),
        ("jazz", {"only": "bass,drums"}, ("Bass", "Drums")),
        ("jazz", {"only": "bass;  drums ,"}, ("Bass", "Drums")),
        ("jazz", {"only": "piano, bass, drums"}, ()),  # all of them: nothing is left out
        ("jazz", {"only": "chords"}, ("Piano",)),  # by role
        ("jazz", {}, ()),
        ("jazz", {"without": " , "}, ()),
        ("pop", {"without": "drums,strings"}, ("Keys", "Guitar", "Bass")),
        ("pop", {"only": "string"}, ("Strings",)),
        ("pop", {"only": "Electric"}, None),
        ("symphony", {"only": "strings"}, ("Violins", "Violas", "Cellos", "Basses")),  # by family
        ("symphony", {"only": "cello"}, ("Cellos",)),
        ("symphony", {"without": "strings,brass,winds"}, ("Timpani",)),
        ("chorale", {"only": "Tenor"}, ("Tenor",)),
    ],
)
def test_parts_are_meant_by_name_role_or_family_in_any_case(genre, options, playing):
    if playing is None:
        with pytest.raises(SettingError):
            choose_parts(find_genre(genre), **options)
    else:
        assert choose_parts(find_genre(genre), **options) == playing


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"without": "tuba"}, r"'tuba' in the genre jazz: it has Piano, Bass and Drums"),
        ({"only": "bass,,tuba"}, "'tuba'"),
        ({"without": "piano,bass,drums"}, "melody alone"),
        ({"without": "melody"}, "always plays"),
        ({"without": "bass", "only": "drums"}, "exclude each other"),
    ],
)
def test_parts_that_make_no_sense_are_told_with_those_there_are(options, told):
    with pytest.raises(SettingError, match=told):
        choose_parts(JAZZ, **options)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C", (0, None)), ("Am", (9, False)), ("F#", (6, None)), ("Eb major", (3, True)), ("f♯ minor", (6, False)),
        ("Bb", (10, None)), ("b", (11, None)), ("bb", (10, None)), ("AM", (9, True)), ("C-sharp minor", (1, False)),
        ("d flat", (1, None)), ("Cb", (11, None)), ("G MAJOR", (7, True)), ("  E  min ", (4, False)),
    ],
)  # fmt: skip
def test_keys_are_read_as_people_write_them(text, key):
    assert parse_key(text) == key


@pytest.mark.parametrize("text", ["", "H", "C minorish", "X#", "12", "C##x", "dorian", "C4", "Am7"])
def test_what_is_no_key_is_named_with_an_example(text):
    with pytest.raises(SettingError, match=r"no key '.*': write one such as C, Am") as caught:
        parse_key(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("text", "semitones"), [("D", 2), ("Bb", -2), ("F", 5), ("G", -5), ("F#", 6), ("C", 0)])
def test_a_melody_moves_to_the_nearest_place_of_the_tonic_and_says_how_far(text, semitones):
    moved, shift = to_key(TUNE, text)
    assert shift == semitones
    assert [n.pitch for n in moved.notes] == [n.pitch + semitones for n in TUNE.notes]
    assert [(n.start, n.duration) for n in moved.notes] == [(n.start, n.duration) for n in TUNE.notes]
    (notice,) = [notice for notice in moved.notices if notice not in TUNE.notices]
    assert (str(abs(semitones)) in notice and "C major" in notice) if semitones else "not moved" in notice


@given(st.data(), st.integers(0, 11))
@settings(deadline=None)
def test_a_melody_arrives_in_the_key_asked_for_and_stays_within_midi(melodies, data, tonic):
    melody = data.draw(melodies())
    name = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")[tonic]
    try:
        moved, shift = to_key(melody, name)
    except MelodyError:
        pitches = [n.pitch for n in melody.notes]
        assert max(pitches) - min(pitches) > 127 - 12
        return
    assert find_key(moved.notes).tonic == tonic and abs(shift) < 12
    assert all(0 <= n.pitch <= 127 for n in moved.notes)


def test_a_mode_that_is_not_the_melodys_is_told():
    assert "mode stays" in to_key(TUNE, "Am")[0].notices[-1]
    assert "mode stays" not in to_key(TUNE, "A major")[0].notices[-1]


def test_the_chords_move_with_the_melody_and_are_spelled_for_the_key():
    request = make_request(TUNE, CHORALE, seed=1, chords="C | G7/B | F N | C", key="Eb")
    melody, controls = prepare(request, CHORALE)
    assert [n.pitch for n in melody.notes] == [n.pitch + 3 for n in TUNE.notes]
    assert [chord.label for chord in controls.chords] == ["Eb", "Bb7/D", "Ab", "N", "Eb"]
    assert request.melody.notes == TUNE.notes  # the request holds what was given


@given(PLANS, st.integers(-11, 11))
def test_moving_chords_there_and_back_keeps_their_tones(chords, semitones):
    key = find_key(TUNE.notes)
    there = transpose_chords(chords, semitones, key)
    back = transpose_chords(there, -semitones, key)
    assert [parse_chord(c.label) for c in back] == [parse_chord(c.label) for c in chords]
    assert [c.tick for c in there] == [c.tick for c in chords]


@pytest.mark.parametrize(("chords", "told"), [("C | G", "repeated"), ("C|C|C|C|C", "left out"), ("C|F|G|C", None)])
def test_a_plan_of_another_length_is_told(chords, told):
    notices = [n for n in make_request(TUNE, CHORALE, chords=chords).melody.notices if "chords fill" in n]
    assert len(notices) == (told is not None) and all(told in notice for notice in notices)


def test_chords_are_laid_on_the_melody_as_long_as_it_will_be():
    request = make_request(TUNE, CHORALE, chords="C | F", length_bars=6)
    assert [(c.tick // 1920, c.label) for c in request.controls.chords] == [
        (0, "C"), (1, "F"), (2, "C"), (3, "F"), (4, "C"), (5, "F"),
    ]  # fmt: skip


def test_an_intro_moves_melody_and_chords_and_opens_with_the_plans_beginning():
    request = make_request(TUNE, JAZZ, intro=True, chords="C Am | F | G7 | C")
    melody, controls = prepare(request, JAZZ)
    delay = JAZZ.intro_bars * 1920
    assert [n.start for n in melody.notes] == [n.start + delay for n in TUNE.notes]
    assert [n.pitch for n in melody.notes] == [n.pitch for n in TUNE.notes]
    labels = {c.tick: c.label for c in controls.chords}
    assert [labels[tick] for tick in (0, 960, 1920, 3840, 5760)] == ["C", "Am", "F", "G7", "C"]
    assert [labels.get(delay + tick) for tick in (960, 1920, 3840, 5760)] == ["Am", "F", "G7", "C"]


def test_a_pick_up_keeps_its_chord_before_the_bar_line_after_an_intro():
    tune = parse_notes("4/4 G4 | C5 E G E | C:4")
    request = make_request(tune, JAZZ, intro=True, chords="(G7) | C | F")
    melody, controls = prepare(request, JAZZ)
    bar_line = JAZZ.intro_bars * 1920
    assert melody.notes[0].start == bar_line - 480 and melody.timing.pickup_ticks == 0
    ticks = [c.tick for c in controls.chords]
    assert ticks == sorted(set(ticks)) and ticks[0] == 0
    sounding = [[c.label for c in controls.chords if c.tick <= tick][-1] for tick in (0, bar_line - 480, bar_line)]
    assert sounding == ["C", "G7", "C"]


def test_a_genre_without_an_intro_says_so():
    with pytest.raises(SettingError, match="chorale has no intro"):
        make_request(TUNE, CHORALE, intro=True)


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"chords": "C | Hm7"}, SettingError, "'Hm7'"),
        ({"chords": "C | F Xyz"}, SettingError, "bar 2"),
        ({"key": "Q"}, SettingError, "--key"),
        ({"risk": 99.0}, SettingError, "--risk"),
        ({"length_bars": 1000}, MelodyError, "15 minutes"),
        ({"length_bars": 0}, SettingError, "--bars"),
        ({"without": "alto,tenor,bass"}, SettingError, "melody alone"),
    ],
)
def test_what_cannot_be_done_is_said_before_there_is_a_job(options, error, told):
    with pytest.raises(error, match=told):
        make_request(replace(TUNE, timing=replace(TUNE.timing, tempos=((0, 84.0),))), CHORALE, **options)


def test_a_thousand_bars_are_fine_when_they_are_short_enough():
    request = make_request(Melody((Note(0, 60, 480),)), CHORALE, length_bars=1000, tempo_bpm=300.0, chords="C | G")
    melody, controls = prepare(request, CHORALE)
    assert melody.length_bars == 1000 and len(controls.chords) == 1000


@pytest.mark.parametrize(("tempo_bpm", "is_told"), [(40, True), (60, False), (300, False)])
def test_a_tempo_at_which_the_genre_is_not_at_home_is_told(tempo_bpm, is_told):
    melody, _ = prepare(make_request(TUNE, JAZZ, tempo_bpm=tempo_bpm), JAZZ)
    assert (
        any("bpm is unusual for jazz: it is at home from 60 to 300" in notice for notice in melody.notices) == is_told
    )
