from pathlib import Path

import numpy as np
import pytest

import audio.synth
from audio.fluid import FluidSynth
from audio.sines import SineSynth
from audio.soundfonts import AudioError, find_fluidsynth, find_soundfont
from audio.stems import NoteEvent, Part
from audio.synth import BLOCK, SAMPLE_RATE, Ensemble, Synth, events, open_synth

RECORDER, PIANO = 74, 0


def play(synth: Ensemble | Synth, parts: list[Part]) -> np.ndarray:
    return np.concatenate(list(synth.blocks(parts)), axis=2)


def fluid(tracks: int = 1) -> FluidSynth:
    library = find_fluidsynth()
    assert library, "pygame-ce's wheel carries libfluidsynth on Linux and macOS"
    return FluidSynth(tracks, find_soundfont(), library)


def loudest_hz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 18))
    return float(np.argmax(spectrum) * SAMPLE_RATE / (1 << 18))


@pytest.mark.parametrize("make", [fluid, SineSynth])
@pytest.mark.parametrize(("pitch", "expected_hz"), [(69, 440.0), (60, 261.63)])
def test_a_note_has_its_pitch(make, pitch, expected_hz):
    synth = make()
    sound = play(synth, [Part("a", RECORDER, [NoteEvent(0.0, 1.0, pitch, 90)])])
    synth.close()
    assert loudest_hz(sound[0].mean(axis=0)[4410:44100]) == pytest.approx(expected_hz, rel=0.004)  # 7 cents


@pytest.mark.parametrize("make", [fluid, SineSynth])
def test_a_note_sounds_at_its_time(make):
    synth = make()
    sound = play(synth, [Part("a", PIANO, [NoteEvent(1.7, 0.3, 72, 100)])])[0]
    synth.close()
    onset = int(1.7 * SAMPLE_RATE)
    level = np.abs(sound).max()
    first = int(np.flatnonzero(np.abs(sound).max(axis=0) > level * 0.02)[0])
    assert -64 <= first - onset <= 0.02 * SAMPLE_RATE


def test_drums_play_on_any_track_and_instruments_on_the_tenth():
    parts = [Part(str(k), RECORDER, [NoteEvent(0.0, 1.0, 69, 90)]) for k in range(11)]
    parts[3] = Part("drums", 0, [NoteEvent(0.0, 1.0, 69, 90)], is_drum=True)
    with open_synth(11) as synth:
        sound = play(synth, parts)
    tuned = [loudest_hz(stem.mean(axis=0)[4410:44100]) == pytest.approx(440, rel=0.004) for stem in sound]
    assert tuned == [k != 3 for k in range(11)]
    assert np.abs(sound[3]).max() > 1e-3


def test_the_same_note_again_is_struck_again():
    synth = fluid()
    twice = [NoteEvent(0.0, 0.5, 60, 90), NoteEvent(0.5, 0.5, 60, 90)]
    sound = np.abs(play(synth, [Part("a", PIANO, twice)])[0]).max(axis=0)
    synth.close()
    before, after = sound[int(0.42 * SAMPLE_RATE) : 22000], sound[22050 : int(0.58 * SAMPLE_RATE)]
    assert after.max() > 1.15 * before.max()


def test_a_key_struck_while_down_is_released_first():
    overlapping = [NoteEvent(0.0, 2.0, 60, 90), NoteEvent(1.0, 0.5, 60, 90)]
    found = [(event.sample, event.is_on) for event in events([Part("a", 0, overlapping)])]
    assert found == sorted(found)
    assert [is_on for _, is_on in found] == [True, False, True, False]
    assert found[1][0] == found[2][0]


def test_the_number_of_players_changes_nothing(parts):
    alone = fluid(len(parts))
    expected = play(alone, parts)
    alone.close()
    with open_synth(len(parts)) as duo:
        played = play(duo, parts)
    shorter = min(expected.shape[2], played.shape[2])
    assert shorter >= 3 * BLOCK
    assert np.array_equal(expected[:, :, :shorter], played[:, :, :shorter])


def test_a_synth_left_in_the_middle_can_start_again(parts):
    with open_synth(len(parts)) as synth:
        blocks = synth.blocks(parts)
        first = next(blocks).copy()
        blocks.close()
        again = next(synth.blocks(parts))
    assert np.array_equal(again, first)


def test_without_a_library_sines_play_and_say_so(monkeypatch):
    monkeypatch.setattr(audio.synth, "find_fluidsynth", lambda configured: None)
    with open_synth(2) as synth:
        sound = play(synth, [Part("a", 0, [NoteEvent(0, 0.5, 60, 90)]), Part("b", 0, [NoteEvent(0, 1, 38, 90)], True)])
        assert "sine" in synth.name
    assert np.abs(sound).max(axis=(1, 2)).min() > 0.01


def test_sines_hold_a_note_over_the_edge_of_a_block():
    start_s = BLOCK / SAMPLE_RATE - 0.5
    sound = play(SineSynth(), [Part("a", 0, [NoteEvent(start_s, 1.0, 69, 90)])])[0, 0]
    around = sound[BLOCK - 200 : BLOCK + 200]
    assert np.abs(np.diff(around)).max() < 0.05
    assert np.abs(around).max() > 0.05


@pytest.mark.parametrize(
    ("content", "word"), [(None, "read"), (b"MThd junk", "not a soundfont"), (b"RIFF\x04\0\0\0sfbkjunk", "loaded")]
)
def test_an_unusable_soundfont_is_named(tmp_path: Path, content, word):
    path = tmp_path / "mine.sf2"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AudioError, match=word) as caught:
        open_synth(1, soundfont=path)
    assert "mine.sf2" in str(caught.value)


def test_an_unusable_library_is_named(tmp_path: Path):
    with pytest.raises(AudioError, match="nowhere"):
        open_synth(1, library=str(tmp_path / "nowhere.so"))
    (tmp_path / "text.so").write_text("no library")
    with pytest.raises(AudioError, match=r"text\.so"):
        open_synth(1, library=str(tmp_path / "text.so"))


def test_too_many_tracks_are_refused():
    with pytest.raises(AudioError, match="65 tracks"):
        open_synth(65)


def test_a_drum_kit_is_chosen_by_its_program_and_the_standard_kit_stands_in_for_one_that_is_missing():
    standard, brushes, missing = 0, 40, 77
    sounds = {}
    for kit in (standard, brushes, missing):
        synth = fluid()
        sounds[kit] = play(synth, [Part("drums", kit, [NoteEvent(0.0, 0.2, 38, 100)], is_drum=True)])
        synth.close()
    assert np.array_equal(sounds[missing], sounds[standard])
    assert sounds[brushes].shape != sounds[standard].shape or not np.allclose(sounds[brushes], sounds[standard])
    assert np.abs(sounds[brushes]).max() > 1e-3
