"""Recall: to do again what was done at the same place of an earlier bar is one decision, not one a symbol.

p(symbol) = w_0 new(symbol) + sum over k of w_k e_k [symbol = said k bars ago]
                            + sum over k of w_k (1 - e_k) new(symbol | rhythm k bars ago)

where new = softmax(logits), and a rhythm says whether to hold, to rest or to strike anything. The weights w, and the
shares e of what is said again word by word, come from what speaks for each earlier bar: how well the last timesteps
agree with it, what it would say and how many bars say so, how alike the music's circumstances are (attention), and how
far back it is. Pointers of this kind: See et al. 2017 (arXiv:1704.04368) and Merity et al. 2016 (arXiv:1609.07843).
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from composer_core.context import NO_LAG
from composer_core.models.band.batch import Codes
from composer_core.patterns import FIRST_SHAPE, HOLD

DECAYS = (0.95, 0.75)
"""How much of its count of strikes met and missed an earlier bar keeps from one timestep to the next."""

COUNTS = 4 * len(DECAYS) + 1  # met, missed, rhythm missed, missed by all parts; and the share of bars that say the same
BELOW = -1e4  # the score of a bar that is not there
SMALLEST = 1e-9  # chance of any symbol


@dataclass(frozen=True)
class EarlierBars:
    """What stood at the same place of the bars before.

    Symbols ``said`` [B, P, K, T]; evidence ``told`` [B, P, K, T, width]; the circumstances' ``keys`` [B, K, T, query];
    whether such a bar ``is_there`` [B, K, T].
    """

    said: Tensor
    told: Tensor
    keys: Tensor
    is_there: Tensor


class Recall(nn.Module):
    """Weighs the bars before the present one, for one part after the other."""

    def __init__(
        self, parts: int, bars: int, look: int, code: int, head: int, width: int = 32, query: int = 16
    ) -> None:
        super().__init__()
        self.bars, self.query = bars, query
        self.tell = nn.Linear(COUNTS + code, width)
        self.distance = nn.Parameter(torch.zeros(bars, width))
        self.key = nn.Linear(look, query)
        self.score = nn.Linear(width, 2)  # of the bar, and of its words
        self.ask = nn.ModuleList(nn.Linear(head, width + query + 1) for _ in range(parts))

    def evidence(self, symbols: Tensor, done: Tensor, codes: Codes, context: Tensor, lag: Tensor) -> EarlierBars:
        """What speaks for each earlier bar, before any part asks.

        Args:
            symbols: [B, P, T].
            done: [B, P, T], the symbols that the earlier bars are compared with: the same, or with slips.
            codes: what gives the symbols' codes.
            context: [B, look, T], the circumstances.
            lag: [B, T], where the same place was a bar ago.
        """
        reach = bars_back(lag, self.bars)
        said, is_there = fetched(symbols, reach), (reach != NO_LAG)[:, None]
        same = (said == done[:, :, None]) & is_there
        strikes = (said != HOLD) | (done != HOLD)[:, :, None]
        met, missed = (same & strikes).float(), (~same & is_there).float()
        off = ((said.clamp(max=FIRST_SHAPE) != done.clamp(max=FIRST_SHAPE)[:, :, None]) & is_there).float()
        kinds = (met, missed, off, missed.mean(dim=1, keepdim=True))
        counts = [torch.log1p(decayed(kind, decay)).expand_as(met) for decay in DECAYS for kind in kinds]
        votes = [((said == row[:, :, None]) & is_there).float().sum(dim=2) for row in said.unbind(dim=2)]
        share = torch.stack(votes, dim=2) / is_there.float().sum(dim=2, keepdim=True).clamp(min=1)
        flat = codes(said.flatten(2)).unflatten(3, said.shape[2:]).permute(0, 1, 3, 4, 2)  # [B, P, K, T, code]
        told = self.tell(torch.cat([torch.stack([*counts, share], dim=-1), flat], dim=-1)) + self.distance[:, None]
        keys = self.key(context.transpose(1, 2))
        index = reach.clamp(min=0).flatten(1)[:, :, None].expand(-1, -1, self.query)
        return EarlierBars(said, told, keys.gather(1, index).unflatten(1, reach.shape[1:]), is_there[:, 0])

    def mix(self, part: int, logits: Tensor, hidden: Tensor, bars: EarlierBars) -> Tensor:
        """Log chances [B, V, T] of a part's symbols, composed anew or recalled.

        Args:
            part: its number.
            logits: [B, V, T] of composing anew.
            hidden: [B, T, head], what the part's head makes of the present.
            bars: the evidence.
        """
        asked, query, anew = self.ask[part](hidden).split([bars.told.shape[-1], self.query, 1], dim=-1)
        scores, words = self.score(F.gelu(bars.told[:, part] + asked[:, None])).unbind(dim=-1)  # [B, K, T] each
        scores = scores + (bars.keys * query[:, None]).sum(dim=-1) / self.query**0.5
        scores = scores.masked_fill(~bars.is_there, BELOW)
        weights = torch.cat([anew.transpose(1, 2), scores], dim=1).softmax(dim=1)  # [B, 1 + K, T]
        said = bars.said[:, part]
        loose = weights[:, 1:] * torch.sigmoid(-words) * (said >= FIRST_SHAPE)  # strikes, as the rhythm alone
        strikes = logits[:, FIRST_SHAPE:].softmax(dim=1) * loose.sum(dim=1, keepdim=True)
        chances = logits.softmax(dim=1) * weights[:, :1] + F.pad(strikes, (0, 0, FIRST_SHAPE, 0))
        chances = chances.scatter_add(1, said, weights[:, 1:] - loose)
        return torch.log(chances + SMALLEST)


def bars_back(lag: Tensor, bars: int) -> Tensor:
    """Timesteps [B, K, T] of the same place one to K bars ago from that of one bar ago [B, T]; ``NO_LAG`` beyond."""
    rows = [lag]
    for _ in range(bars - 1):
        before = lag.gather(1, rows[-1].clamp(min=0))
        rows.append(torch.where(rows[-1] == NO_LAG, NO_LAG, before))
    return torch.stack(rows, dim=1)


def fetched(symbols: Tensor, reach: Tensor) -> Tensor:
    """The symbols [B, P, K, T] of [B, P, T] at ``reach`` [B, K, T]."""
    index = reach.clamp(min=0).flatten(1)[:, None].expand(-1, symbols.shape[1], -1)
    return symbols.gather(2, index).unflatten(2, reach.shape[1:])


def decayed(values: Tensor, decay: float) -> Tensor:
    """Sums [..., T] of the values before each timestep, each ``decay`` times as heavy as the next."""
    steps = torch.arange(values.shape[-1], device=values.device)
    ago = steps - 1 - steps[:, None]  # [from, to]
    kernel = torch.where(ago >= 0, decay ** ago.clamp(min=0).float(), 0.0)
    return values @ kernel
