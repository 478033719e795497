"""Human MIDI: bars, swing and tempo as the music has them; files of our own."""

import io
import zipfile
from pathlib import Path

import mido
import pytest

from composer_core.corpora.downbeats import find_downbeat
from composer_core.corpora.midi_songs import ARCHIVES, read_pieces
from composer_core.errors import ResourceError
from composer_core.music import Metre, Note

DATA = Path("../shared/data")


def midi(tracks, metres=((0, 4, 4),), bpm=120, ticks=96):
    """A file of tracks {channel: [(beat, pitch, beats)]}; metres are (beat, numerator, denominator)."""
    file, head = mido.MidiFile(ticks_per_beat=ticks), mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    last = 0
    for beat, above, below in metres:
        tick = round(beat * ticks)
        head.append(mido.MetaMessage("time_signature", numerator=above, denominator=below, time=tick - last))
        last = tick
    file.tracks.append(head)
    for channel, notes in tracks.items():
        events = [(round(at * ticks), 1, pitch) for at, pitch, _ in notes]
        events += [(round((at + beats) * ticks), 0, pitch) for at, pitch, beats in notes]
        track, last = mido.MidiTrack(), 0
        for tick, on, pitch in sorted(events):
            kind = "note_on" if on else "note_off"
            track.append(mido.Message(kind, channel=channel, note=pitch, velocity=80, time=tick - last))
            last = tick
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


@pytest.fixture
def pieces_of(tmp_path):
    """``pieces_of({name: bytes})``: read from archives of our own."""

    def make(files):
        for archive_name in ARCHIVES.values():
            with zipfile.ZipFile(tmp_path / archive_name, "w") as archive:
                for name, data in files.items() if archive_name == "freedoom.zip" else ():
                    archive.writestr(f"musics/{name}.mid", data)
        return read_pieces(tmp_path)

    return make


def rock(shift=0.0, off=0.5, bars=16):
    """Kick on one and three, snare on two and four, bass in eighths, a new chord every bar; ``shift`` in beats."""
    drums = [(shift + beat, 36 if beat % 2 == 0 else 38, 0.2) for beat in range(4 * bars)]
    roots = (36, 33, 41, 43)
    bass = [(shift + beat + at, roots[beat // 4 % 4], 0.3) for beat in range(4 * bars) for at in (0, off)]
    pad = [(shift + 4 * bar, roots[bar % 4] + 24 + step, 4) for bar in range(bars) for step in (0, 7)]
    return {9: drums, 1: bass, 2: pad}


def test_notes_come_on_the_grid_at_our_resolution(pieces_of):
    (piece,) = pieces_of({"a": midi(rock())}).pieces
    assert piece.timing.ticks_per_beat == 480
    assert piece.timing.tempos[0][1] == pytest.approx(120, abs=0.01)
    assert {note.start % 120 for track in piece.tracks for note in track.notes} == {0}
    assert sum(len(track.notes) for track in piece.tracks) == sum(map(len, rock().values()))


def test_swung_eighths_become_even_and_are_remembered(pieces_of):
    (piece,) = pieces_of({"a": midi(rock(off=2 / 3))}).pieces
    assert piece.swing == pytest.approx(2 / 3, abs=0.02)
    bass = next(track for track in piece.tracks if track.notes[0].pitch == 36 and not track.is_drum)
    assert {note.start % 480 for note in bass.notes} == {0, 240}


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_bars_begin_where_the_music_does(pieces_of, shift):
    (piece,) = pieces_of({"a": midi(rock(shift))}).pieces
    pad = next(track for track in piece.tracks if track.notes[0].duration == 1920)
    assert {note.start % 1920 for note in pad.notes} == {0}
    assert min(note.start for note in pad.notes) < 1920


def test_music_without_a_sign_keeps_the_bars_of_the_file():
    assert find_downbeat([], [Note(0, 60, 240)], 480) == 0


def test_thirty_seconds_are_read_at_twice_the_tempo(pieces_of):
    tracks = rock()
    tracks[1] = [(at / 8, 40, 0.1) for at in range(8 * 64)]
    (piece,) = pieces_of({"a": midi(tracks, bpm=70)}).pieces
    assert piece.timing.tempos[0][1] == pytest.approx(140, abs=0.01)
    assert max(len(track.notes) for track in piece.tracks) == 8 * 64


def test_the_same_notes_twice_are_one_piece_in_any_key(pieces_of):
    higher = rock()
    higher |= {channel: [(at, pitch + 2, beats) for at, pitch, beats in higher[channel]] for channel in (1, 2)}
    found = pieces_of({"a": midi(rock()), "b": midi(higher), "c": midi(rock(bars=17))})
    assert [piece.name for piece in found.pieces] == ["a", "c"]
    assert found.counts["the same notes as another"] == 1


def test_the_longest_stretch_in_a_metre_of_bands_is_kept(pieces_of):
    (piece,) = pieces_of({"a": midi(rock(bars=40), metres=((0, 7, 8), (28, 4, 4), (124, 3, 4)))}).pieces
    assert piece.timing.metres == ((0, Metre(4, 4)),)
    assert piece.end <= (124 - 28) * 480


def test_what_cannot_be_used_is_counted(pieces_of):
    found = pieces_of({"odd": midi(rock(), metres=((0, 5, 4),)), "short": midi(rock(bars=4)), "broken": b"MThd"})
    assert not found.pieces
    assert sum(found.counts.values()) == 3


def test_an_impossible_key_signature_does_no_harm(pieces_of):
    data = midi(rock())
    spoiled = data.replace(b"\xff\x58\x04", b"\xff\x59\x02\x0d\x07\x00\xff\x58\x04", 1)
    length = data.index(b"MTrk") + 4
    size = int.from_bytes(data[length : length + 4], "big") + 6
    spoiled = spoiled[:length] + size.to_bytes(4, "big") + spoiled[length + 4 :]
    assert len(pieces_of({"a": spoiled}).pieces) == 1


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"freedoom\.zip"):
        read_pieces(tmp_path)
