"""A genre of one's own in the browser: files, report, curves that grow, samples, stop, keep; networks of debug size."""

import re

import pytest
from playwright.sync_api import expect

from composer_core.harmony import find_key
from composer_core.midi import write_composition
from composer_core.music import Composition, Track
from tests.fakes.live_studio import LiveStudio
from tests.fakes.small_training import PARTS, tune


@pytest.fixture(scope="module", autouse=True)
def workers(chromium: object, live: LiveStudio) -> None:
    live.hire("survey", "train", module="tests.fakes.small_worker")


def pieces(count: int) -> list[dict[str, object]]:
    """MIDI files of tunes for melody, piano, bass and drums, a minute each."""
    files = []
    for number in range(count):
        song = tune(number, bars=24)
        notes = {"Melody": song.melody, **song.parts}
        tracks = tuple(
            Track(part.name, part.program, notes[part.name], is_drum=part.is_drum, is_melody=part.role == "melody")
            for part in PARTS
        )
        music = Composition(f"tune {number}", song.timing, find_key(song.melody), tracks)
        files.append({"name": f"tune-{number}.mid", "mimeType": "audio/midi", "buffer": write_composition(music)})
    return files


def length(tab, line: int = 1) -> int:
    """How many points a curve of the first chart has."""
    path = tab.locator(f".chart path.line-{line}").first
    return len(re.findall(r"[ML]", path.get_attribute("d") or "")) if path.count() else 0


def grows(tab, beyond: int) -> int:
    for _ in range(300):
        if (now := length(tab)) > beyond:
            return now
        tab.wait_for_timeout(100)
    raise AssertionError(f"the curve stays at {beyond} points")


def test_what_cannot_be_learned_from_is_told_before_and_after(profile):
    tab = profile("/train")
    files = tab.locator("input[type=file]")
    files.set_input_files({"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3"})
    expect(tab.locator(".drop .field-error")).to_contain_text("song.mp3")
    files.set_input_files(pieces(1))
    expect(tab.locator(".report .notice.wrong")).to_contain_text("Too few", timeout=40_000)
    assert tab.get_by_role("button", name="Start learning").is_disabled()


def test_a_genre_learns_while_one_watches(profile):
    tab = profile("/train")
    tab.locator("input[type=file]").set_input_files(pieces(4))
    expect(tab.locator(".report")).to_contain_text("4 of 4", timeout=40_000)
    tab.get_by_label("Start from").select_option("none")
    tab.get_by_label("Epochs").fill("1000")
    tab.get_by_label("Name of the genre").fill("No Good!")
    start = tab.get_by_role("button", name="Start learning")
    start.click()
    expect(tab.get_by_label("Name of the genre")).to_have_attribute("aria-invalid", "true")
    tab.get_by_label("Name of the genre").fill("tunes")
    start.click()
    tab.wait_for_url(re.compile(r"/train/[0-9a-f]{12}$"))
    seen = grows(tab, 1)
    tab.reload()
    seen = grows(tab, seen)
    assert length(tab, line=4) == length(tab) and tab.locator(".chart").count() == 2
    expect(tab.get_by_role("radio", name="Before")).to_be_attached()
    tab.get_by_role("button", name="Stop and keep what it learned").click()
    expect(tab.get_by_role("button", name="Keep as a genre")).to_be_visible(timeout=40_000)
    seen = length(tab)
    tab.get_by_role("radio", name="Before").check()
    tab.get_by_role("button", name="Play", exact=True).click()
    expect(tab.locator(".player-bar .numbers")).to_contain_text("0:01 /")
    tab.get_by_role("button", name="Keep as a genre").click()
    tab.get_by_label("Name of the genre").fill("my-tunes")
    tab.get_by_role("button", name="Keep", exact=True).click()
    tab.get_by_role("link", name="Compose in my-tunes").click(timeout=40_000)
    expect(tab.get_by_role("radio", name="tunes")).to_be_checked()
    tab.goto("/train/genre/my-tunes")
    expect(tab.locator(".chart")).to_have_count(3)  # losses, similarity, surprise
    for topic in ("orchestra", "losses"):
        tab.goto(f"/learn/{topic}")
        tab.get_by_role("radio", name="tunes").check()
        expect(tab.get_by_role("radio", name="tunes")).to_be_checked()
    tab.goto("/learn/similarity")
    expect(tab.get_by_role("link", name="Open this training")).to_be_visible()
    tab.goto("/train")
    expect(tab.get_by_role("checkbox", name="Show tunes in the chart")).to_be_checked()
    assert length(tab) >= seen
