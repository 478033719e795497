"""Files reach the user's folder whole or not at all."""

import errno
import shutil

import pytest

from bot.terminal.deliver import deliver, destination
from composer_core.errors import ResourceError
from storage.files import FileStore


@pytest.fixture
def store(home):
    files = FileStore(home.files)
    with files.publish("job") as folder:
        (folder / "tune.mid").write_bytes(b"new")
        (folder / "tune.mp3").write_bytes(b"sound")
        (folder / "tune-stems").mkdir()
        (folder / "tune-stems" / "alto.flac").write_bytes(b"alto")
    return files


TAKES = [{"files": {"mid": "job/tune.mid", "mp3": "job/tune.mp3", "stems": "job/tune-stems"}}]


def test_what_only_a_page_draws_from_is_not_delivered(store, tmp_path):
    takes = [{"files": {"mid": "job/tune.mid", "roll": "job/tune.roll.json"}}]
    deliver(store, takes, tmp_path)
    assert (tmp_path / "tune.mid").exists() and not (tmp_path / "tune.roll.json").exists()


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_files_and_folders_arrive_and_replace_older_ones(store, tmp_path):
    out = tmp_path / "out"
    (out / "tune-stems").mkdir(parents=True)
    (out / "tune-stems" / "old.flac").write_bytes(b"old")
    (out / "tune.mid").write_bytes(b"old")
    paths = deliver(store, TAKES, out)
    assert paths == [{"mid": str(out / "tune.mid"), "mp3": str(out / "tune.mp3"), "stems": str(out / "tune-stems")}]
    assert names(out) == ["tune-stems", "tune-stems/alto.flac", "tune.mid", "tune.mp3"]
    assert (out / "tune.mid").read_bytes() == b"new"


def test_a_full_disk_leaves_the_older_files_and_nothing_half_written(store, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "tune.mid").write_bytes(b"old")
    copy = shutil.copyfile

    def fill_up(source, target, **options):
        if source.suffix == ".mp3":
            target.write_bytes(b"ha")
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(source, target, **options)

    monkeypatch.setattr(shutil, "copyfile", fill_up)
    with pytest.raises(ResourceError, match="no space left"):
        deliver(store, TAKES, out)
    assert names(out) == ["tune.mid"] and (out / "tune.mid").read_bytes() == b"old"


def test_folders_made_in_vain_are_removed(tmp_path):
    with pytest.raises(ZeroDivisionError), destination(tmp_path / "one" / "two") as out:
        assert out.is_dir()
        raise ZeroDivisionError
    assert names(tmp_path) == []


def test_folders_that_somebody_uses_stay(tmp_path):
    with pytest.raises(ZeroDivisionError), destination(tmp_path / "one" / "two") as out:
        (out.parent / "kept").write_bytes(b"")
        raise ZeroDivisionError
    assert names(tmp_path) == ["one", "one/kept"]


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(ResourceError, match="a file is in the way"), destination(out):
            pass


def test_a_folder_that_cannot_be_written_is_refused_before_anything_happens(tmp_path, monkeypatch):
    def deny(**options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", deny)
    with pytest.raises(ResourceError, match="permission denied"), destination(tmp_path / "out"):
        pytest.fail("went on")
    assert names(tmp_path) == []
