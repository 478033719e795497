"""The desk in a browser: notes that are heard, recorded, drawn, typed, uploaded, and taken back."""

import re

from playwright.sync_api import expect

from bot.tunes import TUNES
from tests.bot.frontends.page.conftest import PHONE

LISTEN = """async () => {
    const { synth } = await import("/js/synth.js");
    const player = synth();
    window.ear = new AnalyserNode(player.context, { fftSize: 2048 });
    player.out.connect(window.ear);
    await player.wake();
}"""
LOUDNESS = """() => {
    const samples = new Float32Array(2048);
    window.ear.getFloatTimeDomainData(samples);
    return Math.max(...samples.map(Math.abs));
}"""
FAKE_MIDI = """navigator.requestMIDIAccess = async () => {
    window.keyboard = { name: "Toy keyboard", state: "connected" };
    return { inputs: new Map([["1", window.keyboard]]) };
};"""


def hears(tab) -> None:
    for _ in range(200):
        if tab.evaluate(LOUDNESS) > 0.01:
            return
        tab.wait_for_timeout(10)
    raise AssertionError("nothing is heard")


def falls_silent(tab) -> None:
    for _ in range(200):
        if tab.evaluate(LOUDNESS) < 0.001:
            return
        tab.wait_for_timeout(10)
    raise AssertionError("it never ends")


def pitches(melody) -> list[int]:
    return [note["pitch"] for note in melody()["notes"]]


# ── playing ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_computer_key_sounds_while_it_is_down_but_not_in_a_field(tab):
    tab.evaluate(LISTEN)
    title = tab.get_by_label("Title of the melody")
    title.fill("")
    title.type("sad")
    assert title.input_value() == "sad" and tab.evaluate(LOUDNESS) < 0.001
    title.blur()
    tab.keyboard.down("a")
    hears(tab)
    expect(tab.locator(".key[data-pitch='60']")).to_have_class("key white down")
    tab.keyboard.up("a")
    falls_silent(tab)


def test_the_mouse_slides_from_key_to_key(tab):
    tab.evaluate(LISTEN)
    tab.locator(".key[data-pitch='64']").scroll_into_view_if_needed()
    first, second = (tab.locator(f".key[data-pitch='{pitch}']").bounding_box() for pitch in (64, 65))
    tab.mouse.move(first["x"] + 8, first["y"] + first["height"] - 8)
    tab.mouse.down()
    hears(tab)
    tab.mouse.move(second["x"] + 8, second["y"] + second["height"] - 8)
    expect(tab.locator(".key.down")).to_have_attribute("data-pitch", "65")
    tab.mouse.up()
    expect(tab.locator(".key.down")).to_have_count(0)
    falls_silent(tab)


def test_a_midi_keyboard_plays(profile):
    tab = profile(init=FAKE_MIDI)
    tab.evaluate(LISTEN)
    tab.get_by_role("button", name="Connect a MIDI keyboard").click()
    expect(tab.get_by_role("button", name="Toy keyboard")).to_be_visible()
    tab.evaluate("window.keyboard.onmidimessage({ data: [0x90, 67, 100] })")
    hears(tab)
    tab.evaluate("window.keyboard.onmidimessage({ data: [0x90, 67, 0] })")
    falls_silent(tab)


def test_a_finger_plays(profile):
    tab = profile(viewport=PHONE, has_touch=True, is_mobile=True)
    tab.evaluate(LISTEN)
    tab.locator(".key[data-pitch='65']").scroll_into_view_if_needed()
    tab.locator(".key[data-pitch='65']").tap(position={"x": 10, "y": 90})
    hears(tab)
    falls_silent(tab)


# ── recording ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_recording_lands_on_the_grid_and_can_be_taken_back(tab, melody):
    tab.get_by_label("Count-in").select_option("0")
    tab.get_by_role("button", name="Record", exact=True).click()
    tab.wait_for_timeout(250)
    for key in "adg":
        tab.keyboard.down(key)
        tab.wait_for_timeout(280)
        tab.keyboard.up(key)
        tab.wait_for_timeout(60)
    tab.get_by_role("button", name="Stop recording").click()
    expect(tab.get_by_text("3 notes")).to_be_visible()
    assert pitches(melody) == [60, 64, 67]
    assert all(note["start"] % 240 == 0 and note["duration"] % 240 == 0 for note in melody()["notes"])
    tab.get_by_role("button", name="Undo").click()
    assert pitches(melody) == []
    tab.get_by_role("button", name="Redo").click()
    assert pitches(melody) == [60, 64, 67]


def test_the_count_in_comes_first(tab, melody):
    tab.get_by_label("Metre").select_option("2/4")
    tab.get_by_role("button", name="Record", exact=True).click()
    expect(tab.locator(".count-in")).to_have_text("1")
    tab.keyboard.press("s")  # within the count-in: it is heard, not kept
    expect(tab.locator(".count-in")).to_have_text("")
    tab.wait_for_timeout(300)
    tab.keyboard.press("d")
    tab.wait_for_timeout(100)
    tab.get_by_role("button", name="Stop recording").click()
    expect(tab.get_by_text("1 note")).to_be_visible()
    assert pitches(melody) == [64]


# ── the roll ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def place(tab, tick: float, pitch: int) -> tuple[float, float]:
    """Where a tick and a pitch are on the screen."""
    expect(tab.locator(".roll-spacer")).to_have_attribute("style", re.compile("height"))  # it is laid out
    inside = tab.evaluate(
        """([tick, pitch]) => {
            const roll = document.querySelector(".roll-scroll");
            const perTick = (parseFloat(roll.firstChild.style.width) - 40) / (8 * 1920);
            const row = (parseFloat(roll.firstChild.style.height) - 26) / 88;
            return [40 + tick * perTick - roll.scrollLeft, 26 + (108.5 - pitch) * row - roll.scrollTop];
        }""",
        [tick, pitch],
    )
    box = tab.locator(".roll-scroll").bounding_box()
    return box["x"] + inside[0], box["y"] + inside[1]


def drag(tab, start: tuple[float, float], end: tuple[float, float]) -> None:
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    tab.mouse.move(*end)
    tab.mouse.up()


def test_the_mouse_writes_moves_stretches_and_deletes(tab, melody):
    drag(tab, place(tab, 490, 67), place(tab, 940, 67))
    assert melody()["notes"] == [{"start": 480, "duration": 480, "pitch": 67, "velocity": 80}]
    drag(tab, place(tab, 600, 67), place(tab, 1080, 71))
    assert melody()["notes"] == [{"start": 960, "duration": 480, "pitch": 71, "velocity": 80}]
    drag(tab, place(tab, 1430, 71), place(tab, 1910, 71))
    assert melody()["notes"][0]["duration"] == 960
    tab.mouse.dblclick(*place(tab, 1200, 71))
    assert pitches(melody) == []
    for _ in range(4):
        tab.get_by_role("button", name="Undo").click()
    assert pitches(melody) == [] and tab.get_by_role("button", name="Undo").is_disabled()
    tab.get_by_role("button", name="Redo").click()
    assert melody()["notes"] == [{"start": 480, "duration": 480, "pitch": 67, "velocity": 80}]


def test_everything_goes_by_keyboard_alone(tab, melody):
    tab.locator(".roll-scroll").focus()
    for key in ("Enter", "Enter", "ArrowUp", "ArrowUp", "Enter"):
        tab.keyboard.press(key)
    assert pitches(melody) == [67, 67, 69]
    for key in ("Control+ArrowLeft", "Shift+ArrowUp", "Shift+ArrowRight", "ArrowRight"):
        tab.keyboard.press(key)
    assert melody()["notes"][2] == {"start": 720, "duration": 480, "pitch": 81, "velocity": 80}
    tab.keyboard.press("Delete")
    assert pitches(melody) == [67, 67]
    for key in ("Control+a", "Control+d", "Control+z", "Control+Shift+z"):
        tab.keyboard.press(key)
    assert [note["start"] for note in melody()["notes"]] == [0, 240, 480, 720]


def test_a_finger_writes_by_tapping_and_moves_by_dragging(profile):
    tab = profile(viewport=PHONE, has_touch=True, is_mobile=True)
    roll = tab.locator(".roll-scroll")
    roll.scroll_into_view_if_needed()
    roll.tap(position={"x": 100, "y": 100})
    expect(tab.get_by_text("1 note")).to_be_visible()
    row = tab.evaluate("(parseFloat(document.querySelector('.roll-spacer').style.height) - 26) / 88")
    touch = tab.context.new_cdp_session(tab)
    box = roll.bounding_box()
    for kind, x, y in (
        ("touchStart", 100, 100),
        ("touchMove", 120, 90),
        ("touchMove", 101, 100 - 2 * row),
        ("touchEnd", 0, 0),
    ):
        points = [] if kind == "touchEnd" else [{"x": box["x"] + x, "y": box["y"] + y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    pitch = "JSON.parse(localStorage.getItem('tutti.melody')).notes[0].pitch"
    moved = tab.evaluate(pitch)
    tab.get_by_role("button", name="Undo").click()
    assert moved == tab.evaluate(pitch) + 2


def test_what_lies_outside_the_flags_is_trimmed(tab, melody):
    typed(tab, "C4 D E F | G A B C5", notes=8)
    from_x, ruler = place(tab, 0, 60)[0] + 4, tab.locator(".roll-scroll").bounding_box()["y"] + 18
    drag(tab, (from_x, ruler), (place(tab, 960, 60)[0], ruler))
    tab.get_by_role("button", name="Trim").click()
    assert pitches(melody) == [64, 65, 67, 69, 71, 72] and melody()["notes"][0]["start"] == 0
    tab.locator(".roll-scroll").focus()
    for key in ("Escape", "Home", "ArrowRight", "ArrowRight", "]"):  # the grid is of eighths
        tab.keyboard.press(key)
    tab.get_by_role("button", name="Trim").click()
    assert pitches(melody) == [64]


def test_the_cursor_follows_the_music(tab):
    typed(tab, "C4 D E F", notes=4)
    tab.get_by_label("Tempo").fill("300")
    tab.get_by_label("Tempo").blur()
    tab.evaluate(LISTEN)
    tab.get_by_role("button", name="Play", exact=True).click()
    hears(tab)
    expect(tab.get_by_role("button", name="Play", exact=True)).to_be_visible()  # by itself, at the end


# ── typed notes and files ─────────────────────────────────────────────────────────────────────────────────────────────


def typed(tab, text: str, notes: int = 0) -> None:
    """Type notes; wait until so many are in the roll, or until an error is told."""
    if not tab.locator("#typed-notes").is_visible():
        tab.get_by_role("button", name="Type notes").click()
    tab.fill("#typed-notes", text)
    if notes:
        expect(tab.locator("#typed-error")).to_be_hidden()
        expect(tab.locator(".desk-foot .numbers")).to_have_text(f"{notes} notes")
    else:
        expect(tab.locator("#typed-error")).to_be_visible()


def test_a_wrong_token_is_marked_where_it_stands(tab, melody):
    typed(tab, "C4 D H F")
    expect(tab.locator("#typed-error")).to_contain_text("German H")
    expect(tab.locator(".mirror mark")).to_have_text("H")
    typed(tab, "C4 D B3 F4", notes=4)
    assert pitches(melody) == [60, 62, 59, 65]


def test_a_midi_file_brings_its_melody_and_another_kind_is_refused_at_its_field(tab, melody):
    tab.get_by_role("button", name="MIDI file").click()
    field = tab.get_by_label("A MIDI file")
    for name, content in (("song.mp3", b"ID3"), ("song.mid", b"not notes at all")):
        field.set_input_files({"name": name, "mimeType": "audio/midi", "buffer": content})
        expect(field).to_have_attribute("aria-invalid", "true")
    expect(tab.locator(".field-error:visible")).to_contain_text("song")
    field.set_input_files(TUNES.with_name("ode-to-joy.mid"))
    expect(tab.get_by_label("Title of the melody")).to_have_value("ode-to-joy")
    assert pitches(melody)[:4] == [71, 71, 72, 74]


def test_a_sample_is_there_at_once(tab, melody):
    tab.get_by_role("button", name="Samples").click()
    tab.get_by_role("button", name="Greensleeves").click()
    expect(tab.get_by_label("Title of the melody")).to_have_value("Greensleeves")
    assert len(pitches(melody)) > 20
