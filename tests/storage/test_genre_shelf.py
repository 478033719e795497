"""Whose custom genres are, who may know of them, and what becomes of their folders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.files import FileStore
from storage.genre_shelf import MACHINE, GenreShelf, Owned
from storage.home import Home
from storage.jobs import Ledger
from storage.postings import Postings
from storage.privacy import Privacy


@pytest.fixture
def home(path):
    return Home(path.parent)


@pytest.fixture
def shelf(home):
    return GenreShelf(home.database, home.genres)


@pytest.fixture
def make(home, shelf):
    """Put a genre there, folder and owner."""

    def make_genre(name, user=None, **about):
        folder = home.genres / name
        folder.mkdir(parents=True)
        (folder / "genre.toml").write_text(f'title = "{name}"')
        if user:
            shelf.put(Owned(name, user, **about))
        return folder

    return make_genre


def test_nobody_elses_genre_is_known_until_it_is_shared(shelf, make):
    make("waltzes", "ann", platform="discord", space="1")
    assert shelf.hidden_from("ann", "discord", "2") == frozenset()
    assert shelf.hidden_from("bob", "discord", "1") == {"waltzes"}
    shelf.share("waltzes", "discord", "1")
    assert shelf.hidden_from("bob", "discord", "1") == frozenset()
    assert shelf.hidden_from("bob", "discord", "2") == shelf.hidden_from("bob", "slack", "1") == {"waltzes"}
    shelf.withdraw("waltzes")
    assert shelf.hidden_from("bob", "discord", "1") == {"waltzes"} and shelf.genre("waltzes").user == "ann"


def test_a_genre_shared_in_a_private_conversation_is_shared_with_nobody(shelf, make):
    make("waltzes", "ann", platform="discord", space="", shared=True)
    assert shelf.hidden_from("bob", "discord", "") == {"waltzes"}


def test_what_nobody_is_on_record_for_is_the_machines(shelf, make):
    make("found")
    assert shelf.genre("found").user == MACHINE and shelf.hidden_from("bob", "discord", "1") == {"found"}
    shelf.share("found", "", "")
    assert shelf.hidden_from("bob", "discord", "1") == shelf.hidden_from("bob", "slack", "") == frozenset()


def test_a_record_without_a_folder_is_no_genre(shelf):
    shelf.put(Owned("dreamt-of", "ann"))
    assert shelf.genre("dreamt-of") is None and shelf.genres() == {}


def test_a_renamed_genre_keeps_its_owner_and_takes_no_others_place(shelf, make, home):
    make("waltzes", "ann", job_id="j")
    make("marches", "bob")
    with pytest.raises(FileExistsError):
        shelf.rename("waltzes", "marches")
    shelf.rename("waltzes", "valses")
    assert (shelf.genre("valses").user, shelf.genre("valses").job_id) == ("ann", "j")
    assert shelf.genre("waltzes") is None and not (home.genres / "waltzes").exists()
    assert shelf.genre("marches").user == "bob"


def test_a_deleted_genre_leaves_nothing(shelf, make, home):
    make("waltzes", "ann")
    shelf.delete("waltzes")
    shelf.delete("waltzes")
    assert list(home.genres.iterdir()) == []
    make("waltzes")  # whoever comes next is no heir
    assert shelf.genre("waltzes").user == MACHINE


@given(st.text(max_size=3), st.text(max_size=3), st.booleans(), st.text(max_size=3), st.text(max_size=3))
def test_who_may_use_a_genre(owner, space, shared, user, elsewhere):
    owned = Owned("g", owner, "p", space, shared)
    if owned.is_for(user, "p", elsewhere):
        assert user == owner or (shared and space == elsewhere and space)
    assert owned.is_for(owner, "q", elsewhere)


def test_whoever_is_forgotten_leaves_no_training_upload_or_genre(shelf, make, home, ledger):
    store = FileStore(home.files)
    for user in ("ann", "bob"):
        make(f"of-{user}", user)
        for kind in ("survey", "train"):
            job = f"{kind}-{user}"
            ledger.enqueue(job, kind, {"name": f"of-{user}"}, user=user)
            ledger.claim("w", [kind])
            ledger.record("w", job, "epoch", {"epoch": 1})
            ledger.finish("w", job, {})
            Postings(home.database).remember(job, "channel", "1", "s1")
            for part in ("", ".e1", ".s1"):
                with store.publish(job + part) as folder:
                    (folder / "file").write_bytes(b"x")
            (home.trainings / job).mkdir(parents=True)
    privacy = Privacy(home)
    kept = privacy.export("ann")
    assert [genre["name"] for genre in kept["genres"]] == ["of-ann"]
    assert [event["payload"] for event in kept["trainings"]["train-ann"]] == [{"epoch": 1}]
    privacy.forget("ann")
    assert privacy.forget("ann") == 0
    left = {path.name.split(".")[0] for path in home.files.iterdir()} - {""}
    assert left == {"survey-bob", "train-bob"} == {path.name for path in home.trainings.iterdir()}
    assert set(shelf.genres()) == {"of-bob"} and Postings(home.database).all_of("train-ann") == {}


def test_postings_made_before_they_had_parts_are_kept(path):
    from sqlite_utils import Database

    from storage.database import open_database
    from storage.migrations import MIGRATIONS

    path.parent.mkdir(parents=True)
    before = Database(path)
    MIGRATIONS.apply(before, stop_before="m006_genres")
    before.execute("insert into postings values ('j', 'channel', '7', 1.0)")
    before.conn.commit()
    before.conn.close()
    open_database(path)
    assert Postings(path).of("j").message == "7" and Ledger(path).jobs() == []
