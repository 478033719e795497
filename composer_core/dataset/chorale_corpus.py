"""Bach's chorales as music21 brings them, read from its files without importing it; those kept for testing left out."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

from composer_core.corpora.chorales import RESERVED, VOICES, opening_of, read_reserved
from composer_core.corpora.musicxml import read_score
from composer_core.dataset.folders import FolderDataset
from composer_core.errors import MelodyError
from composer_core.music import Note

_SUFFIX = ".mxl"


def chorale_folder(data: Path) -> Path | None:
    """The folder of the chorales, None where it or the list of reserved pieces is missing."""
    spec = find_spec("music21")
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(places[0]) / "corpus" / "bach" if places else None
    return folder if folder and folder.is_dir() and (data / RESERVED).is_file() else None


def open_chorales(folder: Path, data: Path) -> FolderDataset:
    """List the chorales in four voices whose tunes no reserved piece has."""
    reserved = {name.removeprefix("bach/") for name in read_reserved(data / RESERVED)}
    tunes = {opening_of(tune) for name in sorted(reserved) if (tune := _soprano(folder / name))}
    return FolderDataset(folder, partial(_is_free, folder, reserved, tunes))


def _is_free(folder: Path, reserved: set[str], tunes: set[tuple[int, ...]], name: str) -> bool:
    if name in reserved or not name.endswith(_SUFFIX):
        return False
    soprano = _soprano(folder / name)
    return bool(soprano) and opening_of(soprano) not in tunes


def _soprano(path: Path) -> tuple[Note, ...]:
    """The tune of a four-part chorale; empty for any other piece."""
    try:
        score = read_score(path.read_bytes())
    except (OSError, MelodyError):
        return ()
    names = [part.name for part in score.parts]
    return score.parts[0].notes if names == list(VOICES) else ()
