"""Where a dataset comes from: a zip, a folder, or the name of a corpus that this installation has."""

import unicodedata
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from composer_core.dataset.chorale_corpus import chorale_folder, open_chorales
from composer_core.dataset.folders import FolderDataset
from composer_core.dataset.listing import READS
from composer_core.dataset.names import MIDI, SCORES, ending, shown
from composer_core.dataset.opening import Dataset
from composer_core.dataset.zips import ZipDataset
from composer_core.errors import UserError

_PAPERS = "SOURCE/"  # licences and credits of a packed corpus


@dataclass(frozen=True)
class Corpus:
    """A packed corpus: its archive, and the tags that its name stands for.

    ``composers`` is the folder whose folders they are; None for a corpus that is used whole.
    """

    archive: str
    tags: Mapping[str, str] = field(default_factory=dict)
    composers: str | None = None


ARCHIVES: Mapping[str, Corpus] = {
    "simutrans": Corpus("simutrans.zip"),
    "simutrans-swung": Corpus("simutrans.zip", {"swing": "swung"}),
    "freedoom": Corpus("freedoom.zip"),
    "lieder": Corpus("lieder.zip", composers="scores/"),
    "string_quartets": Corpus("string_quartets.zip", composers=""),
    "deepcomposer-chorales": Corpus("deepcomposer_chorales.zip"),
}
"""Name → corpus; with a composer after a colon where it has several: ``lieder:Schubert``."""

CHORALES = "chorales"
"""Bach's, from music21's files."""

CORPORA = (*ARCHIVES, CHORALES)
"""Every name that ``open_dataset`` knows."""

_SHOWN_COMPOSERS = 8


def open_dataset(source: str | Path, data: Path) -> Dataset:
    """List a dataset: a zip, a folder, or a corpus in the folder ``data`` by its name.

    Raises:
        UserError: there is no such thing, or it holds no music; the message says what there is.
    """
    name, _, composer = (part.strip() for part in str(source).partition(":"))
    if name.casefold() in CORPORA and not Path(source).exists():
        return _open_corpus(name.casefold(), composer, data)
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            return FolderDataset(path)
        if path.is_file():
            return _open_file(path)
    except (OSError, ValueError) as error:
        raise UserError(f"{shown(str(source))} cannot be read: check its name and its permissions.") from error
    raise UserError(
        f"There is no file, folder or corpus {shown(str(source))!r}: the corpora here are {_installed(data)}."
    )


def _open_file(path: Path) -> Dataset:
    name = shown(path.name)
    if ending(path.name) in MIDI | SCORES:
        raise UserError(f"{name} is one file: put at least 3 {READS} files into a zip or a folder.")
    if not zipfile.is_zipfile(path):
        raise UserError(f"{name} is no zip: pack the folder as .zip, or name the folder itself.")
    return ZipDataset(path)


def _installed(data: Path) -> str:
    """The names of the corpora whose archives are there."""
    names = [
        f"{name}:COMPOSER" if corpus.composers is not None else name
        for name, corpus in ARCHIVES.items()
        if (data / corpus.archive).is_file()
    ]
    names += [CHORALES] if chorale_folder(data) else []
    return ", ".join(names) or "none"


def _open_corpus(name: str, composer: str, data: Path) -> Dataset:
    missing = UserError(f"The corpus {name} is not installed: the corpora here are {_installed(data)}.")
    dataset: Dataset
    if name == CHORALES:
        folder = chorale_folder(data)
        if folder is None:
            raise missing
        dataset = open_chorales(folder, data)
    else:
        corpus = ARCHIVES[name]
        path = data / corpus.archive
        if not path.is_file():
            raise missing
        below = "" if corpus.composers is None else _composer_folder(path, name, composer, corpus.composers)
        dataset = ZipDataset(path, below=below, skip=_PAPERS)
        dataset.tags = dict(corpus.tags)
    dataset.name = f"{name}:{composer}" if composer else name
    return dataset


def _composer_folder(path: Path, name: str, wanted: str, below: str) -> str:
    """The folder of the one composer whose name has all the words asked for."""
    with zipfile.ZipFile(path) as archive:
        inner = [member.removeprefix(below) for member in archive.namelist() if member.startswith(below)]
    counts = Counter(member.split("/")[0] for member in inner if ending(member) in SCORES)
    words = _words(wanted)
    fitting = [folder for folder in sorted(counts) if words and words <= _words(folder)]
    surnamed = [folder for folder in fitting if words == _words(folder.split(",")[0])]
    fitting = surnamed or fitting
    if len(fitting) == 1:
        return f"{below}{fitting[0]}/"
    among = fitting or sorted(counts, key=lambda folder: -counts[folder])[:_SHOWN_COMPOSERS]
    names = "; ".join(f"{folder.replace('_', ' ')} ({counts[folder]})" for folder in among)
    what = (
        "has several composers of that name"
        if fitting
        else f"has no composer {wanted!r}"
        if words
        else "needs a composer"
    )
    raise UserError(f"The corpus {name} {what}: write {name}:COMPOSER with one of {names}.")


def _words(name: str) -> set[str]:
    """The words of a name, in small letters without accents."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return set("".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign)).split())
