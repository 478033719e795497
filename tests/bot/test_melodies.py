"""What a command-line argument names: a file or notes."""

import os

import pytest

from bot.melodies import melody_from
from composer_core.demo import DEMO_NAME, DEMO_NOTES
from composer_core.errors import MelodyError, NotationError
from composer_core.notation import parse_notes

SAMPLE = "bot/samples/ode-to-joy.mid"


def test_the_bundled_midi_file_is_the_demo_tune(request):
    melody, typed = melody_from(str(request.config.rootpath / SAMPLE))
    tune = parse_notes(DEMO_NOTES, DEMO_NAME)
    assert not typed and (melody.name, melody.notes, melody.timing) == (tune.name, tune.notes, tune.timing)


@pytest.mark.parametrize("text", ["C4 D E:2", "F#4:1/2 Bb3:1.5", "C4", "G4:1/3 A:1/3 B:1/3", "3/4 C4 D E | F:3", "C4."])
def test_notes_are_notes(text):
    melody, typed = melody_from(text)
    assert typed and melody.notes


@pytest.mark.parametrize(
    "text",
    ["tune.mid", "no/such/tune.midi", "/no/such", "./tune", "../tune", "~/nowhere-at-all", "my tune.mid"],
)
def test_what_looks_like_a_path_but_is_not_there_is_said_to_be_missing(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MelodyError, match="no file"):
        melody_from(text)


def test_a_file_without_an_ending_is_found(tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tune").write_bytes((request.config.rootpath / SAMPLE).read_bytes())
    assert melody_from("tune")[0].name == "tune"


def test_a_missing_file_of_a_folder_that_is_there_is_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tunes").mkdir()
    with pytest.raises(MelodyError, match="no file"):
        melody_from("tunes/first")


@pytest.mark.parametrize("text", ["C4 H9", "C/E", "[C4 E4]", "", "hello", "\0", "x" * 5000])
def test_wrong_notes_are_told_as_notes(text):
    with pytest.raises(NotationError):
        melody_from(text)


def test_a_folder_a_pipe_and_a_huge_file_are_refused_unread(tmp_path):
    pipe, huge = tmp_path / "pipe.mid", tmp_path / "huge.mid"
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(3_000_000_000)
    for path, told in ((tmp_path, "folder"), (pipe, "ordinary"), (huge, "KiB")):
        with pytest.raises(MelodyError, match=told):
            melody_from(str(path))


def test_a_name_too_long_for_a_file_is_refused():
    with pytest.raises(MelodyError, match="name"):
        melody_from("x" * 300 + ".mid")


def test_an_unreadable_file_says_why(tmp_path, monkeypatch):
    path = tmp_path / "tune.mid"
    path.write_bytes(b"MThd")

    def deny(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(type(path), "read_bytes", deny)  # a real one would not stop root
    with pytest.raises(MelodyError, match="Permission denied"):
        melody_from(str(path))
