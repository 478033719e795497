"""The fallback where there is no libfluidsynth: plain tones that anyone can hear are not the real thing."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from audio.stems import Part
from audio.synth import BLOCK, SAMPLE_RATE, Block, on_grid


class SineSynth:
    """The fallback without libfluidsynth: soft additive tones, and filtered noise for drums."""

    name = "sine waves (no libfluidsynth was found)"
    _PARTIALS = ((1, 1.0), (2, 0.35), (3, 0.15), (4, 0.06))
    _RELEASE_S = 0.12

    def close(self) -> None:
        """Nothing to free."""

    def blocks(self, parts: Sequence[Part]) -> Iterator[Block]:
        """Yield [part, 2, BLOCK] until every note has rung out."""
        end_s = max((part.end_s for part in parts), default=0.0) + self._RELEASE_S
        waiting = [sorted(part.notes, key=lambda note: note.start_s, reverse=True) for part in parts]
        overhang = [np.zeros(0, np.float32) for _ in parts]
        for block_start in range(0, int(end_s * SAMPLE_RATE) + 1, BLOCK):
            block = np.zeros((len(parts), 2, BLOCK), np.float32)
            for track, part in enumerate(parts):
                line = np.zeros(max(BLOCK, len(overhang[track])), np.float32)
                line[: len(overhang[track])] = overhang[track]
                while waiting[track] and on_grid(waiting[track][-1].start_s) < block_start + BLOCK:
                    note = waiting[track].pop()
                    wave = self._hit(note.pitch) if part.is_drum else self._tone(note.pitch, note.duration_s)
                    at = on_grid(note.start_s) - block_start
                    line = np.pad(line, (0, max(at + len(wave) - len(line), 0)))
                    line[at : at + len(wave)] += wave * (note.velocity / 127) ** 2
                block[track] = line[:BLOCK]
                overhang[track] = line[BLOCK:]
            yield block

    def _tone(self, pitch: int, duration_s: float) -> NDArray[np.float32]:
        length_s = duration_s + self._RELEASE_S
        time_s = np.arange(int(length_s * SAMPLE_RATE)) / SAMPLE_RATE
        phase = 2 * np.pi * 440.0 * 2 ** ((pitch - 69) / 12) * time_s
        wave = sum(level * np.sin(phase * partial) for partial, level in self._PARTIALS)
        envelope = np.minimum(time_s / 0.01, 1.0) * np.minimum((length_s - time_s) / self._RELEASE_S, 1.0)
        return (0.2 * wave * envelope * np.exp(-0.6 * time_s)).astype(np.float32)

    def _hit(self, pitch: int) -> NDArray[np.float32]:
        """Low drums thump, all others hiss; the same pitch always sounds the same."""
        time_s = np.arange(int(0.25 * SAMPLE_RATE)) / SAMPLE_RATE
        if pitch in (35, 36, 41, 43, 45, 47, 48, 50):
            return (0.6 * np.sin(2 * np.pi * 60 * time_s) * np.exp(-18 * time_s)).astype(np.float32)
        noise = np.random.default_rng(pitch).standard_normal(len(time_s))
        return (0.15 * noise * np.exp(-40 * time_s)).astype(np.float32)
