"""Nobody sees what is not theirs, no other page acts for the user, and every answer is armoured."""

import re
import shutil

import pytest
import yarl

from bot.chat import Place, User
from bot.frontends.studio_parts.description import Description
from bot.frontends.studio_parts.handlers import HANDLERS
from bot.frontends.studio_parts.limits import Limits, Pace
from bot.guests import Guest
from bot.refusals import Refusal, refusal
from composer_core.errors import ResourceError
from composer_core.genres import SHIPPED
from storage.genre_shelf import Owned
from tests.fakes.studio import MUCH, PUBLIC_URL

ANN = Guest(User("discord:1", "Ann", "<@1>"), Place("discord", "10", space="20", person="1"))
BOB = Guest(User("discord:2", "Bob", "<@2>"), Place("discord", "10", space="20", person="2"))
OPERATIONS = Description.read().operations
NAMED = [one for one in OPERATIONS if "{" in one.path and "{genre}" not in one.path]
CHANGES = [one for one in OPERATIONS if one.method != "GET"]


def path_of(operation, **ids):
    return re.sub(r"\{(\w+)\}", lambda match: str(ids.get(match[1], "1")), operation.path)


def body_for(operation):
    bodies = {"again": {"change": "another"}, "change_composition": {"favourite": True}}
    return bodies.get(operation.name, {}) if operation.body else None


def test_every_operation_has_a_handler():
    assert {operation.name for operation in OPERATIONS} == HANDLERS.keys()


# ── whose is it ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
async def belongings(public_studio, worker):
    """Ann's browser, Bob's, and the ids of everything that is Ann's."""
    ann, bob = [await public_studio.signed_in(guest) for guest in (ANN, BOB)]
    (take,) = await ann.composed()
    await ann.post(f"/api/compositions/{take}/stems")
    ledger = public_studio.desk.ledger
    for kind, job in (("survey", "5" * 12), ("train", "7" * 12)):
        payload = {"name": "waltz", "dataset": f"file:{'5' * 12}/upload.zip"}
        ledger.enqueue(job, kind, payload, user=ANN.user.id, origin={"platform": "studio"})
    ids = {"composition": take, "job": take.partition("-")[0], "dataset": "5" * 12, "training": "7" * 12}
    return ann, bob, {**ids, "token": "x", "stem": 1, "epoch": 1, "file": "a.mp3", "page": 1}


async def test_what_is_anns_is_nothing_to_bob(belongings):
    ann, bob, ids = belongings
    for operation in NAMED:
        path = path_of(operation, **ids)
        theirs = await bob.ask(operation.method, path, json=body_for(operation))
        unknown = await bob.ask(operation.method, path_of(operation), json=body_for(operation))
        assert (theirs.status, unknown.status) == (404, 404), operation.name
        assert "Ann" not in theirs.text and "waltz" not in theirs.text, operation.name
    assert (await ann.get(f"/api/compositions/{ids['composition']}")).status == 200


async def test_lists_hold_the_users_own_only(belongings):
    _, bob, ids = belongings
    for path in ("jobs", "compositions", "datasets", "trainings"):
        answer = await bob.get(f"/api/{path}")
        assert answer.status == 200 and not [one for one in ids.values() if len(str(one)) > 9 and one in answer.text]
    assert (await bob.get("/api/jobs")).json["others"] >= 1


async def test_anns_own_genre_does_not_exist_for_bob(belongings, public_studio, settings):
    ann, bob, _ = belongings
    folder = settings.home.genres / "ann-waltz"
    shutil.copytree(SHIPPED / "chorale", folder)
    public_studio.desk.shelf.put(Owned("ann-waltz", ANN.user.id, "discord", "99"))
    for browser, status in ((ann, 200), (bob, 404)):
        assert ("ann-waltz" in (await browser.get("/api/genres")).text) == (status == 200)
        assert (await browser.get("/api/genres/ann-waltz")).status == status
    wish = {"notes": "C4 D", "genre": "ann-waltz"}
    refused = await bob.post("/api/compositions", wish)
    assert refused.status == 422 and refused.error["field"] == "genre"
    assert (await ann.post("/api/compositions", wish)).status == 202


async def test_a_key_of_bobs_is_not_anns(belongings):
    ann, bob, _ = belongings
    wish = {"notes": "C4 D", "technique": "blocks"}
    jobs = [
        (await browser.post("/api/compositions", wish, headers={"Idempotency_Key": "same"})).json["job"]["id"]
        for browser in (ann, bob)
    ]
    assert jobs[0] != jobs[1]


async def test_what_ann_shared_in_their_channel_stays_anns_in_the_studio(belongings, public_studio):
    _, bob, ids = belongings
    public_studio.desk.spaces.share(ids["composition"], "discord", "20", "10", "m", ANN.user.id)
    assert (await bob.get(f"/api/compositions/{ids['composition']}")).status == 404


# ── who is it ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_without_a_session_nothing_is_answered(public_studio):
    stranger = public_studio.browser()
    stranger.cookies["tutti_session"] = "guess"
    for operation in OPERATIONS:
        if not operation.is_public:
            answer = await stranger.ask(operation.method, path_of(operation), json=body_for(operation))
            assert answer.status == 401 and "/studio" in answer.error["message"], operation.name


async def test_a_link_signs_in_once(public_studio):
    desk, first, second = public_studio.desk, public_studio.browser(), public_studio.browser()
    token = desk.sessions.invite(ANN.user.id, ANN.to_json())
    answer = await first.post("/api/session", {"token": token})
    cookie = answer.headers["Set-Cookie"]
    assert answer.status == 204 and all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"))
    assert (await first.get("/api/me")).json["name"] == "Ann"
    refused = await second.post("/api/session", {"token": token})
    assert (refused.status, refused.error["field"]) == (422, "token") and "/studio" in refused.error["message"]
    assert (await first.ask("DELETE", "/api/session")).status == 204
    assert first.cookies == {} and (await first.get("/api/me")).status == 401


async def test_a_session_that_was_signed_out_is_dead_for_whoever_kept_its_cookie(public_studio):
    ann = await public_studio.signed_in(ANN)
    kept = dict(ann.cookies)
    await ann.ask("DELETE", "/api/session")
    ann.cookies = kept
    assert (await ann.get("/api/me")).status == 401


async def test_on_this_machine_everybody_is_its_own_user(studio):
    me = (await studio.browser().get("/api/me")).json
    assert me["mode"] == "local" and me["place"] is None


# ── other pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Tutti": None},
        {"X_Tutti": "other"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
    ids=str,
)
async def test_no_other_page_changes_anything(page, headers):
    for operation in CHANGES:
        answer = await page.ask(operation.method, path_of(operation), json=body_for(operation), headers=headers)
        assert answer.status == 403, operation.name


async def test_our_own_page_may(page, studio, public_studio):
    own = {"Origin": studio.url, "Sec_Fetch_Site": "same-origin"}
    assert (await page.post("/api/notes", {"notes": "C4"}, headers=own)).status == 200
    ann = await public_studio.signed_in(ANN)
    assert (await ann.post("/api/notes", {"notes": "C4"}, headers={"Origin": PUBLIC_URL})).status == 200


async def test_a_name_that_was_bound_to_our_address_is_not_ours(page):
    for host in ["evil.example", "127.0.0.1.evil.example:80", "[::2]", "a b", "[", "studio.example.org"]:
        for path in ("/", "/api/me", "/healthz", "/metrics"):
            answer = await page.get(path, headers={"Host": host})
            assert answer.status in (400, 421), host


async def test_this_machines_names_are_ours(page):
    for host in ["localhost:8080", "127.0.0.1", "[::1]:1"]:
        assert (await page.get("/api/me", headers={"Host": host})).status == 200


async def test_the_public_address_has_no_metrics(public_studio):
    browser = public_studio.browser()
    assert (await browser.get("/metrics")).status == 421
    assert (await browser.get("/metrics", headers={"Host": "127.0.0.1:1"})).status == 200
    assert (await browser.get("/healthz")).status == 200
    assert (await browser.get("/api/me", headers={"Host": "127.0.0.1:1"})).status == 421


async def test_every_answer_is_armoured(page):
    for path in ["/", "/s/x", "/api/me", "/api/nothing", "/openapi.json", "/js/nothing.js", "/metrics"]:
        headers = (await page.get(path)).headers
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert (
            policy["default-src"] == "'none'"
            and policy["script-src"] == "'self'"
            and policy["frame-ancestors"] == "'none'"
        )
        assert "unsafe" not in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer" and headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_an_encrypted_address_stays_encrypted(public_studio, page):
    assert "max-age" in (await public_studio.browser().get("/healthz")).headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in (await page.get("/healthz")).headers


# ── how much ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_asks_too_often_waits(public_studio):
    now = [0.0]
    ann, bob = [await public_studio.signed_in(guest) for guest in (ANN, BOB)]
    limits = Limits(lambda: now[0], reads=Pace(3, 1), changes=MUCH, sign_ins=MUCH)
    object.__setattr__(public_studio.frontend.service, "limits", limits)
    statuses = [(await ann.get("/api/me")).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = await ann.get("/api/me")
    assert refused.headers["Retry-After"] == "1" and (await bob.get("/api/me")).status == 200
    now[0] = 1.0
    assert (await ann.get("/api/me")).status == 200 and (await ann.get("/api/me")).status == 429


async def test_links_are_not_guessed_at_speed(public_studio):
    limits = Limits(lambda: 0.0, reads=MUCH, changes=MUCH, sign_ins=Pace(3, 0.1))
    object.__setattr__(public_studio.frontend.service, "limits", limits)
    browser = public_studio.browser()

    async def guess(address):
        return (await browser.post("/api/session", {"token": "x"}, headers={"X_Forwarded_For": address})).status

    assert [await guess("1.2.3.4, 9.9.9.9") for _ in range(4)] == [422, 422, 422, 429]
    assert await guess("9.9.9.9, 1.2.3.4") == 422, "behind a proxy it is the visitor who waits, not everybody"


def test_old_buckets_are_forgotten():
    now = [0.0]
    limits = Limits(lambda: now[0], reads=Pace(2, 1))
    for number in range(20_000):
        now[0] = number * 1.0
        assert limits.wait_s(str(number), limits.reads) == 0
    assert len(limits._buckets) <= 10_000


# ── whatever else comes ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_body_that_is_none_is_refused(page):
    for body, kind, status in [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"notes": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"notes": "\\ud800"}', "application/json", 400),
        (b'{"notes": "C4", "notes2": 1}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"notes": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"notes": "C4"}', "text/plain", 415),
        (b"", "application/json", 400),
        (b"x" * (4 * 1024 * 1024 + 1), "application/json", 413),
    ]:
        answer = await page.ask("POST", "/api/notes", data=body, headers={"Content_Type": kind})
        assert answer.status == status, body[:40]
        assert "\n" not in answer.error["message"] and len(answer.text) < 500


async def test_a_query_that_will_not_do_is_refused_by_name(page):
    for query in ["page=0", "page=x", "page=1e3", "per_page=101", "favourite=1", "other=1", "q=" + "x" * 101]:
        answer = await page.get(f"/api/compositions?{query}")
        assert (answer.status, answer.error["field"]) == (400, query.partition("=")[0]), query


async def test_only_files_of_the_page_are_served(page):
    for path in [
        "/../pyproject.toml",
        "/%2e%2e/studio_frontend.py",
        "/..%2f..%2fdesk.py",
        "/js/..%2f..%2fstudio_frontend.py",
        "/.hidden",
        "/js/%00.js",
        "/js%5c..%5c..%5cdesk.py",
        "/" + "x" * 3000,
        "//etc/passwd",
        "/%2fetc%2fpasswd",
    ]:
        answer = await page.http.get(yarl.URL(page.site.url + path, encoded=True))
        assert answer.status in (400, 404) and b"import" not in await answer.read(), path


async def test_a_fault_of_ours_says_its_number_and_nothing_else(page, studio, monkeypatch, caplog):
    monkeypatch.setattr(type(studio.desk.ledger), "jobs", lambda *_, **__: 1 / 0)
    answer = await page.get("/api/jobs")
    assert answer.status == 500 and "Traceback" not in answer.text and "Zero" not in answer.text
    number = re.search(r"under (\w+)", answer.error["message"])[1]
    assert number in caplog.text and "ZeroDivisionError" in caplog.text


async def test_a_full_disk_is_told_as_such(page, studio, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(studio.desk.ledger), "enqueue", full)
    answer = await page.post("/api/compositions", {"notes": "C4 D"})
    assert answer.status == 503 and "disk is full" in answer.error["message"]
    assert refusal(ResourceError("no room")) == Refusal("no room", "full")


async def test_a_dead_database_is_told_by_health(page, studio, monkeypatch):
    assert (await page.get("/healthz")).json["status"] == "ok"
    monkeypatch.setattr(type(studio.desk.ledger), "live_workers", lambda *_, **__: 1 / 0)
    answer = await page.get("/healthz")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
