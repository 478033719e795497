"""The chorales: read as they are printed, and split so that no tune stands on two sides."""

import json
from dataclasses import asdict, replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from composer_core.corpora import chorales
from composer_core.corpora.chorales import RESERVED, VOICES, Piece, build_corpus
from composer_core.errors import ResourceError
from composer_core.music import Metre, Note, Timing

DATA = "../shared/data"


def piece(name, opening, *, shift=0, closing=0):
    """Four voices of ten quarters: the soprano begins with ``opening`` and ends ``closing`` semitones off."""
    soprano = [60 + step for step in opening] + [72, 71, 69, 67, 65, 64, 62, 60 + closing]
    lines = [soprano, [pitch - 4 for pitch in soprano], [pitch - 9 for pitch in soprano], [48] * len(soprano)]
    voices = tuple(tuple(Note(i * 480, pitch + shift, 480) for i, pitch in enumerate(line)) for line in lines)
    return Piece(name, Timing(480), voices)


@pytest.fixture
def corpus_of(tmp_path_factory):
    """``corpus_of(pieces, reserved)``: the corpus of our own pieces, through a cache that holds them."""
    pytest.importorskip("music21", reason="music21 is not installed: its version names the cache")

    def make(pieces, reserved=()):
        data = tmp_path_factory.mktemp("chorales")
        (data / f"chorales-music21-{chorales._music21_version()}.json").write_text(json.dumps([*map(asdict, pieces)]))
        (data / RESERVED).write_text("".join(f"{line}\n" for line in ("# reserved", *reserved)))
        return build_corpus(data, data)

    return make


def names(pieces):
    return [one.name for one in pieces]


def test_reserved_pieces_and_other_settings_of_their_tunes_stay_out_of_the_training(corpus_of):
    pieces = [
        piece("bach/a", (0, 2)),
        piece("bach/a-other", (0, 2), closing=2),  # the tune opens alike and ends otherwise
        piece("bach/a-higher", (0, 2), shift=5, closing=4),  # in another key
        piece("bach/b", (0, 7)),
    ]
    corpus = corpus_of(pieces, ["bach/a"])
    assert names(corpus.reserved) == ["bach/a"]
    assert names(corpus.training + corpus.validation) == ["bach/b"]


def test_a_setting_that_is_printed_twice_is_kept_once(corpus_of):
    twice = [piece("bach/a", (0, 2)), piece("bach/a-again", (0, 2), shift=3), piece("bach/a-other", (0, 2), closing=2)]
    corpus = corpus_of(twice)
    assert names(corpus.training + corpus.validation) == ["bach/a", "bach/a-other"]


TUNES = st.tuples(st.integers(0, 11), st.integers(0, 11))
SETTINGS = st.lists(st.tuples(TUNES, st.integers(0, 3), st.booleans()), max_size=24)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SETTINGS)
def test_no_tune_stands_on_two_sides_and_nothing_is_lost(corpus_of, entries):
    pieces = [piece(f"bach/{i}", tune, closing=end) for i, (tune, end, _) in enumerate(entries)]
    corpus = corpus_of(pieces, [f"bach/{i}" for i, (_, _, kept) in enumerate(entries) if kept])
    sides = [{chorales._tune(one) for one in side} for side in (corpus.training, corpus.validation, corpus.reserved)]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    assert sides[0] | sides[1] | sides[2] == {chorales._tune(one) for one in pieces}


def test_what_the_cache_holds_comes_back_as_it_was(tmp_path, monkeypatch):
    pytest.importorskip("music21", reason="music21 is not installed")
    timing = Timing(480, metres=((0, Metre(3, 4)), (960, Metre(4, 4))), pickup_ticks=480)
    pieces = [replace(piece("bach/a", (0, 2)), timing=timing)]
    reads = []
    monkeypatch.setattr(chorales, "_read_music21", lambda: reads.append(1) or iter(pieces))
    cache = tmp_path / "new"
    assert chorales._read_cached(cache) == chorales._read_cached(cache) == pieces
    assert len(reads) == 1


def test_a_missing_list_of_reserved_pieces_is_named(tmp_path):
    with pytest.raises(ResourceError, match=rf"{RESERVED}.*--data"):
        build_corpus(tmp_path, tmp_path)


def test_a_missing_music21_says_how_to_get_it(tmp_path, monkeypatch):
    def lack(name):
        raise ModuleNotFoundError(name)

    (tmp_path / RESERVED).write_text("")
    monkeypatch.setattr(chorales, "version", lack)
    with pytest.raises(ResourceError, match=r"music21.*pip install"):
        build_corpus(tmp_path, tmp_path)


@pytest.fixture
def score():
    """A music21 score of ours in 3/4 with a pick-up: ``score(names)``; its soprano ties one note over a bar line."""
    pytest.importorskip("music21", reason="music21 is not installed")
    from music21 import meter, note, stream, tie

    def bar(number, *notes):
        measure = stream.Measure(number=number)
        measure.append([note.Note(pitch, quarterLength=length) for pitch, length in notes])
        return measure

    def make(part_names=VOICES):
        made = stream.Score()
        for place, name in enumerate(part_names):
            part = stream.Part(id=f"part{place}")
            part.partName = name
            bars = [
                bar(0, ("G4", 1)),
                bar(1, ("A4", 1), ("A4", 1), ("B4", 1)),
                bar(2, ("B4", 2), ("C5", 1)),
                bar(3, ("B4", 1.5), ("A4", 0.5), ("G4", 1)),
            ]
            bars[0].insert(0, meter.TimeSignature("3/4"))
            bars[1].notes[2].tie, bars[2].notes[0].tie = tie.Tie("start"), tie.Tie("stop")
            for one in bars:
                part.append(one)
            made.insert(0, part)
        return made

    return make


def test_a_score_is_read_with_ties_joined_and_repeated_notes_apart(score):
    read = chorales._from_score("bach/x.mxl", score())
    assert read.timing == Timing(480, metres=((0, Metre(3, 4)),), pickup_ticks=480)
    quarters = [(note.start / 480, note.pitch, note.duration / 480) for note in read.voices[0]]
    assert quarters == [(0, 67, 1), (1, 69, 1), (2, 69, 1), (3, 71, 3), (6, 72, 1), (7, 71, 1.5), (8.5, 69, 0.5),
                        (9, 67, 1)]  # fmt: skip
    assert read.end == 10 * 480


def test_voices_are_told_by_their_names_whatever_their_order_and_company(score):
    mixed = score(("Bass", "Flute", "Tenor", "Alto", "Soprano"))
    for place, part in enumerate(mixed.parts):
        part.transpose(-place, inPlace=True)
    read = chorales._from_score("bach/x.mxl", mixed)
    assert [voice[0].pitch for voice in read.voices] == [63, 64, 65, 67]


@pytest.mark.parametrize(("parts", "name"), [(3, "bach/x.krn"), (4, "bach/x.mxl"), (5, "bach/x.krn")])
def test_scores_without_the_four_voices_are_left_out(score, parts, name):
    assert chorales._from_score(name, score(["Violin"] * parts)) is None


def test_the_real_pieces_are_read(request, monkeypatch):
    """Three of music21's own, one of them reserved: what the whole corpus goes through, in a second."""
    pytest.importorskip("music21", reason="music21 is not installed")
    data = request.config.rootpath / DATA
    if not (data / RESERVED).is_file():
        pytest.skip(f"{data / RESERVED} is not there")
    from music21 import corpus

    reserved = sorted(chorales.read_reserved(data / RESERVED))
    wanted = {reserved[0], "bach/bwv66.6.mxl", "bach/bwv846.mxl"}  # the last is a prelude: not four voices
    paths = [path for path in corpus.getComposer("bach") if f"bach/{path.name}" in wanted]
    monkeypatch.setattr(corpus, "getComposer", lambda name: paths)
    read = build_corpus(data)
    pieces = read.training + read.validation + read.reserved
    assert "bach/bwv846.mxl" not in names(pieces) and reserved[0] in names(read.reserved)
    for one in pieces:
        assert len(one.voices) == 4 and all(len(voice) >= 8 for voice in one.voices)
        assert all(first.end <= second.start for voice in one.voices for first, second in pairwise(voice))


def test_every_reserved_piece_is_one_of_music21s(request):
    pytest.importorskip("music21", reason="music21 is not installed")
    path = request.config.rootpath / DATA / RESERVED
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    from music21 import corpus

    known = {f"bach/{one.name}" for one in corpus.getComposer("bach")}
    assert chorales.read_reserved(path) and chorales.read_reserved(path) <= known
