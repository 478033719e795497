"""Corpora of the bands: split, kept on disk, told in figures."""

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer_core.corpora import bands
from composer_core.corpora.bands import Studio, build_songs
from composer_core.corpora.human import human_songs
from composer_core.corpora.lead_sheets import read_lead_sheets
from composer_core.corpora.midi_songs import read_pieces
from composer_core.corpora.report import describe
from composer_core.corpora.song_files import read_songs, write_songs
from composer_core.corpora.songs import Song, Songs
from composer_core.errors import ResourceError
from composer_core.genres import find_genre
from composer_core.metrics.fit import bass_on_root
from composer_core.metrics.songroll import make_songroll
from composer_core.music import Chord, Metre, Note, Timing

DATA = Path("../shared/data")
needs_data = pytest.mark.skipif(not (DATA / "freedoom.zip").is_file(), reason="the corpora are not here")
needs_mma = pytest.mark.skipif(shutil.which("mma") is None, reason="mma, the accompanist, is not installed")


def song(name, bars=16, sung=True, is_human=True, source="test"):
    melody = tuple(Note(i * 480, 60 + i % 5, 480) for i in range(bars * 4 if sung else 1))
    bass = tuple(Note(bar * 1920, 36, 960) for bar in range(bars))
    drums = tuple(Note(beat * 480, 36, 120) for beat in range(4 * bars))
    parts = {"Bass": bass, "Drums": drums}
    return Song(name, f"test/{name}", source, Timing(), melody, (Chord(0, "C"),), parts, is_human=is_human)


def test_every_human_piece_has_one_side_and_the_held_out_ones_have_a_melody():
    songs = [song(f"piece {n}", sung=n % 3 > 0) for n in range(60)]
    sides = {piece.name: side for piece, side in bands._split(songs)}
    assert len(sides) == 60
    held = [piece for piece in songs if sides[piece.name] != "training"]
    assert all(len(piece.melody) > 1 for piece in held)
    assert sum(side == "test" for side in sides.values()) >= 10
    assert sum(side == "validation" for side in sides.values()) >= 4


def test_the_split_of_a_piece_does_not_depend_on_the_order():
    songs = [song(f"piece {n}") for n in range(40)]
    there = {piece.name: side for piece, side in bands._split(songs)}
    back = {piece.name: side for piece, side in bands._split(songs[::-1])}
    assert there == back


@given(st.floats(0.5, 0.7), st.booleans(), st.integers(0, 960), st.sampled_from([Metre(4, 4), Metre(6, 8)]))
def test_songs_on_disk_are_the_same_songs(tmp_path_factory, swing, is_human, pickup, metre):
    path = tmp_path_factory.mktemp("songs") / "songs.json.gz"
    timing = Timing(480, ((0, 97.25), (960, 120.0)), ((0, metre),), pickup)
    kept = replace(song("ours"), timing=timing, swing=swing, is_human=is_human)
    songs = Songs((kept,), (), (replace(kept, name="ours, too"),))
    write_songs(songs, path)
    assert read_songs(path) == songs


def test_a_corpus_is_built_once(tmp_path, monkeypatch):
    built = []
    songs = Songs((song("a"),), (), (song("b"),))
    monkeypatch.setattr(bands, "_build", lambda genre, data: built.append(genre.name) or songs)
    for _ in range(2):
        assert build_songs(find_genre("rock"), tmp_path, tmp_path / "cache") == songs
    (tmp_path / "groove.zip").write_bytes(b"another archive")
    build_songs(find_genre("rock"), tmp_path, tmp_path / "cache")
    assert built == ["rock", "rock"]


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"\.zip is missing"):
        build_songs(find_genre("rock"), tmp_path, tmp_path / "cache")


def test_the_report_tells_sides_shares_and_parts():
    rendered = song("c", is_human=False, source="openewld + mma swing + groove drummer1/a")
    text = describe(Songs((song("a"), rendered), (), (song("b"),)))
    assert "training: 2 songs (1 human, 0 swung), 32 bars, 50% human, drums 100% human; 4/4 2" in text
    assert "rendered: 1 songs, 1 works" in text
    bass = next(line for line in text.splitlines() if "Bass" in line)
    assert "notes a bar   1.0" in bass
    assert "root at changes 1.00" in bass
    assert "same rhythm as the bar before 1.00" in bass


@needs_data
@needs_mma
def test_a_sheet_is_rendered_in_different_bands_and_always_the_same():
    sheet = next(sheet for sheet in read_lead_sheets(DATA).songs if str(sheet.timing.metres[0][1]) == "4/4")
    studio = Studio(find_genre("jazz"), ())
    songs = list(studio.record(sheet, "training"))
    assert songs == list(studio.record(sheet, "training"))
    assert len({rendered.source for rendered in songs}) > 1
    assert {rendered.work for rendered in songs} == {sheet.work}
    assert all(rendered.melody == sheet.melody for rendered in songs)


@needs_data
def test_human_rock_has_chords_that_its_bass_agrees_with(tmp_path):
    for archive, names in (("freedoom.zip", ("d_e1m7", "d_map28", "d_dm22")), ("simutrans.zip", ())):
        with zipfile.ZipFile(DATA / archive) as whole, zipfile.ZipFile(tmp_path / archive, "w") as few:
            for name in names:
                few.writestr(f"{name}.mid", whole.read(f"musics/{name}.mid"))
    songs = list(human_songs(read_pieces(tmp_path).pieces, find_genre("rock")))
    assert len(songs) == 3
    for rock in songs:
        roll = make_songroll(rock)
        assert {"Rhythm guitar", "Bass", "Drums"} <= rock.parts.keys()
        assert bass_on_root(roll, "Bass") > 0.9
