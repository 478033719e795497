"""Lead sheets in arrangements: what MMA and a drummer play becomes parts on the grid."""

import random
import shutil
from dataclasses import replace

import pytest

from composer_core.corpora import rendering
from composer_core.corpora.arrangements import Arrangement, Layer
from composer_core.corpora.drummer import Drummer, find_drummers, play_drums
from composer_core.corpora.groove import BAR_TICKS, Performance
from composer_core.corpora.mma import Hit, RenderedTrack
from composer_core.corpora.rendering import prepare_sheet, render_sheet
from composer_core.corpora.songs import Song
from composer_core.form import Section
from composer_core.genres import find_genre
from composer_core.music import Chord, Metre, Note, Timing

TUNE = (60, 62, 64, 67, 65, 64, 62, 60)
JAZZ = find_genre("jazz")
ROCK = find_genre("rock")
LAYER = Layer("swing", ("Swing",), {"Piano": "Chord", "Bass": "Bass+Walk", "Drums": "*"}, "", "SwingEnd", 2)


def sheet(bars=16, metre=None, pickup=0, quarters=4):
    """A tune of quarters in one metre, C and G7 by turns."""
    length = quarters * 480
    notes = [Note(pickup + i * 480, TUNE[i % 8], 480) for i in range(bars * quarters)]
    if pickup:
        notes.insert(0, Note(0, 67, pickup))
    chords = tuple(Chord(pickup + bar * length, ("C", "G7")[bar % 2]) for bar in range(bars))
    timing = Timing(metres=((0, metre or Metre()),), pickup_ticks=pickup)
    return Song("ours", "us/ours", "test", timing, tuple(notes), chords, {})


def fake_mma(places=(0, 2 / 3), lowest=43):
    """A band that plays at the same places of every beat and notes what it was asked for."""
    scripts = []

    def play(bars, seed):
        scripts.append(bars)
        beats = [len(bars[0].labels) * bar + beat for bar in range(len(bars)) for beat in range(len(bars[0].labels))]

        def hits(*pitches):
            starts = (beat + place for beat in beats for place in places)
            return tuple(Hit(start, pitch, 0.3, 80) for start in starts for pitch in pitches)

        return (
            RenderedTrack("Drum", 0, True, hits(35, 63)),
            RenderedTrack("Chord", 0, False, hits(64, 67, 71)),
            RenderedTrack("Bass", 32, False, hits(lowest)),
        )

    return play, scripts


@pytest.fixture
def played(monkeypatch):
    """``played(song, arrangement, genre, drummer)``: a song played by ``fake_mma``, and the scripts."""

    def make(song, arrangement, genre=JAZZ, drummer=None, **kwargs):
        play, scripts = fake_mma(**kwargs)
        monkeypatch.setattr(rendering, "render", play)
        return render_sheet(prepare_sheet(song), arrangement, genre, drummer, random.Random(0)), scripts

    return make


def test_swung_accompaniment_is_evened_out_and_remembered(played):
    song, _ = played(sheet(), Arrangement((LAYER,), (120, 121), is_swung=True))
    assert song.swing == pytest.approx(2 / 3)
    assert {note.start % 480 for notes in song.parts.values() for note in notes} == {0, 240}
    assert not song.is_human


def test_the_melody_is_kept_and_drums_keep_to_the_kit(played):
    song, _ = played(sheet(), Arrangement((LAYER,), (120, 121)))
    assert song.melody == sheet().melody
    assert {note.pitch for note in song.parts["Drums"]} == {36}


def test_the_bass_begins_every_chord_with_its_root(played):
    song, _ = played(sheet(), Arrangement((LAYER,), (120, 121)), lowest=40)
    first = {note.start: note.pitch % 12 for note in song.parts["Bass"] if note.start % 1920 == 0}
    assert [first[bar * 1920] for bar in range(16)] == [0, 7] * 8


def test_the_last_bars_are_played_by_the_ending(played):
    _, scripts = played(sheet(), Arrangement((LAYER,), (120, 121)))
    assert [bar.groove for bar in scripts[0]] == ["swing:Swing"] * 14 + ["swing:SwingEnd"] * 2
    assert [bar.labels[0] for bar in scripts[0]] == ["C", "G7"] * 8


def test_a_rock_guitar_plays_power_chords(played):
    layer = replace(LAYER, parts={"Rhythm guitar": "Chord", "Bass": "Bass", "Drums": "*"})
    song, _ = played(sheet(), Arrangement((layer,), (120, 121)), ROCK)
    opening = sorted(note.pitch % 12 for note in song.parts["Rhythm guitar"] if note.start == 0)
    assert opening == [0, 0, 7]


def test_nothing_is_played_in_the_pick_up(played):
    song, _ = played(sheet(pickup=480), Arrangement((LAYER,), (120, 121)))
    assert min(note.start for notes in song.parts.values() for note in notes) == 480


def test_another_layer_plays_what_the_first_leaves_out(played):
    second = Layer("jazzcombo", ("JazzCombo",), {"Piano": "Chord"})
    first = replace(LAYER, parts={"Piano": "Chord-Guitar", "Bass": "Bass", "Drums": "*"})
    song, scripts = played(sheet(), Arrangement((first, second), (120, 121)))
    assert len(scripts) == 2
    assert song.parts["Piano"]


def test_metres_without_grooves_of_their_own_are_written_anew_or_left_out():
    assert str(prepare_sheet(sheet(metre=Metre(2, 2))).song.timing.metres[0][1]) == "4/4"
    assert str(prepare_sheet(sheet(metre=Metre(2, 4), quarters=2)).song.timing.metres[0][1]) == "4/4"
    assert prepare_sheet(sheet(bars=15, metre=Metre(2, 4), quarters=2)) is None
    assert prepare_sheet(sheet(metre=Metre(5, 4), quarters=5)) is None


def test_six_eight_bars_are_played_on_their_own_grid(played):
    arrangement = Arrangement((LAYER,), (60, 61), "6/8", 6)
    song, _ = played(sheet(metre=Metre(6, 8), quarters=3), arrangement, places=(0,))
    assert {note.start % 720 for note in song.parts["Bass"]} == {0, 240, 480}
    assert 90 <= song.timing.tempos[0][1] <= 91.5


def performance(name="a", style="rock", tempo=120.0, swing=0.5, fill=False, bars=8, ride=51):
    hits = [Note(at * 240, ride, 120, 70) for at in range(8 * bars)]
    hits += [Note(at * 480, 36 if at % 2 == 0 else 38, 120, 100) for at in range(4 * bars)]
    return Performance(name, "d", (style,), tempo, fill, "training", swing, tuple(sorted(hits)))


def test_drummers_fit_style_tempo_and_feel():
    takes = [
        performance("fits"),
        performance("slow", tempo=70),
        performance("jazz", style="jazz"),
        performance("swung", swing=0.66),
        performance("fill", fill=True, bars=1),
    ]
    (drummer,) = find_drummers(takes, ["rock"], (110, 130), is_swung=False)
    assert drummer.beat.name == "fits"
    assert [fill.name for fill in drummer.fills] == ["fill"]
    assert not find_drummers(takes, ["rock"], (110, 130), False, busiest=8)


def test_a_drummer_plays_his_own_hits_in_every_bar_and_ends_on_one():
    drummer = Drummer(performance(), (performance("fill", fill=True, bars=1, ride=45),))
    form = [Section(bar * BAR_TICKS, (bar + 4) * BAR_TICKS, "AB"[bar % 8 // 4]) for bar in range(0, 64, 4)]
    lines = [bar * BAR_TICKS for bar in range(65)]
    notes = play_drums(drummer, form, lines, random.Random(1))
    fills = {note.start // BAR_TICKS for note in notes if note.pitch == 45}
    assert fills
    assert all(bar % 4 == 3 for bar in fills)
    assert {note.start // BAR_TICKS for note in notes} == set(range(64))
    assert max(note.start for note in notes) == 63 * BAR_TICKS
    assert {49, 36} <= {note.pitch for note in notes if note.start == 63 * BAR_TICKS}


def test_a_drummer_brings_his_tempo(played):
    song, _ = played(sheet(), Arrangement((LAYER,), (110, 130)), drummer=Drummer(performance(tempo=117.0), ()))
    assert song.timing.tempos == ((0, 117.0),)
    assert "groove a" in song.source
    assert {note.velocity for note in song.parts["Drums"]} == {70, 100}


@pytest.mark.skipif(shutil.which("mma") is None, reason="mma, the accompanist, is not installed")
def test_mma_itself_plays_a_walking_bass_and_comping():
    layer = Layer("jazzcombo", ("JazzCombo",), {"Piano": "Chord-Piano", "Bass": "Bass+Walk", "Drums": "*"})
    arrangement = Arrangement((layer,), (120, 140), is_swung=True)
    song = render_sheet(prepare_sheet(sheet()), arrangement, JAZZ, None, random.Random(0))
    assert set(song.parts) == {"Piano", "Bass", "Drums"}
    assert 3 <= len(song.parts["Bass"]) / 16 <= 8
    tones = {0: {0, 4, 7}, 1: {7, 11, 2, 5}}
    on_chord = [note.pitch % 12 in tones[note.start // 1920 % 2] for note in song.parts["Piano"]]
    assert sum(on_chord) > 0.9 * len(on_chord)
    for part in JAZZ.parts[1:]:
        assert all(part.low <= note.pitch <= part.high for note in song.parts[part.name])
