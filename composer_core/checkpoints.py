"""Weights on disk: safetensors in half precision, the networks' shapes as JSON in the header; nothing is unpickled."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from composer_core.errors import GenreError
from composer_core.genres import Genre
from composer_core.models.band.autoregressor import Autoregressor, AutoregressorConfig
from composer_core.models.band.critic import BandCritic, BandCriticConfig
from composer_core.models.band.generator import BandGenerator, BandGeneratorConfig
from composer_core.models.band.refiner import BandRefiner, BandRefinerConfig
from composer_core.scores import Chair, chairs_from_json, chairs_to_json

FORMAT = "tutti-band-1"
_MEND = "restore it from the release, or rebuild it (see the genre's CARD.md)"

_KINDS: Mapping[str, tuple[type[nn.Module], type]] = {
    "generator": (BandGenerator, BandGeneratorConfig),
    "critic": (BandCritic, BandCriticConfig),
    "refiner": (BandRefiner, BandRefinerConfig),
    "autoregressor": (Autoregressor, AutoregressorConfig),
}
"""Name in the file → the network's class and the class of its config."""

_UNNAMED: Mapping[str, dict[str, Any]] = {"autoregressor": {"bars": 0, "intervals": False}}
"""Settings that files from before their invention do not name."""


@dataclass(frozen=True)
class BandCheckpoint:
    """The four networks of a band's genre, what its parts may play, and the id of their card."""

    generator: BandGenerator
    critic: BandCritic
    refiner: BandRefiner
    autoregressor: Autoregressor
    chairs: Sequence[Chair]
    card: str


def save_band(path: Path, checkpoint: BandCheckpoint) -> None:
    """Write a checkpoint; an existing file is replaced only when the new one is whole."""
    networks: dict[str, nn.Module] = {name: getattr(checkpoint, name) for name in _KINDS}
    tensors = {
        f"{name}.{key}": tensor.detach().cpu().half().contiguous()
        for name, network in networks.items()
        for key, tensor in network.state_dict().items()
    }
    configs = {name: dataclasses.asdict(network.config) for name, network in networks.items()}  # type: ignore[call-overload]
    chairs = json.dumps(chairs_to_json(checkpoint.chairs))
    header = {"format": FORMAT, "card": checkpoint.card, "configs": json.dumps(configs), "chairs": chairs}
    temporary = path.with_suffix(".partial")
    temporary.write_bytes(_in_order(save(tensors, metadata=header)))
    temporary.replace(path)


def load_band(genre: Genre, device: torch.device) -> BandCheckpoint:
    """Read the checkpoint of a genre, ready to compose.

    Raises:
        GenreError: the file is missing, damaged, of another version, or made for other parts.
    """
    networks, header = _load(genre.weights, device)
    try:
        chairs = chairs_from_json(json.loads(header["chairs"]), genre)
    except (KeyError, ValueError, TypeError) as error:
        raise GenreError(f"The weights {genre.weights} do not fit genre.toml ({error}): {_MEND}.") from error
    return BandCheckpoint(**networks, chairs=chairs, card=header["card"])


def _load(path: Path, device: torch.device) -> tuple[dict[str, Any], dict[str, str]]:
    if not path.is_file():
        raise GenreError(f"The weights {path} are missing: {_MEND}.")
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
            tensors = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118 (no mapping)
        if header.get("format") != FORMAT:
            raise ValueError(f"format {header.get('format')!r}, expected {FORMAT!r}")
        if broken := [key for key, tensor in tensors.items() if tensor.isnan().any()]:
            raise ValueError(f"{broken[0]} holds what is no number")
        configs = json.loads(header["configs"])
        networks = {
            name: _restore(network(config(**_tuples(_UNNAMED.get(name, {}) | configs[name]))), name, tensors).to(device)
            for name, (network, config) in _KINDS.items()
        }
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:120]
        raise GenreError(f"The weights {path} are damaged ({reason}): {_MEND}.") from error
    return networks, header


def _in_order(data: bytes) -> bytes:
    """Sort the metadata of a safetensors file, which come in an order of chance: same weights, same bytes."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin on a multiple of eight bytes
    return len(text).to_bytes(8, "little") + text + data[8 + size :]


def _restore(network: nn.Module, name: str, tensors: dict[str, torch.Tensor]) -> nn.Module:
    prefix = f"{name}."
    state = {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
    network.load_state_dict(state)
    return network.eval().requires_grad_(False)


def _tuples(config: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in config.items()}
