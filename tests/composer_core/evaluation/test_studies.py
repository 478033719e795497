"""The whole road of ``tutti evaluate`` on tunes of our own."""

import json
from dataclasses import replace

import pytest

from composer_core.corpora.chorales import Corpus, Piece
from composer_core.corpora.songs import Songs
from composer_core.errors import ResourceError
from composer_core.evaluation import command
from composer_core.evaluation.band_study import BandStudy
from composer_core.evaluation.chorale_study import CHORDS_GIVEN, ChoraleStudy
from composer_core.evaluation.study import Options
from composer_core.genres import find_genre
from composer_core.harmony import NO_CHORD
from composer_core.music import Note, Timing
from composer_core.techniques.blocks import Blocks
from composer_core.worker.setup import Setup
from storage.home import Home


def test_evaluate_a_band_from_the_command_to_the_files(trio, corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "find_genre", lambda name: trio)
    monkeypatch.setattr(command, "build_songs", lambda genre, data, cache: corpus)
    arguments = ["trio", "--seeds", "2", "--pieces", "6", "--out", str(tmp_path), "--json"]
    assert command.main(arguments, Setup(Home(tmp_path))) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    names = [row["system"] for row in told["rows"]]
    assert names[:3] == ["held-out human", "training human (ceiling)", "Tutti"]
    assert {"copy of the nearest", "rule: root, pad, stock drums"} <= set(names)
    tutti, rule = told["rows"][2]["figures"], told["rows"][-1]["figures"]
    assert tutti["bass_on_root"] == rule["bass_on_root"] == 1
    assert 0 <= tutti["judge"] <= 1 and tutti["seconds"] > 0 and tutti["seeds_differ"] is not None
    assert told["rows"][0]["figures"]["copied"] == 1  # the tunes share their figures
    assert len(told["rows"][0]["nearest"]) == 6
    wishes = {target["wish"]: target["reached"] for target in told["targets"]}
    assert wishes["bass on the root at chord changes ≥ 0.85"] is True
    assert any("judge" in wish for wish in wishes)
    for name in ("trio.md", "trio.json", "trio.png", "trio-areas.png", "trio-distances.png"):
        assert (tmp_path / name).stat().st_size > 500
    assert "**missed**" in (tmp_path / "trio.md").read_text(encoding="utf-8")


def test_human_and_rendered_songs_stand_in_two_rows(trio, corpus, song):
    renders = tuple(song(60 + number, is_human=False) for number in range(3))
    rendered = tuple(song(80 + number, is_human=False) for number in range(5))
    few = Songs((*corpus.training, *rendered), (), (*corpus.test[:3], *renders))
    study = BandStudy(trio, few, None, Options(with_judge=False))
    assert [row.system for row in study.real_rows()] == [
        "held-out human and render",
        "held-out human",
        "held-out render",
        "training human and render (ceiling)",
    ]
    many = Songs(corpus.training, (), (*corpus.test, *renders))
    study = BandStudy(trio, many, None, Options(with_judge=False))
    assert [row.system for row in study.real_rows()][:2] == ["held-out human", "held-out render"]
    assert len(study.songs) == 10  # only human tunes are composed for


def test_halves_are_compared_where_they_are_large_enough(trio, corpus, song):
    few = BandStudy(trio, corpus, None, Options(with_judge=False)).real_rows()[0]
    assert few.figures["overlapped_area"] is None and few.parts["Bass"]["area"] is None and not few.areas
    songs = Songs(corpus.training, (), tuple(song(number, 5) for number in range(20, 36)))
    many = BandStudy(trio, songs, None, Options(with_judge=False)).real_rows()[0]
    assert many.figures["overlapped_area"] > 0.5 and many.parts["Piano"]["area"] is not None


def test_what_needs_other_rows_is_added_at_last(trio, corpus):
    study = BandStudy(trio, corpus, 4, Options(with_judge=False))
    rows = study.real_rows()
    silent = [replace(s, parts={**s.parts, "Bass": ()}) for s in study.songs]
    rows = study.finished([*rows, study.measure("Tutti", [silent])])
    assert rows[0].figures["empty_gap"] == 0 and rows[-1].figures["empty_gap"] == 1
    ceiling = rows[1].figures["overlapped_area"]
    assert rows[-1].figures["of_ceiling"] == pytest.approx(rows[-1].figures["overlapped_area"] / ceiling)
    marks = {target.wish: target.reached for target in study.targets(rows)}
    assert marks["empty bars, largest difference of a part ≤ 0.05"] is False
    assert marks["bass on the root at chord changes ≥ 0.85"] is None


def test_the_symphony_has_targets_of_its_own(trio, corpus):
    study = BandStudy(replace(trio, name="symphony"), corpus, 3, Options(with_judge=False))
    rows = study.finished([*study.real_rows(), study.measure("Tutti", [study.songs])])
    wishes = [target.wish for target in study.targets(rows)]
    assert "pulses on which every section sounds ≤ 0.15" in wishes
    assert not any("drum" in wish for wish in wishes)


def test_an_empty_corpus_is_named(trio):
    with pytest.raises(ResourceError, match="trio holds no test songs"):
        BandStudy(trio, Songs((), (), ()), None, Options())


def chorale_piece(number):
    """A scale in thirds and sixths over a pedal, in its own key."""
    top = [72, 74, 76, 77, 79, 77, 76, 74] * 3
    lines = ([p + number for p in line] for line in (top, [p - 5 for p in top], [p - 9 for p in top], [48, 55] * 12))
    voices = tuple(tuple(Note(i * 480, pitch, 480) for i, pitch in enumerate(line)) for line in lines)
    return Piece(f"piece {number}", Timing(), voices)


def test_evaluate_chorale(tmp_path, monkeypatch, capsys):
    pieces = tuple(chorale_piece(number) for number in range(-4, 6))
    monkeypatch.setattr(command, "build_corpus", lambda data, cache: Corpus(pieces[5:], (), pieces[:5]))
    monkeypatch.setattr("composer_core.evaluation.chorale_study.Band", lambda genre: Blocks(genre))
    assert command.main(["--seeds", "1", "--out", str(tmp_path), "--json"], Setup(Home(tmp_path))) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    rows = {row["system"]: row["figures"] for row in told["rows"]}
    assert list(rows)[:4] == ["Bach", "other Bach (ceiling)", "Tutti", CHORDS_GIVEN]
    assert rows["Bach"]["agreement"] == 1 and rows["Bach"]["copied"] == 1
    assert rows["copy of the nearest"]["near_copies"] == 1
    assert rows["Tutti"]["judge"] > 0.8  # block chords give themselves away
    assert len(told["targets"]) == 8


def test_a_chorale_looks_the_same_to_judges_and_collections(monkeypatch):
    pieces = tuple(chorale_piece(number) for number in range(3))
    study = ChoraleStudy(find_genre("chorale"), Corpus(pieces[:1], (), pieces[1:]), None, Options(with_judge=False))
    (roll, _) = study._songrolls(study.truth.real)
    assert roll.melody[:2].tolist() == [[0, 4, 73], [4, 8, 75]]
    assert set(roll.parts) == {"Alto", "Tenor", "Bass"} and len(roll.parts["Bass"]) == 24
    known = study.truth.real[0].chord != NO_CHORD
    assert ((roll.root >= 0) == known).all() and (roll.tones.sum(axis=1)[known] >= 3).all()
