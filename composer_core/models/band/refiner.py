"""The band's refiner: a masked U-Net that fills in whatever symbols are hidden; also the engine of region edits."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from composer_core.context import NO_LAG
from composer_core.models.band.batch import BandBatch, Codes, condition_size, look_back
from composer_core.models.unet import UNet, UNetConfig


@dataclass(frozen=True)
class BandRefinerConfig:
    """Shape for an ensemble whose parts have ``sizes`` symbols each."""

    sizes: tuple[int, ...]
    code: int = 12
    widths: tuple[int, ...] = (80, 112, 144, 176, 176)


class BandRefiner(nn.Module):
    """Predict every symbol from the conditions and from what is known here, a bar before and a bar after."""

    def __init__(self, config: BandRefinerConfig) -> None:
        super().__init__()
        self.config = config
        parts = len(config.sizes)
        self.codes = Codes(config.sizes, config.code)
        planes = condition_size(parts) + 3 * parts * (config.code + 1)
        self.unet = UNet(UNetConfig(planes, sum(config.sizes), config.widths))

    def forward(self, batch: BandBatch, known: Tensor) -> list[Tensor]:
        """Fill in the unknown.

        Args:
            batch: the music; its symbols count only where known.
            known: [B, P, T], 1 where a symbol may be seen.

        Returns:
            for each part logits [B, V_p, T].
        """
        seen = torch.cat([self.codes(batch.symbols), torch.ones_like(known)[:, :, None]], dim=2) * known[:, :, None]
        before = batch.lags[:, 0]
        around = [seen, look_back(seen, before), look_back(seen, _turned(before))]  # [B, P, code + 1, T] each
        x = torch.cat([batch.conditions(), *(planes.flatten(1, 2) for planes in around)], dim=1)
        return list(self.unet(x, batch.valid).split(self.config.sizes, dim=1))


def _turned(before: Tensor) -> Tensor:
    """Turn "where this place was a bar ago" [B, T] into "where it will be in a bar"."""
    length = before.shape[1]
    here = torch.arange(length, device=before.device).expand_as(before)
    after = torch.full((before.shape[0], length + 1), NO_LAG, device=before.device)
    target = torch.where(before == NO_LAG, length, before)
    return after.scatter(1, target, here)[:, :length]
