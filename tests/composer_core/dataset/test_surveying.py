"""A whole dataset: what is found, what is refused, the verdict in its words, the split."""

import json
import re
from pathlib import Path

import pytest

from composer_core.dataset import report_markdown, report_text, survey, surveying
from composer_core.errors import Cancelled, UserError
from composer_core.scores import learn_chairs, make_score

HERE = Path("no-such-folder")


def reasons(found):
    return {file.name: file.reason for file in found.refused}


def test_bands_become_songs_of_one_ensemble(pack, bands):
    found = survey(pack(bands(6)), data=HERE)
    assert [(part.name, part.role) for part in found.parts] == [
        ("Melody", "melody"), ("Piano", "chords"), ("Bass", "bass"), ("Drums", "drums"),
    ]  # fmt: skip
    assert [item.name for item in found.items] == [f"song-{n}.mid" for n in range(6)]
    for item in found.items:
        assert set(item.song.parts) == {"Piano", "Bass", "Drums"}
        assert item.song.is_human and item.song.chords and item.melody_track == "Flute"
        assert item.minutes == pytest.approx(48 * 4 / 120, abs=0.05)
    assert (found.tempo_bpm, found.metres, found.feel.swing) == (120.0, ("4/4",), 0.5)
    assert (found.usable, found.verdict) == (True, "Enough to try: 6 pieces, 10 minutes, 3 parts to learn.")
    assert found.advice == ("With fewer than 10 pieces it learns those by heart: add more of the same style.",)


def test_the_songs_are_what_a_trainer_reads(pack, bands, a_genre):
    found = survey(pack(bands(4)), data=HERE)
    songs = [item.song for item in found.items]
    chairs = learn_chairs(songs, a_genre(found))
    score = make_score(songs[0], chairs)
    assert score.plays.all() and score.symbols.shape == (3, len(score))


def test_swung_files_are_straightened_and_remembered(pack, bands):
    found = survey(pack(bands(3, swing=2 / 3)), data=HERE)
    assert found.swing == pytest.approx(2 / 3, abs=0.02) and found.swung_share == 1
    assert found.feel.swing == pytest.approx(2 / 3, abs=0.02)
    assert {note.start % 240 for note in found.items[0].song.melody} == {0}


def test_a_folder_of_scores(tmp_path, music):
    for number in range(4):
        (tmp_path / f"quartet-{number}.musicxml").write_bytes(music.quartet(number))
    found = survey(tmp_path, data=HERE)
    assert [part.name for part in found.parts] == ["Melody", "Second violin", "Viola", "Cello"]
    assert [part.role for part in found.parts[1:]] == ["line", "line", "bass"]
    assert len(found.items) == 4


def test_songs_for_voice_and_piano(pack, music):
    found = survey(pack({f"{number}.xml": music.song(number) for number in range(4)}), data=HERE)
    assert [(part.name, part.role) for part in found.parts[1:]] == [
        ("Piano right hand", "chords"), ("Piano left hand", "bass"),
    ]  # fmt: skip


def test_the_split_is_by_piece_and_the_same_again(pack, bands):
    found = survey(pack(bands(10, bars=150)), data=HERE)
    songs = found.split(seed=3)
    held, trained = ({song.work for song in side} for side in (songs.validation, songs.training))
    assert (len(held), len(trained), songs.test) == (2, 8, ())
    assert not held & trained
    assert len(songs.training) > len(trained)  # long pieces are cut into excerpts
    assert songs == found.split(seed=3)
    assert len({frozenset(song.work for song in found.split(seed).validation) for seed in range(3)}) > 1


@pytest.mark.parametrize(("files", "held"), [(3, 1), (5, 1), (6, 2)])
def test_small_sets_keep_something_for_validation(pack, bands, files, held):
    songs = survey(pack(bands(files)), data=HERE).split(seed=1)
    assert (len(songs.training), len(songs.validation)) == (files - held, held)


def test_each_file_that_is_refused_has_its_reason(pack, bands, music):
    files = bands(3) | {
        "broken.mid": b"MThd",
        "text.xml": b"<html></html>",
        "bomb.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><score-partwise>&a;</score-partwise>',
        "drums.mid": music.midi([("Drums", 9, 0, music.drums(1))]),
        "bass.mid": music.midi([("Bass", 0, 33, music.bass(1)), ("Drums", 9, 0, music.drums(1))]),
        "tune.mid": music.midi([("Flute", 0, 73, music.tune(1))]),
        "empty.mid": music.midi([]),
        "free.mid": music.midi(
            [("Piano", 0, 0, [(at * 0.731 + at % 7 * 0.093, 60 + at % 9, 0.4) for at in range(900)])]
        ),
        "deep/inner.zip": b"PK",
    }
    found = survey(pack(files), data=HERE)
    assert reasons(found) == {
        "broken.mid": "This is not a MIDI file.",
        "text.xml": "This is no MusicXML score of parts (score-partwise).",
        "bomb.xml": "The MusicXML file declares entities of its own.",
        "drums.mid": "It holds only drums.",
        "bass.mid": "No track of it looks like a melody: it has Bass.",
        "tune.mid": "It holds a melody only: there is no accompaniment to learn.",
        "empty.mid": "The file holds no notes that end.",
        "free.mid": "Its notes follow no beat (it was played freely, not to a click).",
        "deep/inner.zip": "It is an archive inside the dataset: unpack it and add its files.",
    }
    assert "No melody found in bass.mid: name its track with --melody, or leave it out." in found.advice
    assert len(found.items) == 3


VERDICTS = {
    "one file": (1, {}, "Too few: 1 usable file, at least 3 are needed: add pieces of the same style."),
    "two files": (2, {}, "Too few: 2 usable files, at least 3 are needed: add pieces of the same style."),
    "short": (3, {"bars": 8}, "Too short: 0.8 minutes of music, at least 3 are needed: add pieces."),
    "good": (10, {"bpm": 60}, "Good to train on: 10 pieces, 32 minutes, 3 parts to learn."),
}


@pytest.mark.parametrize(("count", "wishes", "verdict"), VERDICTS.values(), ids=VERDICTS)
def test_the_verdict(pack, bands, count, wishes, verdict):
    found = survey(pack(bands(count, **wishes)), data=HERE)
    assert (found.verdict, found.usable) == (verdict, count >= 3 and not verdict.startswith("Too"))


def test_the_verdict_where_nothing_is_left(pack, music):
    def verdict(*files):
        found = survey(pack({f"{number}.mid": data for number, data in enumerate(files)}), data=HERE)
        assert not found.usable and found.parts[0].name == "Melody" and not found.items
        assert report_text(found.report()) and report_markdown(found.report())
        return found.verdict

    drums = music.midi([("Drums", 9, 0, music.drums(1))])
    bass = music.midi([("Bass", 0, 33, music.bass(1))])
    tune = music.midi([("Flute", 0, 73, music.tune(1))])
    remedy = "a genre needs a melody and pitched parts: send whole arrangements."
    assert verdict(drums, drums) == f"Drums only in 0.mid, 1.mid: {remedy}"
    lead = "name its track with --melody, or send pieces with a lead track."
    assert verdict(*[bass] * 5) == f"No melody found in 0.mid, 1.mid, 2.mid and 2 more: {lead}"
    assert verdict(tune) == "Melodies only in 0.mid: send pieces with their accompaniment."
    assert verdict(b"?") == "Nothing readable in 0.mid: send MIDI or MusicXML files that other programs open."


def test_pieces_that_are_too_alike_are_told(pack, music):
    same = [("Piano", 1, 0, music.comping(1)), ("Bass", 2, 33, music.bass(1))]
    tunes = {n: [*music.tune(1, 40), *[(160 + at, 70 + n * at % 12, 0.9) for at in range(32)]] for n in range(1, 5)}
    files = {f"{n}.mid": music.midi([("Flute", 0, 73, notes), *same]) for n, notes in tunes.items()}
    found = survey(pack(files), data=HERE)
    assert found.usable and not found.duplicates
    assert re.fullmatch(
        r"Too alike to learn much: 8\d% of the bars stand in several pieces \(4 pieces, 6 minutes, 2 parts to learn\): "
        r"add pieces that differ\.",
        found.verdict,
    )


def test_duplicates_in_another_key_or_tempo_are_dropped_and_named(pack, music):
    files = {"a.mid": music.band(1), "b.mid": music.band(2), "c.mid": music.band(3)}
    files |= {"d.mid": music.band(1, up=5), "e.mid": music.band(2, bpm=90), "f.mid": music.band(3, lead="Oboe")}
    found = survey(pack(files), data=HERE)
    assert [(pair.name, pair.of) for pair in found.duplicates] == [
        ("d.mid", "a.mid"), ("e.mid", "b.mid"), ("f.mid", "c.mid"),
    ]  # fmt: skip
    assert "3 duplicates were left out." in found.advice


def test_the_melody_can_be_named(pack, bands):
    found = survey(
        pack(bands(3) | {"other.mid": bands(1, lead="Zither", bars=30)["song-0.mid"]}), data=HERE, melody="flute"
    )
    assert reasons(found) == {"other.mid": "It has no track 'flute': its tracks are Zither, Piano, Bass."}
    assert {item.melody_track for item in found.items} == {"Flute"}


def test_all_notes_together_are_bounded(pack, bands, monkeypatch):
    monkeypatch.setattr(surveying, "MAX_NOTES", 3000)
    with pytest.raises(UserError, match=r"^set.zip holds more than 3,000 notes: send a part of it.$"):
        survey(pack(bands(6)), data=HERE)


def test_progress_is_told_and_may_cancel(pack, bands):
    told = []
    survey(pack(bands(3)), data=HERE, progress=lambda done, total, name: told.append((done, total, name)))
    assert told == [(0, 3, "song-0.mid"), (1, 3, "song-1.mid"), (2, 3, "song-2.mid"), (3, 3, "")]

    def cancel(done, total, name):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        survey(pack(bands(3)), data=HERE, progress=cancel)


def test_a_file_that_breaks_the_reader_leaves_the_others(pack, bands, monkeypatch):
    read = surveying.read_file

    def fragile(data, name, *rest, **more):
        if name == "song-1.mid":
            raise RecursionError
        return read(data, name, *rest, **more)

    monkeypatch.setattr(surveying, "read_file", fragile)
    found = survey(pack(bands(3)), data=HERE)
    assert reasons(found) == {"song-1.mid": "It could not be read: export it again."}


def test_the_report_is_plain_data_and_its_texts_fit(pack, bands, music):
    files = (
        bands(4) | {f"bad-*{n}*-@all.mid": b"" for n in range(60)} | {"tags.csv": b"file,mood,# big\nsong-0,calm,C#\n"}
    )
    report = survey(pack(files), data=HERE).report()
    assert json.loads(json.dumps(report)) == report
    assert report["counts"] == {"files": 64, "accepted": 4, "refused": 60, "duplicates": 0, "ignored": 0}
    assert report["tags"]["mood"] == {"calm": 1}
    assert [part["pieces"] for part in report["parts"]] == [4, 4, 4, 4]
    text = report_text(report, width=60)
    assert max(map(len, text.split("\n"))) <= 60 and "and 48 more" in text
    assert report["files"][0]["tracks"] == [
        {"name": "Bass", "role": "bass"}, {"name": "Piano", "role": "chords"}, {"name": "Drums", "role": "drums"},
    ]  # fmt: skip
    message = report_markdown(report)
    assert len(message) <= 1800 and "@all" not in message and "*0*" not in message
    assert message.startswith("**Enough to try: 4 pieces")
    assert "\nbig: C# (1)\n" in message


def test_what_is_no_corpus_here(tmp_path):
    with pytest.raises(UserError) as error:
        survey("walzes", data=tmp_path)
    assert str(error.value) == "There is no file, folder or corpus 'walzes': the corpora here are none."
    (tmp_path / "freedoom.zip").write_bytes(b"")
    with pytest.raises(UserError) as error:
        survey("lieder:Schubert", data=tmp_path)
    assert str(error.value) == "The corpus lieder is not installed: the corpora here are freedoom."
