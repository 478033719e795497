import errno
import os
import tempfile
import threading
from pathlib import Path

import pytest

from storage.files import FileStore

PUBLISH_READ_ONLY = """
import os, sys
from pathlib import Path
from storage.files import FileStore
if os.geteuid() == 0:
    os.setuid(65534)  # the rights of a folder do not bind root
try:
    with FileStore(Path(sys.argv[1])).publish("a"):
        print("published")
except OSError as error:
    print(error.errno)
"""


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "home" / "files")


def _everything(store):
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.name != ".staging")


def _publish(store, job_id, text="music"):
    with store.publish(job_id) as folder:
        (folder / "stems").mkdir()
        (folder / "a.mid").write_text(text)
        (folder / "stems" / "bass.flac").write_text(text)


def test_a_folder_appears_as_a_whole_at_the_end(store):
    with store.publish("job") as folder:
        (folder / "a.mid").write_text("music")
        assert not store.path("job").exists()
    assert _everything(store) == ["job", "job/a.mid"]
    assert store.path("job/a.mid").read_text() == "music"


def test_everything_is_on_the_disk_before_it_can_be_seen(store, monkeypatch):
    synced = []

    def fsync(descriptor):
        synced.append((os.fstat(descriptor).st_ino, store.path("job").exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    _publish(store, "job")
    job = store.path("job")
    before = {inode for inode, visible in synced if not visible}
    assert before >= {path.stat().st_ino for path in [job, *job.rglob("*")]}
    assert (store.root.stat().st_ino, True) in synced  # and then its name


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_nothing(store, error):
    with pytest.raises(error), store.publish("job") as folder:
        (folder / "a.mid").write_text("half")
        raise error
    assert _everything(store) == []


def test_publishing_again_keeps_what_is_there(store):
    _publish(store, "job", "first")
    _publish(store, "job", "second")
    assert _everything(store) == ["job", "job/a.mid", "job/stems", "job/stems/bass.flac"]
    assert store.path("job/a.mid").read_text() == "first"


def test_of_two_at_once_one_is_kept_whole(store):
    with store.publish("job") as one, store.publish("job") as other:
        assert one != other
        (one / "one").touch()
        (other / "other").touch()
    assert _everything(store) == ["job", "job/other"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_passes_through_and_leaves_nothing(store):
    with pytest.raises(OSError) as full, store.publish("job") as folder:
        (folder / "a.mid").write_text("music")
        (folder / "b.mp3").symlink_to("/dev/full")
        (folder / "b.mp3").write_text("music")
    assert full.value.errno == errno.ENOSPC
    assert _everything(store) == []


def test_a_disk_that_is_full_only_at_the_end_leaves_nothing(store, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError) as full:
        _publish(store, "job")
    assert full.value.errno == errno.ENOSPC
    assert _everything(store) == []


def test_a_read_only_folder_passes_through_and_leaves_nothing(start):
    with tempfile.TemporaryDirectory() as folder:  # not below tmp_path, which only its owner may enter
        Path(folder).chmod(0o555)
        output, _ = start(PUBLISH_READ_ONLY, folder).communicate()
        assert output.split() == [str(errno.EACCES)]
        assert list(Path(folder).iterdir()) == []


@pytest.mark.parametrize(
    "relative", ["", ".", "..", "../x", "job/../../x", "/etc/passwd", "job/../..", ".staging", ".staging/x", "a\0b"]
)
def test_a_path_cannot_lead_out(store, relative):
    _publish(store, "job")
    with pytest.raises(ValueError):
        store.path(relative)


def test_a_link_cannot_lead_out(store, tmp_path):
    _publish(store, "job")
    (tmp_path / "secret").write_text("secret")
    (store.path("job") / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ValueError, match="not inside"):
        store.path("job/link")


def test_a_path_inside_may_be_written_in_any_way(store):
    assert store.path("job/./x/../a.mid") == store.root.resolve() / "job" / "a.mid"


@pytest.mark.parametrize("job_id", ["", ".", "..", "../x", "a/b", "/x", ".staging", "a\n", "a\0", "é", "x" * 101])
def test_a_name_that_is_not_fit_for_a_folder_is_refused(store, job_id):
    with pytest.raises(ValueError, match="not fit"), store.publish(job_id):
        pass
    with pytest.raises(ValueError, match="not fit"):
        store.remove(job_id)
    assert not store.root.exists()


def test_a_removed_folder_is_gone_and_the_others_stay(store):
    _publish(store, "a")
    _publish(store, "b")
    store.remove("a")
    store.remove("a")
    assert _everything(store) == ["b", "b/a.mid", "b/stems", "b/stems/bass.flac"]


def test_cleaning_an_empty_store_makes_nothing(store):
    store.clean_staging()
    assert not store.root.exists()


def test_cleaning_leaves_alone_what_another_thread_is_filling(store):
    with store.publish("job") as folder:
        (folder / "a.mid").write_text("music")
        cleaner = threading.Thread(target=store.clean_staging)
        cleaner.start()
        cleaner.join()
    assert _everything(store) == ["job", "job/a.mid"]
