from dataclasses import replace

import numpy as np
import pyloudnorm
import pytest
from scipy.signal import resample_poly

import audio.mix
import audio.synth
from audio.master import master
from audio.mix import LEAD_IN_S, Bus, render
from audio.soundfonts import AudioError
from audio.stems import NoteEvent, Part
from audio.synth import BLOCK

RATE = 44100
ORGAN, PIANO, HORN = 19, 0, 60


def note_part(program: int = ORGAN, **settings: object) -> Part:
    return Part("One", program, [NoteEvent(0.0, 1.5, 67, 90)], **settings)


def rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=float)) + 1e-20))


def test_loudness_and_true_peak_by_independent_meters(mix):
    measured = pyloudnorm.Meter(RATE).integrated_loudness(mix.samples.T.astype(float))
    peak = 20 * np.log10(np.abs(resample_poly(mix.samples.astype(float), 4, 1, axis=1)).max())
    assert measured == pytest.approx(-14.0, abs=0.5)
    assert mix.lufs == pytest.approx(measured, abs=0.1)
    assert peak <= -1.5
    assert mix.true_peak_dbtp == pytest.approx(peak, abs=0.2)


def test_it_is_stereo_float_and_names_its_renderer(mix, parts):
    assert mix.samples.dtype == np.float32
    assert mix.samples.shape[0] == 2
    assert mix.sample_rate == RATE
    assert "FluidSynth" in mix.renderer
    assert mix.duration_s == pytest.approx(parts[0].end_s + 2.5, abs=2.0)


def test_the_start_is_not_clipped_and_the_end_not_cut(mix):
    assert np.abs(mix.samples[:, : int(LEAD_IN_S * RATE)]).max() < 1e-6
    assert np.abs(mix.samples[:, int(LEAD_IN_S * RATE) :][:, : RATE // 10]).max() > 0.05
    assert np.abs(mix.samples[:, -1]).max() < 1e-5
    assert rms_db(mix.samples[:, -RATE // 20 :]) < -70


def test_reverberation_outlasts_the_last_note():
    dry, wet = (render([note_part(reverb_send=send)]) for send in (0.0, 0.6))
    assert wet.duration_s > dry.duration_s + 0.5
    after = slice(int(1.9 * RATE), int(2.2 * RATE))
    assert rms_db(wet.samples[:, after]) > rms_db(dry.samples[:, after]) + 12


def test_stems_add_up_to_the_mix_before_mastering(mix, parts, stems_dir, decode):
    files = sorted(stems_dir.iterdir())
    assert [file.name for file in files] == [
        *(f"0{k}-{part.name.lower().replace(' ', '-')}.flac" for k, part in enumerate(parts, 1)),
        "reverb.flac",
    ]
    total = np.sum([decode(file) for file in files], axis=0, dtype=np.float32)
    bus = Bus()
    blocks = [bus.process(total[:, start : start + BLOCK]) for start in range(0, total.shape[1], BLOCK)]
    lead_in = np.zeros((2, int(LEAD_IN_S * RATE)), np.float32)
    rebuilt = audio.mix._trimmed(np.concatenate([lead_in, *blocks], axis=1))
    master(rebuilt, RATE)
    length = min(rebuilt.shape[1], mix.samples.shape[1])
    assert rms_db(rebuilt[:, :length] - mix.samples[:, :length]) < -80


@pytest.mark.parametrize(("pan", "louder"), [(-1.0, 0), (1.0, 1)])
def test_pan_puts_the_energy_on_its_side(pan, louder):
    samples = render([note_part(pan=pan, reverb_send=0.0)]).samples
    assert rms_db(samples[louder]) > rms_db(samples[1 - louder]) + 40


def test_the_middle_is_in_the_middle():
    samples = render([note_part(reverb_send=0.0)]).samples
    assert rms_db(samples[0]) == pytest.approx(rms_db(samples[1]), abs=1.0)


def test_instruments_of_equal_level_are_equally_loud(tmp_path, decode):
    notes = [NoteEvent(k * 0.5, 0.45, 60 + k % 5, 80) for k in range(8)]
    parts = [Part("piano", PIANO, notes), Part("horn", HORN, notes), Part("quiet", HORN, notes, level_db=-6.0)]
    render(parts, stems_dir=tmp_path)
    piano, horn, quiet = (decode(file) for file in sorted(tmp_path.iterdir())[:3])
    meter = pyloudnorm.Meter(RATE)
    levels = [meter.integrated_loudness(stem[:, : 4 * RATE].T.astype(float)) for stem in (piano, horn, quiet)]
    assert levels[0] == pytest.approx(levels[1], abs=2.5)  # 16 dB apart in the soundfont
    assert levels[1] - levels[2] == pytest.approx(6.0, abs=0.5)


def test_progress_rises_to_one(parts):
    seen: list[float] = []
    render(parts[:1], progress=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] < 1
    assert seen[-1] == 1.0


def test_stopping_leaves_no_stem(parts, tmp_path):
    class Stop(Exception):
        pass

    def stop(fraction: float) -> None:
        raise Stop

    with pytest.raises(Stop):
        render(parts, stems_dir=tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "parts",
    [[], [Part("silent", 0, [])], [Part("short", 0, [NoteEvent(0.0, 0.001, 60, 1)])], [note_part(), note_part(128)]],
    ids=["nobody", "nothing", "shortest", "odd program"],
)
def test_little_music_is_still_a_file(parts):
    mix = render(parts)
    assert mix.duration_s >= 0.5
    assert np.isfinite([mix.lufs, mix.true_peak_dbtp]).all()
    assert np.isfinite(mix.samples).all()


@pytest.mark.parametrize("times", [(1e7, 1.0), (0.0, 1e9), (float("nan"), 1.0), (0.0, float("inf")), (-1.0, 1.0)])
def test_absurd_times_are_refused_before_anything_is_played(times, monkeypatch):
    monkeypatch.setattr(audio.mix, "open_synth", lambda *args: pytest.fail("played"))
    with pytest.raises(AudioError, match="20 minutes"):
        render([replace(note_part(), notes=[NoteEvent(*times, 60, 80)])])


def test_the_fallback_is_mixed_like_everything_else(parts, monkeypatch):
    monkeypatch.setattr(audio.synth, "find_fluidsynth", lambda configured: None)
    mix = render(parts)
    assert "sine" in mix.renderer
    assert mix.lufs == pytest.approx(-14.0, abs=0.5)


def test_the_same_parts_give_the_same_samples(parts, mix):
    assert np.array_equal(render(parts).samples, mix.samples)
