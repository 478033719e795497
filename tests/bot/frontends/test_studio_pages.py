"""The page's own files: one index for every address, compressed, cached by their content; and where it listens."""

import gzip

import pytest
import yarl

from bot.chat import Incoming, Place, SetupRefused, User
from bot.commands import COMMANDS
from bot.desk import Desk
from bot.dispatch import Dispatch
from bot.frontends.studio_frontend import StudioFrontend
from bot.frontends.studio_parts.pages import FOLDER, Pages
from bot.settings import Settings, StudioSettings


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A page of three files."""
    site = tmp_path / "site"
    (site / "js").mkdir(parents=True)
    (site / "index.html").write_text("<title>Tutti</title>" + " " * 3000)
    (site / "js" / "main.js").write_text("export const a = 1;")
    (site / "note.mp3").write_bytes(bytes(range(100)))
    (site / "link").symlink_to("/etc")
    monkeypatch.setattr(Pages.__init__, "__defaults__", (site,))
    return site


async def raw(page, path, **headers):
    url, wanted = yarl.URL(page.site.url + path, encoded=True), {"Accept-Encoding": "identity"} | headers
    async with page.http.get(url, headers=wanted, auto_decompress=False) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_every_address_of_the_page_is_the_index(folder, page):
    for path in ["/", "/signin", "/s/abc", "/compose", "/compose/0123", "/library/a/b", "/train", "/learn/x"]:
        status, headers, body = await raw(page, path)
        assert (status, body[:20]) == (200, b"<title>Tutti</title>") and headers["Content-Type"].startswith("text/html")


async def test_a_share_pages_head_says_what_is_shared(folder, page, worker):
    (folder / "index.html").write_text("<head><title>Tutti</title></head><body>")
    (take,) = await page.composed(seed=4)
    await page.ask("PATCH", f"/api/compositions/{take}", json={"title": 'My "waltz" & more'})
    token = (await page.post(f"/api/compositions/{take}/share")).json["token"]
    body = (await raw(page, f"/s/{token}"))[2].decode()
    assert '<meta property="og:title" content="My &quot;waltz&quot; &amp; more">' in body and "seed 4" in body
    assert f"/api/shared/{token}/picture" in body and body.count("</head>") == 1
    status, _, body = await raw(page, "/s/unknown")
    assert status == 200 and b"og:" not in body


async def test_texts_are_compressed_and_asked_for_again_by_content(folder, page):
    status, headers, body = await raw(page, "/", **{"Accept-Encoding": "gzip, br"})
    assert status == 200 and headers["Content-Encoding"] == "gzip" and gzip.decompress(body).startswith(b"<title>")
    status, _, body = await raw(page, "/", **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (304, b"")
    (folder / "index.html").write_text("new")
    status, later, body = await raw(page, "/", **{"If-None-Match": headers["ETag"]})
    assert (status, body) == (200, b"new") and later["ETag"] != headers["ETag"]


async def test_files_have_their_types_and_parts(folder, page):
    assert (await raw(page, "/js/main.js"))[1]["Content-Type"] == "text/javascript; charset=utf-8"
    status, headers, body = await raw(page, "/note.mp3", Range="bytes=5-9")
    assert (status, body, headers["Content-Type"]) == (206, bytes(range(5, 10)), "audio/mpeg")


async def test_there_is_nothing_else(folder, page):
    for path in ["/nothing", "/js", "/js/", "/link/passwd", "/compose.js", "/apix", "/api", "/api/x"]:
        status, headers, _ = await raw(page, path)
        assert (status, headers["Content-Type"]) == (404, "application/json; charset=utf-8"), path
    status, headers, body = await raw(page, "/nothing/here", Accept="text/html,*/*")
    assert status == 404 and body.startswith(b"<title>"), "a person is told by the page"


async def test_without_a_page_the_api_works_and_says_so(folder, page):
    (folder / "index.html").unlink()
    status, _, body = await raw(page, "/")
    assert status == 503 and b"/openapi.json" in body and (await page.get("/api/me")).status == 200


def test_the_real_page_has_no_inline_script_or_style():
    index = (FOLDER / "index.html").read_text(encoding="utf-8").lower()
    assert "<script>" not in index and "style=" not in index and "<style" not in index and " onclick" not in index


# ── where it listens ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_settings_come_from_the_environment():
    def studio(**environ):
        return Settings.from_environment(environ).studio

    assert studio() == StudioSettings(8080, "127.0.0.1", "")
    assert studio(TUTTI_STUDIO_PORT="0").port == 0 and studio(TUTTI_STUDIO_PORT="x").port == -1
    public = studio(TUTTI_PUBLIC_URL=" https://tutti.example.org/ ", TUTTI_STUDIO_HOST="0.0.0.0")
    assert (public.public_url, public.host) == ("https://tutti.example.org", "0.0.0.0")


@pytest.mark.parametrize(
    ("settings_", "says"),
    [
        (StudioSettings(port=-1), "TUTTI_STUDIO_PORT"),
        (StudioSettings(port=70000), "TUTTI_STUDIO_PORT"),
        (StudioSettings(host="0.0.0.0"), "TUTTI_PUBLIC_URL"),
        (StudioSettings(public_url="tutti.example.org"), "TUTTI_PUBLIC_URL"),
        (StudioSettings(public_url="https://tutti.example.org/studio"), "TUTTI_PUBLIC_URL"),
        (StudioSettings(host="no.such.host.invalid", public_url="https://x.org"), "cannot listen"),
    ],
)
async def test_settings_that_cannot_be_meant_are_refused(settings, settings_, says):
    frontend = StudioFrontend(settings_, Desk.open(settings), {})
    with pytest.raises(SetupRefused, match=says):
        await frontend.run(None, None)


async def test_a_port_that_is_taken_is_told(settings, studio):
    with pytest.raises(SetupRefused, match=f"127.0.0.1:{studio.frontend.port}.*TUTTI_STUDIO_PORT"):
        await StudioFrontend(StudioSettings(port=studio.frontend.port), studio.desk, {}).run(None, None)


async def test_beside_chats_a_taken_port_stops_no_chat(studio, caplog):
    import asyncio

    frontend = StudioFrontend(StudioSettings(port=studio.frontend.port), studio.desk, {"discord": None})
    running = asyncio.create_task(frontend.run(None, None))
    await asyncio.sleep(0.1)
    assert not running.done() and "no studio" in caplog.text
    running.cancel()


# ── the link ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ask_for_a_link(desk):
    place = Place("discord", "10", space="20", door="token", door_until=9e9, source="m")
    incoming = Incoming("e", "studio", User("discord:1", "Ann", "<@1>", manages=True), place)
    return [reply async for reply in Dispatch(desk, COMMANDS).handle(incoming)]


async def test_the_command_hands_out_a_private_link_that_signs_in(public_studio):
    (reply,) = await ask_for_a_link(public_studio.desk)
    link = reply.text.split()[3]
    assert reply.private and link.startswith("https://studio.example.org/signin#")
    browser = public_studio.browser()
    assert (await browser.post("/api/session", {"token": link.partition("#")[2]})).status == 204
    assert (await browser.get("/api/me")).json["name"] == "Ann"
    guest = public_studio.desk.sessions.guest(browser.cookies["tutti_session"])
    assert (guest["place"]["channel"], guest["place"]["door"]) == ("10", "")


async def test_without_a_public_address_there_is_no_link(studio):
    (reply,) = await ask_for_a_link(studio.desk)
    assert "TUTTI_PUBLIC_URL" in reply.text and "signin" not in reply.text


def test_the_terminal_prints_the_address_or_a_link(tutti, monkeypatch):
    assert "the studio is off" in tutti("studio").error
    monkeypatch.setenv("TUTTI_STUDIO_PORT", "8081")
    assert tutti("studio").out == "http://127.0.0.1:8081\n"
    monkeypatch.setenv("TUTTI_PUBLIC_URL", "https://tutti.example.org")
    assert tutti("studio").out.startswith("https://tutti.example.org/signin#")
