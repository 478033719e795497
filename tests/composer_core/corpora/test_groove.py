"""Groove MIDI: hits as played, the places they mean, and what may be looped."""

import io
import zipfile
from pathlib import Path

import mido
import pytest

from composer_core.corpora.drum_kit import CLOSED_HAT, FLOOR_TOM, KICK, OPEN_HAT, SNARE, fold
from composer_core.corpora.groove import ARCHIVE, BAR_TICKS, drum_performances
from composer_core.errors import ResourceError

DATA = Path("../shared/data")
COLUMNS = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split"


def drum_file(hits):
    """A one-track file like the data set's: hits are (beats, pitch, velocity)."""
    track, last = mido.MidiTrack(), 0
    for beats, pitch, velocity in sorted(hits):
        tick = round(beats * 480)
        track.append(mido.Message("note_on", channel=9, note=pitch, velocity=velocity, time=tick - last))
        last = tick
    file, out = mido.MidiFile(ticks_per_beat=480), io.BytesIO()
    file.tracks.append(track)
    file.save(file=out)
    return out.getvalue()


@pytest.fixture
def performances_of(tmp_path):
    """``performances_of({id: (style, kind, metre, split, hits)}, styles)``: read from an archive of our own."""

    def make(takes, styles=()):
        with zipfile.ZipFile(tmp_path / ARCHIVE, "w") as archive:
            rows = [COLUMNS]
            for name, (style, kind, metre, split, hits) in takes.items():
                rows.append(f"drummer1,s,{name},{style},100,{kind},{metre},{name}.mid,{name}.wav,1.0,{split}")
                archive.writestr(f"groove/{name}.mid", drum_file(hits))
            archive.writestr("groove/info.csv", "\n".join(rows))
        return drum_performances(tmp_path, styles)

    return make


def beat(bars=4, off=0.5):
    return [
        hit
        for at in range(4 * bars)
        for hit in ((at, 36 if at % 2 == 0 else 38, 100), (at, 22, 60), (at + off, 22, 40))
    ]


def test_pads_of_the_electronic_kit_become_general_midi_drums():
    assert [fold(pitch) for pitch in (22, 26, 58, 40, 35)] == [CLOSED_HAT, OPEN_HAT, FLOOR_TOM, SNARE, KICK]


def test_hits_keep_their_feel_and_places_say_what_they_mean(performances_of):
    late = [(at + 0.03, pitch, velocity) for at, pitch, velocity in beat()]
    (take,) = performances_of({"a": ("rock", "beat", "4-4", "train", late)})
    assert (take.split, take.styles, take.is_fill) == ("training", ("rock",), False)
    assert {hit.start % 240 for hit in take.hits} == {round(0.03 * 480)}
    assert {place % 240 for place in take.places} == {0}
    assert {hit.velocity for hit in take.hits} == {100, 60, 40}


def test_swung_hits_mean_even_eighths(performances_of):
    (take,) = performances_of({"a": ("jazz/swing", "beat", "4-4", "test", beat(off=2 / 3))})
    assert take.swing == pytest.approx(2 / 3, abs=0.02)
    assert {place % 480 for place in take.places} == {0, 240}


def test_other_metres_and_other_styles_are_left_out(performances_of):
    takes = {
        "a": ("rock/indie", "beat", "4-4", "train", beat()),
        "b": ("rock", "beat", "3-4", "train", beat()),
        "c": ("jazz", "fill", "4-4", "validation", beat(1)),
    }
    assert [take.name for take in performances_of(takes)] == ["a", "c"]
    assert [take.name for take in performances_of(takes, ["indie"])] == ["a"]


def test_a_bar_is_cut_from_its_own_beginning(performances_of):
    (take,) = performances_of({"a": ("rock", "beat", "4-4", "train", beat())})
    assert take.length_bars == 4
    bar = take.bars(2, 1)
    assert min(note.start for note in bar) == 0
    assert max(note.start for note in bar) < BAR_TICKS
    assert len(bar) == 12


def test_phrases_in_which_the_drummer_pauses_are_not_looped(performances_of):
    silent = [hit for hit in beat(12) if not 18 <= hit[0] < 20]  # the end of the fifth bar
    (take,) = performances_of({"a": ("rock", "beat", "4-4", "train", silent)})
    assert take.phrases == (0, 8)


def test_a_missing_archive_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"groove\.zip"):
        drum_performances(tmp_path)


@pytest.mark.skipif(not (DATA / ARCHIVE).is_file(), reason="the Groove MIDI archive is not here")
def test_country_drummers_play_kick_on_one_and_stay_near_their_places():
    takes = [take for take in drum_performances(DATA, ["country"]) if not take.is_fill]
    assert len(takes) == 2
    for take in takes:
        kicks = [place % BAR_TICKS for place, hit in zip(take.places, take.hits, strict=True) if hit.pitch == KICK]
        assert max(set(kicks), key=kicks.count) == 0
        stray = [abs(hit.start - place) for place, hit in zip(take.places, take.hits, strict=True)]
        assert sum(stray) / len(stray) < 25  # ticks: a twentieth of a beat
