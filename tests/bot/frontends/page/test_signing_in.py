"""A studio on the open net: nobody is anybody before the link from the chat, and nobody sees what is another's."""

import pytest
from playwright.sync_api import expect

from storage.home import Home
from tests.bot.frontends.page.conftest import PUBLIC_HOST
from tests.fakes.live_studio import LiveStudio
from tests.fakes.worker import FakeWorker


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    studio = LiveStudio(Home(tmp_path_factory.mktemp("public")), host=PUBLIC_HOST)
    studio.start()
    yield studio
    studio.close()


def test_a_stranger_is_told_how_to_come_in(profile):
    tab = profile("/library")
    expect(tab.get_by_role("heading", name="Come in by the chat")).to_be_visible()
    expect(tab.get_by_text("/studio")).to_be_visible()


def test_the_link_signs_in_once(profile, live):
    link = live.invite("Ann")
    tab = profile(link)
    expect(tab.locator("#top-end")).to_contain_text("Ann")
    assert "#" not in tab.url
    other = profile(link)
    expect(other.get_by_role("alert")).to_be_visible()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="Come in by the chat")).to_be_visible()


def test_what_is_anns_is_not_bobs(profile, live):
    ann, bob = profile(live.invite("Ann")), profile(live.invite("Bob"))
    ann.get_by_role("button", name="Type notes").click()
    with ann.expect_response("**/api/notes"):
        ann.fill("#typed-notes", "C4 D E F")
    ann.get_by_role("button", name="Compose", exact=True).click()
    ann.wait_for_url("**/compose/*")
    expect(ann.get_by_text("No composer is at work")).to_be_visible()  # there is no worker here
    bob.goto(ann.url)
    expect(bob.locator(".notice.wrong")).to_be_visible()
    ann.get_by_role("button", name="Cancel").click()
    expect(ann.get_by_role("heading", name="Cancelled")).to_be_visible()


def test_a_share_page_needs_nobody_to_be_signed_in(profile, live):
    worker = FakeWorker(live.home)
    worker.start()
    try:
        ann = profile(live.invite("Ann"))
        ann.get_by_role("button", name="Type notes").click()
        with ann.expect_response("**/api/notes"):
            ann.fill("#typed-notes", "C4 D E F")
        ann.get_by_label("Title of the melody").fill("For everybody")
        ann.get_by_role("button", name="Compose", exact=True).click()
        ann.get_by_role("button", name="Share").click()
        ann.get_by_role("button", name="Open a share page").click()
        link = ann.get_by_label("Link of the share page").input_value()
    finally:
        worker.stop()
    stranger = profile(link)
    expect(stranger.get_by_role("heading", name="For everybody")).to_be_visible()
    stranger.get_by_role("link", name="Library").click()
    expect(stranger.get_by_role("heading", name="Come in by the chat")).to_be_visible()
