"""MMA: scripts that it understands, chords that it plays as we mean them."""

import shutil
from pathlib import Path

import pytest

from composer_core.chord_symbols import BASES, parse_chord
from composer_core.corpora import mma
from composer_core.corpora.arrangements import ARRANGEMENTS
from composer_core.corpora.mma import MmaBar, mma_chord, render, write_script
from composer_core.errors import ResourceError
from composer_core.genres import find_genre

needs_mma = pytest.mark.skipif(shutil.which("mma") is None, reason="mma, the accompanist, is not installed")
LIBRARY = Path("/usr/share/mma/lib/stdlib")


@pytest.mark.parametrize(
    ("label", "theirs"),
    [
        ("C", "C"),
        ("Bdim", "Bmb5"),
        ("Db7", "C#7"),
        ("F#m7b5", "F#m7b5"),
        ("CmMaj7", "CmM7"),
        ("G/B", "G/B"),
        ("N", "z"),
    ],
)
def test_chords_are_spelled_as_mma_reads_them(label, theirs):
    assert mma_chord(label) == theirs


def test_a_groove_is_named_where_it_begins_and_only_from_the_standard_library():
    bars = [MmaBar("swing:Swing", ("C", "C")), MmaBar("swing:Swing", ("F", "G7")), MmaBar("swing:SwingEnd", ("C", "C"))]
    script = write_script(bars, 3)
    assert script.splitlines() == [
        "Rndseed 3", "Groove stdlib/swing:Swing", "1 C C", "2 F G7", "Groove stdlib/swing:SwingEnd", "3 C C",
    ]  # fmt: skip


def test_without_mma_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(mma.shutil, "which", lambda _: None)
    with pytest.raises(ResourceError, match="apt install mma"):
        render([MmaBar("swing:Swing", ("C",) * 4)], 0)


@needs_mma
def test_mma_plays_chord_tones_of_every_quality():
    qualities = sorted(BASES)
    bars = [MmaBar("8beat:8Beat", (f"D{quality}",) * 4) for quality in qualities]
    chords = next(track for track in render(bars, 0) if track.name == "Chord")
    for number, quality in enumerate(qualities):
        symbol = parse_chord(f"D{quality}")
        played = {hit.pitch % 12 for hit in chords.hits if 4 * number <= hit.start + 0.1 < 4 * (number + 1)}
        assert played, quality
        strangers = played - set(symbol.tones)
        assert len(strangers) <= (quality in ("7sus2", "mMaj9")), (quality, strangers)  # MMA lacks these two


@needs_mma
def test_the_same_seed_gives_the_same_notes():
    bars = [MmaBar("jazzcombo:JazzCombo", ("Dm7", "Dm7", "G7", "G7"))] * 4
    assert render(bars, 5) == render(bars, 5)
    assert render(bars, 5) != render(bars, 6)


@pytest.mark.parametrize("genre", sorted(ARRANGEMENTS))
def test_arrangements_play_the_parts_of_their_genre(genre):
    parts = {part.name for part in find_genre(genre).parts[1:]}
    for arrangement in ARRANGEMENTS[genre]:
        played = {part for layer in arrangement.layers for part in layer.parts}
        assert played <= parts
        assert {"Bass", "Drums"} <= played
        assert arrangement.tempo_bpm[0] < arrangement.tempo_bpm[1]
    assert {arrangement.metre for arrangement in ARRANGEMENTS[genre]} == {"4/4", "3/4", "6/8"}


@pytest.mark.skipif(not LIBRARY.is_dir(), reason="MMA's library is not installed")
@pytest.mark.parametrize("genre", sorted(ARRANGEMENTS))
def test_every_groove_that_is_named_exists(genre):
    for layer in (layer for arrangement in ARRANGEMENTS[genre] for layer in arrangement.layers):
        text = (LIBRARY / f"{layer.library}.mma").read_text(encoding="latin-1").lower()
        known = {line.split()[1] for line in text.splitlines() if line.split()[:1] == ["defgroove"]}
        for groove in (*layer.grooves, layer.fill, layer.ending):
            assert not groove or groove.lower() in known, (layer.library, groove)
