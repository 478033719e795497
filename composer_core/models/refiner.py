"""The refiner: a masked U-Net that fills in whatever of the harmony and the voices is unknown."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer_core.models.planes import (
    CHORD_CLASSES,
    CHORD_PLANES,
    CLASSES,
    MELODY_PLANES,
    METRE_PLANES,
    VOICE_PLANES,
    Batch,
    chord_planes,
    melody_planes,
    metre_planes,
    voice_planes,
)
from composer_core.models.unet import UNet, UNetConfig

MAX_INTERVAL = 12  # semitones of a melodic step that has an affinity of its own


@dataclass(frozen=True)
class RefinerConfig:
    """Shape of a refiner for ``voices`` accompaniment voices."""

    voices: int = 3
    widths: tuple[int, ...] = (80, 128, 192, 224, 224)


class Refiner(nn.Module):
    """Predict every chord and every voice from the melody, the metre and what is known of them.

    ``intervals`` [V, 2 * MAX_INTERVAL + 1] holds how much likelier than by independent draws each voice moves by so
    many semitones; it is measured after training (``training.affinity``).
    """

    def __init__(self, config: RefinerConfig) -> None:
        super().__init__()
        self.config = config
        planes = MELODY_PLANES + METRE_PLANES + CHORD_PLANES + config.voices * VOICE_PLANES
        out = config.voices * (CLASSES + 1) + CHORD_CLASSES
        self.unet = UNet(UNetConfig(planes, out, config.widths))
        self.intervals: Tensor
        self.register_buffer("intervals", torch.ones(config.voices, 2 * MAX_INTERVAL + 1))

    def forward(self, batch: Batch, chord_known: Tensor, voice_known: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Fill in the unknown.

        Args:
            batch: the music; its chords and voices count only where known.
            chord_known: [B, T].
            voice_known: [B, V, T].

        Returns:
            logits of voices [B, V, P + 1, T], of onsets [B, V, T] and of chords [B, CHORD_CLASSES, T].
        """
        x = torch.cat(
            [
                melody_planes(batch),
                metre_planes(batch),
                chord_planes(batch.chord, chord_known),
                voice_planes(batch.voices, batch.onset, voice_known),
            ],
            dim=1,
        )
        out = self.unet(x, batch.valid)
        voices, chords = out[:, :-CHORD_CLASSES], out[:, -CHORD_CLASSES:]
        voices = voices.unflatten(1, (self.config.voices, CLASSES + 1))  # [B, V, P + 2, T]
        return voices[:, :, :CLASSES], voices[:, :, CLASSES], chords
