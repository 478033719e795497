"""The planner's weights on disk: safetensors in half precision, the network's shape as JSON in the header."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from composer_core.errors import ResourceError
from composer_core.planner.network import PlannerConfig, PlannerNetwork

FORMAT = "tutti-planner-1"
WEIGHTS = Path(__file__).parent / "weights.safetensors"


def save_network(path: Path, network: PlannerNetwork) -> None:
    """Write a network; an existing file is replaced only when the new one is whole."""
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in network.state_dict().items()}
    temporary = path.with_suffix(".partial")
    save_file(tensors, temporary, metadata={"format": FORMAT, "config": json.dumps(asdict(network.config))})
    temporary.replace(path)


def load_network(path: Path, device: torch.device) -> PlannerNetwork:
    """Read a network, ready to plan.

    Raises:
        ResourceError: the file is missing, damaged or of another version.
    """
    mend = "restore it from the release, or rebuild it (see the CARD.md beside it)"
    if not path.is_file():
        raise ResourceError(f"The planner's weights {path} are missing: {mend}.")
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (no mapping)
        if header.get("format") != FORMAT:
            raise ValueError(f"format {header.get('format')!r}, expected {FORMAT!r}")
        network = PlannerNetwork(PlannerConfig(**json.loads(header["config"])))
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).splitlines()[0][:120]
        raise ResourceError(f"The planner's weights {path} are damaged ({reason}): {mend}.") from error
    return network.eval().requires_grad_(False).to(device)
