"""Ranges and choices of every setting, from where they are kept."""

from typing import Any

from bot.chat import Choice
from bot.commands.compose import TECHNIQUES
from bot.datasets import DATASET_BYTES, UNUSED_DAYS
from bot.variations import VARIATIONS
from bot.wishes import MOST_BYTES, MOST_TAKES
from composer_core.controls import DENSITY, REHARMONISE, RISK, Controls
from composer_core.request import LENGTH_BARS, SEED, TEMPO_BPM


def options_json() -> dict[str, Any]:
    """Return them."""
    usual = Controls()
    return {
        "takes": _range((1, MOST_TAKES), 1),
        "tempo_bpm": _range(TEMPO_BPM),
        "bars": _range(LENGTH_BARS),
        "seed": _range(SEED),
        "risk": _range(RISK, usual.risk),
        "density": _range(DENSITY, usual.density),
        "reharmonise": _range(REHARMONISE, usual.reharmonise),
        "techniques": [choice_json(choice) for choice in TECHNIQUES],
        "variations": [choice_json(choice) for choice in VARIATIONS],
        "upload_bytes": MOST_BYTES,
        "dataset_bytes": DATASET_BYTES,
        "dataset_days": UNUSED_DAYS,
    }


def choice_json(choice: Choice) -> dict[str, str]:
    """Return one value to choose."""
    return {"value": choice.value, "label": choice.label, "description": choice.description}


def _range(limits: tuple[float, float], default: float | None = None) -> dict[str, float]:
    low, high = limits
    return {"low": low, "high": high} | ({} if default is None else {"default": default})
