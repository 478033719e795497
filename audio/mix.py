"""From parts to a finished stereo mix: synth, channel strips, one reverb, bus, master. Block by block."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from audio.balance import trims
from audio.dynamics import Compressor
from audio.encode import FlacWriter, stem_name
from audio.master import master
from audio.reverb import Reverb
from audio.soundfonts import AudioError
from audio.stems import Part, Strip
from audio.synth import BLOCK, SAMPLE_RATE, Ensemble, open_synth

MAX_LENGTH_S = 20 * 60.0
LEAD_IN_S = 0.02
FADE_OUT_S = 0.25
END_LEVEL_DB = -66.0  # relative to the loudest sample: what is below it at the end is trimmed
SHORTEST_S = 0.5
LONGEST_TAIL_S = 16.0
MASTERING_SHARE = 0.1

Progress = Callable[[float], None]
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Mix:
    """A mastered piece: ``samples`` [2, n] within -1 to 1, and what was measured of them.

    Silence measures -70 LUFS and -120 dBTP, so that both are always finite. ``renderer`` names synth and soundfont.
    """

    samples: Samples
    sample_rate: int
    lufs: float
    true_peak_dbtp: float
    renderer: str

    @property
    def duration_s(self) -> float:
        """Length with lead-in and reverberation."""
        return self.samples.shape[1] / self.sample_rate


def render(
    parts: Sequence[Part],
    *,
    soundfont: Path | None = None,
    library: str | None = None,
    stems_dir: Path | None = None,
    progress: Progress | None = None,
) -> Mix:
    """Play, mix and master the parts.

    With ``stems_dir`` every part's stem and the reverb go there as FLAC; together they are the mix before mastering.
    ``progress`` gets the fraction done and may raise to stop.

    Raises:
        AudioError: no soundfont, too many parts, too long, or a time that is no number.
    """
    length_s = _length_s(parts)
    with open_synth(len(parts), soundfont, library) as synth:
        samples = _mix(parts, synth, length_s, stems_dir, progress or (lambda fraction: None))
        renderer = synth.name
    samples = _trimmed(samples)
    lufs, true_peak_dbtp = master(samples, SAMPLE_RATE)
    if progress:
        progress(1.0)
    return Mix(samples, SAMPLE_RATE, lufs, true_peak_dbtp, renderer)


def _length_s(parts: Sequence[Part]) -> float:
    """Check every time before anything is rendered: one absurd gap would fill the memory."""
    for part in parts:
        for note in part.notes:
            if not (0 <= note.start_s <= MAX_LENGTH_S and 0 <= note.duration_s <= MAX_LENGTH_S):
                raise AudioError(
                    f"{part.name} has a note at {note.start_s:g} s for {note.duration_s:g} s: "
                    f"a piece may last {MAX_LENGTH_S / 60:g} minutes."
                )
    return max((part.end_s for part in parts), default=0.0)


def _mix(
    parts: Sequence[Part], synth: Ensemble, length_s: float, stems_dir: Path | None, progress: Progress
) -> Samples:
    """Return the mix before mastering, bus included, [2, n] with the whole tail."""
    gains = trims(parts, synth)
    strips = [Strip(part, gain, SAMPLE_RATE) for part, gain in zip(parts, gains, strict=True)]
    sends = np.array([part.reverb_send for part in parts], np.float32)
    reverb, bus = Reverb(SAMPLE_RATE, BLOCK), Bus()
    lead_in = int(LEAD_IN_S * SAMPLE_RATE)
    capacity = lead_in + int((length_s + LONGEST_TAIL_S) * SAMPLE_RATE)
    samples = np.zeros((2, capacity), np.float32)  # pages that stay untouched cost no memory
    end = lead_in
    with ExitStack() as stack:
        writers = _stem_writers(stack, parts, stems_dir)
        played = stack.enter_context(closing(synth.blocks(parts)))
        for raw in _with_reverb_tail(played, len(parts), reverb.tail):
            stems = np.empty_like(raw)
            for track, strip in enumerate(strips):
                stems[track] = strip.process(raw[track])
            wet = reverb.process(np.einsum("tcn,t->n", stems, sends) / 2)
            for writer, stem in zip(writers, [*stems, wet], strict=bool(writers)):
                writer.write(stem)
            samples[:, end : end + BLOCK] = bus.process(stems.sum(axis=0) + wet)
            end += BLOCK
            progress((1 - MASTERING_SHARE) * min(end / (length_s * SAMPLE_RATE + BLOCK), 1.0))
    return samples[:, :end]


class Bus:
    """What the sum goes through: a high-pass and light compression, which makes one band of many tracks."""

    def __init__(self) -> None:
        self._sos = butter(2, 30.0, "highpass", fs=SAMPLE_RATE, output="sos")
        self._state = np.zeros((len(self._sos), 2, 2))
        self._compressor = Compressor(-18.0, 1.6, SAMPLE_RATE, time_s=0.1)

    def process(self, block: Samples) -> Samples:
        """Return the block [2, n] of the bus."""
        filtered, self._state = sosfilt(self._sos, block, zi=self._state)
        mixed = filtered.astype(np.float32)
        return mixed * self._compressor.gain(mixed)


def _with_reverb_tail(blocks: Iterator[Samples], parts: int, tail: int) -> Iterator[Samples]:
    yield from blocks
    for _ in range(-(-tail // BLOCK)):
        yield np.zeros((parts, 2, BLOCK), np.float32)


def _stem_writers(stack: ExitStack, parts: Sequence[Part], folder: Path | None) -> list[FlacWriter]:
    if folder is None:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    names = [stem_name(number, part.name) for number, part in enumerate(parts, start=1)]
    return [stack.enter_context(FlacWriter(folder / name, SAMPLE_RATE)) for name in [*names, "reverb.flac"]]


def _trimmed(samples: Samples) -> Samples:
    """End where the sound has died away, with a short fade, never sooner than SHORTEST_S."""
    loudest = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    end = _last_above(samples, loudest * 10 ** (END_LEVEL_DB / 20)) if loudest else 0
    fade = int(FADE_OUT_S * SAMPLE_RATE)
    end = min(max(end + fade, int(SHORTEST_S * SAMPLE_RATE)), samples.shape[1])
    samples[:, end - fade : end] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)
    return samples[:, :end]


def _last_above(samples: Samples, threshold: float) -> int:
    for start in range((samples.shape[1] - 1) // BLOCK * BLOCK, -1, -BLOCK):
        loud = np.flatnonzero(np.abs(samples[:, start : start + BLOCK]).max(axis=0) > threshold)
        if len(loud):
            return start + int(loud[-1]) + 1
    return 0
