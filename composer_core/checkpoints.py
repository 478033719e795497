"""Weights on disk: safetensors in half precision, the networks' shapes as JSON in the header; nothing is unpickled."""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from composer_core.errors import GenreError
from composer_core.models.critic import Critic, CriticConfig
from composer_core.models.generator import Generator, GeneratorConfig
from composer_core.models.refiner import Refiner, RefinerConfig

FORMAT = "tutti-1"
Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True)
class Checkpoint:
    """The three networks of a genre and the id of their card."""

    generator: Generator
    critic: Critic
    refiner: Refiner
    card: str


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; an existing file is replaced only when the new one is whole."""
    networks: dict[str, Generator | Critic | Refiner] = {
        "generator": checkpoint.generator,
        "critic": checkpoint.critic,
        "refiner": checkpoint.refiner,
    }
    tensors = {
        f"{name}.{key}": tensor.detach().cpu().half().contiguous()
        for name, network in networks.items()
        for key, tensor in network.state_dict().items()
    }
    configs = {name: dataclasses.asdict(network.config) for name, network in networks.items()}
    header = {"format": FORMAT, "card": checkpoint.card, "configs": json.dumps(configs)}
    temporary = path.with_suffix(".partial")
    save_file(tensors, temporary, metadata=header)
    temporary.replace(path)


def load_checkpoint(path: Path, device: torch.device) -> Checkpoint:
    """Read a checkpoint, ready to compose.

    Raises:
        GenreError: the file is missing, damaged or of another version.
    """
    mend = "restore it from the release, or rebuild it (see the genre's CARD.md)"
    if not path.is_file():
        raise GenreError(f"The weights {path} are missing: {mend}.")
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (no mapping)
        if header.get("format") != FORMAT:
            raise ValueError(f"format {header.get('format')!r}, expected {FORMAT!r}")
        configs = json.loads(header["configs"])
        generator = _restore(Generator(GeneratorConfig(**_tuples(configs["generator"]))), "generator", tensors)
        critic = _restore(Critic(CriticConfig(**_tuples(configs["critic"]))), "critic", tensors)
        refiner = _restore(Refiner(RefinerConfig(**_tuples(configs["refiner"]))), "refiner", tensors)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:120]
        raise GenreError(f"The weights {path} are damaged ({reason}): {mend}.") from error
    return Checkpoint(generator.to(device), critic.to(device), refiner.to(device), header["card"])


def _restore(network: Network, name: str, tensors: dict[str, torch.Tensor]) -> Network:
    prefix = f"{name}."
    state = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _tuples(config: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
