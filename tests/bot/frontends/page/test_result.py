"""From the desk to a composition and what can be done with it, with the real chorale model in a real worker."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.bot.frontends.page.conftest import PHONE, SERIOUS
from tests.fakes.live_studio import LiveStudio

KEEP_GAINS = """const make = AudioContext.prototype.createGain;
window.gains = [];
AudioContext.prototype.createGain = function () {
    const node = make.call(this);
    window.gains.push(node);
    return node;
};"""
QUIET_GAINS = "() => window.gains.filter((node) => node.gain.value < 0.01).length"
MELODY = "4/4 E4 E F G | G F E D | C C D E | E:1.5 D:1/2 D:2"


@pytest.fixture(scope="module", autouse=True)
def worker(chromium: object, live: LiveStudio) -> None:
    live.hire("compose", "export")


def write(tab, notes: str = MELODY, title: str = "Joy") -> None:
    tab.get_by_role("button", name="Type notes").click()
    with tab.expect_response("**/api/notes"):
        tab.fill("#typed-notes", notes)
    tab.get_by_label("Title of the melody").fill(title)


def compose(tab) -> None:
    tab.get_by_role("button", name="Compose", exact=True).click()
    tab.wait_for_url("**/compose/*")


@pytest.fixture(scope="module")
def composed(chromium, live: LiveStudio) -> str:
    """The address of a composition with two takes; its page was loaded anew while it was made."""
    tab = chromium.new_page(base_url=live.url)
    tab.goto("/")
    write(tab)
    tab.get_by_role("radiogroup", name="Takes").get_by_text("2").click()
    compose(tab)
    expect(tab.locator(".stages")).to_be_visible()
    tab.reload()
    expect(tab.locator(".player")).to_be_visible(timeout=60_000)
    address = tab.url.removeprefix(live.url)
    tab.context.close()
    return address


@pytest.fixture
def result(profile, composed):
    tab = profile(composed, init=KEEP_GAINS)
    expect(tab.locator(".player")).to_be_visible()
    return tab


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"viewport": PHONE}])
def test_the_result_has_no_barrier_and_fits(profile, composed, options):
    tab = profile(composed, **options)
    expect(tab.locator(".player")).to_be_visible()
    tab.get_by_role("button", name="Vary").click()
    expect(tab.get_by_role("button", name="Calmer")).to_be_visible()
    found = Axe().run(tab).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def seconds(tab) -> tuple[int, int]:
    """Where the player is, and how long it says that the sound is."""
    at, length = re.findall(r"(\d+):(\d\d)", tab.locator(".player-bar .numbers").inner_text())
    return int(at[0]) * 60 + int(at[1]), int(length[0]) * 60 + int(length[1])


def test_the_result_is_heard_in_full(result):
    assert result.get_by_label("Title", exact=True).input_value() == "Joy"
    assert result.get_by_role("button", name="Mute Tenor").is_visible()
    result.get_by_role("button", name="Play", exact=True).click()
    expect(result.locator(".player-bar .numbers")).to_contain_text("0:01 /")
    music = 16 * 60 / 100  # four bars at 100 bpm, then the room dies away
    duration = result.evaluate("document.querySelector('audio').duration")
    assert music <= duration <= music + 6 and seconds(result)[1] == int(duration + 0.05)


def test_a_muted_voice_is_silent_and_the_music_goes_on(result):
    result.get_by_role("button", name="Play", exact=True).click()
    result.get_by_role("button", name="Mute Alto").click()
    expect(result.get_by_role("button", name="Mute Alto")).to_have_attribute("aria-pressed", "true")
    expect(result.locator(".player-bar p")).to_have_text("", timeout=40_000)  # until then it tells of the stems
    before = seconds(result)[0]
    expect(result.locator(".player-bar .numbers")).to_contain_text(f"0:0{before + 1} /")
    assert result.evaluate("document.querySelector('audio').paused") and result.evaluate(QUIET_GAINS) == 1
    result.get_by_role("button", name="Solo Bass").click()
    result.wait_for_timeout(200)
    assert result.evaluate(QUIET_GAINS) == 3  # soprano, alto, tenor


def test_takes_are_compared_at_the_same_place(result):
    result.get_by_label("Position").fill("4")
    result.get_by_text("Take 2").click()
    expect(result.get_by_role("radio", name="Take 2")).to_be_checked()
    expect(result.locator(".player-bar .numbers")).to_contain_text("0:04 /")


def test_files_can_be_saved(result):
    result.get_by_role("button", name="Download").click()
    for kind, begins in {"MIDI": b"MThd", "MP3": b"ID3", "Ogg": b"OggS", "Picture": b"\x89PNG"}.items():
        with result.expect_download() as saving:
            result.get_by_role("link", name=kind, exact=True).click()
        assert saving.value.path().read_bytes().startswith(begins)


def test_the_sheet_music_is_engraved(result):
    result.get_by_role("button", name="Sheet music").click()
    page = result.get_by_alt_text("Page 1 of the sheet music")
    expect(page).to_be_visible(timeout=40_000)
    assert page.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 400
    with result.expect_download() as saving:
        result.get_by_role("link", name="MusicXML").click()
    assert "score-partwise" in saving.value.path().read_text(encoding="utf-8")


def test_chords_can_be_changed_and_a_wrong_one_is_told_at_its_place(result):
    result.get_by_role("button", name="Change the chords").click()
    first = result.get_by_label("Chords of bar 1", exact=True)
    assert first.input_value()
    first.fill("Xyz")
    expect(result.locator(".chord-line + .field-error")).to_contain_text("Xyz")
    first.fill("Am | F | Dm | G")  # a line goes on in the next cells
    expect(result.get_by_label("Chords of bar 3", exact=True)).to_have_value("Dm")
    compose(result)
    expect(result.locator(".plan")).to_have_text(re.compile(r"^Am \| F \| Dm \| G"), timeout=40_000)


def test_a_line_of_the_band_becomes_the_melody(result):
    result.get_by_role("button", name="Use as melody").click()
    result.get_by_role("dialog").get_by_role("button", name="Bass").click()
    expect(result.get_by_role("heading", name="Play a melody")).to_be_visible()
    notes = result.evaluate("JSON.parse(localStorage.getItem('tutti.melody')).notes")
    assert notes and max(note["pitch"] for note in notes) < 64


def test_a_variation_is_composed_and_deleted(result):
    before = result.url
    result.get_by_role("button", name="Vary").click()
    result.get_by_role("button", name="Calmer").click()
    result.wait_for_url(lambda url: url != before)
    expect(result.locator(".player")).to_be_visible(timeout=40_000)
    result.get_by_text("How it was made").click()
    expect(result.get_by_role("row", name="Risk")).to_contain_text("0.75")
    result.on("dialog", lambda dialog: dialog.accept())
    result.get_by_role("button", name="Delete").click()
    result.get_by_role("heading", name="Library").wait_for()
    expect(result.get_by_text("compositions")).to_be_visible()
    assert result.get_by_role("link", name="Joy").count() == len(
        result.context.request.get("/api/compositions").json()["compositions"]
    )


def test_whoever_has_the_link_hears_it(result, profile):
    result.get_by_role("button", name="Share").click()
    result.get_by_role("button", name="Open a share page").click()
    link = result.get_by_label("Link of the share page").input_value()
    other = profile(link)
    expect(other.get_by_role("heading", name="Joy")).to_be_visible()
    other.get_by_role("button", name="Play", exact=True).click()
    expect(other.locator(".player-bar .numbers")).to_contain_text("0:01 /")
    assert result.url.rpartition("/")[2] not in other.content()
    result.get_by_role("button", name="Close the page").click()
    expect(result.get_by_role("button", name="Open a share page")).to_be_visible()
    other.reload()
    expect(other.locator(".notice.wrong")).to_be_visible()


def test_the_library_finds_renames_and_forgets(result, profile):
    result.get_by_label("Add a tag").fill("evening")
    result.keyboard.press("Enter")
    result.get_by_role("button", name="Favourite").click()
    expect(result.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    tab = profile("/library")
    tab.get_by_role("button", name="Favourites").click()
    item = tab.locator(".library-item")
    expect(item).to_have_count(1)
    item.get_by_role("button", name="Rename").click()
    tab.get_by_label("New title").fill("Evening joy")
    tab.keyboard.press("Enter")
    expect(item.get_by_role("link", name="Evening joy")).to_be_visible()
    tab.get_by_label("Search").fill("no such thing")
    expect(item).to_have_count(0)
    tab.get_by_label("Search").fill("evening")
    expect(item).to_have_count(1)
    item.get_by_role("button", name="Favourite").click()
    tab.get_by_role("button", name="Favourites").click()
    expect(item).to_have_count(1)
    item.get_by_role("link", name="Evening joy").click()
    expect(tab.get_by_label("Title", exact=True)).to_have_value("Evening joy")


def test_what_is_out_of_range_is_told_at_its_field(profile):
    tab = profile("/")
    write(tab)
    tab.get_by_label("Seed").fill("-1")
    tab.get_by_role("button", name="Compose", exact=True).click()
    expect(tab.get_by_label("Seed")).to_have_attribute("aria-invalid", "true")
    expect(tab.get_by_label("Seed")).to_be_focused()


def test_an_outage_is_told_and_nothing_is_lost(profile, live):
    tab = profile("/")
    write(tab, title="Kept")
    live.stop()
    try:
        tab.get_by_role("button", name="Compose", exact=True).click()
        expect(tab.locator("#connection")).to_be_visible()
    finally:
        live.start()
    expect(tab.locator("#connection")).to_be_hidden()
    expect(tab.get_by_label("Title of the melody")).to_have_value("Kept")
    compose(tab)
    live.stop()
    try:
        expect(tab.locator("#connection")).to_be_visible()
    finally:
        live.start()
    expect(tab.get_by_label("Title", exact=True)).to_have_value("Kept", timeout=40_000)
    expect(tab.locator("#connection")).to_be_hidden()
