"""Seats a trained band's networks in another ensemble, so that a new genre begins with what the base knows.

Each new part takes the weights of the base's part that is most like it, symbol by symbol: a shape that the base does
not know begins as its nearest. What belongs to no part is copied whole. With the base's own chairs nothing changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from composer_core.checkpoints import BandCheckpoint
from composer_core.context import LAGS, PLANES
from composer_core.genres import Part
from composer_core.models.band.autoregressor import Autoregressor
from composer_core.models.band.critic import BandCritic
from composer_core.models.band.generator import BandGenerator
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner
from composer_core.patterns import HOLD, REST, Codebook
from composer_core.scores import Chair

FAMILY = 8  # General MIDI programs of one family
_ROLES = {"bass": 0, "line": 1, "voice": 1, "chords": 2, "drums": 9}


@dataclass(frozen=True)
class Seating:
    """Which part and which symbol of the base each one of the new ensemble begins as.

    ``sizes`` [P_old] symbols of the base's parts; ``parts`` [P_new] numbers of the base's parts; ``own`` for each new
    part the symbols [V_p] of that part of the base.
    """

    sizes: tuple[int, ...]
    parts: tuple[int, ...]
    own: tuple[np.ndarray, ...]

    @property
    def old(self) -> int:
        """Number of the base's parts."""
        return len(self.sizes)

    @property
    def symbols(self) -> np.ndarray:
        """Rows [V_new] of the base's table of all parts' symbols."""
        offsets = np.cumsum([0, *self.sizes])
        return np.concatenate([offsets[part] + own for part, own in zip(self.parts, self.own, strict=True)])

    def conditions(self) -> list[int]:
        """Rows of ``BandBatch.conditions``: planes, plays [P], human, density [P], told [P]."""
        p, old = self.parts, self.old
        plays, human, density, told = PLANES, PLANES + old, PLANES + old + 1, PLANES + 2 * old + 1
        return [*range(PLANES), *(plays + n for n in p), human, *(density + n for n in p), *(told + n for n in p)]

    def blocks(self, size: int, start: int) -> list[int]:
        """Rows that hold ``size`` values of each part, part after part, from ``start`` on."""
        return [start + part * size + value for part in self.parts for value in range(size)]


def choose_base(parts: Sequence[Part], bases: Mapping[str, Sequence[Part]]) -> str:
    """The base whose ensemble is most like the new one: every part finds its like, and few are left over."""

    def unlikeness(name: str) -> float:
        theirs = [part for part in bases[name] if part.role != "melody"]
        mine = [part for part in parts if part.role != "melody"]
        both = [min(_unlikeness(a, b) for b in theirs) for a in mine] + [
            0.5 * min(_unlikeness(a, b) for b in mine) for a in theirs
        ]
        return float(np.mean(both))

    return min(bases, key=lambda name: (unlikeness(name), name))


def seat(base: BandCheckpoint, chairs: Sequence[Chair], card: str) -> BandCheckpoint:
    """The base's networks for other chairs."""
    plan = _plan(base.chairs, chairs)
    sizes = tuple(len(chair.codebook) for chair in chairs)
    return BandCheckpoint(
        generator=_moved(base.generator, BandGenerator, sizes, _unet_rows(plan, plan.conditions())),
        critic=_moved(base.critic, BandCritic, sizes, _critic_rows(plan, base.critic.config.code)),
        refiner=_moved(base.refiner, BandRefiner, sizes, _refiner_rows(plan, base.refiner.config.code)),
        autoregressor=_moved(
            base.autoregressor,
            partial(Autoregressor, offsets=offsets_of(chair.codebook for chair in chairs)),
            sizes,
            _autoregressor_rows(plan, base.autoregressor),
        ),
        chairs=tuple(chairs),
        card=card,
    )


def _plan(old: Sequence[Chair], new: Sequence[Chair]) -> Seating:
    likes = [min(range(len(old)), key=lambda n: (_unlikeness(chair.part, old[n].part), n)) for chair in new]
    own = (_like_symbols(chair.codebook, old[n].codebook) for chair, n in zip(new, likes, strict=True))
    return Seating(tuple(len(chair.codebook) for chair in old), tuple(likes), tuple(own))


def _unlikeness(part: Part, other: Part) -> float:
    """How little two parts have in common: their role above all, then register, then the family of instruments."""
    role = 0.0 if part.role == other.role else 4.0 + 2.0 * abs(_ROLES.get(part.role, 1) - _ROLES.get(other.role, 1))
    if part.is_drum or other.is_drum:
        return role
    register = abs(part.low + part.high - other.low - other.high) / 24
    return role + min(register, 2.0) + 0.5 * (part.program // FAMILY != other.program // FAMILY)


def _like_symbols(new: Codebook, old: Codebook) -> np.ndarray:
    """Symbols [V_new] of the old codebook."""
    return np.array([HOLD, REST, *(old.symbol(shape) for shape in new.shapes)])


_OFFSETS = "intervals.offsets"
"""Not learned: known from the new chairs."""

Rows = Mapping[str, tuple[str, int, Sequence[int] | np.ndarray]]
"""Name of a tensor → (the base's tensor, dimension, the base's rows along it); all others are copied whole."""


def _unet_rows(plan: Seating, entering: Sequence[int]) -> Rows:
    leaving = {f"unet.leave.{kind}": (f"unet.leave.{kind}", 0, plan.symbols) for kind in ("weight", "bias")}
    return {"unet.enter.weight": ("unet.enter.weight", 1, entering), **leaving}


def _critic_rows(plan: Seating, code: int) -> Rows:
    entering = plan.conditions() + plan.blocks(code, _conditions(plan.old))
    for row in range(len(LAGS)):
        entering += plan.blocks(1, _conditions(plan.old) + plan.old * (code + row))
    return {
        "codes.table.weight": ("codes.table.weight", 0, plan.symbols),
        "convs.0.weight": ("convs.0.weight", 1, entering),
    }


def _refiner_rows(plan: Seating, code: int) -> Rows:
    entering = plan.conditions()
    for number in range(3):  # here, a bar before, a bar after
        entering += plan.blocks(code + 1, _conditions(plan.old) + number * plan.old * (code + 1))
    return {"codes.table.weight": ("codes.table.weight", 0, plan.symbols), **_unet_rows(plan, entering)}


def _autoregressor_rows(plan: Seating, network: Autoregressor) -> Rows:
    code, look, head = network.config.code, network.config.look, network.config.head
    memory = 2 * code + 1 + len(LAGS) * (code + 1)
    rows: dict[str, tuple[str, int, Sequence[int] | np.ndarray]] = {
        "enter.weight": ("enter.weight", 1, plan.conditions()),
        "codes.table.weight": ("codes.table.weight", 0, plan.symbols),
        "earlier.table.weight": ("earlier.table.weight", 0, plan.symbols),
        "gru.weight_ih_l0": ("gru.weight_ih_l0", 1, [*range(look), *plan.blocks(memory, look)]),
    }
    for place, (part, own) in enumerate(zip(plan.parts, plan.own, strict=True)):
        for kind in ("weight", "bias"):
            rows[f"leave.{place}.{kind}"] = (f"leave.{part}.{kind}", 0, own)
            rows[f"heads.{place}.{kind}"] = (f"heads.{part}.{kind}", 0, range(head))
            if network.intervals:
                weighed = range(network.intervals.weigh[part].out_features)  # type: ignore[arg-type]
                rows[f"intervals.weigh.{place}.{kind}"] = (f"intervals.weigh.{part}.{kind}", 0, weighed)
            if network.recall:
                asked = range(network.recall.ask[part].out_features)  # type: ignore[arg-type]
                rows[f"recall.ask.{place}.{kind}"] = (f"recall.ask.{part}.{kind}", 0, asked)
    return rows


def _conditions(parts: int) -> int:
    return PLANES + 3 * parts + 1


def _moved(base: nn.Module, kind: Callable[..., nn.Module], sizes: tuple[int, ...], rows: Rows) -> Any:  # noqa: ANN401
    """A network of the same kind and widths with the chosen rows of the base's weights."""
    network = kind(replace(base.config, sizes=sizes))  # type: ignore[call-overload, type-var]
    old, own = base.state_dict(), network.state_dict()
    state = {name: _picked(old, *rows[name]) if name in rows else old[name].clone() for name in own if name != _OFFSETS}
    network.load_state_dict(state | {name: own[name] for name in own if name == _OFFSETS})
    return network


def _picked(old: Mapping[str, Tensor], name: str, dimension: int, rows: Sequence[int] | np.ndarray) -> Tensor:
    return old[name].index_select(dimension, torch.as_tensor(np.asarray(rows), dtype=torch.int64))
