"""What platforms of many workspaces need: encrypted tokens, events taken once, files known by their message."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.enclosures import Enclosures
from storage.inbox import KEPT_S, MOST_TRIES, Inbox
from storage.installations import Installations
from storage.vault import BadKey, Vault

TOKEN = "xoxb-a-token-that-nobody-else-should-read"


@pytest.fixture
def key(tmp_path):
    return tmp_path / "home" / "secret.key"


@pytest.fixture
def vault(key):
    return Vault.open("", key)


@pytest.fixture
def installations(path, vault, clock):
    return Installations(path, "slack", vault, clock=clock)


@pytest.fixture
def inbox(path, clock):
    return Inbox(path, clock=clock)


def test_a_key_is_made_once_and_only_we_may_read_it(key, vault):
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    assert Vault.open("", key).unlock(vault.lock(TOKEN)) == TOKEN
    assert [path.name for path in key.parent.iterdir()] == [key.name]  # nothing half made is left


def test_a_key_that_others_may_read_is_closed_to_them(key, vault):
    key.chmod(0o644)
    Vault.open("", key)
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600


def test_of_many_that_make_the_key_at_once_all_have_the_same(key):
    with ThreadPoolExecutor(8) as threads:
        vaults = list(threads.map(lambda _: Vault.open("", key), range(8)))
    assert {vault.unlock(vaults[0].lock(TOKEN)) for vault in vaults} == {TOKEN}


def test_a_key_from_the_settings_needs_no_file(key, vault):
    given_key = key.read_text()
    key.unlink()
    assert Vault.open(given_key, key).unlock(vault.lock(TOKEN)) == TOKEN
    assert not key.exists()


@pytest.mark.parametrize("bad", ["no key", "x" * 44, "ü" * 20])
def test_what_is_no_key_is_refused(key, bad):
    with pytest.raises(BadKey):
        Vault.open(bad, key)


@given(text=st.text())
def test_what_is_locked_is_unlocked_by_its_key_alone(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("keys")
    vault = Vault.open("", folder / "a")
    assert vault.unlock(vault.lock(text)) == text
    with pytest.raises(BadKey):
        Vault.open("", folder / "b").unlock(vault.lock(text))


def test_installations_are_kept_apart_replaced_and_removed(installations, path, vault):
    installations.save("T1", {"token": TOKEN})
    installations.save("T2", {"token": "other"})
    installations.save("T1", {"token": TOKEN, "scopes": ["a"]})
    again = Installations(path, "slack", vault)
    assert again.find("T1") == {"token": TOKEN, "scopes": ["a"]} and again.spaces() == ["T1", "T2"]
    assert Installations(path, "elsewhere", vault).find("T1") is None
    assert again.remove("T1") and not again.remove("T1")
    assert installations.find("T1") is None and installations.find("T2")


def test_no_token_lies_readable_on_the_disk(installations, path):
    installations.save("T1", {"token": TOKEN})
    for file in path.parent.iterdir():
        assert TOKEN.encode() not in file.read_bytes()


def test_with_another_key_an_installation_is_none(installations, path, tmp_path):
    installations.save("T1", {"token": TOKEN})
    assert Installations(path, "slack", Vault.open("", tmp_path / "other")).find("T1") is None


def test_an_event_is_taken_once_also_after_a_restart(inbox, path):
    assert inbox.take("a", {"text": "hello"}) and not inbox.take("a", {"text": "hello"})
    inbox.finish("a")
    assert not Inbox(path).take("a", {})
    inbox.release("a")
    assert inbox.take("a", {})


def test_of_many_that_take_an_event_one_does(inbox):
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(lambda _: inbox.take("a", {}), range(32))) == 1


def test_what_was_not_finished_comes_back_with_all_that_it_said(inbox, path, clock):
    for number in range(3):
        inbox.take(f"event {number}", {"number": number})
        clock.advance(1)
    inbox.finish("event 1")
    assert Inbox(path, clock=clock).unfinished() == [{"number": 0}, {"number": 2}]


def test_an_event_that_stops_us_every_time_is_given_up(inbox):
    inbox.take("poison", {})
    seen = [len(inbox.unfinished()) for _ in range(MOST_TRIES + 1)]
    assert seen == [1] * (MOST_TRIES - 1) + [0, 0]
    assert not inbox.take("poison", {})


def test_old_events_are_forgotten(inbox, clock):
    inbox.take("old", {})
    clock.advance(KEPT_S + 1)
    inbox.take("new", {})
    inbox.prune()
    assert inbox.take("old", {}) and not inbox.take("new", {})


def test_what_an_event_said_is_forgotten_once_it_is_dealt_with(inbox, path):
    secret = "a melody that nobody else should hear"
    inbox.take("slash T1 U1", {"text": secret})
    inbox.finish("slash T1 U1")
    assert inbox.unfinished() == []
    ((key, payload),) = inbox._database.execute("select key, payload from inbox").fetchall()
    assert payload is None and "U1" not in key


def test_files_are_known_by_their_message(path):
    enclosures = Enclosures(path)
    enclosures.note("C1", "1.2", ["F1", "F2"], "job")
    enclosures.note("C1", "3.4", ["F3"])
    assert Enclosures(path).of("C1", "1.2") == {"F1": "job", "F2": "job"}
    enclosures.forget("C1", "1.2", ["F1"])
    assert enclosures.of("C1", "1.2") == {"F2": "job"} and enclosures.of("C1", "3.4") == {"F3": ""}
    assert enclosures.of("C2", "1.2") == {}
