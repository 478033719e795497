"""The studio's page in a real Chromium. Without one (``apt-get install chromium``), these tests are skipped.

Everything here lasts for one module: as long as the browser's own event loop runs, no other test can have one.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect, sync_playwright

from storage.home import Home
from tests.fakes.live_studio import LiveStudio

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PUBLIC_HOST = "studio.example.org"
ARGUMENTS = [
    "--no-sandbox",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    f"--host-resolver-rules=MAP {PUBLIC_HOST} 127.0.0.1",
]
LONGEST_MS = 40_000
SERIOUS = ("serious", "critical")  # of axe-core's grades
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    expect.set_options(timeout=LONGEST_MS)  # five seconds are too few where two cores run all tests
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStudio]:
    studio = LiveStudio(Home(tmp_path_factory.mktemp("studio")))
    studio.start()
    yield studio
    studio.close()


@pytest.fixture
def profile(chromium: Any, live: LiveStudio) -> Iterator[Callable[..., Any]]:
    """Open a tab in a browser profile of its own. An error that nobody caught fails the test."""
    contexts, faults = [], []

    def open_tab(path: str = "/", *, init: str = "", **options: Any) -> Any:
        context = chromium.new_context(base_url=live.url, accept_downloads=True, **options)
        contexts.append(context)
        context.set_default_timeout(LONGEST_MS)
        if init:
            context.add_init_script(init)
        tab = context.new_page()
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(path)
        tab.wait_for_selector("main > *")
        return tab

    yield open_tab
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def tab(profile: Callable[..., Any]) -> Any:
    return profile()


@pytest.fixture
def melody(tab: Any) -> Callable[[], dict[str, Any]]:
    """The melody on the desk, as the page keeps it."""
    return lambda: json.loads(tab.evaluate("localStorage.getItem('tutti.melody')"))
