import sqlite3
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.history import Entry, History

ENTRY = Entry(
    id="j-1",
    job_id="j",
    take=1,
    user="ann",
    name="Ode",
    genre="chorale",
    technique="accompany",
    seed=7,
    key="D major",
    metre="4/4",
    tempo_bpm=96.5,
    length_s=12.25,
    settings={"takes": 2, "melody": {"notes": [[0, 60, 480, 80]]}},
    files={"mid": "j/ode.mid"},
    created_at=1000.0,
)
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture
def history(path):
    return History(path)


def test_what_was_saved_is_read_back(history, path):
    second = replace(ENTRY, id="j-2", take=2)
    history.save([ENTRY, second])
    assert History(path).entry("j-1") == ENTRY
    assert history.for_job("j") == [ENTRY, second]
    assert history.entry("k-1") is None
    assert history.for_job("k") == []


@given(settings=st.dictionaries(st.text(), PLAIN, max_size=4), files=st.dictionaries(st.text(), st.text(), max_size=4))
def test_a_row_mirrors_an_entry(settings, files):
    entry = replace(ENTRY, settings=settings, files=files)
    assert Entry.from_row(entry.to_row()) == entry


def test_saving_again_changes_nothing(history):
    history.save([ENTRY])
    history.save([replace(ENTRY, name="other"), replace(ENTRY, id="j-2", take=2)])
    assert [(entry.id, entry.name) for entry in history.for_job("j")] == [("j-1", "Ode"), ("j-2", "Ode")]


def test_entries_are_saved_all_or_none(history):
    with pytest.raises(ValueError, match="JSON"):
        history.save([ENTRY, replace(ENTRY, id="j-2", settings={"bad": float("nan")})])
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        history.save([ENTRY, replace(ENTRY, id="j-2", name=None)])
    assert history.entries() == []
    history.save([])


def test_entries_are_listed_newest_first_and_by_user(history):
    history.save([replace(ENTRY, id=f"{n}", user=user, created_at=float(n)) for n, user in enumerate("aba")])
    assert [entry.id for entry in history.entries()] == ["2", "1", "0"]
    assert [entry.id for entry in history.entries(limit=2)] == ["2", "1"]
    assert [entry.id for entry in history.entries(user="a")] == ["2", "0"]


def test_a_deleted_entry_is_gone(history):
    history.save([ENTRY, replace(ENTRY, id="j-2", take=2)])
    assert history.delete("j-1") is True
    assert history.delete("j-1") is False
    assert [entry.id for entry in history.entries()] == ["j-2"]


def test_an_entry_has_a_column_for_each_field(history):
    history.save([ENTRY])
    assert asdict(history.entry("j-1")) == asdict(ENTRY)
