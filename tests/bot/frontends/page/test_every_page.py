"""Laws over every page: no barrier, no sideways scrolling on a phone, small scripts; its music agrees with ours."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.frontends import studio_parts
from composer_core.chords import parse_chord
from composer_core.music import Chord, Key, Metre, Note, Timing, monophonic
from composer_core.notation import parse_notes
from composer_core.transposition import transpose_chords
from tests.bot.frontends.page.conftest import PHONE, SERIOUS

FOLDER = Path(studio_parts.__file__).parents[1] / "studio"
PAGES = (
    "/",
    "/library",
    "/train",
    "/train/genre/rock",
    "/learn",
    "/learn/orchestra",
    "/learn/losses",
    "/learn/band",
    "/library/nothing",
)
DARK = ("/", "/train", "/learn/orchestra")
SCRIPT_BYTES = 300 * 1024


@pytest.mark.parametrize(("theme", "rules", "pages"), [("light", None, PAGES), ("dark", ["color-contrast"], DARK)])
def test_axe_finds_no_serious_barrier(profile, theme, rules, pages):
    tab = profile(color_scheme=theme)
    axe = Axe()
    for path in pages:
        tab.goto(path)
        tab.wait_for_selector("main h1, main .notice")
        open_everything(tab)
        found = axe.run(tab, options={"runOnly": rules} if rules else None).response["violations"]
        assert [(path, one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS] == []


def open_everything(tab) -> None:
    tab.evaluate("document.querySelectorAll('details').forEach((closed) => (closed.open = true))")
    for source in ("Samples", "Type notes", "MIDI file"):
        if tab.get_by_role("button", name=source).count():
            tab.get_by_role("button", name=source).click()


def test_nothing_sticks_out_sideways(tab):
    for path in PAGES:
        tab.goto(path)
        tab.wait_for_selector("main h1, main .notice")
        open_everything(tab)
        for width in (PHONE["width"], 620, 1024):
            tab.set_viewport_size({"width": width, "height": 740})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_keyboard_reaches_everything_in_order(tab):
    seen = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        seen.append(
            tab.evaluate(
                "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()"
            )
        )
    wanted = [
        "Skip to the content",
        "Compose",
        "Samples",
        "Play",
        "Record",
        "Piano roll editor",
        "C4",
        "Chorale",
        "Hear it",
    ]
    places = [next((place for place, name in enumerate(seen) if name.startswith(start)), None) for start in wanted]
    assert None not in places and places == sorted(places), dict(zip(wanted, places, strict=True))


def test_a_browser_that_keeps_nothing_is_no_obstacle(profile):
    forbid = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no cookies'); } });"
    tab = profile(init=forbid)
    tab.get_by_role("button", name="Dark colours").click()
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert tab.get_by_role("heading", name="Play a melody").is_visible()


def test_the_scripts_are_small_and_our_own():
    scripts = list(FOLDER.rglob("*.js"))
    assert sum(path.stat().st_size for path in scripts) <= SCRIPT_BYTES
    for path in [*scripts, *FOLDER.rglob("*.html"), *FOLDER.rglob("*.css")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http://" not in text and "https://" not in text and "innerHTML" not in text, path


# ── the same music on both sides ──────────────────────────────────────────────────────────────────────────────────────

GRAINS = st.integers(1, 16).map(lambda eighths: eighths * 60)
NOTES = st.lists(
    st.tuples(st.integers(0, 64).map(lambda n: n * 60), st.integers(21, 108), GRAINS), min_size=1, max_size=12
)
IN_PAGE = {"deadline": None, "max_examples": 40, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@given(notes=NOTES)
@settings(**IN_PAGE)
def test_one_line_is_what_the_composer_takes(tab, notes):
    script = """async (notes) => {
        const { oneLine } = await import("/js/score.js");
        return oneLine(notes.map(([start, pitch, duration], id) => ({ id, start, pitch, duration })))
            .map((n) => [n.start, n.pitch, n.duration]);
    }"""
    ours = monophonic(Note(*note) for note in sorted(set(notes)))
    assert tab.evaluate(script, sorted(set(notes))) == [[n.start, n.pitch, n.duration] for n in ours]


@given(notes=NOTES, metre=st.sampled_from([(4, 4), (3, 4), (6, 8)]), pickup=st.sampled_from([0, 480]))
@settings(**IN_PAGE)
def test_what_the_page_writes_can_be_typed(tab, notes, metre, pickup):
    script = """async ([notes, [beats, unit], pickup]) => {
        const { formatNotes } = await import("/js/notation.js");
        const timing = { ticks_per_beat: 480, tempos: [[0, 100]], metres: [[0, beats, unit]], pickup_ticks: pickup };
        const line = notes.map(([start, pitch, duration], id) => ({ id, start, pitch, duration }));
        return formatNotes({ timing, notes: line });
    }"""
    line = monophonic(Note(*note) for note in sorted(set(notes)))
    text = tab.evaluate(script, [sorted(set(notes)), list(metre), pickup])
    read = parse_notes(text)
    assert [(n.start, n.pitch, n.duration) for n in read.notes] == [(n.start, n.pitch, n.duration) for n in line], text


@given(
    tempos=st.lists(st.tuples(st.integers(1, 9000), st.floats(20, 300)), max_size=4, unique_by=lambda t: t[0]).map(
        sorted
    ),
    metre=st.sampled_from([Metre(4, 4), Metre(6, 8), Metre(5, 4)]),
    tick=st.integers(0, 12_000),
)
@settings(**IN_PAGE)
def test_ticks_seconds_and_bars_agree(tab, tempos, metre, tick):
    script = """async ([tempos, [beats, unit], tick]) => {
        const { barStarts, secondsAt, tickAt } = await import("/js/timing.js");
        const timing = { ticks_per_beat: 480, tempos, metres: [[0, beats, unit]], pickup_ticks: 240 };
        const seconds = secondsAt(timing, tick);
        return [seconds, tickAt(timing, seconds), barStarts(timing, tick)];
    }"""
    map_ = [(0, 90.0), *tempos]
    timing = Timing(tempos=tuple(map_), metres=((0, metre),), pickup_ticks=240)
    seconds, back, bars = tab.evaluate(script, [map_, [metre.numerator, metre.denominator], tick])
    assert seconds == pytest.approx(timing.seconds_at(tick)) and back == pytest.approx(tick, abs=1e-6)
    assert bars == timing.bar_starts(tick)


CHORDS = ("C", "F#m7b5", "Bb/D", "Am7/G", "Dsus4", "Ebmaj7", "B7", "G#dim")


@given(labels=st.lists(st.sampled_from(CHORDS), min_size=1, max_size=6), shift=st.integers(-11, 11))
@settings(**IN_PAGE)
def test_a_plan_moves_like_the_chords(tab, labels, shift):
    script = """async ([plan, shift]) => (await import("/js/plan.js")).transposePlan(plan, shift)"""
    moved = tab.evaluate(script, [" | ".join(labels), shift]).split(" | ")
    ours = transpose_chords(tuple(Chord(0, label) for label in labels), shift, Key((5 + shift) % 12))
    assert [parse_chord(label) for label in moved] == [parse_chord(chord.label) for chord in ours]
