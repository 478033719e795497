"""The calls: where our token may go, limits kept, response URLs counted, settings that go together."""

import asyncio

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import FileRefused, MessageGone, NotFetched, PlaceClosed, SetupRefused
from bot.frontends.slack_parts.access import check
from bot.frontends.slack_parts.answer import USES, Doors
from bot.frontends.slack_parts.faults import SlackRefused, translate
from bot.frontends.slack_parts.pacing import BURST, Pacer, Tempo
from bot.frontends.slack_parts.wire import Wire
from bot.frontends.slack_parts.workspaces import Workspace, Workspaces
from bot.settings import Settings, SlackSettings

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
ALPHA = Workspace("T1", "xoxb-secret", "UBOT", "B1", "https://alpha.slack.com/", ("chat:write",))


class Stranger:
    """A server that is not Slack's: what it was told, and what it says."""

    def __init__(self, status: int = 200, body: bytes = b"MThd", kind: str = "audio/midi", **headers: str) -> None:
        self.status, self.body, self.kind, self.headers = status, body, kind, headers
        self.tokens: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers.get("Authorization", ""))
        return web.Response(status=self.status, body=self.body, content_type=self.kind, headers=self.headers)

    async def __aenter__(self) -> "Stranger":
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._runner.cleanup()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


def song(url, **about):
    return {"id": "F1", "name": "song.mid", "url_private_download": url, **about}


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.mid", True),
        ("https://slack.com/a.mid", True),
        ("http://files.slack.com/a.mid", False),
        ("https://files.slack.com.evil.example/a.mid", False),
        ("https://evilslack.com/a.mid", False),
        ("https://evil.example/?files.slack.com", False),
        ("https://files.slack.com@evil.example/a.mid", False),
        ("", False),
    ],
)
async def test_our_token_goes_to_slack_and_nowhere_else(session, url, ours):
    assert Wire(session).is_slack(url) is ours


async def test_elsewhere_it_goes_to_the_host_of_the_settings(session):
    wire = Wire(session, "http://127.0.0.1:8000/api")
    assert wire.base_url == "http://127.0.0.1:8000/api/"
    assert wire.is_slack("http://127.0.0.1:9000/a.mid")
    assert not wire.is_slack("https://files.slack.com/a.mid") and not wire.is_slack("http://localhost/a.mid")


async def test_a_file_outside_slack_is_not_fetched_at_all(session):
    async with Stranger() as stranger:
        with pytest.raises(NotFetched, match="outside Slack"):
            await Wire(session).fetch(ALPHA, song(stranger.url, is_external=True), 100)
    assert stranger.tokens == []


async def test_a_file_is_fetched_with_the_token_and_never_beyond_its_limit(session):
    async with Stranger(body=b"x" * 100) as stranger:
        wire = Wire(session, stranger.url)
        assert await wire.fetch(ALPHA, song(f"{stranger.url}/a.mid"), 100) == b"x" * 100
        assert stranger.tokens == ["Bearer xoxb-secret"]
        with pytest.raises(NotFetched, match="larger"):
            await wire.fetch(ALPHA, song(f"{stranger.url}/a.mid"), 99)


@pytest.mark.parametrize(
    "refusal", [{"kind": "text/html", "body": b"Sign in"}, {"status": 302, "Location": "/login"}, {"status": 403}]
)
async def test_without_the_permission_to_read_files_it_is_named(session, refusal):
    async with Stranger(**refusal) as stranger:
        with pytest.raises(PlaceClosed, match="files:read"):
            await Wire(session, stranger.url).fetch(ALPHA, song(f"{stranger.url}/a.mid"), 100)
    assert len(stranger.tokens) == 1  # a redirection is not followed


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        ("not_in_channel", PlaceClosed, "/invite"),
        ("is_archived", PlaceClosed, "archived"),
        ("token_revoked", PlaceClosed, "install me again"),
        ("message_not_found", MessageGone, ""),
        ("cannot_reply_to_message", MessageGone, ""),
        ("file_upload_size_restricted", FileRefused, ""),
        ("something_new", SlackRefused, "something_new"),
    ],
)
def test_slacks_errors_are_told_in_words(error, kind, said):
    translated = translate(SlackRefused("chat.postMessage", {"error": error}))
    assert isinstance(translated, kind) and said in str(translated)


def test_a_missing_scope_is_named():
    refused = SlackRefused("x", {"error": "missing_scope", "needed": "files:write,im:write"})
    assert "**files:write, im:write**" in str(translate(refused))


async def test_a_burst_is_let_through_and_then_one_by_one(monkeypatch):
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    pacer = Pacer(post_s=10.0)
    for _ in range(BURST + 2):
        await pacer.post("T1", "C1")
    assert waits[:BURST] == [0.0] * BURST
    assert waits[BURST:] == pytest.approx([10.0 * BURST] * 2, abs=1.0)
    await pacer.post("T1", "C2")
    assert waits[-1] == 0.0
    pacer.hold("T1", "chat.update", 30.0)
    await pacer.call("T1", "chat.update")
    assert waits[-1] == pytest.approx(30.0, abs=1.0)
    await pacer.call("T2", "chat.update")
    assert waits[-1] == 0.0


@given(st.lists(st.sampled_from("abcdef"), max_size=30))
def test_the_more_messages_are_edited_the_slower_each(edited):
    tempo = Tempo(1.5)
    for message in edited:
        tempo.edited(message)
    assert tempo.pace_s == 1.5 * max(1, len(set(edited)))


def test_a_response_url_is_used_five_times():
    doors = Doors()
    assert [doors.enter("https://a") for _ in range(USES + 1)] == [True] * USES + [False]
    assert doors.enter("https://b") and not doors.enter("")


async def test_a_workspace_is_asked_for_where_it_is_kept_or_has_the_token_of_the_settings():
    class Kept(dict):
        def save(self, space, installation):
            self[space] = installation

        def find(self, space):
            return self.get(space)

        def remove(self, space):
            return self.pop(space, None) is not None

    kept = Kept()
    workspaces = Workspaces(kept)
    assert await workspaces.find("T1") is None
    await workspaces.add(ALPHA)
    assert await Workspaces(kept).find("T1") == ALPHA and "xoxb" not in repr(ALPHA)
    own = Workspace("T0", "xoxb-own")
    workspaces.own = own
    assert await workspaces.find("T0") == own and await workspaces.find("T9") == own
    await workspaces.add(Workspace("T0", "xoxb-own", scopes=("chat:write",)))
    assert workspaces.own.scopes and "T0" not in kept  # the token of the settings stays there
    await workspaces.remove("T1")
    await workspaces.remove("T0")
    assert await workspaces.find("T1") is None and await workspaces.find("T0") is None


def test_scopes_are_missed_only_where_slack_has_said_which_there_are():
    assert ALPHA.lacks("chat:write", "files:write") == ("files:write",)
    assert Workspace("T1", "x").lacks("chat:write") == ()


def test_a_message_has_an_address():
    assert ALPHA.link("C1", "12.34") == "https://alpha.slack.com/archives/C1/p1234"
    assert ALPHA.link("C1", "12.34", "12.30").endswith("/C1/p1234?thread_ts=12.30&cid=C1")
    assert Workspace("T1", "x").link("C1", "12.34") == ""


def test_without_a_token_there_is_no_slack():
    assert Settings.from_environment({"SLACK_APP_TOKEN": "xapp-1", "SLACK_BOT_TOKEN": " "}).slack is None


def test_settings_are_read_and_secrets_are_not_shown():
    more = {"SLACK_API_BASE_URL": "http://127.0.0.1:1/api/", "SLACK_COMMAND_PREFIX": "/t-", "SLACK_PORT": "8080"}
    settings = SlackSettings.from_environment({**TOKENS, **more, "TUTTI_SECRET_KEY": "key"})
    assert (settings.api_base, settings.prefix, settings.port) == ("http://127.0.0.1:1/api/", "t-", "8080")
    assert not any(secret in repr(settings) for secret in ("xoxb-1", "xapp-1", "'key'"))
    check(settings)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_APP_TOKEN": "xapp-1"}, "SLACK_CLIENT_SECRET"),
        ({**TOKENS, "SLACK_PORT": "http"}, "SLACK_PORT"),
        ({**TOKENS, "SLACK_PORT": "70000"}, "SLACK_PORT"),
        ({**TOKENS, "SLACK_COMMAND_PREFIX": "Tutti Bot"}, "SLACK_COMMAND_PREFIX"),
    ],
)
def test_settings_that_do_not_go_together_are_named(environment, named):
    with pytest.raises(SetupRefused, match=named):
        check(SlackSettings.from_environment(environment))
