"""Pieces on their way through the networks: padded to one shape, and the answers cut to each piece again."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from composer_core.harmony import NO_CHORD
from composer_core.models.batching import collate
from composer_core.models.planes import REST, Batch
from composer_core.pianoroll import REST as SILENT
from composer_core.roll import ALIGN, Roll
from composer_core.techniques.piece import Piece

# Pieces are padded to a multiple of this many timesteps and run only with others of the same padded length, at least
# two at a time. So no shape that reaches a convolution depends on the company that a piece is in, and the same seed
# gives the same notes in any batch (measured: one piece alone and one of two differ in the last bits; one of two and
# one of eight do not).
BUCKET = 256


def by_length(pieces: Sequence[Piece]) -> dict[int, list[Piece]]:
    """Group pieces by their padded length in timesteps."""
    groups: dict[int, list[Piece]] = {}
    for piece in pieces:
        length = -(-(piece.roll.lead + len(piece.roll)) // BUCKET) * BUCKET
        groups.setdefault(length, []).append(piece)
    return groups


class Group:
    """Pieces of one padded length on their way through the networks together."""

    def __init__(self, pieces: Sequence[Piece], length: int, device: torch.device) -> None:
        self.pieces = pieces
        self.device = device
        self._length = length
        rows = [piece.roll for piece in pieces]
        self._rows = rows * 2 if len(rows) == 1 else rows
        self._static = collate([_with_silence(roll, len(pieces[0].voices)) for roll in self._rows], length)

    def refine(
        self,
        refiner: torch.nn.Module,
        hidden: Sequence[np.ndarray] | None = None,
        hidden_beats: Sequence[np.ndarray] | None = None,
        voices_known: bool = True,
    ) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
        """Logits of voices [V, C, T], onsets [V, T] and chords [CHORD_CLASSES, T] of every piece, without padding.

        ``hidden`` [V, T] and ``hidden_beats`` [beats] say what of each piece the refiner must not see.
        """
        chord_known, voice_known = [], []
        for place, piece in enumerate(self.pieces):
            known = np.ones(len(piece.roll), dtype=np.float32)
            if hidden_beats is not None:
                for (start, end), away in zip(piece.spans, hidden_beats[place], strict=True):
                    known[start:end] = not away
            chord_known.append(known)
            seen = np.full(piece.onset.shape, voices_known, dtype=np.float32)
            voice_known.append(seen * ~hidden[place] if hidden is not None else seen)
        batch = self._batch()
        out = refiner(batch, self._stack(chord_known), self._stack(voice_known))
        voices, onsets, chords = (self._unstack(tensor) for tensor in out)
        return voices, onsets, chords

    def generate(self, generator: torch.nn.Module) -> list[tuple[np.ndarray, np.ndarray]]:
        """Logits of voices [V, C, T] and onsets [V, T] of every piece, each from noise of its own."""
        batch = self._batch()
        _, channels, length = generator.noise_shape(batch)  # type: ignore[operator]
        drawn = [piece.rng.standard_normal((channels, length), dtype=np.float32) for piece in self.pieces]
        noise = torch.from_numpy(np.stack(self._fill_up(drawn))).to(self.device)
        known = self._stack([np.ones(len(piece.roll), dtype=np.float32) for piece in self.pieces])
        voices, onsets = generator(batch, known, noise)
        return list(zip(self._unstack(voices), self._unstack(onsets), strict=True))

    def _batch(self) -> Batch:
        static = self._static
        return Batch(
            melody=static.melody,
            melody_onset=static.melody_onset,
            voices=self._stack([piece.voices for piece in self.pieces], fill=REST),
            onset=self._stack([piece.onset.astype(np.int64) for piece in self.pieces]),
            chord=self._stack([piece.chord for piece in self.pieces], fill=NO_CHORD),
            step=static.step,
            pulse=static.pulse,
            pulses=static.pulses,
            valid=static.valid,
        ).to(self.device)

    def _stack(self, arrays: Sequence[np.ndarray], fill: int = 0) -> Tensor:
        padded = []
        for piece, array in zip(self.pieces, arrays, strict=True):
            lead = piece.roll.lead
            sides = [(0, 0)] * (array.ndim - 1) + [(lead, self._length - lead - array.shape[-1])]
            padded.append(np.pad(array, sides, constant_values=fill))
        return torch.from_numpy(np.stack(self._fill_up(padded))).to(self.device)

    def _fill_up(self, arrays: list[np.ndarray]) -> list[np.ndarray]:
        return arrays * 2 if len(arrays) == 1 else arrays

    def _unstack(self, tensor: Tensor) -> list[np.ndarray]:
        rows = tensor.float().cpu().numpy()
        return [
            rows[place][..., piece.roll.lead : piece.roll.lead + len(piece.roll)].astype(np.float64)
            for place, piece in enumerate(self.pieces)
        ]


def _with_silence(roll: Roll, voices: int) -> Roll:
    """The melody's roll with empty voices below it, in the shape that ``collate`` takes."""
    pitch = np.concatenate([roll.pitch, np.full((voices, len(roll)), SILENT)])
    onset = np.concatenate([roll.onset, np.zeros((voices, len(roll)), dtype=bool)])
    return Roll(roll.name, pitch, onset, roll.chord, roll.grid)


assert BUCKET % ALIGN == 0
