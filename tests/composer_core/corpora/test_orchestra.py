"""The orchestral corpus: main line, sections, grid, excerpts and split; the music is our own."""

import zipfile
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.corpora import orchestra
from composer_core.corpora.excerpts import BAD_RUN, LONGEST, SHORTEST, cut_excerpts, excerpt, good_runs
from composer_core.corpora.main_line import CENTRE, COMFORT, settle
from composer_core.corpora.musicxml import read_score
from composer_core.corpora.orchestra_report import describe
from composer_core.corpora.sections import SYMPHONY, reduce_parts, thin
from composer_core.corpora.snap import off_grid, snap
from composer_core.corpora.songs import Song
from composer_core.corpora.sounding import sounding_chords
from composer_core.errors import ResourceError, SettingError
from composer_core.genres import find_genre
from composer_core.music import Chord, Metre, Note, Timing, until
from composer_core.pianoroll import make_grid

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
BEAT, BAR = 480, 1920

NOTES = st.lists(
    st.builds(Note, st.integers(0, 7600), st.integers(30, 100), st.integers(1, 2000), st.integers(1, 127)), max_size=40
)


def line(*pitches, start=0, length=BEAT):
    return [Note(start + at * length, pitch, length) for at, pitch in enumerate(pitches) if pitch]


def song(bars, melody=None, timing=None, **parts):
    melody = melody or tuple(line(*([72] * bars), length=BAR))
    return Song("tune", "us/tune", "test", timing or Timing(), tuple(melody), (Chord(0, "C"),), parts)


# --- the grid ---------------------------------------------------------------------------------------------------------


def test_what_lies_on_the_grid_stays():
    grid = make_grid(Timing(), BAR)
    notes = line(60, 62, 64, 65, length=BEAT // 4)
    assert snap(notes, grid) == notes


def test_of_32nds_those_on_the_grid_stay_and_triplets_find_their_nearest():
    grid = make_grid(Timing(), BAR)
    assert [(n.start, n.pitch) for n in snap(line(60, 61, 62, 63, 64, length=60), grid)] == [
        (0, 60),
        (120, 62),
        (240, 64),
    ]
    assert [n.start for n in snap(line(60, 61, 62, length=160), grid)] == [0, 120, 360]


@settings(deadline=None)
@given(NOTES)
def test_snapped_notes_lie_on_the_grid_and_last(notes):
    grid = make_grid(Timing(), 4 * BAR)
    ticks = set(grid.ticks.tolist())
    snapped = snap(notes, grid)
    assert all(n.start in ticks and n.end in ticks and n.duration > 0 for n in snapped)
    assert {n.start for n in snapped} == {n.start for n in snap(snapped, grid)}


def test_onsets_off_the_grid_are_counted_by_bar():
    grid = make_grid(Timing(), 2 * BAR)
    off, onsets = off_grid([*line(60, 62, 64, length=160), *line(60, 62, start=BAR)], grid)
    assert (off.tolist(), onsets.tolist()) == ([2, 0], [3, 2])


def test_music_is_cut_at_an_end():
    assert until(700, line(60, 62, 64)) == [Note(0, 60, 480), Note(480, 62, 220)]


# --- sections ---------------------------------------------------------------------------------------------------------


def test_unisons_become_one_note_and_the_outer_notes_stay():
    struck = [Note(0, pitch, BEAT) for pitch in (48, 48, 60, 64, 67, 76)]
    assert [n.pitch for n in thin(struck, 2)] == [48, 76]
    assert [n.pitch for n in thin(struck, 3)] == [48, 67, 76]  # top, bottom, then the first new pitch class from above
    assert [n.pitch for n in thin(struck, 5)] == [48, 60, 64, 67, 76]


def test_a_held_note_sounds_on_beside_a_moving_one_until_there_is_no_room():
    held, moving = Note(0, 60, BAR), line(72, 74, 76, 77)
    assert set(thin([held, *moving], 2)) == {held, *moving}
    assert thin([held, *moving], 1)[0] == Note(0, 72, BEAT)


def test_a_note_that_is_left_is_shortened_not_lost():
    assert thin([Note(0, 60, BAR), Note(BEAT, 72, BEAT)], 1) == (Note(0, 60, BEAT), Note(BEAT, 72, BEAT))


@settings(deadline=None)
@given(NOTES, st.integers(1, 4))
def test_a_section_never_sounds_more_than_it_may_and_begins_wherever_its_players_do(notes, most):
    thinned = thin(notes, most)
    assert {n.start for n in thinned} == {n.start for n in notes}
    for note in thinned:
        sounding = [n for n in thinned if n.start <= note.start < n.end]
        assert len(sounding) <= most
        assert len({n.pitch for n in sounding}) == len(sounding)


PAGE = """<score-partwise><part-list>{listed}</part-list>{parts}</score-partwise>"""
MEASURE = """<part id="{ident}"><measure><attributes><divisions>1</divisions></attributes>
<note><pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>4</duration></note></measure></part>"""


def page(**players):
    listed = "".join(f'<score-part id="{ident}"><part-name>{name}</part-name></score-part>'
                     for ident, (name, _) in players.items())  # fmt: skip
    parts = "".join(MEASURE.format(ident=ident, step=n[0], octave=n[1]) for ident, (_, n) in players.items())
    return read_score(PAGE.format(listed=listed, parts=parts).encode())


def test_players_come_into_their_sections_and_a_continuo_into_two():
    score = page(a=("Flute 1", "C6"), b=("F Horn 2", "E4"), c=("Violin 1", "G5"), d=("Violin 2", "E5"),
                 e=("Continuo", "C3"), f=("Soprano", "C5"), g=("Timpani", "C2"))  # fmt: skip
    reduced = reduce_parts(score.parts, make_grid(score.timing, score.end), SYMPHONY, score.end)
    pitches = {name: [n.pitch for n in notes] for name, notes in reduced.items()}
    low = {"Cellos": [48], "Basses": [48], "Timpani": [36]}
    assert pitches == {"Winds": [84], "Brass": [64], "Violins": [76, 79], **low}


def test_the_sections_are_the_genres_parts():
    assert [part.name for part in find_genre("symphony").parts[1:]] == list(SYMPHONY)


# --- the main line ----------------------------------------------------------------------------------------------------


def test_a_phrase_far_away_moves_by_octaves_and_keeps_its_intervals():
    low, middle = line(36, 38, 40, 41), line(72, 74, 76, 77, start=BAR)
    settled = settle([*low, *middle])
    assert [n.pitch for n in settled[4:]] == [72, 74, 76, 77]
    assert [n.pitch for n in settled[:4]] == [72, 74, 76, 77]


@settings(deadline=None)
@given(st.lists(st.integers(21, 108), min_size=1, max_size=30))
def test_settling_keeps_pitch_classes_rhythm_and_comfort(pitches):
    notes = [Note(at * BEAT, pitch, BEAT) for at, pitch in enumerate(pitches)]
    settled = settle(notes)
    assert [(n.start, n.pitch % 12) for n in settled] == [(n.start, n.pitch % 12) for n in notes]
    assert abs(float(np.median([n.pitch for n in settled])) - CENTRE) <= COMFORT + 12


# --- chords -----------------------------------------------------------------------------------------------------------


def test_a_chord_is_named_for_every_half_bar_with_its_bass():
    chords = [(48, 64, 67), (52, 67, 72), (50, 65, 71), (55, 65, 71)]  # C, C/E, Bdim/D, G7 without fifth
    notes = [Note(at * BAR // 2, pitch, BAR // 2) for at, chord in enumerate(chords) for pitch in chord]
    named = sounding_chords(notes, make_grid(Timing(), 2 * BAR))
    assert named == (Chord(0, "C"), Chord(960, "C/E"), Chord(1920, "Bdim/D"), Chord(2880, "G7"))


def test_silence_keeps_the_chord_and_the_first_one_holds_from_the_beginning():
    notes = [Note(BAR, pitch, BEAT) for pitch in (57, 60, 64)]
    assert sounding_chords(notes, make_grid(Timing(), 4 * BAR)) == (Chord(0, "Am"),)
    assert sounding_chords([], make_grid(Timing(), BAR)) == ()


def test_bars_of_three_have_one_chord():
    timing = Timing(metres=((0, Metre(3, 4)),))
    notes = [Note(at * BEAT, pitch, BEAT) for at in range(3) for pitch in (48, 64, 67 + at)]
    assert len(sounding_chords(notes, make_grid(timing, 1440))) == 1


# --- excerpts ---------------------------------------------------------------------------------------------------------


def test_bars_off_the_grid_are_left_out_in_rows_only():
    bad = [False] * 20 + [True] * BAD_RUN + [False] * 5 + [True] * (BAD_RUN - 1) + [False] * 5
    assert good_runs(bad) == [(0, 20), (24, 37)]
    assert good_runs([True] * 30) == []


@settings(deadline=None)
@given(st.integers(SHORTEST, 300), st.integers(0, 4))
def test_excerpts_cover_the_run_in_pieces_that_are_neither_short_nor_long(bars, pickup):
    timing = Timing(pickup_ticks=pickup * BEAT % BAR)
    whole = song(bars, timing=timing)
    grid = make_grid(timing, whole.end)
    run = (0, int(grid.bar[-1]) + 1)
    cut = list(cut_excerpts(whole, grid, [run]))
    lengths = [len(e.timing.bar_starts(e.end)) for e in cut]
    assert sum(lengths) == run[1]
    assert all(SHORTEST <= length <= LONGEST + 16 for length in lengths)
    assert [e.timing.pickup_ticks for e in cut] == [timing.pickup_ticks] + [0] * (len(cut) - 1)


def test_a_cut_falls_where_the_melody_rests():
    bars = LONGEST + 20
    silent = bars // 2 + 5
    melody = [n for n in line(*([72] * bars), length=BAR) if n.start != (silent - 1) * BAR]
    whole = song(bars, melody)
    first, second = cut_excerpts(whole, make_grid(Timing(), whole.end), [(0, bars)])
    assert (first.name, second.name) == (f"tune [1-{silent}]", f"tune [{silent + 1}-{bars}]")


def test_an_excerpt_carries_what_is_in_force():
    timing = Timing(tempos=((0, 60.0), (BAR, 90.0)), metres=((0, Metre()), (3 * BAR, Metre(3, 4))))
    held = tuple(line(60, 62, length=2 * BAR))
    whole = replace(song(4, timing=timing, Violas=held), chords=(Chord(0, "C"), Chord(BAR, "F"), Chord(3 * BAR, "G")))
    cut = excerpt(whole, 2 * BAR - BEAT, 4 * BAR, "cut")
    assert cut.timing.tempos == ((0, 90.0),)
    assert cut.timing.metres == ((0, Metre()), (BAR + BEAT, Metre(3, 4)))
    assert cut.chords == (Chord(0, "F"), Chord(BAR + BEAT, "G"))
    assert cut.parts["Violas"] == (Note(0, 60, BEAT), Note(BEAT, 62, 2 * BAR))
    assert excerpt(whole, 3 * BAR, 4 * BAR, "end").parts["Violas"] == (Note(0, 62, BAR),)


# --- split, report, and the real archives -----------------------------------------------------------------------------


def test_held_out_composers_and_works():
    assert orchestra.split_of("Haydn,_Franz/Symphony_No.104") == "test"
    assert orchestra.split_of("Beethoven,_Ludwig_van/Symphony_No.8,_Op.93") == "test"
    assert orchestra.split_of("Brahms,_Johannes/Symphony_No.3,_Op.90") == "validation"
    assert orchestra.split_of("Brahms,_Johannes/Symphony_No.4,_Op.98") == "training"


def test_no_quartet_composer_is_held_out():
    assert not set(orchestra.QUARTET_COMPOSERS) & set(orchestra.TEST_COMPOSERS)


def test_another_genre_is_told_apart(tmp_path):
    with pytest.raises(SettingError, match="jazz has others"):
        orchestra.build_songs(find_genre("jazz"), tmp_path, tmp_path)


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"orchestra_hauptstimme\.zip is missing"):
        orchestra.build_songs(find_genre("symphony"), tmp_path, tmp_path)


def test_the_report_counts_doublings():
    melody = tuple(line(72, 74, 76, 77))
    octave_below = tuple(replace(n, pitch=n.pitch - 12) for n in melody)
    told = describe([song(1, melody, Violins=octave_below, Basses=(Note(0, 48, BAR),))], ["Violins", "Basses"])
    rows = {row.split()[0]: row.split()[1:] for row in told.splitlines()[-2:]}
    assert rows["Violins"][3] == "1.000"  # every note with the melody
    assert rows["Basses"][2:] == ["1.000", "1.000", "1.000"]
    assert "all sound: 1.000" in told


def test_the_main_line_stands_on_the_bars_of_the_score():
    path = DATA / orchestra.ORCHESTRA
    if not path.is_file():
        pytest.skip(f"{path} is not there: it is a corpus, not part of the repository")
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("Haydn_104_1.mxl"))
        score = read_score(archive.read(name))
        melody = read_score(archive.read(name.removesuffix(".mxl") + "_melody.mxl"))
    aligned = orchestra.align(melody, score)
    everywhere = {(n.start, n.pitch) for part in score.parts for n in part.notes}
    assert np.mean([(n.start, n.pitch) in everywhere for n in aligned]) > 0.95
    counts = Counter()
    cut = list(orchestra._songs(name, "hauptstimme", score, score.parts, aligned, counts))
    assert counts["bars read"] == len(score.bars)
    for each in cut:
        assert each.work == "Haydn,_Franz/Symphony_No.104"
        assert all(a.end <= b.start for a, b in pairwise(each.melody))
        assert set(each.parts) <= set(SYMPHONY)
