import errno
import resource
import signal

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from composer_core.errors import ResourceError
from composer_core.scores import learn_chairs, make_score
from composer_core.training import course_file
from composer_core.training.course import Course
from composer_core.training.course_file import restore_course, save_course
from tests.fakes.small_training import SMALL, small_checkpoint, small_songs, trio


@pytest.fixture
def begin(small, tmp_path):
    songs = small_songs()
    chairs = learn_chairs(songs.training, trio(tmp_path))
    scores, held_out = ([make_score(song, chairs) for song in side] for side in (songs.training, songs.validation))

    def make():
        return Course(small_checkpoint(chairs, 0, "trio-0"), scores, held_out, SMALL, 0, torch.device("cpu"))

    return make


@pytest.fixture
def saved(begin, tmp_path):
    """A file after one epoch, and the course after two: what is about to be written."""
    course, path = begin(), tmp_path / "state.safetensors"
    course.train_epoch(lambda: None)
    save_course(path, course, {"epochs": [1]})
    course.train_epoch(lambda: None)
    return path, course


def epoch_in(path, course):
    record = restore_course(path, course)
    assert record == {"epochs": list(range(1, course.epoch + 1))}
    return course.epoch


def is_alone(path):
    return [found.name for found in path.parent.iterdir()] == [path.name]


def test_what_is_saved_comes_back_whole(saved, begin):
    path, course = saved
    course.rollbacks = 2
    save_course(path, course, {"epochs": [1, 2]})
    again = begin()
    assert epoch_in(path, again) == 2 and is_alone(path)
    assert (again.rounds, again.rollbacks) == (course.rounds, 2)
    first, second = course.state(), again.state()
    assert first.keys() == second.keys() and all(torch.equal(first[key], second[key]) for key in first)
    assert course.train_epoch(lambda: None).critic == again.train_epoch(lambda: None).critic


@pytest.mark.parametrize("at", ["half of it", "before it is in place"])
def test_an_interrupted_write_leaves_the_file_of_before(saved, begin, monkeypatch, at):
    path, course = saved

    def half(tensors, target, metadata):
        save_file(tensors, target, metadata=metadata)
        target.write_bytes(target.read_bytes()[:1000])
        raise KeyboardInterrupt

    def sync(_):
        raise KeyboardInterrupt

    if at == "half of it":
        monkeypatch.setattr(course_file, "save_file", half)
    else:
        monkeypatch.setattr("os.fsync", sync)
    with pytest.raises(KeyboardInterrupt):
        save_course(path, course, {"epochs": [1, 2]})
    monkeypatch.undo()
    assert is_alone(path)
    assert epoch_in(path, begin()) == 1


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("Error while serializing: I/O error: No space left on device (os error 28)", errno.ENOSPC),
        ("Error while serializing: I/O error: Input/output error (os error 5)", errno.EIO),
    ],
)
def test_a_full_disk_is_told_as_one_and_the_file_of_before_is_still_there(saved, monkeypatch, said, number):
    path, course = saved

    def fail(*_, **__):
        raise SafetensorError(said)

    monkeypatch.setattr(course_file, "save_file", fail)
    with pytest.raises(OSError) as caught:
        save_course(path, course, {})
    assert caught.value.errno == number and is_alone(path)
    monkeypatch.undo()
    assert epoch_in(path, course) == 1


def test_a_real_refusal_of_the_system_is_an_os_error_too(saved):
    """A limit on the size of files is the nearest thing to a full disk that needs no disk."""
    path, course = saved
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        with pytest.raises(OSError):
            save_course(path, course, {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert is_alone(path) and epoch_in(path, course) == 1


@pytest.mark.parametrize("damage", ["missing", "cut", "rubbish", "another format", "another course", "no numbers"])
def test_a_damaged_file_is_one_line_with_a_way_out(saved, begin, damage):
    path, _ = saved
    tensors = {"generator/unet.leave.bias": torch.zeros(3)}
    headers = {
        "another format": {"format": "other"},
        "another course": {"format": course_file.FORMAT, "record": "{}",
                           "numbers": '{"epoch": 1, "rounds": 1, "rollbacks": 0}'},
        "no numbers": {"format": course_file.FORMAT, "record": "{}", "numbers": "{}"},
    }  # fmt: skip
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-1000])
    elif damage == "rubbish":
        path.write_bytes(b"rubbish" * 100)
    else:
        save_file(tensors, path, metadata=headers[damage])
    with pytest.raises(ResourceError, match="missing or damaged") as caught:
        restore_course(path, begin())
    assert "\n" not in str(caught.value) and "start a new training" in str(caught.value)
