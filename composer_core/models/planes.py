"""What the networks see: integer rolls turned into planes of zeros and ones.

B = batch, V = accompaniment voices, T = timesteps, P = ``PITCHES``.
"""

from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional as F

from composer_core.harmony import CHORD_TONES, CHORDS, NO_CHORD

LOW = 36  # MIDI pitch of the lowest plane
PITCHES = 52  # planes: MIDI 36-87
REST = PITCHES  # class of silence, after the pitches
CLASSES = PITCHES + 1
CHORD_CLASSES = NO_CHORD + 1

_PULSES_SHOWN = 6
MELODY_PLANES = PITCHES + 1 + 1 + 12
METRE_PLANES = 4 + _PULSES_SHOWN + 4
CHORD_PLANES = 12 + 12 + 1
VOICE_PLANES = CLASSES + 1 + 1


@dataclass
class Batch:
    """Music on the grid, as integers and flags.

    melody [B, T] and voices [B, V, T] hold classes (pitch - ``LOW``, or ``REST``); melody_onset [B, T] and onset
    [B, V, T] are 0/1; chord [B, T] is an index into ``harmony.CHORDS``; step, pulse, pulses [B, T] as in
    ``pianoroll.Grid``; valid [B, T] is 0 where a shorter piece is padded.
    """

    melody: Tensor
    melody_onset: Tensor
    voices: Tensor
    onset: Tensor
    chord: Tensor
    step: Tensor
    pulse: Tensor
    pulses: Tensor
    valid: Tensor

    def to(self, device: torch.device) -> Self:
        """Move every tensor to a device."""
        return type(self)(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})


def melody_planes(batch: Batch) -> Tensor:
    """One-hot pitch, rest, onset and chroma of the melody: [B, MELODY_PLANES, T]."""
    classes = one_hot(batch.melody, CLASSES)  # [B, P + 1, T]
    return torch.cat([classes, batch.melody_onset[:, None].float(), chroma(classes)], dim=1)


def metre_planes(batch: Batch) -> Tensor:
    """Place in the pulse and in the bar, and the size of the bar: [B, METRE_PLANES, T]."""
    step = one_hot(batch.step, 4)
    pulse = one_hot(batch.pulse.clamp(max=_PULSES_SHOWN - 1), _PULSES_SHOWN)
    size = one_hot((batch.pulses - 2).clamp(0, 3), 4)
    return torch.cat([step, pulse, size], dim=1)


def chord_planes(chord: Tensor, known: Tensor) -> Tensor:
    """Root, tones and the known flag of chords [B, T], empty where ``known`` [B, T] is 0: [B, CHORD_PLANES, T]."""
    roots, tones = _chord_tables(chord.device)
    known = known[:, None].float()  # [B, 1, T]
    return torch.cat([roots[chord].transpose(1, 2) * known, tones[chord].transpose(1, 2) * known, known], dim=1)


def voice_planes(voices: Tensor, onset: Tensor, known: Tensor) -> Tensor:
    """Class, onset and known flag of each voice, empty where ``known`` [B, V, T] is 0: [B, V * VOICE_PLANES, T]."""
    known = known[:, :, None].float()  # [B, V, 1, T]
    classes = F.one_hot(voices, CLASSES).movedim(-1, 2).float() * known  # [B, V, P + 1, T]
    return torch.cat([classes, onset[:, :, None].float() * known, known], dim=2).flatten(1, 2)


def one_hot(index: Tensor, size: int) -> Tensor:
    """[B, T] integers to [B, size, T] zeros and ones."""
    return F.one_hot(index, size).transpose(1, 2).float()


def chroma(classes: Tensor) -> Tensor:
    """Fold one-hot classes [..., P + 1, T] (differentiable) into pitch classes [..., 12, T]; silence is empty."""
    pitched = F.pad(classes[..., :PITCHES, :], (0, 0, 0, -PITCHES % 12))  # [..., 60, T]; LOW is a C
    return pitched.unflatten(-2, (-1, 12)).sum(dim=-3)


def _chord_tables(device: torch.device) -> tuple[Tensor, Tensor]:
    tones = torch.from_numpy(CHORD_TONES).to(device)  # [chord, 12]
    roots = torch.zeros_like(tones)
    roots[torch.arange(NO_CHORD), torch.tensor([root for root, _ in CHORDS])] = 1
    return roots, tones
