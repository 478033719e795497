"""How fast the studio's page is. Figures, no limits: they depend on the machine.

``TUTTI_SPEED=1 pytest tests/bot/frontends/page/test_speed.py -s`` prints the first contentful paint of each page (goal:
1,000 ms), the bytes of script that it loads (300 KB), and the milliseconds from a key to its scheduled note (30).
"""

import os
from statistics import median

import pytest

TIMES = 5
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SCRIPTS = """performance.getEntriesByType('resource').filter(e => /\\.js$/.test(e.name))
    .reduce((sum, e) => sum + e.decodedBodySize, 0)"""
LISTEN = """async () => {
    const {synth} = await import('/js/synth.js');
    const played = synth();
    await played.wake();
    const press = played.press.bind(played);
    let at = 0;
    window.waits = [];
    addEventListener('keydown', event => { at = event.timeStamp; }, true);
    played.press = (...note) => { press(...note); window.waits.push(performance.now() - at); };
}"""

pytestmark = pytest.mark.skipif("TUTTI_SPEED" not in os.environ, reason="a measurement: TUTTI_SPEED=1 takes it")


@pytest.mark.parametrize("path", ["/", "/library", "/learn", "/train"])
def test_until_a_page_is_painted(profile, path):
    paints = []
    for _ in range(TIMES):
        page = profile(path)
        paints.append(page.evaluate(PAINTED))
    kilobytes = page.evaluate(SCRIPTS) / 1000
    print(f"\n{path:10} painted after {median(paints):.0f} ms, {max(paints):.0f} at most; {kilobytes:.0f} KB of script")


def test_from_the_key_to_the_note(profile):
    page = profile()
    page.wait_for_selector(".key")
    page.evaluate(LISTEN)
    for key in "asdfghjk" * 3:
        page.keyboard.press(key)
        page.wait_for_timeout(60)
    waits = page.evaluate("window.waits")
    assert waits
    print(f"\nkey to note {median(waits):.1f} ms, {max(waits):.1f} at most")
