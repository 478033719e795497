"""What is asked of the trainer, and what it tells on its way: plain data that travels through the ledger as JSON.

A job of kind ``survey`` reads a dataset; its result is the data report (``dataset.Survey.report``). A job of kind
``train`` learns from it. Both have a ``TrainRequest`` as payload. The events of a training, all of which carry
``stage`` and ``fraction`` (0-1):

``report``   ``report``: the data report, before anything is trained;
``epoch``    one a epoch, the fields of ``Epoch`` and ``plot``, ``plot_dark`` (paths in the file store);
``sample``   ``epoch`` and ``files`` (mid, mp3, png in the file store): the same held-out melody each time;
``note``     ``text``: a rollback, a plateau, why it stopped;
``progress`` anything else.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from composer_core.controls import check_range
from composer_core.errors import SettingError

EPOCHS = (1, 1000)
LEARNING_RATE = (1e-5, 1e-2)
UPDATE_RATIO = (1, 10)
MINUTES = (0.1, 1440.0)
SEED = (0, 2**31 - 1)
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}[a-z0-9]")

AUTO, NONE = "auto", "none"
CORPUS, FILE, FOLDER = "corpus:", "file:", "path:"
"""How ``dataset`` begins: a corpus by name, a zip in the file store, or a path (from the terminal only)."""

TAGS_MOST, TAG_LENGTH = 20, 200


@dataclass(frozen=True)
class TrainRequest:
    """One wish to train; validated on creation.

    ``base`` is the genre to start from, ``auto`` (the shipped one that fits the data's ensemble) or ``none`` (from
    scratch). ``update_ratio`` is critic updates per generator update. ``tags`` limit the data to files that have them.
    ``melody`` is ``auto`` or a track's name. ``minutes`` of training, in all jobs that went on with it, end it early.
    ``resume`` names the job whose training goes on; with ``finish`` its best checkpoint becomes the genre and nothing
    more is trained.

    Raises:
        SettingError: a setting lies outside its range.
    """

    name: str
    dataset: str
    base: str = AUTO
    epochs: int = 24
    learning_rate: float = 1e-4
    update_ratio: int = 1
    tags: Mapping[str, str] = field(default_factory=dict)
    melody: str = AUTO
    minutes: float | None = None
    seed: int = 0
    resume: str = ""
    finish: bool = False
    description: str = ""
    licence: str = ""
    """What the uploader states about the rights in the data; it stands in the card."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_range("--epochs", self.epochs, EPOCHS)
        check_range("--learning-rate", self.learning_rate, LEARNING_RATE)
        check_range("--update-ratio", self.update_ratio, UPDATE_RATIO)
        check_range("--seed", self.seed, SEED)
        if self.minutes is not None:
            check_range("--minutes", self.minutes, MINUTES)
        if not self.dataset.startswith((CORPUS, FILE, FOLDER)):
            raise SettingError("A training needs a dataset: a zip or folder of MIDI files, or the name of a corpus.")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self) | {"tags": dict(self.tags)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a request from ``to_json``'s data; what older data lacks has its default."""
        return cls(**{key: value for key, value in data.items() if key in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Epoch:
    """What is told after each epoch.

    ``generator_loss`` and ``critic_loss`` are means over the epoch; ``nats`` is the autoregressor's loss on the
    held-out pieces (lower is better). ``similarity`` is the similarity index of the genre as it composes
    (``metrics.similarity``), ``draft_similarity`` that of the generator alone; ``figures`` maps a figure's name to
    [generated, real]; ``copied`` is [share of generated bars found in the training pieces, the same of the held-out
    real ones]. ``eta_s`` is how long the rest may take.
    """

    epoch: int
    epochs: int
    generator_loss: float
    critic_loss: float
    nats: float
    similarity: float
    draft_similarity: float
    figures: Mapping[str, tuple[float | None, float | None]]
    copied: tuple[float, float]
    seconds: float
    rounds_per_s: float
    eta_s: float
    best: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data; ``from_json`` mirrors it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from ``to_json``'s data, or from an event that holds more."""
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        known["figures"] = {name: tuple(pair) for name, pair in known["figures"].items()}
        return cls(**{**known, "copied": tuple(known["copied"])})


def check_name(name: str) -> None:
    """Check a genre's name: it becomes a folder's name on every platform.

    Raises:
        SettingError: it has other characters, or is too long.
    """
    if not NAME.fullmatch(name):
        raise SettingError(
            f"The name {name[:40]!r} will not do: use 2 to 32 small letters, digits and hyphens, such as my-waltzes."
        )


def read_tags(text: str) -> dict[str, str]:
    """Read ``KEY=VALUE`` pairs, separated by spaces; a value may be a list by commas.

    Raises:
        SettingError: a pair has no equals sign, or there are too many.
    """
    tags: dict[str, str] = {}
    for word in text.split():
        key, equals, value = word.partition("=")
        if not (key and equals and value) or len(word) > TAG_LENGTH:
            raise SettingError(f"The tag {word[:40]!r} will not do: write KEY=VALUE, such as mode=minor.")
        tags[key.lower()] = value
    if len(tags) > TAGS_MOST:
        raise SettingError(f"{len(tags)} tags are too many: give at most {TAGS_MOST}.")
    return tags
