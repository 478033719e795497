"""What the studio keeps: names and tags of compositions, share pages, sign-in links and sessions; and its questions."""

from dataclasses import replace

import pytest

from storage.history import History, Search
from storage.home import Home
from storage.pages import Pages
from storage.privacy import Privacy
from storage.sessions import INVITATION_S, MOST_INVITATIONS, SESSION_S, Sessions
from storage.watch import State, Watch
from tests.storage.test_history import ENTRY


@pytest.fixture
def history(path):
    return History(path)


@pytest.fixture
def pages(path, clock):
    return Pages(path, clock=clock)


@pytest.fixture
def sessions(path, clock):
    return Sessions(path, clock=clock)


# ── compositions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_user_calls_a_composition_is_kept_and_the_rest_stays(history):
    history.save([ENTRY])
    history.label("j-1", title="Joy", tags=["a", "b"], favourite=True)
    history.label("j-1", favourite=False)
    assert history.entry("j-1") == replace(ENTRY, title="Joy", tags=("a", "b"), favourite=False)
    assert history.entry("j-1").heading == "Joy" and ENTRY.heading == "Ode"


def test_a_search_finds_every_word_tag_and_mark_of_this_user_only(history):
    entries = [replace(ENTRY, id=f"j-{n}", created_at=n, name=f"Tune {n}") for n in range(1, 6)]
    history.save([*entries, replace(ENTRY, id="k-1", user="bob", name="Tune 9")])
    history.label("j-2", title="Rain 100%", tags=["wet"])
    history.label("j-3", favourite=True)

    def found(**wanted):
        return [entry.id for entry in history.search(Search("ann", **wanted), limit=10)[0]]

    assert found() == ["j-5", "j-4", "j-3", "j-2", "j-1"]
    assert found(words="RAIN chorale") == ["j-2"] and found(words="100%") == ["j-2"]
    assert found(words="%") == ["j-2"] and found(words="_") == []
    assert found(tag="wet") == ["j-2"] and found(tag="we") == []
    assert found(favourite=True) == ["j-3"] and found(favourite=False, words="tune 5") == ["j-5"]
    assert found(genre="jazz") == [] and found(words="9") == []
    page, total = history.search(Search("ann"), limit=2, offset=2)
    assert ([entry.id for entry in page], total) == (["j-3", "j-2"], 5)


def test_tags_are_counted_for_their_user(history):
    history.save([ENTRY, replace(ENTRY, id="j-2"), replace(ENTRY, id="k-1", user="bob")])
    history.label("j-1", tags=["b", "a"])
    history.label("j-2", tags=["a"])
    history.label("k-1", tags=["secret"])
    assert history.tags("ann") == [("a", 2), ("b", 1)]


# ── share pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_is_opened_once_closed_and_never_the_same_again(pages):
    first = pages.open("j-1", "ann")
    assert pages.open("j-1", "ann") == first == pages.page(first.token) == pages.of("j-1")
    assert len(first.token) >= 22 and pages.open_of("ann") == {"j-1"} and pages.open_of("bob") == set()
    pages.close("j-1")
    assert pages.page(first.token) is None and pages.of("j-1") is None
    assert pages.open("j-1", "ann").token != first.token


def test_whoever_is_forgotten_leaves_neither_page_nor_session(path, ledger, history, pages, sessions):
    privacy = Privacy(Home(path.parent))
    for job, user in (("j", "ann"), ("k", "bob")):
        ledger.enqueue(job, "compose", {}, user=user)
        ledger.cancel(job)
        history.save([replace(ENTRY, id=f"{job}-1", job_id=job, user=user)])
        pages.open(f"{job}-1", user)
    tokens = {user: sessions.open(sessions.invite(user, {"id": user})) for user in ("ann", "bob")}
    left = sessions.invite("ann", {})
    assert privacy.export("ann")["pages"] == ["j-1"]
    privacy.forget("ann")
    assert (pages.of("j-1"), sessions.guest(tokens["ann"]), sessions.open(left)) == (None, None, None)
    assert pages.of("k-1") and sessions.guest(tokens["bob"]) == {"id": "bob"}


def test_a_deleted_take_has_no_page(path, history, pages):
    history.save([ENTRY])
    page = pages.open("j-1", "ann")
    Privacy(Home(path.parent)).forget_take("j-1", "j")
    assert pages.page(page.token) is None


# ── invitations and sessions ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_link_opens_one_session(sessions):
    link = sessions.invite("ann", {"id": "ann", "place": {"channel": "c"}})
    session = sessions.open(link)
    assert sessions.guest(session) == {"id": "ann", "place": {"channel": "c"}}
    assert sessions.open(link) is None and sessions.open("guess") is None and sessions.guest(link) is None


def test_links_and_sessions_run_out(sessions, clock):
    link, used = sessions.invite("ann", {}), sessions.invite("ann", {})
    session = sessions.open(used)
    clock.advance(INVITATION_S)
    assert sessions.open(link) is None
    clock.advance(SESSION_S)
    assert sessions.guest(session) is None


def test_a_session_that_was_closed_is_over(sessions):
    session = sessions.open(sessions.invite("ann", {}))
    sessions.close(session)
    assert sessions.guest(session) is None


def test_no_token_is_stored(path, sessions):
    link, session = sessions.invite("ann", {}), sessions.open(sessions.invite("ann", {}))
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert link.encode() not in stored and session.encode() not in stored


def test_only_the_latest_links_of_a_user_count(sessions, clock):
    other = sessions.invite("bob", {})
    links = []
    for _ in range(MOST_INVITATIONS + 1):
        clock.advance(1)
        links.append(sessions.invite("ann", {}))
    assert sessions.open(links[0]) is None and sessions.open(links[1]) and sessions.open(other)


# ── questions about many jobs ─────────────────────────────────────────────────────────────────────────────────────────


def test_news_are_each_jobs_own(path, ledger):
    watch = Watch(path)
    for job in ("a", "b", "c"):
        ledger.enqueue(job, "compose", {})
    ledger.claim("w", ["compose"])
    for number in range(3):
        ledger.record("w", "a", "progress", {"fraction": number})
        ledger.record("w", "b", "note", {"text": number})
    news = [(event.job_id, event.sequence) for event in watch.news({"a": 1, "b": 3, "c": 0, "d": 0})]
    assert news == [("a", 2), ("a", 3)]
    assert watch.news({}) == []


def test_states_and_numbers(path, ledger, clock):
    watch = Watch(path)
    for job in ("a", "b", "c"):
        ledger.enqueue(job, "compose", {})
    ledger.claim("w", ["compose"], limit=2)
    ledger.cancel("b")
    assert watch.states(["a", "b", "x"]) == [State("a", "running", False), State("b", "running", True)]
    assert sorted(watch.open_jobs()) == [("compose", "queued", 1), ("compose", "running", 2)]
    before = clock.now
    clock.advance(5)
    ledger.finish("w", "a", {})
    assert [job.id for job in watch.ended_since(before)] == ["a"] and watch.ended_since(clock.now) == []
