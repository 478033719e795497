import io
import subprocess
import sys

import mido
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from composer_core import midi, midi_parser
from composer_core.errors import MelodyError
from composer_core.melody import fit
from composer_core.midi import read_melody, write_composition
from composer_core.music import Chord, Composition, Key, Melody, Metre, Note, Timing, Track

SCALE = tuple(Note(480 * i, pitch, 480) for i, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72)))
LOW = tuple(Note(960 * i, pitch, 960) for i, pitch in enumerate((36, 43, 36, 43)))
TRIADS = tuple(Note(960 * i, pitch, 960) for i in range(4) for pitch in (52, 55, 59))


def parse_here(data: bytes, timeout_s: float) -> list[tuple[Note, ...]]:
    return [tuple(Note(*note) for note in notes) for notes in midi_parser.parse(data)]


@pytest.fixture
def in_process(monkeypatch):
    """Skip the start of a process."""
    monkeypatch.setattr(midi, "parse_apart", parse_here)


def composed(melody: Melody, *others: Track, **settings) -> Composition:
    lead = Track("Soprano", 52, melody.notes)
    return Composition("piece", melody.timing, settings.pop("key", Key(0)), (lead, *others), **settings)


def midi_file(*tracks, conductor=(), ticks_per_beat=480) -> bytes:
    """A file of tracks (name, program, channel, notes) after the conductor's (tick, message)."""
    file = mido.MidiFile(ticks_per_beat=ticks_per_beat)
    file.tracks.append(in_order(conductor))
    for name, program, channel, notes in tracks:
        events = [(0, mido.MetaMessage("track_name", name=name))]
        events.append((0, mido.Message("program_change", program=program, channel=channel)))
        for n in notes:
            events.append((n.start, mido.Message("note_on", note=n.pitch, velocity=n.velocity, channel=channel)))
            events.append((n.end, mido.Message("note_off", note=n.pitch, channel=channel)))
        file.tracks.append(in_order(events))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def in_order(events) -> mido.MidiTrack:
    track, last = mido.MidiTrack(), 0
    for tick, message in sorted(events, key=lambda event: (event[0], event[1].type != "note_off")):
        track.append(message.copy(time=tick - last))
        last = tick
    return track


def metre(numerator, denominator):
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)


def alone(notes, **settings) -> bytes:
    return midi_file(("Tune", 0, 0, notes), **settings)


# --- the process that parses


def test_read_through_the_process(tmp_path, monkeypatch):
    for library in ("pretty_midi", "mido", "json", "numpy"):  # a working directory full of traps
        (tmp_path / f"{library}.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    melody = read_melody(alone(SCALE), "scale")
    assert melody.notes == SCALE
    assert melody.name == "scale"


@pytest.mark.parametrize(
    "script",
    [
        "raise RuntimeError('secret')",
        "import os; os.abort()",
        "import time; time.sleep(60)",
        "print('no JSON')",
        "print('{\"a\": 1}')",
        "print('[[[1]]]')",
        "print('[[[1, 2')",
    ],
)
def test_whatever_happens_to_the_process_is_a_melody_error(script, tmp_path, monkeypatch):
    parser = tmp_path / "parser.py"
    parser.write_text(script)
    monkeypatch.setattr(midi, "_PARSER", parser)
    monkeypatch.setattr(midi, "PARSE_TIMEOUT_S", 0.5)
    with pytest.raises(MelodyError, match="could not be read") as refusal:
        read_melody(alone(SCALE))
    assert "secret" not in str(refusal.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces a limit on address space")
def test_the_process_cannot_take_all_memory():
    greedy = "import runpy; runpy.run_path(PATH)['_limit_resources'](); bytearray(3 * 1024**3)".replace(
        "PATH", repr(midi_parser.__file__)
    )
    run = subprocess.run([sys.executable, "-c", greedy], capture_output=True, check=False)
    assert b"MemoryError" in run.stderr


def test_reading_and_writing_never_import_torch_or_numpy():
    names = ("midi", "notation", "melody", "demo")
    code = "".join(f"import composer_core.{name}\n" for name in names)
    code += "import sys; print(sorted({'torch', 'numpy', 'scipy', 'pretty_midi'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "[]"


# --- which track is the melody


@pytest.mark.parametrize(
    ("tracks", "taken"),
    [
        ([("Bass", 33, 1, LOW), ("Strings", 48, 2, TRIADS), ("Flute", 73, 3, SCALE)], "track 3, 'Flute'"),
        ([("", 0, 0, SCALE), ("", 0, 0, LOW)], "track 1"),
        ([("", 0, 0, LOW), ("", 0, 0, SCALE)], "track 2"),
        ([("Flute", 73, 0, SCALE), ("MELODY", 0, 1, LOW)], "track 2, 'MELODY'"),
        ([("Lead Voice", 0, 0, LOW), ("Flute", 73, 1, SCALE)], "track 1, 'Lead Voice'"),
        ([("Lead", 0, 0, SCALE), ("Main melody", 0, 1, LOW)], "track 2, 'Main melody'"),
        ([("Melody: Bass choir", 0, 0, LOW), ("Flute", 73, 1, SCALE)], "track 1, 'Melody: Bass choir'"),
        ([("Backing vocals", 0, 0, LOW), ("Flute", 73, 1, SCALE)], "track 2, 'Flute'"),
        ([("Drums", 0, 9, SCALE), ("Oboe", 68, 1, LOW)], "track 1, 'Oboe'"),
        ([("Gong", 119, 0, SCALE), ("Oboe", 68, 1, LOW)], "track 2, 'Oboe'"),
        ([("Once", 0, 0, SCALE[-1:]), ("Oboe", 68, 1, LOW)], "track 2, 'Oboe'"),
    ],
)
def test_melody_is_found_and_named(tracks, taken, in_process):
    melody = read_melody(midi_file(*tracks))
    assert melody.track == taken
    is_choice = sum(channel != 9 for _, _, channel, _ in tracks) > 1
    assert any(f"{taken} was taken" in notice for notice in melody.notices) == is_choice


def test_channels_of_one_track_are_parts_of_their_own(in_process):
    both = mido.MidiFile(file=io.BytesIO(midi_file(("", 33, 0, LOW), ("", 73, 1, SCALE))))
    both = mido.MidiFile(type=0, ticks_per_beat=480, tracks=[mido.merge_tracks(both.tracks)])
    stream = io.BytesIO()
    both.save(file=stream)
    melody = read_melody(stream.getvalue())
    assert (melody.notes, melody.program) == (SCALE, 73)


@pytest.mark.parametrize("wanted", ["1", "bass", " Bass "])
def test_a_track_can_be_asked_for(wanted, in_process):
    data = midi_file(("Bass", 33, 1, LOW), ("Flute", 73, 3, SCALE))
    assert read_melody(data, track=wanted).notes == LOW


def test_asking_for_a_missing_track_lists_those_there(in_process):
    with pytest.raises(MelodyError, match="track 1, 'Bass'; track 2, 'Flute'"):
        read_melody(midi_file(("Bass", 33, 1, LOW), ("Flute", 73, 3, SCALE)), track="3")


def test_program_change_in_the_middle_does_not_split_the_melody(in_process):
    file = mido.MidiFile(file=io.BytesIO(alone(SCALE)))
    file.tracks[1].insert(8, mido.Message("program_change", program=40))
    stream = io.BytesIO()
    file.save(file=stream)
    assert read_melody(stream.getvalue()).notes == SCALE


# --- one note at a time


def test_top_line_of_chords_is_taken_and_said(in_process):
    chords = tuple(Note(n.start, n.pitch - below, n.duration) for n in SCALE for below in (0, 4, 7))
    melody = read_melody(alone(chords))
    assert melody.notes == SCALE
    assert "Track 1, 'Tune' plays several notes at once: its top line was taken." in melody.notices


def test_a_bass_that_enters_under_a_held_note_does_not_cut_it(in_process):
    held = (Note(0, 72, 1920), Note(960, 40, 1920), Note(1920, 74, 1920))
    assert read_melody(alone(held)).notes == (held[0], held[2])


def test_legato_overlaps_are_cut_silently(in_process):
    legato = tuple(Note(n.start, n.pitch, n.duration + 30) for n in SCALE[::-1])
    legato = tuple(Note(480 * i, n.pitch, n.duration) for i, n in enumerate(legato))
    melody = read_melody(alone(legato))
    assert [n.duration for n in melody.notes] == [480] * 7 + [510]
    assert not any("top line" in notice for notice in melody.notices)


def test_repeated_and_overlapping_notes_of_one_pitch_stay_apart(in_process):
    repeated = (Note(0, 60, 480), Note(480, 60, 480), Note(960, 60, 480))
    assert read_melody(alone(repeated)).notes == repeated


# --- time


def test_tempo_map_is_kept_to_the_microsecond(in_process):
    tempos = [(0, 434_783), (700, 1), (701, 600_001), (1500, 0xFFFFFF)]
    conductor = [(tick, mido.MetaMessage("set_tempo", tempo=tempo)) for tick, tempo in tempos]
    melody = read_melody(alone(SCALE, conductor=conductor))
    assert [(tick, round(60e6 / bpm)) for tick, bpm in melody.timing.tempos] == tempos
    assert melody.notes == SCALE


def test_without_a_tempo_it_is_midis_own(in_process):
    assert read_melody(alone(SCALE)).timing.tempos == ((0, 120.0),)


@pytest.mark.parametrize("above, below", [(4, 4), (3, 4), (2, 4), (6, 8), (5, 8), (7, 4)])
def test_metre_is_kept(above, below, in_process):
    melody = read_melody(alone(SCALE, conductor=[(0, metre(above, below))]))
    assert melody.timing.metres == ((0, Metre(above, below)),)
    assert melody.timing.pickup_ticks == 0
    assert melody.notices == ()


@pytest.mark.parametrize(
    ("signatures", "pickup", "metres"),
    [
        ([(0, 1, 4), (480, 4, 4)], 480, ((0, Metre(4, 4)),)),
        ([(0, 4, 4), (480, 4, 4)], 480, ((0, Metre(4, 4)),)),
        ([(0, 1, 8), (240, 6, 8), (1680, 3, 4)], 240, ((0, Metre(6, 8)), (1680, Metre(3, 4)))),
        ([(0, 1, 4), (960, 4, 4)], 0, ((0, Metre(1, 4)), (960, Metre(4, 4)))),
        ([(0, 4, 4), (1920, 3, 4)], 0, ((0, Metre(4, 4)), (1920, Metre(3, 4)))),
        ([(0, 4, 4), (1920, 4, 4)], 0, ((0, Metre(4, 4)),)),
        ([(3, 3, 4)], 0, ((0, Metre(3, 4)),)),
    ],
)
def test_pickup_is_a_first_bar_shorter_than_the_metre(signatures, pickup, metres, in_process):
    melody = read_melody(alone(SCALE, conductor=[(tick, metre(a, b)) for tick, a, b in signatures]))
    assert (melody.timing.pickup_ticks, melody.timing.metres) == (pickup, metres)
    assert melody.notes == SCALE


@pytest.mark.parametrize(
    ("wait", "kept"),
    [(0, 0), (480, 480), (1920, 1920), (1920 + 1440, 1920 + 1440), (2 * 1920, 0), (8 * 1920 + 1440, 1440)],
)
def test_only_long_silence_is_left_out_in_whole_bars(wait, kept, in_process):
    late = tuple(Note(n.start + wait, n.pitch, n.duration) for n in SCALE)
    melody = read_melody(alone(late))
    assert melody.notes[0].start == kept
    assert any("silent" in notice for notice in melody.notices) == (wait != kept)


def test_fifteen_minutes_are_the_limit_for_what_is_asked_of_a_melody_not_for_its_file(in_process):
    minute = 120 * 480  # at the default tempo
    notes = tuple(Note(minute // 4 * i, 60, minute // 4) for i in range(15 * 4 + 1))
    assert fit(read_melody(alone(notes[:-1]))).end_s == 900
    melody = read_melody(alone(notes))
    with pytest.raises(MelodyError, match=r"15\.2 minutes"):
        fit(melody)
    assert fit(melody, length_bars=16).end_s == 32 and fit(melody, tempo_bpm=300).end_s == pytest.approx(366)


# --- writing


MIDI_TEMPOS = st.one_of(st.sampled_from([500_000, 434_783]), st.integers(200_000, 3_000_000))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_what_is_written_reads_back_note_for_note(melodies, data):
    melody = data.draw(melodies(tempos=MIDI_TEMPOS))
    assume(0.05 <= melody.end_s <= 900)
    above = tuple(Note(n.start, min(n.pitch + 12, 127), n.duration) for n in melody.notes)
    composition = composed(melody, Track("Flute", 73, above), Track("Kit", 0, above, is_drum=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(midi, "parse_apart", parse_here)
        again = read_melody(write_composition(composition))
    assert again.notes == melody.notes
    assert again.timing == melody.timing


def test_pickup_of_a_triplet_survives():
    timing = Timing(pickup_ticks=160)
    melody = Melody((Note(0, 60, 160), Note(160, 62, 480)), timing)
    assert read_melody(write_composition(composed(melody))).timing.pickup_ticks == 160


def test_the_same_composition_gives_the_same_bytes():
    composition = composed(Melody(SCALE), Track("Alto", 52, LOW), chords=(Chord(0, "C"), Chord(960, "G/B")))
    data = write_composition(composition)
    assert data == write_composition(composition)
    assert data.startswith(b"MThd\x00\x00\x00\x06\x00\x01\x00\x03\x01\xe0MTrk")


def written(composition: Composition) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(write_composition(composition)), charset="utf-8")


def events(track: mido.MidiTrack) -> list[tuple[int, mido.Message]]:
    at, found = 0, []
    for message in track:
        at += message.time
        found.append((at, message.copy(time=0)))
    return found


def test_conductor_has_key_metre_tempo_and_chords():
    timing = Timing(tempos=((0, 90.0), (960, 60.0)), metres=((0, Metre(3, 4)),), pickup_ticks=480)
    composition = composed(Melody(SCALE, timing), key=Key(9, False), chords=(Chord(0, "Am"), Chord(1920, "F♯m7")))
    meta = mido.MetaMessage
    found = events(written(composition).tracks[0])
    for expected in [
        (0, meta("track_name", name="piece")),
        (0, meta("key_signature", key="Am")),
        (0, meta("time_signature", numerator=1, denominator=4)),
        (480, meta("time_signature", numerator=3, denominator=4)),
        (0, meta("set_tempo", tempo=666_667)),
        (960, meta("set_tempo", tempo=1_000_000)),
        (0, meta("marker", text="Am")),
        (1920, meta("marker", text="F♯m7")),
    ]:
        assert expected in found


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize("is_major", [True, False])
def test_every_key_has_a_signature(tonic, is_major):
    assert written(composed(Melody(SCALE), key=Key(tonic, is_major)))


def test_tracks_have_names_programs_channels_and_places_in_the_mix():
    left = Track("Alto", 49, LOW, pan=-1.0, level_db=-12.0, reverb_send=1.0)
    right = Track("Kit", 0, LOW, is_drum=True, pan=1.0, level_db=60.0, reverb_send=0.0)
    tracks = written(composed(Melody(SCALE), left, right)).tracks[1:]
    assert [track.name for track in tracks] == ["Melody: Soprano", "Alto", "Kit"]
    programs = [m for track in tracks for m in track if m.type == "program_change"]
    assert [(m.channel, m.program) for m in programs] == [(0, 52), (1, 49), (9, 0)]
    controls = [{m.control: m.value for m in track if m.type == "control_change"} for track in tracks]
    assert controls == [{7: 100, 10: 64, 91: 25}, {7: 50, 10: 1, 91: 127}, {7: 127, 10: 127, 91: 0}]


def test_many_tracks_go_to_further_ports():
    others = [Track(f"Part {i}", 0, LOW) for i in range(2, 41)]
    tracks = written(composed(Melody(SCALE), *others)).tracks[1:]
    places = [
        (
            next((m.port for m in track if m.type == "midi_port"), 0),
            next(m.channel for m in track if m.type == "program_change"),
        )
        for track in tracks
    ]
    assert len(set(places)) == 40
    assert all(channel != 9 for _, channel in places)
