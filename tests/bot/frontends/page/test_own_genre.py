"""A genre of one's own in the browser: found, renamed, described, shared and deleted by its owner."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from composer_core.genres import SHIPPED
from storage.genre_shelf import MACHINE, Owned
from tests.bot.frontends.page.conftest import PHONE, SERIOUS


@pytest.fixture
def own(live):
    folder = live.home.genres / "my-waltzes"
    folder.mkdir(parents=True)
    shutil.copy(SHIPPED / "pop" / "genre.toml", folder)
    (folder / "weights.safetensors").write_bytes(b"weights")
    live.desk.shelf.put(Owned("my-waltzes", MACHINE))


def test_an_owner_does_everything_with_a_genre_of_their_own(profile, live, own):
    tab = profile("/")
    tab.get_by_role("link", name="Yours").click()
    expect(tab.get_by_role("heading", name="Yours")).to_be_visible()
    found = Axe().run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in SERIOUS] == []
    tab.set_viewport_size(PHONE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    tab.get_by_role("button", name="Rename").click()
    tab.get_by_label("Name of the genre").fill("jazz")
    tab.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(tab.get_by_role("dialog")).to_contain_text("is taken")
    tab.get_by_label("Name of the genre").fill("sad-valses")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/train/genre/sad-valses")
    expect(tab.get_by_role("heading", name="Sad valses")).to_be_visible()
    tab.get_by_role("button", name="Describe").click()
    tab.get_by_label("Description").fill("Three beats, <b>mostly</b> sad.")
    tab.get_by_role("button", name="Save").click()
    expect(tab.locator(".lede")).to_contain_text("Three beats, <b>mostly</b> sad.")
    tab.get_by_role("button", name="Share with everybody who uses this Tutti").click()
    expect(tab.get_by_text("Others may compose in it.")).to_be_visible()
    assert live.desk.shelf.genre("sad-valses").shared
    tab.get_by_role("button", name="Keep it private").click()
    expect(tab.get_by_text("It is for you alone.")).to_be_visible()
    assert not live.desk.shelf.genre("sad-valses").shared
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Delete").click()
    tab.wait_for_url("**/train")
    assert live.desk.shelf.genre("sad-valses") is None
    tab.goto("/train/genre/jazz")
    expect(tab.get_by_role("heading", name="How Jazz learned")).to_be_visible()
    expect(tab.get_by_role("heading", name="Yours")).to_have_count(0)
