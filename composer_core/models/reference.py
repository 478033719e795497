"""DeepComposer's U-Net generator and critic with their exact shapes, kept so that they can be measured against.

Hyper-parameters as published in aws-samples/aws-deepcomposer-samples @ef66010, gan/GAN.ipynb; written anew.
A roll here is [B, tracks, 32, 128]: tracks (melody first; four as published), timesteps (four a beat, two bars), MIDI
pitches, values -1 or 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

TIMESTEPS = 32
PITCHES = 128


@dataclass(frozen=True)
class ReferenceConfig:
    """The published hyper-parameters; an iteration is ``critic_updates`` critic updates and one of the generator."""

    tracks: int = 4
    filters: tuple[int, ...] = (64, 128, 256, 512)
    batch: int = 64
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.5, 0.9)
    critic_updates: int = 5
    penalty: float = 10.0
    iterations: int = 1000


class SameConv(nn.Conv2d):
    """Kernel 4 with the padding that TensorFlow calls "same": one cell before, two after at stride 1."""

    def __init__(self, inside: int, outside: int, stride: int) -> None:
        super().__init__(inside, outside, 4, stride=stride)
        self._pad = (1, 1, 1, 1) if stride == 2 else (1, 2, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, T, P] → [B, C', T / stride, P / stride]."""
        return super().forward(F.pad(x, self._pad))


class ReferenceGenerator(nn.Module):
    """Melody and noise in, all tracks out (the first is *not* guaranteed to be the melody)."""

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__()
        a, b, c, d = config.filters
        self._latent = d
        self.encoder = nn.ModuleList(SameConv(i, o, 2) for i, o in ((1, a), (a, b), (b, c), (c, d)))
        # Keras' momentum 0.8 is the share kept; PyTorch's is the share taken.
        self.encoder_norms = nn.ModuleList(nn.BatchNorm2d(o, momentum=0.2) for o in (b, c, d))
        self.decoder = nn.ModuleList(SameConv(i, o, 1) for i, o in ((2 * d, c), (2 * c, b), (2 * b, a)))
        self.decoder_norms = nn.ModuleList(nn.BatchNorm2d(o, momentum=0.2) for o in (c, b, a))
        self.leave = SameConv(2 * a, config.tracks, 1)

    def noise(self, size: int, device: torch.device) -> Tensor:
        """Truncated normal noise for the bottleneck: [B, 512, 2, 8]."""
        shape = (size, self._latent, TIMESTEPS // 16, PITCHES // 16)
        return nn.init.trunc_normal_(torch.empty(shape, device=device), a=-2.0, b=2.0)

    def forward(self, melody: Tensor, noise: Tensor) -> Tensor:
        """[B, 1, 32, 128] and noise → [B, tracks, 32, 128] in (-1, 1); a note sounds where the value is above 0."""
        skips = []
        x = melody
        for level, conv in enumerate(self.encoder):
            x = F.leaky_relu(conv(x), 0.2)
            if level:
                x = self.encoder_norms[level - 1](x)
            skips.append(x)
        x = torch.cat([x, noise], dim=1)  # [B, 1024, 2, 8]
        for conv, norm, skip in zip(self.decoder, self.decoder_norms, reversed(skips[:-1]), strict=True):
            x = F.relu(norm(conv(F.interpolate(x, scale_factor=2))))
            x = torch.cat([x, skip], dim=1)
        return torch.tanh(self.leave(F.interpolate(x, scale_factor=2)))


class ReferenceCritic(nn.Module):
    """Roll and melody joined, four strided convolutions without normalisation, one dense score."""

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__()
        sizes = (config.tracks + 1, *config.filters)
        self.convs = nn.ModuleList(SameConv(sizes[i], sizes[i + 1], 2) for i in range(4))
        self.dense = nn.Linear(config.filters[-1] * TIMESTEPS // 16 * PITCHES // 16, 1)

    def forward(self, roll: Tensor, melody: Tensor) -> Tensor:
        """[B, tracks, 32, 128] and [B, 1, 32, 128] → score [B]."""
        x = torch.cat([roll, melody], dim=1)
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.2)
        return self.dense(x.flatten(1))[:, 0]
