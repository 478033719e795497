"""The band's generator: melody, harmony, form and noise in, every part's symbols out in one pass."""

from dataclasses import dataclass

from torch import Tensor, nn

from composer_core.models.band.batch import BandBatch, condition_size
from composer_core.models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class BandGeneratorConfig:
    """Shape for an ensemble whose parts have ``sizes`` symbols each."""

    sizes: tuple[int, ...]
    widths: tuple[int, ...] = (64, 88, 104, 120, 120)
    noise_channels: int = 32


class BandGenerator(nn.Module):
    """Encode the conditions to a latent, join it with noise, decode the accompaniment; skips carry the detail."""

    def __init__(self, config: BandGeneratorConfig) -> None:
        super().__init__()
        self.config = config
        planes = condition_size(len(config.sizes))
        body = UNetConfig(planes, sum(config.sizes), config.widths, noise_channels=config.noise_channels)
        self.unet = UNet(body)

    def noise_shape(self, batch: BandBatch) -> tuple[int, int, int]:
        """Shape [B, noise_channels, T / stride] of the noise for a batch."""
        size, length = batch.valid.shape
        return size, self.config.noise_channels, length // self.unet.config.stride

    def forward(self, batch: BandBatch, noise: Tensor) -> list[Tensor]:
        """Draft the accompaniment: for each part logits [B, V_p, T]."""
        return list(self.unet(batch.conditions(), batch.valid, noise).split(self.config.sizes, dim=1))
