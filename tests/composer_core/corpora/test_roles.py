"""Who plays what in a human piece."""

import pytest

from composer_core.corpora.human import human_songs
from composer_core.corpora.midi_songs import MidiPiece, MidiTrack
from composer_core.corpora.roles import assign_roles
from composer_core.genres import find_genre
from composer_core.music import Note, Timing

BAR = 1920
BARS = 16
TUNE = (64, 67, 69, 67, 65, 64, 62, 60)


def track(program, name, bar_notes, bars=range(BARS), is_drum=False):
    """``bar_notes``: (start, pitch, duration) of every bar."""
    notes = (Note(bar * BAR + start, pitch, length) for bar in bars for start, pitch, length in bar_notes)
    return MidiTrack(program, is_drum, name, tuple(sorted(notes)))


def melody(program=73, name="", bars=range(BARS), up=12):
    return track(program, name, [(i * 240, pitch + up, 240) for i, pitch in enumerate(TUNE)], bars)


def bass(program=33, bars=range(BARS), up=0):
    return track(program, "", [(i * 480, pitch + up, 480) for i, pitch in enumerate((36, 43, 36, 43))], bars)


def chords(program, pitches=(60, 64, 67), bars=range(BARS), name="", starts=(0, 960)):
    return track(program, name, [(start, pitch, 900) for start in starts for pitch in pitches], bars)


def arpeggio(program, bars=range(BARS), name=""):
    return track(program, name, [(i * 240, (52, 55, 64, 67)[i % 4], 240) for i in range(8)], bars)


DRUMS = track(0, "", [(0, 35, 120), (480, 38, 120), (960, 36, 120), (1440, 40, 120)], is_drum=True)


def piece(*tracks, swing=0.5):
    return MidiPiece("ours", "test", Timing(), swing, tracks)


def test_a_pop_band_is_seated():
    song = piece(DRUMS, melody(), bass(), chords(4), arpeggio(25), chords(48, (55, 64, 72), starts=(0,)))
    band = assign_roles(song, find_genre("pop"))
    assert {note.pitch - 12 for note in band.melody} == set(TUNE)
    assert set(band.parts) == {"Drums", "Bass", "Keys", "Guitar", "Strings"}
    assert {note.pitch for note in band.parts["Guitar"]} == {52, 55, 64, 67}
    assert {note.pitch for note in band.parts["Strings"]} == {55, 64, 72}


def test_a_rock_band_has_its_power_chords_and_keeps_the_bass_that_doubles_them():
    guitar = chords(30, (48, 55), starts=(0, 480, 960, 1440))
    low = track(34, "", [(start, 36, 400) for start in (0, 480, 960, 1440)])
    band = assign_roles(piece(DRUMS, melody(29), guitar, low, chords(18)), find_genre("rock"))
    assert {note.pitch for note in band.parts["Rhythm guitar"]} == {48, 55}
    assert {note.pitch for note in band.parts["Organ"]} == {60, 64, 67}
    assert {note.pitch for note in band.parts["Bass"]} == {36}


@pytest.mark.parametrize("name", ["Echo 1", "Melody Doubled #1"])
def test_echoes_and_doubles_play_no_part(name):
    late = track(0, name, [(i * 240 + 120, pitch, 240) for i, pitch in enumerate(TUNE)])
    band = assign_roles(piece(DRUMS, melody(), bass(), chords(48), late), find_genre("pop"))
    assert "Keys" not in band.parts


def test_the_track_called_melody_leads_whatever_else_is_high():
    sung = melody(0, "Melody", up=0)
    band = assign_roles(piece(DRUMS, melody(80, "Synth", up=24), sung, bass(), chords(4)), find_genre("pop"))
    assert {note.pitch for note in band.melody if note.start < BAR} == set(TUNE)


def test_another_takes_over_where_the_melody_is_silent():
    first, second = melody(73, "Melody", range(8)), melody(65, "Solo", range(4, 16), up=0)
    band = assign_roles(piece(DRUMS, first, second, bass(), chords(4)), find_genre("jazz"))
    by_bar = {note.start // BAR: note.pitch for note in band.melody}
    assert set(by_bar) == set(range(16))
    assert {by_bar[bar] > 70 for bar in range(8)} == {True}


def test_drums_on_a_pitched_channel_are_no_guitar():
    band = assign_roles(piece(DRUMS, melody(), bass(), chords(4), arpeggio(24, name="DrumL")), find_genre("pop"))
    assert "Guitar" not in band.parts


def test_pieces_go_to_the_genres_that_suit_them():
    loud = piece(DRUMS, melody(), bass(), chords(30, (48, 55), starts=range(0, 1920, 240)), chords(18))
    swung = piece(DRUMS, melody(), bass(), chords(0), swing=0.66)
    folk = piece(DRUMS, melody(), bass(), arpeggio(25), chords(0))
    takers = {
        genre: [song for song in (loud, swung, folk) if list(human_songs([song], find_genre(genre)))]
        for genre in ("rock", "pop", "jazz", "songwriter")
    }
    assert takers == {"rock": [loud], "pop": [swung, folk], "jazz": [swung], "songwriter": [folk]}


def test_a_human_song_has_chords_and_stays_in_range():
    genre = find_genre("pop")
    (song,) = human_songs([piece(DRUMS, melody(), bass(up=-12), chords(4), arpeggio(25))], genre)
    assert song.is_human
    assert [chord.label for chord in song.chords] == ["C"]
    for part in genre.parts[1:]:
        assert all(part.low <= note.pitch <= part.high for note in song.parts.get(part.name, ()))


def test_a_piece_without_a_band_is_no_song():
    assert not list(human_songs([piece(melody(), chords(4))], find_genre("pop")))
