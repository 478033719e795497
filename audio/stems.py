"""What is played, in seconds, and the channel strip that makes a stem of it. Knows nothing of bars or beats."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from audio.dynamics import Compressor

DRUM_HIGH_PASS_HZ = 30.0
HIGH_PASS_HZ = (30.0, 150.0)
BASSES = range(32, 40)  # General MIDI programs


@dataclass(frozen=True, slots=True)
class NoteEvent:
    """One note to play: times in seconds, MIDI ``pitch`` 0-127 and ``velocity`` 1-127."""

    start_s: float
    duration_s: float
    pitch: int
    velocity: int

    @property
    def end_s(self) -> float:
        """Time of the release."""
        return self.start_s + self.duration_s


@dataclass(frozen=True)
class Part:
    """One instrument with its notes and its place in the mix.

    ``program`` is General MIDI, 0-127 (for drums: the kit). ``pan`` runs from -1 (left) to 1 (right). Parts of equal
    ``level_db`` sound equally loud, whatever the instrument. ``reverb_send`` is 0-1.
    """

    name: str
    program: int
    notes: Sequence[NoteEvent]
    is_drum: bool = False
    pan: float = 0.0
    level_db: float = 0.0
    reverb_send: float = 0.2

    @property
    def end_s(self) -> float:
        """Time of the last release, 0 if nothing is played."""
        return max((note.end_s for note in self.notes), default=0.0)


class Strip:
    """A part's channel: high-pass, compression, level, pan; keeps its state from block to block.

    ``trim`` is a linear gain that evens out the instrument's own loudness.
    """

    def __init__(self, part: Part, trim: float, sample_rate: int) -> None:
        self._sos = butter(2, _high_pass_hz(part), "highpass", fs=sample_rate, output="sos")
        self._state = np.zeros((len(self._sos), 2, 2))
        self._compressor = Compressor(-20.0, 3.0, sample_rate) if part.is_drum or part.program in BASSES else None
        self._trim = trim
        self._matrix = trim * _panning(part.pan, part.level_db)

    def process(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn a raw block [2, n] into the stem's block [2, n]; n is a multiple of ``dynamics.CELL``."""
        filtered, self._state = sosfilt(self._sos, block, zi=self._state)
        filtered = filtered.astype(np.float32)
        stem = self._matrix @ filtered
        if self._compressor:
            stem *= self._compressor.gain(filtered, self._trim)
        return stem


def _high_pass_hz(part: Part) -> float:
    """Cut what lies below the part's own lowest note: rumble and breath, never the music."""
    if part.is_drum or not part.notes:
        return DRUM_HIGH_PASS_HZ
    lowest_hz = 440.0 * 2 ** ((min(note.pitch for note in part.notes) - 69) / 12)
    return float(np.clip(0.7 * lowest_hz, *HIGH_PASS_HZ))


def _panning(pan: float, level_db: float) -> NDArray[np.float32]:
    """Return the matrix [2, 2] that places a stereo instrument; equal power, 0 dB in the middle.

    The further to a side, the narrower the instrument, so that panning loses nothing of its other side.
    """
    pan = float(np.clip(pan, -1.0, 1.0))
    angle = (pan + 1.0) * np.pi / 4
    gains = np.sqrt(2.0) * np.array([[np.cos(angle)], [np.sin(angle)]]) * 10 ** (level_db / 20)
    narrowed = np.eye(2) + abs(pan) * (np.full((2, 2), 0.5) - np.eye(2))
    return (gains * narrowed).astype(np.float32)
