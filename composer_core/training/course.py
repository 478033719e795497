"""A genre's networks in training: critic, then generator, then the autoregressor and the refiner, round by round.

The pair plays DeepComposer's game (``training.band``); the other two learn the same music by likelihood, because what
composes is decided by measurement and not by the kind of training. Everything random in an epoch comes from the seed,
the epoch's number and the number of rollbacks so far: an epoch that is trained again comes out the same, bit for bit.
"""

import copy
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor, nn

from composer_core.checkpoints import BandCheckpoint
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.intervals import offsets_of
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.scores import Chair, Score
from composer_core.training.average import Average
from composer_core.training.band import (
    AutoregressiveConfig,
    BandAdversarialConfig,
    BandMaskedConfig,
    BandPair,
    critic_step,
    generator_step,
    symbol_loss,
)
from composer_core.training.band_data import ScoreWindows
from composer_core.training.likelihood import draw_known
from composer_core.training.precision import mixed_precision

FEWEST_ROUNDS, MOST_ROUNDS = 32, 64  # of an epoch: long enough to be worth an exam, short enough to be watched
EXAM_WINDOWS = 12  # held-out windows for the autoregressor's loss

NETWORKS = ("generator", "critic", "refiner", "autoregressor")
AVERAGED = ("generator", "refiner", "autoregressor")

Alive = Callable[[], None]
"""Called after every round; raises ``Cancelled`` to stop."""


class Diverged(Exception):
    """A loss or a weight is no number any more."""


@dataclass(frozen=True)
class CourseConfig:
    """Hyper-parameters of a course. The likelihood networks learn ``likelihood_rate`` times as fast as the pair."""

    learning_rate: float = 1e-4
    update_ratio: int = 1
    likelihood_rate: float = 2.0
    warm_up_rounds: int = 20
    pair: BandAdversarialConfig = field(default_factory=BandAdversarialConfig)
    autoregressive: AutoregressiveConfig = field(default_factory=lambda: AutoregressiveConfig(average=0.98))
    masked: BandMaskedConfig = field(default_factory=lambda: BandMaskedConfig(average=0.98))


@dataclass(frozen=True)
class Losses:
    """Means over an epoch, and how many rounds and seconds it took."""

    generator: float
    critic: float
    real_score: float
    fake_score: float
    rounds: int
    seconds: float


def fresh_checkpoint(chairs: Sequence[Chair], seed: int, card: str) -> BandCheckpoint:
    """Untrained networks for an ensemble."""
    torch.manual_seed(seed)
    sizes = tuple(len(chair.codebook) for chair in chairs)
    return BandCheckpoint(
        BandGenerator(BandGeneratorConfig(sizes)),
        BandCritic(BandCriticConfig(sizes)),
        BandRefiner(BandRefinerConfig(sizes)),
        Autoregressor(AutoregressorConfig(sizes), offsets_of(chair.codebook for chair in chairs)),
        tuple(chairs),
        card,
    )


class Course:
    """Networks, their averages and their optimisers between two epochs."""

    def __init__(
        self,
        start: BandCheckpoint,
        scores: Sequence[Score],
        held_out: Sequence[Score],
        config: CourseConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        self.config, self.seed, self.device = config, seed, device
        self.scores, self.chairs, self.card = list(scores), start.chairs, start.card
        self.networks: dict[str, nn.Module] = {
            name: copy.deepcopy(getattr(start, name)).to(device).train().requires_grad_(True) for name in NETWORKS
        }
        decays = {
            "generator": config.pair.average,
            "refiner": config.masked.average,
            "autoregressor": config.autoregressive.average,
        }
        self.averages = {name: Average(self.networks[name], decays[name]) for name in AVERAGED}
        self.optimisers = {name: self._optimiser(name) for name in NETWORKS}
        self.epoch, self.rounds, self.rollbacks = 0, 0, 0
        self.held_out = ScoreWindows(held_out, seed).sample(EXAM_WINDOWS, config.autoregressive.length).to(device)
        music = sum(len(score) for score in scores) / (config.autoregressive.batch * config.autoregressive.length)
        self.rounds_per_epoch = int(np.clip(math.ceil(music), FEWEST_ROUNDS, MOST_ROUNDS))

    def _optimiser(self, name: str) -> torch.optim.Optimizer:
        weights = self.networks[name].parameters()
        if name in ("generator", "critic"):
            return torch.optim.Adam(weights, betas=self.config.pair.betas)
        masked = self.config.autoregressive
        return torch.optim.AdamW(weights, betas=masked.betas, weight_decay=masked.weight_decay)

    def train_epoch(self, alive: Alive) -> Losses:
        """Train one epoch.

        Raises:
            Diverged: something is no number any more; the state is of no use.
        """
        started = time.perf_counter()
        rng = np.random.default_rng([self.seed, self.epoch, self.rollbacks])
        torch.manual_seed(int(rng.integers(2**31)))
        windows = ScoreWindows(self.scores, int(rng.integers(2**31)))
        told: list[dict[str, float]] = []
        for _ in range(self.rounds_per_epoch):
            told.append(self._round(windows, rng))
            if not all(math.isfinite(value) for value in told[-1].values()):
                raise Diverged
            alive()
        if not self._is_sound():  # the last update is in no loss yet
            raise Diverged
        self.epoch += 1
        means = {name: float(np.mean([losses[name] for losses in told])) for name in told[0]}
        seconds = time.perf_counter() - started
        return Losses(means["generator"], means["critic"], means["real"], means["fake"], len(told), seconds)

    def _round(self, windows: ScoreWindows, rng: np.random.Generator) -> dict[str, float]:
        """Critic first, ``update_ratio`` times, then the generator, then those that learn by likelihood."""
        self._warm_up()
        pair_config = self.config.pair
        losses: dict[str, Tensor] = {}
        pair = BandPair(*(self.networks[n] for n in ("generator", "critic")),  # type: ignore[arg-type]
                        *(self.optimisers[n] for n in ("generator", "critic")))  # type: ignore[arg-type]  # fmt: skip
        for _ in range(self.config.update_ratio):
            batch = windows.sample(pair_config.batch, pair_config.length).to(self.device)
            losses |= critic_step(pair, batch, pair_config, self.rounds)
        batch = windows.sample(pair_config.batch, pair_config.length).to(self.device)
        losses |= generator_step(pair, batch, pair_config)
        self._likelihood_step("autoregressor", windows, rng)
        self._likelihood_step("refiner", windows, rng)
        for name, average in self.averages.items():
            average.update(self.networks[name])
        self.rounds += 1
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _is_sound(self) -> bool:
        return all(bool(weight.isfinite().all()) for net in self.networks.values() for weight in net.parameters())

    def _warm_up(self) -> None:
        """Set every optimiser's learning rate; each rollback has halved it."""
        rate = self.config.learning_rate / 2**self.rollbacks
        rate *= min((self.rounds + 1) / self.config.warm_up_rounds, 1.0)
        for name, optimiser in self.optimisers.items():
            for group in optimiser.param_groups:
                group["lr"] = rate * (1.0 if name in ("generator", "critic") else self.config.likelihood_rate)

    def _likelihood_step(self, name: str, windows: ScoreWindows, rng: np.random.Generator) -> None:
        config = self.config.autoregressive if name == "autoregressor" else self.config.masked
        network, optimiser = self.networks[name], self.optimisers[name]
        batch = windows.sample(config.batch, config.length).to(self.device)
        with mixed_precision(self.device):
            if name == "autoregressor":
                own, wanted = self.config.autoregressive, torch.ones_like(batch.symbols, dtype=torch.float32)
                loss = symbol_loss(network(batch, own.forget, own.slip), batch, wanted)
            else:
                known = draw_known(tuple(batch.symbols.shape), rng).to(self.device)
                loss = symbol_loss(network(batch, known), batch, 1 - known)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        if not math.isfinite(float(norm)):
            raise Diverged
        optimiser.step()

    @torch.no_grad()
    def held_out_nats(self) -> float:
        """The averaged autoregressor's loss on the held-out pieces, in nats a symbol."""
        wanted = torch.ones_like(self.held_out.symbols, dtype=torch.float32)
        with mixed_precision(self.device):
            return float(symbol_loss(self.averages["autoregressor"].network(self.held_out), self.held_out, wanted))

    def checkpoint(self) -> BandCheckpoint:
        """What a genre would be made of now: the averages, on the processor."""
        networks = {name: self.averages[name].network if name in AVERAGED else self.networks[name] for name in NETWORKS}
        if self.device.type != "cpu":
            networks = {name: _on_processor(network) for name, network in networks.items()}
        return BandCheckpoint(**networks, chairs=self.chairs, card=self.card)  # type: ignore[arg-type]

    def state(self) -> dict[str, Tensor]:
        """Everything that the next epoch depends on, but for the numbers of epochs, rounds and rollbacks."""
        tensors: dict[str, Tensor] = {}
        for name, network in self.networks.items():
            tensors |= {f"{name}/{key}": value for key, value in network.state_dict().items()}
            for number, slot in self.optimisers[name].state_dict()["state"].items():
                tensors |= {f"{name}.optimiser/{number}/{key}": value for key, value in slot.items()}
        for name, average in self.averages.items():
            tensors |= {f"{name}.average/{key}": value for key, value in average.network.state_dict().items()}
        return {key: value.detach().cpu().clone().contiguous() for key, value in tensors.items()}

    def restore(self, tensors: dict[str, Tensor], epoch: int, rounds: int, rollbacks: int) -> None:
        """Mirror ``state``.

        Raises:
            KeyError, RuntimeError: the state is of another course.
        """
        for name, network in self.networks.items():
            network.load_state_dict(_below(tensors, f"{name}/"))
            self._restore_optimiser(name, _below(tensors, f"{name}.optimiser/"))
        for name, average in self.averages.items():
            average.network.load_state_dict(_below(tensors, f"{name}.average/"))
            average.steps = rounds
        self.epoch, self.rounds, self.rollbacks = epoch, rounds, rollbacks

    def _restore_optimiser(self, name: str, tensors: dict[str, Tensor]) -> None:
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            number, _, kind = key.partition("/")
            slots.setdefault(int(number), {})[kind] = value
        groups = self.optimisers[name].state_dict()["param_groups"]
        self.optimisers[name].load_state_dict({"state": slots, "param_groups": groups})


def with_request(config: CourseConfig, learning_rate: float, update_ratio: int) -> CourseConfig:
    """The same with what the user chose."""
    return replace(config, learning_rate=learning_rate, update_ratio=update_ratio)


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _on_processor(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).cpu()
