"""The generator: melody, harmony plan and noise in, a whole accompaniment out in one pass."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer_core.models.planes import (
    CHORD_PLANES,
    CLASSES,
    MELODY_PLANES,
    METRE_PLANES,
    Batch,
    chord_planes,
    melody_planes,
    metre_planes,
)
from composer_core.models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class GeneratorConfig:
    """Shape of a generator for ``voices`` accompaniment voices."""

    voices: int = 3
    widths: tuple[int, ...] = (64, 96, 128, 160, 160)
    noise_channels: int = 32


class Generator(nn.Module):
    """Encode the melody to a latent, join it with noise, decode the accompaniment; skips carry the detail."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        planes = MELODY_PLANES + METRE_PLANES + CHORD_PLANES
        out = config.voices * (CLASSES + 1)
        self.unet = UNet(UNetConfig(planes, out, config.widths, noise_channels=config.noise_channels))

    def noise_shape(self, batch: Batch) -> tuple[int, int, int]:
        """Shape [B, noise_channels, T / stride] of the noise for a batch."""
        size, length = batch.melody.shape
        return size, self.config.noise_channels, length // self.unet.config.stride

    def forward(self, batch: Batch, chord_known: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Draft the accompaniment.

        Args:
            batch: melody, metre and chords (these count only where ``chord_known`` [B, T] is set).
            chord_known: [B, T].
            noise: [B, noise_channels, T / stride], standard normal.

        Returns:
            logits of voices [B, V, P + 1, T] and of onsets [B, V, T].
        """
        x = torch.cat([melody_planes(batch), metre_planes(batch), chord_planes(batch.chord, chord_known)], dim=1)
        out = self.unet(x, batch.valid, noise).unflatten(1, (self.config.voices, CLASSES + 1))
        return out[:, :, :CLASSES], out[:, :, CLASSES]
