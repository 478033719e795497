"""What chats keep: postings, spaces, shares, presses; and all of one user's, handed over or deleted."""

import pytest

from storage.files import FileStore
from storage.history import History
from storage.home import Home
from storage.jobs import Ledger, QueueFull
from storage.postings import Postings
from storage.privacy import Privacy
from storage.spaces import Spaces, SpaceSettings
from tests.storage.test_history import ENTRY


@pytest.fixture
def ledger(path):
    return Ledger(path)


def test_only_unreported_jobs_of_the_platform_are_told_of(path, ledger):
    for job, platform in (("a", "discord"), ("b", "slack"), ("c", "terminal"), ("d", "discord")):
        ledger.enqueue(job, "compose", {}, origin={"platform": platform})
    ledger.claim("w", ["compose"], limit=1)
    ledger.record("w", "a", "progress", {"stage": "load"})
    postings = Postings(path)
    seen = postings.unreported("discord")
    assert [(one.job_id, one.status, one.progress) for one in seen] == [
        ("a", "running", {"stage": "load"}),
        ("d", "queued", None),
    ]
    ledger.finish("w", "a", {})
    ledger.mark_reported("a")
    assert [one.job_id for one in postings.unreported("discord")] == ["d"]


def test_the_latest_message_of_a_job_counts(path):
    postings = Postings(path)
    postings.remember("a", "channel", "1")
    postings.remember("a", "channel", "2")
    assert postings.of("a").message == "2"
    postings.forget("a")
    assert postings.of("a") is None


def test_a_press_makes_one_job_until_that_has_ended(ledger):
    assert ledger.enqueue("a", "compose", {}, press="vary:1:ann").id == "a"
    assert ledger.enqueue("b", "compose", {}, press="vary:1:ann").id == "a"
    assert ledger.enqueue("c", "compose", {}, press="vary:1:bob").id == "c"
    ledger.cancel("a")
    assert ledger.enqueue("d", "compose", {}, press="vary:1:ann").id == "d"
    assert ledger.enqueue("e", "compose", {}, press="vary:1:ann").id == "d"


def test_a_users_own_limit(ledger):
    ledger.enqueue("a", "compose", {}, user="ann", most_waiting=1)
    with pytest.raises(QueueFull) as full:
        ledger.enqueue("b", "compose", {}, user="ann", most_waiting=1)
    assert full.value.limit == 1


def test_how_long_jobs_take_is_the_median_of_the_latest(path):
    now = [0.0]
    ledger = Ledger(path, clock=lambda: now[0])
    assert ledger.typical_s("compose") is None
    for job, took_s in (("a", 1.0), ("b", 9.0), ("c", 3.0)):
        ledger.enqueue(job, "compose", {})
        ledger.claim("w", ["compose"])
        now[0] += took_s
        ledger.finish("w", job, {})
    assert ledger.typical_s("compose") == 3.0
    assert ledger.typical_s("compose", latest=1) == 3.0
    assert ledger.count(["done"]) == 3


def test_a_spaces_decisions_are_its_own_and_unknown_ones_are_left_out(path):
    spaces = Spaces(path)
    assert spaces.settings("discord", "1") == SpaceSettings()
    spaces.decide("discord", "1", SpaceSettings(default_genre="jazz"))
    assert spaces.settings("discord", "1").default_genre == "jazz"
    assert spaces.settings("slack", "1") == SpaceSettings()
    assert SpaceSettings.from_json({"default_genre": "pop", "of the future": 1}).default_genre == "pop"


@pytest.fixture
def kept(path, ledger):
    """Ann and Bob each with a finished job of two takes, its files, a posting and a share."""
    files, history, spaces = FileStore(Home(path.parent).files), History(path), Spaces(path)
    for user in ("ann", "bob"):
        ledger.enqueue(user, "compose", {"secret": user}, user=user, press=f"press {user}")
        ledger.claim("w", ["compose"])
        ledger.record("w", user, "progress", {"by": user})
        with files.publish(user) as folder:
            (folder / "a.mid").write_bytes(b"MThd")
        ledger.finish("w", user, {})
        entry = ENTRY.to_row() | {"user": user, "job_id": user, "settings": {}, "files": {"mid": f"{user}/a.mid"}}
        history.save([type(ENTRY)(**(entry | {"id": f"{user}-{take}", "take": take})) for take in (1, 2)])
        Postings(path).remember(user, "channel", f"message of {user}")
        spaces.share(f"{user}-1", "discord", "1", "channel", "m", user)
    return Privacy(Home(path.parent)), files, history


def test_everything_of_one_user_is_exported_and_nothing_of_anothers(kept):
    privacy, _, _ = kept
    data = privacy.export("ann")
    assert [job["id"] for job in data["jobs"]] == ["ann"] and data["jobs"][0]["payload"] == {"secret": "ann"}
    assert {entry["id"] for entry in data["compositions"]} == {"ann-1", "ann-2"} and len(data["shares"]) == 1
    assert "bob" not in str(data)


def test_everything_of_one_user_is_deleted_and_nothing_of_anothers(kept, path, ledger):
    privacy, files, history = kept
    ledger.enqueue("waits", "compose", {}, user="ann")
    privacy.forget("ann")
    assert privacy.forget("ann") == 0 and ledger.jobs(user="ann") == [] and ledger.events("ann") == []
    assert not files.path("ann/a.mid").exists() and files.path("bob/a.mid").exists()
    assert {entry.user for entry in history.entries()} == {"bob"} and privacy.export("bob")["shares"]
    assert Postings(path).of("ann") is None and Postings(path).of("bob")


def test_a_running_job_is_asked_to_stop_first(kept, ledger):
    privacy, _, _ = kept
    ledger.enqueue("runs", "compose", {}, user="ann")
    ledger.claim("w", ["compose"])
    privacy.forget("ann")
    assert privacy.forget("ann") == 1 and ledger.job("runs").cancel_requested
    ledger.cancelled("w", "runs")
    privacy.forget("ann")
    assert privacy.forget("ann") == 0 and ledger.job("runs") is None


def test_a_take_goes_alone_and_the_last_one_takes_the_job_along(kept, ledger):
    privacy, files, history = kept
    privacy.forget_take("ann-1", "ann")
    assert [entry.id for entry in history.for_job("ann")] == ["ann-2"] and files.path("ann/a.mid").exists()
    privacy.forget_take("ann-2", "ann")
    assert ledger.job("ann") is None and not files.path("ann/a.mid").exists()
