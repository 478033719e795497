"""Another program's reader finds the same music: music21, where it is installed."""

import warnings

import pytest

from composer_core.music import Chord, Composition, Key, Note, Track
from composer_core.notation import parse_notes
from composer_core.sheet.musicxml import write_musicxml

TUNE = """
3/4 Bb3 | Gb4:1/3 Ab:1/3 Bb:1/3 Cb5:1.5 Bb4:1/2 | Db5:2/3 C5:2/3 Db5:2/3 Eb:1/5 F:1/5 Gb:1/5 F:1/5 Eb:1/5
| 4/4 R:1/2 Gb4 Ab Bb Cb5:1/2 | Eb5:1/2 Db:2 Bb4:1.5 | 6/8 Db5:3/4 Bb4:3/4 Gb:1.5 | 5/8 Gb:1.5 Ab | 2/4 Gb:2
"""


def test_music21_reads_the_same_notes_bars_and_chords():
    music21 = pytest.importorskip("music21", reason="a reader to compare with: pip install music21")
    melody = parse_notes(TUNE)
    below = tuple(Note(480 * beat, 38 + 7 * (beat % 4), 960) for beat in range(12))
    drums = tuple(Note(240 * place, 36 + 6 * (place % 2), 60) for place in range(40))
    tracks = (
        Track("Melody", 0, melody.notes, is_melody=True),
        Track("Piano", 0, (*below, *(Note(n.start, n.pitch + 30, 480) for n in below)), role="chords"),
        Track("Bass", 32, below, role="bass"),
        Track("Drums", 0, drums, is_drum=True),
    )
    plan = (Chord(480, "Gbmaj7"), Chord(1920, "Abm7"), Chord(3360, "Db7"))
    score = write_musicxml(Composition("Tune", melody.timing, Key(6), tracks, plan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = music21.converter.parseData(score.decode(), format="musicxml")
    first = read.parts[0].stripTies()
    heard = [(note.offset, note.pitch.midi, note.quarterLength) for note in first.flatten().getElementsByClass("Note")]
    assert [(round(480 * at), pitch, round(480 * length)) for at, pitch, length in heard] == [
        (note.start, note.pitch, note.duration) for note in melody.notes
    ]
    assert [symbol.figure for symbol in read.recurse().getElementsByClass("ChordSymbol")] == ["G-maj7", "A-m7", "D-7"]
    assert [clef.sign for clef in read.parts[-1].recurse().getElementsByClass("Clef")] == ["percussion"]
    for part in read.parts:
        for measure in list(part.getElementsByClass("Measure"))[1:]:
            assert measure.duration.quarterLength == measure.barDuration.quarterLength
