"""The corpora of this installation by their names; music that others made, so they skip where it is missing."""

import re
from pathlib import Path

import pytest

from composer_core.dataset import open_dataset, survey
from composer_core.dataset.chorale_corpus import chorale_folder
from composer_core.errors import UserError

DATA = Path("../shared/data")


def needs(name):
    return pytest.mark.skipif(not (DATA / name).is_file(), reason=f"needs {DATA / name}")


def names(found):
    return [part.name for part in found.parts]


@needs("simutrans.zip")
def test_the_swung_tunes():
    found = survey("simutrans-swung", data=DATA)
    assert len(found.items) == 18 and {item.tags["swing"] for item in found.items} == {("swung",)}
    assert names(found) == ["Melody", "Piano", "Electric guitar", "Bass", "Drums"]
    assert found.feel.swing > 0.64 and found.usable
    assert not any(item.name.startswith("SOURCE") for item in found.items)


@needs("lieder.zip")
def test_a_composers_songs():
    found = survey("lieder:Clara Schumann", data=DATA)
    assert names(found) == ["Melody", "Piano right hand", "Piano left hand"]
    assert {item.melody_track for item in found.items} == {"Voice"} and len(found.items) == 17


@needs("lieder.zip")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "lieder",
            r"The corpus lieder needs a composer: write lieder:COMPOSER with one of Brahms, Johannes \(111\); .*",
        ),
        ("lieder:Satan", r"The corpus lieder has no composer 'Satan': write lieder:COMPOSER with one of Brahms, .*"),
        (
            "lieder:schumann",
            r"The corpus lieder has several composers of that name: write lieder:COMPOSER with one of "
            r"Schumann, Clara \(17\); Schumann, Robert \(72\)\.",
        ),
    ],
)
def test_composers_are_named(name, message):
    with pytest.raises(UserError) as error:
        open_dataset(name, DATA)
    assert re.fullmatch(message, str(error.value))


@needs("lieder.zip")
@pytest.mark.parametrize("name", ["lieder:Faure", "LIEDER: Fauré", "lieder:gabriel fauré"])
def test_composers_are_found_without_accents_and_in_any_case(name):
    assert len(open_dataset(name, DATA)) == 20


@needs("string_quartets.zip")
def test_a_composers_quartets():
    found = survey("string_quartets:Wolf", data=DATA)
    assert names(found) == ["Melody", "Second violin", "Viola", "Cello"]
    assert [part.role for part in found.parts[1:]] == ["line", "line", "bass"]


@needs("deepcomposer_chorales.zip")
def test_deepcomposers_snippets_are_choirs_of_two_bars():
    found = survey("deepcomposer-chorales", data=DATA)
    assert names(found) == ["Melody", "Alto", "Tenor", "Bass"]
    assert len(found.items) + len(found.duplicates) == 229
    assert {len(item.song.timing.bar_starts(item.song.end)) for item in found.items} == {2}
    assert max(note.pitch for item in found.items for note in item.song.melody) <= 84


@pytest.mark.skipif(chorale_folder(DATA) is None, reason="needs music21 and the list of reserved chorales")
def test_chorales_leave_out_those_kept_for_testing():
    dataset = open_dataset("chorales", DATA)
    listed = {entry.name for entry in dataset.listing.entries}
    assert len(listed) > 200 and not listed & {"bwv103.6.mxl"}


def test_a_corpus_that_is_not_installed(tmp_path):
    with pytest.raises(UserError, match=r"^The corpus simutrans-swung is not installed: the corpora here are none\.$"):
        open_dataset("simutrans-swung", tmp_path)
