"""A finished training becomes a genre like any other: whole, or not at all."""

import errno
import json
import shutil
import tomllib

import pytest
import torch

from composer_core.checkpoints import load_band
from composer_core.corpora.song_files import read_songs, write_songs
from composer_core.dataset import survey
from composer_core.genres import find_genre, list_genres, read_genre
from composer_core.metrics.repeats import Repeats
from composer_core.metrics.songroll import make_songroll
from composer_core.notation import parse_notes
from composer_core.techniques import Assignment
from composer_core.techniques.band import Band
from composer_core.training import graduation
from composer_core.training.card import write_card
from composer_core.training.custom import Lesson, Training
from composer_core.training.graduation import draft_genre, graduate, named
from composer_core.training_request import TrainRequest
from tests.composer_core.dataset.conftest import band
from tests.fakes.small_training import shrink, tune

CPU = torch.device("cpu")
FILES = {"genre.toml", "weights.safetensors", "CARD.md", "training.json", "repeats.json"}


class Nobody:
    def alive(self):
        pass

    def epoch(self, epoch, record):
        pass

    def sample(self, epoch, composition):
        pass

    def note(self, text):
        pass


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for number in range(4):
        (folder / f"song-{number}.mid").write_bytes(band(number, bars=12, bpm=60))
    return survey(folder)


@pytest.fixture(scope="module")
def trained(found, tmp_path_factory):
    """(lesson, record, report): a small training of the files."""
    folder = tmp_path_factory.mktemp("training")
    request = TrainRequest("my-songs", "path:files", base="none", epochs=1, licence="Mine, CC0")
    genre = draft_genre(found, request.name, "", None, folder)
    with pytest.MonkeyPatch.context() as patch:
        shrink(patch.setattr)
        lesson = Lesson(found.split(0), genre, None, request)
        return lesson, Training(lesson, Nobody(), CPU).run(), found.report()


@pytest.fixture
def home(tmp_path):
    (tmp_path / "genres").mkdir()
    return tmp_path / "genres"


def put(trained, home, name="my-songs", job="job"):
    lesson, record, report = trained
    graduate(named(lesson.genre, name), lesson.songs, record, report, job, home / name)


def test_the_draft_is_what_the_data_are(found, tmp_path):
    genre = draft_genre(found, "my-songs", 'With "quotes"\nand lines', None, tmp_path)
    assert (genre.name, genre.title, genre.tempo_bpm) == ("my-songs", "My songs", 60)
    assert genre.description == 'With "quotes"\nand lines'
    assert [part.role for part in genre.parts] == ["melody", "chords", "bass", "drums"]
    assert not genre.is_choir and genre.feel.swing == 0.5
    assert draft_genre(found, "x", "", None, tmp_path).description.startswith("Learned from 4 pieces of files")


def test_a_draft_plays_as_the_bases_players_do_but_swings_as_the_data(found, tmp_path):
    jazz = find_genre("jazz")
    genre = draft_genre(found, "my-songs", "", jazz, tmp_path)
    assert genre.harmony == jazz.harmony and genre.feel.swing == 0.5 != jazz.feel.swing
    own = ("draft", "temperature", "floor")
    assert genre.band == {key: value for key, value in jazz.band.items() if key not in own}
    assert (tmp_path / "feel.json").is_file() == (jazz.folder / "feel.json").is_file()


def test_a_draft_from_a_choir_plans_as_the_choir_does(found, tmp_path):
    chorale = find_genre("chorale")
    genre = draft_genre(found, "my-songs", "", chorale, tmp_path)
    assert genre.name == "my-songs" and genre.planner.read_bytes() == chorale.planner.read_bytes()


def test_songs_on_disk_are_the_same_songs(found, tmp_path):
    songs = found.split(0)
    write_songs(songs, tmp_path / "songs.json.gz")
    assert read_songs(tmp_path / "songs.json.gz") == songs


def test_a_graduate_is_a_genre_like_any_other(trained, home):
    put(trained, home)
    folder = home / "my-songs"
    assert FILES <= {path.name for path in folder.iterdir()} <= FILES | {"feel.json"}
    assert [path.name for path in home.iterdir()] == ["my-songs"]
    assert [genre.name for genre in list_genres((home,))] == ["my-songs"]
    genre = find_genre("my-songs", (home,))
    _, record, _ = trained
    assert tomllib.loads((folder / "genre.toml").read_text())["band"]["draft"] == record.draft
    assert load_band(genre, CPU).card == "my-songs-0"
    composition = Band(genre).compose(
        [Assignment(parse_notes("C4 D E F | G:4 | A4 G F E | C:4", "t"), 1)], lambda *_: None
    )[0]
    assert [track.name for track in composition.accompaniment] == [part.name for part in genre.parts[1:]]


def test_it_remembers_the_training_pieces_so_that_it_need_not_repeat_them(trained, home):
    put(trained, home)
    lesson, _, _ = trained
    known = Repeats.load(home / "my-songs" / "repeats.json")
    rolls = [make_songroll(song) for song in (*lesson.songs.training, tune(1), *lesson.songs.validation)]
    found = [known.longest(roll, lesson.genre.parts[1:]) for roll in rolls]
    learned = Repeats.learn(rolls[: len(lesson.songs.training)], lesson.genre.parts[1:])
    assert found == [learned.longest(roll, lesson.genre.parts[1:]) for roll in rolls] and min(found[:3]) > 0
    notes = sum(len(notes) for song in lesson.songs.training for notes in song.parts.values())
    assert (home / "my-songs" / "repeats.json").stat().st_size < 8 * notes  # nothing that could be played


def test_the_card_says_what_was_learned_how_and_how_well(trained, home):
    put(trained, home)
    card = (home / "my-songs" / "CARD.md").read_text()
    lesson, record, report = trained
    assert card.startswith("# My songs\n")
    assert f"4 pieces, 3.2 minutes, from {report['name']}; 0 files were refused" in card
    for part in lesson.genre.parts:
        assert f"| {part.name} | {part.role} | {part.program} |" in card
    assert "Licence, as stated by the uploader: Mine, CC0" in card
    assert "from scratch, 1 epoch in" in card and "learning rate 0.0001, 1 critic updates" in card and "seed 0" in card
    assert f"it ended because {record.reason}" in card
    rows = [line for line in card.splitlines() if line.startswith("|")]
    systems = ["before, autoregressive draft", "before, adversarial draft", f"**after, {record.draft} draft**"]
    systems += ["copy of the nearest training piece", "rule: root, pad", "the training pieces themselves"]
    for name in systems:
        assert sum(name in row for row in rows) == 1, name
    assert f"{record.reach:.3f}" in card and f"{record.drafts[record.draft]['similarity']:.3f}" in card
    assert f"{record.drafts[record.draft]['copied']:.0%} of the bars that it composes" in card
    assert all(tag in card for tag in report["tags"])


@pytest.mark.parametrize(("copied", "said"), [(1.0, "That is more than two"), (0.0, "That is no more than two")])
def test_a_genre_that_copies_is_named_as_one_however_good_its_index(trained, copied, said):
    lesson, record, report = trained
    drafts = {name: {**result, "copied": copied, "similarity": 0.0} for name, result in record.drafts.items()}
    kept = record.__class__(**{**vars(record), "drafts": drafts, "shared": 0.4})
    card = write_card(lesson.genre, kept, report)
    assert said in card and f"{copied:.0%} of the bars that it composes" in card


def test_without_a_licence_the_card_warns(trained):
    lesson, record, report = trained
    kept = record.__class__(**{**vars(record), "request": {**record.request, "licence": ""}})
    assert "stated nothing about the rights" in write_card(lesson.genre, kept, report)


def test_a_page_finds_the_curves(trained, home):
    put(trained, home, job="abc")
    told = json.loads((home / "my-songs" / "training.json").read_text())
    _, record, _ = trained
    (epoch,) = record.epochs
    assert told["job"] == "abc" and told["card"] == "my-songs-0"
    assert told["curves"]["pair"] == [{"step": 1, "generator": epoch.generator_loss, "critic": epoch.critic_loss}]
    assert told["curves"]["similarity"][0]["index"] == epoch.similarity


def test_one_of_the_same_name_is_swapped_as_a_whole(trained, home):
    put(trained, home, job="first")
    (home / "my-songs" / "left-over").write_text("of the first")
    put(trained, home, job="second")
    folder = home / "my-songs"
    assert json.loads((folder / "training.json").read_text())["job"] == "second"
    assert not (folder / "left-over").exists() and [path.name for path in home.iterdir()] == ["my-songs"]


@pytest.mark.parametrize("at", ["copy", "card", "swap"])
@pytest.mark.parametrize("replaces", [False, True])
def test_a_full_disk_leaves_what_there_was(trained, home, monkeypatch, at, replaces):
    if replaces:
        put(trained, home, job="first")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    rename = graduation.Path.rename

    def full_at_last(path, target):
        return full() if path.name.endswith(".partial") else rename(path, target)

    if at == "copy":
        monkeypatch.setattr(shutil, "copyfile", full)
    elif at == "card":
        monkeypatch.setattr(graduation, "write_card", full)
    else:
        monkeypatch.setattr(graduation.Path, "rename", full_at_last)
    with pytest.raises(OSError) as caught:
        put(trained, home, job="second")
    monkeypatch.undo()
    assert caught.value.errno == errno.ENOSPC
    assert [path.name for path in home.iterdir()] == ["my-songs"] * replaces
    if replaces:
        assert json.loads((home / "my-songs" / "training.json").read_text())["job"] == "first"
        read_genre(home / "my-songs")


def test_what_a_killed_worker_left_is_in_nobodys_way(trained, home):
    for name in (".my-songs.partial", ".my-songs.old"):
        (home / name).mkdir()
        (home / name / "genre.toml").write_text("half")
    assert list_genres((home,)) == []
    put(trained, home)
    assert [path.name for path in home.iterdir()] == ["my-songs"]
