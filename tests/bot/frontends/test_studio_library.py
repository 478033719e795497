"""The library: search, names, tags, favourites, deletion; share pages; results sent to the chat."""

import json

import pytest

from bot.chat import FileRefused, Place, PlaceClosed, Sent, User
from bot.guests import Guest
from tests.bot.frontends.conftest import opened
from tests.fakes.studio import PUBLIC_URL, Site
from tests.fakes.worker import MP3

ANN = Guest(User("discord:1", "Ann", "<@1>"), Place("discord", "10", space="20", person="1"))


@pytest.fixture
async def takes(page, worker):
    """Three compositions, oldest first."""
    ids = []
    for genre in ("chorale", "jazz", "pop"):
        ids += await page.composed(genre=genre)
    return ids


# ── names and search ──────────────────────────────────────────────────────────────────────────────────────────────────


async def listed(page, query=""):
    return [take["id"] for take in (await page.get(f"/api/compositions?{query}")).json["compositions"]]


async def test_compositions_are_named_tagged_marked_and_found(page, takes):
    first, second, third = takes
    change = {"title": " My\n *waltz* ", "tags": ["rain", "rain", " ", "night"], "favourite": True}
    shown = (await page.ask("PATCH", f"/api/compositions/{second}", json=change)).json
    assert (shown["title"], shown["tags"], shown["favourite"]) == ("My waltz", ["rain", "night"], True)
    assert shown["name"] == "melody", "the melody keeps its own name"
    assert await listed(page) == [third, second, first]
    for query in ("q=WALTZ", "q=waltz+night", "tag=rain", "favourite=true", "genre=jazz"):
        assert await listed(page, query) == [second], query
    assert await listed(page, "favourite=false") == [third, first] and await listed(page, "q=melody+sun") == []
    answer = (await page.get("/api/compositions?per_page=2&page=2")).json
    assert (answer["pages"], answer["total"], len(answer["compositions"])) == (2, 3, 1)
    assert answer["tags"] == [{"tag": "night", "count": 1}, {"tag": "rain", "count": 1}]
    cleared = (await page.ask("PATCH", f"/api/compositions/{second}", json={"title": "", "tags": []})).json
    assert (cleared["title"], cleared["tags"], cleared["favourite"]) == ("melody", [], True)


async def test_a_name_that_will_not_do_is_refused(page, takes):
    for change in [{"title": "x" * 81}, {"tags": ["x"] * 21}, {"tags": [""]}, {"favourite": 1}, {"id": "x"}]:
        answer = await page.ask("PATCH", f"/api/compositions/{takes[0]}", json=change)
        assert answer.status == 400 and answer.error["field"] == next(iter(change))


async def test_what_is_deleted_is_gone_with_its_files_stems_and_page(page, takes, studio):
    take = takes[0]
    stems = (await page.post(f"/api/compositions/{take}/stems")).json["job_id"]
    await page.ended(stems)
    token = (await page.post(f"/api/compositions/{take}/share")).json["token"]
    assert (await page.ask("DELETE", f"/api/compositions/{take}")).status == 204
    for path in (f"/api/compositions/{take}", f"/api/compositions/{take}/mp3", f"/api/shared/{token}"):
        assert (await page.get(path)).status == 404
    left = {path.parent.name for path in studio.desk.files.root.rglob("*") if path.is_file()}
    assert left == {one.partition("-")[0] for one in takes[1:]}
    assert (await page.ask("DELETE", f"/api/compositions/{take}")).status == 404


async def test_a_file_that_vanished_is_missing_not_a_fault(page, takes, studio):
    studio.desk.files.remove(takes[0].partition("-")[0])
    assert (await page.get(f"/api/compositions/{takes[0]}/mp3")).status == 404
    assert (await page.get(f"/api/compositions/{takes[0]}")).status == 200


# ── share pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_share_page_shows_the_music_and_nothing_private(public_studio, worker):
    ann, anybody = await public_studio.signed_in(ANN), public_studio.browser()
    (take,) = await ann.composed(seed=4)
    await ann.ask("PATCH", f"/api/compositions/{take}", json={"title": "For all", "tags": ["secret-tag"]})
    link = (await ann.post(f"/api/compositions/{take}/share")).json
    assert link["url"] == f"{PUBLIC_URL}/s/{link['token']}" and len(link["token"]) >= 22
    assert (await ann.post(f"/api/compositions/{take}/share")).json == link
    shown = (await anybody.get(f"/api/shared/{link['token']}")).json
    assert (shown["title"], shown["seed"], shown["text"]) == ("For all", 4, "4/4 C D E F | G:4")
    for private in ("Ann", "discord", take, take.partition("-")[0], "secret-tag", "local"):
        assert private not in json.dumps(shown)
    for name in ("mp3", "midi", "picture", "roll", "ogg"):
        answer = await anybody.get(shown["files"][name])
        assert answer.status == 200 and "private" in answer.headers["Cache-Control"]
    assert (await anybody.get(shown["files"]["mp3"])).body.startswith(MP3)
    assert (await anybody.get(f"/s/{link['token']}")).status in (200, 503)
    assert (await ann.get(f"/api/compositions/{take}")).json["share"] == link


async def test_a_page_that_was_taken_back_is_closed_for_good(page, takes, studio):
    other = studio.browser()
    link = (await page.post(f"/api/compositions/{takes[0]}/share")).json
    assert (await page.ask("DELETE", f"/api/compositions/{takes[0]}/share")).status == 204
    for path in ("", "/mp3", "/roll"):
        assert (await other.get(f"/api/shared/{link['token']}{path}")).status == 404
    assert (await page.post(f"/api/compositions/{takes[0]}/share")).json["token"] != link["token"]
    assert (await other.get(f"/api/shared/{'x' * 22}")).status == 404


# ── to the chat ───────────────────────────────────────────────────────────────────────────────────────────────────────


class Chat:
    """A chat that takes what is sent, or refuses with an error."""

    name, pace_s = "discord", 0.0

    def __init__(self):
        self.sent, self.error = [], None

    async def run(self, handle, suggest):
        import asyncio

        await asyncio.Event().wait()

    async def send(self, place, reply, replacing=None):
        if self.error:
            raise self.error
        self.sent.append((place, reply))
        return Sent(place.channel, "m1", "https://discord.com/channels/20/10/m1")


@pytest.fixture
async def beside_chat(settings, worker):
    """A public studio beside a chat, and Ann's browser in it."""
    chat = Chat()
    async for site in opened(Site(settings, public=True, others={"discord": chat})):
        yield chat, site, await site.signed_in(ANN)


async def test_a_result_is_sent_where_the_link_was_asked_for(beside_chat):
    chat, site, ann = beside_chat
    assert (await ann.get("/api/me")).json["place"] == {"platform": "discord", "name": "Discord"}
    (take,) = await ann.composed()
    await ann.ask("PATCH", f"/api/compositions/{take}", json={"title": "For all"})
    answer = await ann.post(f"/api/compositions/{take}/send")
    assert answer.json == {"link": "https://discord.com/channels/20/10/m1"}
    (place, reply) = chat.sent[0]
    assert (place.channel, place.space, place.door) == ("10", "20", "") and "**For all** by <@1>" in reply.text
    link = reply.text.rpartition(PUBLIC_URL)[2]
    assert (await site.browser().get(f"/api/shared/{link.removeprefix('/s/')}")).json["title"] == "For all"
    assert {file.name.rpartition(".")[2] for file in reply.files} == {"mp3", "mid", "png"}
    sent = (await ann.get(f"/api/compositions/{take}")).json["sent"]
    assert [one["platform"] for one in sent] == ["discord"]
    assert [share.channel for share in site.desk.spaces.shares(take)] == ["10"]


@pytest.mark.parametrize("error", [PlaceClosed("I lack the permission **Send Messages**."), FileRefused()])
async def test_a_chat_that_refuses_is_told(beside_chat, error):
    chat, _, ann = beside_chat
    (take,) = await ann.composed()
    chat.error = error
    answer = await ann.post(f"/api/compositions/{take}/send")
    assert answer.status == 409 and answer.error["message"]


async def test_whoever_came_without_a_chat_cannot_send(page, takes):
    answer = await page.post(f"/api/compositions/{takes[0]}/send")
    assert answer.status == 409 and "/studio" in answer.error["message"]
