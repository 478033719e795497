"""Music of our own for datasets: bands, quartets and pianos, as MIDI and MusicXML."""

import io
import random
import zipfile
from types import SimpleNamespace

import mido
import pytest

from composer_core.genres import Genre

SCALE = (0, 2, 4, 5, 7, 9, 11)


def midi(tracks, bpm=120, metres=((0, 4, 4),), ticks=480):
    """A file of tracks (name, channel, program, [(beat, pitch, beats)]); metres are (beat, numerator, denominator)."""
    file, head = mido.MidiFile(ticks_per_beat=ticks), mido.MidiTrack()
    head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    last = 0
    for beat, above, below in metres:
        wait = (beat - last) * ticks
        head.append(mido.MetaMessage("time_signature", numerator=above, denominator=below, time=wait))
        last = beat
    file.tracks.append(head)
    for name, channel, program, notes in tracks:
        events = [(round(at * ticks), 1, pitch) for at, pitch, _ in notes]
        events += [(round((at + beats) * ticks), 0, pitch) for at, pitch, beats in notes]
        track, last = mido.MidiTrack([mido.MetaMessage("track_name", name=name)]), 0
        track.append(mido.Message("program_change", channel=channel, program=program))
        for tick, on, pitch in sorted(events):
            kind = "note_on" if on else "note_off"
            track.append(mido.Message(kind, channel=channel, note=pitch, velocity=80, time=tick - last))
            last = tick
        file.tracks.append(track)
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def tune(seed, bars=48, up=72, beats=4):
    """A line of quarters and eighths that moves by steps, another for every seed."""
    rng, degree, notes = random.Random(seed), 0, []
    for beat in range(bars * beats):
        for part in (0, 0.5) if rng.random() < 0.4 else (0,):
            degree = max(min(degree + rng.choice((-2, -1, -1, 1, 1, 2)), 7), -5)
            length = 0.5 if part or rng.random() < 0.5 else 0.9
            notes.append((beat + part, up + 12 * (degree // 7) + SCALE[degree % 7], min(length, 0.5)))
    return notes


def roots(seed, bars):
    return [random.Random(f"{seed}/{bar // 2}").choice((0, 5, 7, 9)) for bar in range(bars)]


def comping(seed, bars=48, up=48, beats=4):
    return [
        (bar * beats + at, up + root + step, 1.5)
        for bar, root in enumerate(roots(seed, bars))
        for at in (0, 2)
        for step in (0, 4, 7)
    ]


def bass(seed, bars=48, up=36, beats=4):
    return [(bar * beats + at, up + root, 0.9) for bar, root in enumerate(roots(seed, bars)) for at in range(beats)]


def drums(seed, bars=48, beats=4):
    return [(at, 38 if at % 2 else 36, 0.2) for at in range(bars * beats)]


def band(seed, *, up=0, swing=0.5, lead="Flute", bars=48, bpm=120):
    """Flute, piano, bass and drums; ``swing`` is the place of the off-beats."""

    def late(notes):
        return [(int(at) + (swing if at % 1 else 0), pitch, beats) for at, pitch, beats in notes]

    return midi(
        [
            (lead, 0, 73, late(tune(seed, bars, 72 + up))),
            ("Piano", 1, 0, comping(seed, bars, 48 + up)),
            ("Bass", 2, 33, bass(seed, bars, 36 + up)),
            ("Drums", 9, 0, drums(seed, bars)),
        ],
        bpm=bpm,
    )


def measure(notes, divisions=2):
    """A MusicXML measure of (step, octave, length, staff, is_chord); lengths in divisions."""
    text, staff = "", 1
    for step, octave, length, on, chord in notes:
        if on != staff:
            text += f"<backup><duration>{4 * divisions}</duration></backup>"
            staff = on
        mark = "<chord/>" if chord else ""
        text += (
            f"<note>{mark}<pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>{length}</duration>"
            f"<voice>{on}</voice><staff>{on}</staff></note>"
        )
    return text


def score(parts, divisions=2, fifths=0):
    """A MusicXML score of parts (name, [measures]) with so many sharps."""
    time = "<time><beats>4</beats><beat-type>4</beat-type></time>"
    key = f"<key><fifths>{fifths}</fifths></key>"
    head = f"<attributes><divisions>{divisions}</divisions>{key}{time}</attributes>"
    listed = "".join(
        f'<score-part id="P{n}"><part-name>{name}</part-name></score-part>' for n, (name, _) in enumerate(parts)
    )
    bodies = "".join(
        f'<part id="P{n}">'
        + "".join(f'<measure number="{m}">{"" if m else head}{text}</measure>' for m, text in enumerate(measures))
        + "</part>"
        for n, (_, measures) in enumerate(parts)
    )
    return f'<score-partwise version="4.0"><part-list>{listed}</part-list>{bodies}</score-partwise>'.encode()


def line(seed, octave, bars=32):
    """Measures of quarters that move by steps."""
    rng, at, measures = random.Random(seed), 0, []
    for _ in range(bars):
        notes = []
        for _ in range(4):
            at = max(min(at + rng.choice((-1, 1, 2, -2)), 6), 0)
            notes.append(("CDEFGAB"[at], octave, 2, 1, False))
        measures.append(measure(notes))
    return measures


def quartet(seed):
    parts = (("Violin I", 5), ("Violin II", 4), ("Viola", 4), ("Violoncello", 2))
    return score([(name, line(f"{seed}{name}", octave)) for name, octave in parts])


def song(seed, bars=32):
    """A voice above a piano's two staves."""
    piano = []
    for bar in range(bars):
        root = "CFGA"[random.Random(f"{seed}{bar}").randrange(4)]
        high = [(root, 4, 4, 1, False), ("E", 4, 4, 1, True), ("G", 4, 4, 1, True)] * 2
        piano.append(measure([*high, (root, 3, 4, 2, False), (root, 2, 4, 2, False)]))
    return score([("Singstimme", line(f"{seed}voice", 5, bars)), ("Pianoforte", piano)])


@pytest.fixture(scope="session")
def music():
    """The makers of this file: ``music.band(seed)``, ``music.quartet(seed)``, ``music.midi(tracks)``, ..."""
    makers = (midi, tune, comping, bass, drums, band, score, line, measure, quartet, song)
    return SimpleNamespace(**{maker.__name__: maker for maker in makers})


@pytest.fixture
def bands():
    """``bands(5)``: files of five different bands."""
    return lambda count, **wishes: {f"song-{n}.mid": band(n, **wishes) for n in range(count)}


@pytest.fixture
def pack(tmp_path):
    """``pack({name: bytes})``: a zip of those files, packed."""

    def make(files, name="set.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for inner, data in files.items():
                archive.writestr(inner, data)
        return path

    return make


@pytest.fixture
def a_genre(tmp_path):
    """``a_genre(survey)``: the genre that a survey's pieces make."""

    def make(found):
        return Genre(
            "ours", "Ours", "", "accompany", found.tempo_bpm, found.parts, tmp_path, found.metres, feel=found.feel
        )

    return make
