"""MusicXML: what is written is what sounds; a stranger's file is refused in one line."""

import io
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer_core.corpora import musicxml, musicxml_stream
from composer_core.corpora.musicxml import read_score
from composer_core.corpora.musicxml_repeats import Signs, play_order
from composer_core.errors import MelodyError
from composer_core.music import Chord, Key, Metre, Note

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
ARCHIVES = {"orchestra_hauptstimme": 192, "string_quartets": 122, "lead_sheets_openewld": 305}

HEAD = (
    "<attributes><divisions>4</divisions><key><fifths>2</fifths><mode>minor</mode></key>"
    "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
)


def note(pitch, duration, *inside, chord=False, alter=0, voice="1"):
    step, octave = pitch[0], pitch[1:]
    mark = "<chord/>" if chord else ""
    raised = f"<alter>{alter}</alter>" if alter else ""
    return (
        f"<note>{mark}<pitch><step>{step}</step>{raised}<octave>{octave}</octave></pitch>"
        f"<duration>{duration}</duration>{''.join(inside)}<voice>{voice}</voice></note>"
    )


def transposed(chromatic):
    return HEAD.replace("</attributes>", f"<transpose><chromatic>{chromatic}</chromatic></transpose></attributes>")


def rest(duration):
    return f"<note><rest/><duration>{duration}</duration></note>"


def part(*measures, ident="P1"):
    numbered = "".join(f'<measure number="{n}">{measure}</measure>' for n, measure in enumerate(measures, 1))
    return f'<part id="{ident}">{numbered}</part>'


def score(*parts, names=("Flute",), prolog=""):
    listed = "".join(
        f'<score-part id="P{n}"><part-name>{escape(name)}</part-name></score-part>' for n, name in enumerate(names, 1)
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<score-partwise version="4.0">'
        f"<work><work-title>Our tune</work-title></work><part-list>{listed}</part-list>"
        f"{''.join(parts)}</score-partwise>"
    ).encode()


def packed(text, name="score.xml", method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr(name, text)
    return stream.getvalue()


def sounds(read, at=0):
    return [(n.start, n.pitch, n.duration) for n in read.parts[at].notes]


def test_notes_of_a_measure_lie_on_480_ticks_a_quarter():
    read = read_score(score(part(HEAD + note("C4", 4) + note("F4", 2, alter=1) + rest(2) + note("B3", 8, alter=-1))))
    assert sounds(read) == [(0, 60, 480), (480, 66, 240), (960, 58, 960)]
    assert (read.title, read.parts[0].name, read.parts[0].family) == ("Our tune", "Flute", "flute")
    assert read.keys == ((0, Key(11, is_major=False)),)
    assert read.bars == ((0, 1920),)


def test_triplets_do_not_drift():
    third = HEAD.replace(">4</divisions>", ">3</divisions>")
    read = read_score(score(part(*[third + "".join(note("C4", 1) for _ in range(12))] * 7)))
    assert read.end == 7 * 1920
    assert [start for start, _, _ in sounds(read)] == [160 * n for n in range(84)]


def test_a_compressed_score_reads_like_a_plain_one():
    plain = score(part(HEAD + note("C4", 16)))
    assert read_score(packed(plain)) == read_score(plain)
    assert read_score(packed(plain, "other.musicxml")) == read_score(plain)


def test_chords_voices_backup_and_forward():
    measure = note("C5", 8) + note("E5", 8, chord=True) + note("D5", 8) + "<backup><duration>16</duration></backup>"
    measure += "<forward><duration>4</duration></forward>" + note("G3", 12, voice="2")
    read = read_score(score(part(HEAD + measure)))
    assert read.parts[0].voices[1, "1"] == (Note(0, 72, 960), Note(0, 76, 960), Note(960, 74, 960))
    assert read.parts[0].voices[1, "2"] == (Note(480, 55, 1440),)


def test_ties_make_one_note_even_across_several_bar_lines():
    stop, start = '<tie type="stop"/>', '<tie type="start"/>'
    read = read_score(
        score(part(HEAD + note("C4", 16, start), note("C4", 16, stop, start), note("C4", 4, stop) + note("C4", 12)))
    )
    assert sounds(read) == [(0, 60, 1920 * 2 + 480), (1920 * 2 + 480, 60, 1440)]


def test_a_tie_to_nowhere_and_from_nowhere_is_a_plain_note():
    measure = note("C4", 4, '<tie type="start"/>') + rest(4) + note("C4", 4, '<tie type="stop"/>')
    assert sounds(read_score(score(part(HEAD + measure)))) == [(0, 60, 480), (960, 60, 480)]


def test_grace_cue_and_unpitched_notes_make_no_sound():
    grace = "<note><grace/><pitch><step>D</step><octave>4</octave></pitch></note>"
    cue = note("E4", 4).replace("<note>", "<note><cue/>")
    drum = "<note><unpitched/><duration>4</duration></note>"
    assert sounds(read_score(score(part(HEAD + grace + cue + drum + note("C4", 4))))) == [(960, 60, 480)]


def test_transposing_instruments_sound_and_their_key_too():
    horn = transposed(-7).replace("<fifths>2<", "<fifths>1<")
    bass = HEAD.replace(
        "</attributes>", "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose></attributes>"
    ).replace("<fifths>2<", "<fifths>0<")
    names = ("Horn in F", "Contrabass")
    read = read_score(score(part(horn + note("C5", 16)), part(bass + note("C3", 16), ident="P2"), names=names))
    assert [sounds(read, at)[0][1] for at in (0, 1)] == [65, 36]
    assert [p.family for p in read.parts] == ["horn", "double bass"]
    assert read.keys == ((0, Key(9, is_major=False)),)  # E minor as written, A minor as it sounds


def test_a_short_first_measure_is_a_pickup():
    read = read_score(score(part(HEAD + note("G4", 4), note("C5", 16), note("C5", 16))))
    assert read.timing.pickup_ticks == 480
    assert read.timing.bar_starts(read.end) == [start for start, _ in read.bars] == [0, 480, 2400]


def test_bar_lines_follow_the_measures_where_one_is_irregular():
    three = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    read = read_score(
        score(part(HEAD + note("C4", 16), note("C4", 8), note("C4", 16), three + note("C4", 12), note("C4", 12)))
    )
    assert read.timing.bar_starts(read.end) == [start for start, _ in read.bars] == [0, 1920, 2880, 4800, 6240]
    assert read.timing.metre_at(4800) == Metre(3, 4)


def test_two_halves_of_a_bar_around_a_repeat_sign_are_one_bar():
    read = read_score(score(part(HEAD + note("C4", 16), note("D4", 12), note("E4", 4), note("C4", 16))))
    assert read.timing.bar_starts(read.end) == [0, 1920, 3840]


def test_additive_and_nonsensical_metres():
    def metre(inside):
        return read_score(score(part(HEAD.replace("<beats>4</beats><beat-type>4</beat-type>", inside)))).timing.metres

    assert metre("<beats>3+2</beats><beat-type>8</beat-type>") == ((0, Metre(5, 8)),)
    both = "<beats>3</beats><beat-type>4</beat-type><beats>1</beats><beat-type>8</beat-type>"
    assert metre(both) == ((0, Metre(7, 8)),)
    for nonsense in (
        "<senza-misura/>",
        "<beats>x</beats><beat-type>4</beat-type>",
        "<beats>0</beats><beat-type>0</beat-type>",
    ):
        assert metre(nonsense) == ((0, Metre()),)


def test_tempo_from_sound_or_metronome_mark():
    mark = "<direction><direction-type><metronome><beat-unit>half</beat-unit><per-minute>60</per-minute></metronome>"
    mark += "</direction-type></direction>"
    read = read_score(score(part(HEAD + mark + note("C4", 16), '<sound tempo="90"/>' + note("C4", 16))))
    assert read.timing.tempos == ((0, 120.0), (1920, 90.0))


def test_dynamics_become_velocities():
    loud = '<direction><direction-type/><sound dynamics="120"/></direction>'
    read = read_score(score(part(HEAD + note("C4", 8) + loud + note("C4", 8))))
    assert [n.velocity for n in read.parts[0].notes] == [80, 108]


CHORDS = {
    "<root><root-step>F</root-step><root-alter>1</root-alter></root><kind>half-diminished</kind>"
    "<bass><bass-step>A</bass-step></bass>": "F#m7b5/A",
    "<root><root-step>E</root-step><root-alter>-1</root-alter></root><kind>major</kind>": "Eb",
    "<root><root-step>G</root-step></root><kind>dominant</kind><degree><degree-value>9</degree-value>"
    "<degree-alter>-1</degree-alter><degree-type>add</degree-type></degree>": "G7b9",
    "<root><root-step>C</root-step></root><kind>minor-seventh</kind><bass><bass-step>C</bass-step></bass>": "Cm7",
    "<root><root-step>C</root-step></root><kind>none</kind>": "N",
    "<kind>major</kind>": "N",
}


@pytest.mark.parametrize(("inside", "label"), CHORDS.items(), ids=CHORDS.values())
def test_chord_symbols(inside, label):
    from composer_core.chords import parse_chord

    read = read_score(score(part(HEAD + rest(8) + f"<harmony>{inside}</harmony>" + note("C4", 8))))
    assert read.chords == (Chord(960, label),)
    assert (parse_chord(label) is None) == (label == "N")


def repeat(direction, ending=""):
    location = "left" if direction == "forward" else "right"
    return f'<barline location="{location}">{ending}<repeat direction="{direction}"/></barline>'


def test_repeats_and_endings_are_played_out_on_request():
    first = '<ending number="1" type="start"/>'
    stop = '<ending number="1" type="stop"/>'
    second = '<barline><ending number="2" type="start"/></barline>'
    measures = [
        HEAD + note("C4", 16),
        repeat("forward") + note("D4", 16),
        f"<barline>{first}</barline>" + note("E4", 16) + repeat("backward", stop),
        second + note("F4", 16),
        note("G4", 16),
    ]
    assert [p for _, p, _ in sounds(read_score(score(part(*measures))))] == [60, 62, 64, 65, 67]
    played = read_score(score(part(*measures)), expand_repeats=True)
    assert [p for _, p, _ in sounds(played)] == [60, 62, 64, 62, 65, 67]
    assert played.end == 6 * 1920
    assert played.timing.metres == ((0, Metre()),)


def signs(text):
    """``|:`` begins, ``:|`` ends, digits before a measure's letter are its endings."""
    return [Signs("(" in word, ")" in word, 2, frozenset(int(c) for c in word if c.isdigit())) for word in text.split()]


@pytest.mark.parametrize(
    ("written", "order"),
    [
        ("a b", "01"),
        ("a b)", "0101"),
        ("a (b c) d", "012123"),
        ("(a b) c d)", "01012323"),
        ("(a 1b) 2c d", "01023"),
        ("(a 1b) 2c) d", "01023"),
        ("(a 12b) 3c d", "0101023"),
        ("(a 1b) 2c (d 1e) 2f", "01023435"),
        ("a 1b) c", "0102"),
    ],
)
def test_order_of_play(written, order):
    assert play_order(signs(written)) == [int(at) for at in order]


measure_signs = st.builds(
    Signs, st.booleans(), st.booleans(), st.integers(-5, 50), st.frozensets(st.integers(0, 99), max_size=3)
)


@settings(deadline=None)
@given(st.lists(measure_signs, max_size=30))
def test_any_repeat_signs_come_to_an_end(written):
    order = play_order(written)
    assert len(order) <= 5 * len(written) + 1
    assert all(0 <= at < len(written) for at in order)


def test_missing_measures_and_silent_parts_do_not_matter():
    read = read_score(
        score(part(HEAD + note("C4", 16), note("D4", 16)), part(HEAD, ident="P2"), names=("Flute", "Oboe"))
    )
    assert (len(read.bars), sounds(read, 1)) == (2, [])


# --- strangers' files -------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
WRONG = {
    "empty": b"",
    "text": b"hello",
    "binary": bytes(range(256)) * 10,
    "midi": b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0",
    "html": b"<html><body/></html>",
    "timewise": b"<score-timewise/>",
    "no measures": score(),
    "entities": score(part(HEAD), prolog=BOMB),
    "default attributes": score(part(HEAD), prolog='<!DOCTYPE s [<!ATTLIST note a CDATA "x">]>'),
    "cut": score(part(HEAD + note("C4", 4)))[:-40],
    "unknown encoding": b'<?xml version="1.0" encoding="klingon"?><score-partwise/>',
    "deep": score("<a>" * 40 + "</a>" * 40),
    "crowded element": score(part("<note>" + "<dot/>" * 2000 + "</note>")),
    "music outside": score("<part>" + note("C4", 4) + "</part>"),
    "pitch": score(part(HEAD + note("H4", 4))),
    "octave": score(part(HEAD + note("C44", 4))),
    "infinite": score(part(HEAD + note("C4", "inf"))),
    "not a number": score(part(HEAD + note("C4", "nan"))),
    "negative": score(part(HEAD + note("C4", -4))),
    "endless": score(part(HEAD + note("C4", 10**8))),
    "digits": score(part(HEAD + note("C4", "9" * 6000))),
    "no length": score(part(HEAD + "<note><rest/></note>")),
    "divisions": score(part(HEAD.replace(">4</divisions>", ">0</divisions>"))),
    "tiny divisions": score(part(HEAD.replace(">4</divisions>", ">1e-320</divisions>") + note("C4", 1))),
    "transposed away": score(part(transposed(10**8) + note("C4", 4))),
    "too many measures": score(part(*[""] * (musicxml.MAX_MEASURES + 1))),
    "too much silence": score(*[part(*[""] * 4000, ident=f"Q{n}") for n in range(30)]),
    "too many elements": score("<a/>" * (musicxml_stream.MAX_ELEMENTS + 1)),
    "too many parts": score(*[part(HEAD)] * 1, *[part("", ident=f"Q{n}") for n in range(musicxml.MAX_PARTS)]),
    "empty archive": packed(b"", "readme.txt"),
    "broken archive": packed(score(part(HEAD)))[:60],
    "damaged archive": packed(score(part(HEAD + note("C4", 4) * 50))).replace(b"\x00", b"\x01"),
    "unusual packing": packed(score(part(HEAD)), method=zipfile.ZIP_LZMA),
    "bomb": packed(b" " * (musicxml_stream.MAX_UNPACKED_BYTES + 1)),
}  # fmt: skip


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_a_strangers_file_is_refused_in_one_line(data):
    with pytest.raises(MelodyError) as caught:
        read_score(data)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_too_many_notes(monkeypatch):
    monkeypatch.setattr(musicxml, "MAX_NOTES", 3)
    with pytest.raises(MelodyError, match="more than 3 notes"):
        read_score(score(part(HEAD + note("C4", 4) * 4)))


def test_a_large_file_is_refused_before_it_is_parsed():
    with pytest.raises(MelodyError, match="larger than any"):
        read_score(b"<" * (musicxml_stream.MAX_UNPACKED_BYTES + 1))


SEED = score(
    part(
        HEAD + "<harmony><root><root-step>C</root-step></root><kind>major</kind></harmony>" + note("C4", 8) * 2,
        repeat("forward") + note("D4", 8, '<tie type="start"/>') + "<backup><duration>4</duration></backup>" + rest(4),
        '<sound tempo="90"/>' + note("D4", 16, '<tie type="stop"/>') + repeat("backward"),
    )
)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_gives_music_or_a_clear_error(data):
    changed = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(changed) - 1))
        if data.draw(st.booleans()):
            changed[at] = data.draw(st.sampled_from(b"<>/&;\"'0919-. CGeE\x00\xff"))
        else:
            del changed[at : at + data.draw(st.integers(1, 60))]
    try:
        read = read_score(bytes(changed), expand_repeats=data.draw(st.booleans()))
    except MelodyError as error:
        assert "\n" not in str(error)
    else:
        assert all(0 <= n.pitch <= 127 and n.duration > 0 and n.start >= 0 for p in read.parts for n in p.notes)
        assert read.timing.bar_starts(read.end)[0] == 0


lengths = st.lists(st.integers(1, 20), min_size=1, max_size=20)


@settings(deadline=None)
@given(lengths)
def test_bars_are_where_the_measures_are(sixteenths):
    read = read_score(score(part(*[HEAD + note("C4", length) for length in sixteenths])))
    assert [end - start for start, end in read.bars] == [120 * length for length in sixteenths]
    assert all(a[1] == b[0] for a, b in pairwise(read.bars))
    lines = set(read.timing.bar_starts(read.end))
    measured = {start for start, _ in read.bars}
    joined = {b[0] for a, b in pairwise(read.bars) if b[1] - a[0] == 1920}
    beyond = {start + 1920 for start, end in read.bars if end - start > 1920}  # a long measure holds two bars
    assert lines <= measured | beyond
    assert measured - lines <= joined


@pytest.mark.parametrize("name", ["lead_sheets_openewld", "orchestra_hauptstimme", "string_quartets"])
def test_every_score_of_the_corpora_is_read(name):
    path = DATA / f"{name}.zip"
    if not path.is_file():
        pytest.skip(f"{path} is not there: it is a corpus, not part of the repository")
    with zipfile.ZipFile(path) as archive:
        names = sorted(entry for entry in archive.namelist() if entry.endswith(".mxl"))
        assert len(names) == ARCHIVES[name]
        every = 1 if name.startswith("lead") else 24  # all of them take two minutes
        for entry in names[::every]:
            read = read_score(archive.read(entry), expand_repeats=name.startswith("lead"))
            assert any(part.notes for part in read.parts), entry
