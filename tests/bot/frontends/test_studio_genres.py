"""A genre of one's own in the studio: renamed, described, shared, deleted, by its owner alone."""

import shutil
from dataclasses import replace

import pytest

from bot.chat import Place, User
from bot.guests import Guest
from composer_core.genres import SHIPPED
from storage.genre_shelf import MACHINE, Owned
from tests.fakes.studio import Site

ANN, BOB = User("slack:T1:1", "Ann", "<@1>"), User("slack:T1:2", "Bob", "<@2>", manages=True)
WORKSPACE = Place("slack", "10", space="T1", space_name="workspace", person="T1/1")


def make(site: Site, name: str = "my-waltzes", user: str = MACHINE) -> None:
    folder = site.desk.shelf.root / name
    folder.mkdir(parents=True)
    shutil.copy(SHIPPED / "pop" / "genre.toml", folder)
    (folder / "weights.safetensors").write_bytes(b"weights")
    site.desk.shelf.put(Owned(name, user))


@pytest.fixture
def own(studio):
    """The machine's own user's."""
    make(studio)
    return studio.desk.shelf


async def known_to(browser):
    return {one["name"]: one for one in (await browser.get("/api/genres")).json["genres"]}


async def test_what_is_ones_own_is_marked_and_what_came_with_tutti_is_not(page, own):
    genres = await known_to(page)
    assert genres["my-waltzes"]["own"] == {"shared": False, "audience": "everybody who uses this Tutti"}
    assert genres["jazz"]["own"] is None and (await page.get("/api/genres/jazz")).json["own"] is None


async def test_it_is_renamed_and_described_and_its_title_follows(page, own):
    changes = {"name": "sad-valses", "description": " Three \n beats "}
    changed = (await page.ask("PATCH", "/api/genres/my-waltzes", json=changes)).json
    assert (changed["name"], changed["title"], changed["description"]) == ("sad-valses", "Sad valses", "Three beats")
    assert (await page.get("/api/genres/my-waltzes")).status == 404
    assert (await page.get("/api/genres/sad-valses")).json == changed


async def test_an_example_of_the_old_name_is_not_left_behind(page, own, studio):
    job = (await page.post("/api/genres/my-waltzes/example")).json["job"]
    await page.ask("PATCH", "/api/genres/my-waltzes", json={"name": "valses"})
    assert studio.desk.ledger.job(job) is None


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"name": "No Good!"}, "name", "small letters"),
        ({"name": "jazz"}, "name", "taken"),
        ({"description": " "}, "description", "one line"),
    ],
)
async def test_what_will_not_do_is_refused_at_its_field(page, own, changes, field, told):
    answer = await page.ask("PATCH", "/api/genres/my-waltzes", json=changes)
    assert (answer.status, answer.error["field"]) == (422, field) and told in answer.error["message"]
    assert (await page.get("/api/genres/my-waltzes")).status == 200


async def test_on_this_machine_it_is_shared_with_everybody_and_taken_back(page, own):
    assert (await page.ask("PATCH", "/api/genres/my-waltzes", json={"shared": True})).json["own"]["shared"] is True
    assert own.hidden_from("discord:9", "discord", "8") == frozenset()
    assert (await page.ask("PATCH", "/api/genres/my-waltzes", json={"shared": False})).json["own"]["shared"] is False
    assert own.hidden_from("discord:9", "discord", "8") == {"my-waltzes"}


async def test_it_is_deleted(page, own):
    assert (await page.ask("DELETE", "/api/genres/my-waltzes")).status == 204
    assert own.genre("my-waltzes") is None and (await page.get("/api/genres/my-waltzes")).status == 404


async def test_what_came_with_tutti_stays_as_it_is(page):
    for answer in (
        await page.ask("PATCH", "/api/genres/jazz", json={"name": "my-jazz"}),
        await page.ask("DELETE", "/api/genres/jazz"),
    ):
        assert answer.status == 422 and "came with Tutti" in answer.error["message"]


async def test_from_a_workspace_it_is_shared_there_and_stays_its_owners(public_studio):
    make(public_studio, user=ANN.id)
    ann = await public_studio.signed_in(Guest(ANN, WORKSPACE))
    bob = await public_studio.signed_in(Guest(BOB, WORKSPACE))
    assert (await ann.get("/api/genres/my-waltzes")).json["own"]["audience"] == "everybody in this workspace"
    assert (await bob.ask("PATCH", "/api/genres/my-waltzes", json={"shared": True})).status == 404
    await ann.ask("PATCH", "/api/genres/my-waltzes", json={"shared": True})
    owned = public_studio.desk.shelf.genre("my-waltzes")
    assert owned == replace(owned, user=ANN.id, platform="slack", space="T1", shared=True)
    assert (await known_to(bob))["my-waltzes"]["own"] is None
    for method, body in (("PATCH", {"name": "bobs"}), ("PATCH", {"shared": False}), ("DELETE", None)):
        answer = await bob.ask(method, "/api/genres/my-waltzes", **({"json": body} if body else {}))
        assert answer.status == 422 and "Only who made" in answer.error["message"]


async def test_whoever_came_from_a_private_conversation_has_nobody_to_share_it_with(public_studio):
    make(public_studio, user="discord:1")
    browser = await public_studio.signed_in(Guest(User("discord:1", "Ann", "<@1>"), Place("discord", "10")))
    assert (await browser.get("/api/genres/my-waltzes")).json["own"] == {"shared": False, "audience": ""}
    answer = await browser.ask("PATCH", "/api/genres/my-waltzes", json={"shared": True})
    assert answer.status == 422 and "within the server" in answer.error["message"]
