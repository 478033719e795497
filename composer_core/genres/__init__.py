"""Genres: one folder each with ``genre.toml``, ``weights.safetensors`` and ``CARD.md``. Free of torch.

Shipped genres live beside this file; a user's own live in ``$TUTTI_HOME/genres``.
"""

import difflib
import logging
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from composer_core.errors import GenreError
from composer_core.feel import Feel, read_feel

SHIPPED = Path(__file__).parent
PLANNER = "planner.safetensors"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One track of a genre's ensemble; ``low`` and ``high`` are the MIDI pitches that it can play.

    ``role`` says how the part is written: ``melody``, ``voice`` (one line of a chorale), ``bass`` (one note at a
    time below the chord), ``chords`` (whole chords, voice-led), ``line`` (figures of single notes, doublings) or
    ``drums``. ``pan`` runs from -1 (left) to 1 (right), ``level_db`` is relative, ``reverb_send`` is 0-1.
    """

    name: str
    program: int
    low: int
    high: int
    pan: float = 0.0
    level_db: float = 0.0
    reverb_send: float = 0.2
    role: str = "voice"

    @property
    def is_drum(self) -> bool:
        """Whether the pitches are General MIDI drums."""
        return self.role == "drums"


@dataclass(frozen=True)
class Genre:
    """A style: its ensemble, tempo, default technique and the folder with its weights.

    ``parts[0]`` is the melody's own place in the ensemble. ``tempo_bpm`` is what typed notes get, and within
    ``tempo_bpm_range`` the genre sounds like itself. An intro has ``intro_bars`` (0: there is none). ``harmony``
    is a style of ``planner.enrich``. ``feel`` is how
    its players play, ``band`` holds settings of ``techniques.band_config.BandConfig``.
    """

    name: str
    title: str
    description: str
    technique: str
    tempo_bpm: float
    parts: tuple[Part, ...]
    folder: Path
    metres: tuple[str, ...] = ()
    tempo_bpm_range: tuple[float, float] = (20.0, 300.0)
    intro_bars: int = 0
    harmony: str = "sevenths"
    feel: Feel = field(default_factory=Feel)
    band: dict[str, Any] = field(default_factory=dict)

    @property
    def is_choir(self) -> bool:
        """Whether every part is one voice (``models``); other genres are bands (``models.band``)."""
        return all(part.role == "voice" for part in self.parts[1:])

    @property
    def weights(self) -> Path:
        """Path of the weights file."""
        return self.folder / "weights.safetensors"

    @property
    def planner(self) -> Path:
        """Path of the genre's own harmony planner, which it has where its harmony is not that of songs."""
        return self.folder / PLANNER

    @property
    def card(self) -> Path:
        """Path of the model card."""
        return self.folder / "CARD.md"


def list_genres(
    folders: Sequence[Path] = (SHIPPED,), *, hidden: Collection[str] = (), lenient: bool = False
) -> list[Genre]:
    """Read every genre below the given folders, by name; an earlier folder wins over a later one.

    Custom genres whose name is in ``hidden`` are as if they were not there; a ``lenient`` list leaves out damaged ones.

    Raises:
        GenreError: one is damaged, and the list is not lenient.
    """
    found = []
    for _, folder in sorted(_genre_folders(folders, hidden).items()):
        try:
            found.append(read_genre(folder))
        except GenreError as error:
            if not lenient:
                raise
            log.warning("%s", error)
    return found


def find_genre(name: str, folders: Sequence[Path] = (SHIPPED,), *, hidden: Collection[str] = ()) -> Genre:
    """Find a genre by its name, whatever its case; what is ``hidden`` is not found, nor hinted at.

    Raises:
        GenreError: there is none of that name; the message names the nearest one.
    """
    wanted = name.strip().casefold()
    found = _genre_folders(folders, hidden)
    for folder in found.values():
        if folder.name.casefold() == wanted:  # the others are not read: a damaged one is no obstacle
            return read_genre(folder)
    nearest = difflib.get_close_matches(wanted, found, n=1, cutoff=0.0)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    raise GenreError(f"There is no genre {name[:40]!r}.{hint} Genres here: {', '.join(sorted(found)) or 'none'}.")


def _genre_folders(folders: Sequence[Path], hidden: Collection[str] = ()) -> dict[str, Path]:
    """Name → folder of every genre; an earlier folder wins over a later one. One in the making begins with a dot."""
    found: dict[str, Path] = {}
    for folder in folders:
        names = {path.parent.name for path in folder.glob("*/genre.toml")} - (set() if folder == SHIPPED else {*hidden})
        for name in sorted(names):
            if not name.startswith("."):
                found.setdefault(name, folder / name)
    return found


def read_genre(folder: Path) -> Genre:
    """Read one genre's ``genre.toml``.

    Raises:
        GenreError: the file is missing or damaged.
    """
    try:
        data: dict[str, Any] = tomllib.loads((folder / "genre.toml").read_text(encoding="utf-8"))
        parts = tuple(Part(**part) for part in data.pop("part"))
        data["metres"] = tuple(data.get("metres", ()))
        if "tempo_bpm_range" in data:
            slowest, fastest = data["tempo_bpm_range"]
            data["tempo_bpm_range"] = (float(slowest), float(fastest))
        data["feel"] = read_feel(data.get("feel", {}), folder)
        return Genre(name=folder.name, parts=parts, folder=folder, **data)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise GenreError(
            f"The genre {folder.name!r} is damaged ({error}): restore {folder / 'genre.toml'} or delete the folder."
        ) from error
