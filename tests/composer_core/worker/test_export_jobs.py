"""Jobs of kind export: a finished take in another form, sized to where it goes."""

import subprocess
import zipfile

import pytest

from audio.encode import find_ffmpeg
from composer_core.corpora.musicxml import read_score
from composer_core.notation import parse_notes
from composer_core.request import ComposeRequest
from storage.files import FileStore

SOURCE = "made/tune.ogg"


@pytest.fixture
def files(shop):
    """A file store with ten seconds of sound in it."""
    store = FileStore(shop.home.files)
    with store.publish("made") as folder:
        tone = ["-f", "lavfi", "-i", "sine=d=10", "-c:a", "libopus", str(folder / "tune.ogg")]
        subprocess.run([find_ffmpeg(), "-v", "error", *tone], check=True)
    return store


def export(shop, **payload):
    """Have one export done; return its job."""
    shop.ledger.enqueue("export", "export", payload)
    shop.work()
    return shop.ledger.job("export")


def test_a_sound_fits_the_place(shop, files):
    job = export(shop, form="sound", source=SOURCE, limit_bytes=100_000)
    path = files.path(job.result["file"])
    assert path.suffix == ".mp3" and 0 < path.stat().st_size <= 100_000 and "kbit/s" in job.result["said"]


def test_a_sound_that_cannot_fit_is_told(shop, files):
    job = export(shop, form="sound", source=SOURCE, limit_bytes=1000)
    assert (job.status, job.error_detail) == ("failed", None) and "do not fit" in job.error
    assert not files.path("export").exists()


def test_a_source_that_was_deleted_meanwhile_is_told(shop, files):
    files.remove("made")
    job = export(shop, form="voice", source=SOURCE, limit_bytes=10**7)
    assert (job.status, job.error_detail) == ("failed", None) and "deleted" in job.error


@pytest.mark.parametrize(("limit_bytes", "ending"), [(50_000_000, ".flac"), (300_000, ".mp3")])
def test_stems_are_made_again_from_the_request(shop, files, limit_bytes, ending):
    request = ComposeRequest(parse_notes("C4 D E F | G:4"), "chorale", 7, technique="blocks").to_json()
    job = export(shop, form="stems", take="abc-1", request=request, limit_bytes=limit_bytes)
    assert job.status == "done", job.error_detail
    path = files.path(job.result["file"])
    with zipfile.ZipFile(path) as archive:
        assert f"02-alto{ending}" in archive.namelist() and archive.testzip() is None
    assert path.stat().st_size <= limit_bytes and {one.name for one in path.parent.iterdir()} == {"abc-1-stems.zip"}


def test_stems_apart_are_named_by_their_tracks(shop, files):
    request = ComposeRequest(parse_notes("C4 D E F"), "chorale", 7, technique="blocks").to_json()
    job = export(shop, form="stems", take="abc-1", request=request, limit_bytes=50_000_000, apart=True)
    apart = [(stem["number"], stem["name"]) for stem in job.result["apart"]]
    assert apart == [(1, "Soprano"), (2, "Alto"), (3, "Tenor"), (4, "Bass"), (0, "Reverberation")]
    for stem in job.result["apart"]:
        assert files.path(stem["file"]).read_bytes()[:3] == b"ID3" and stem["file"].endswith(".mp3")
    assert files.path(job.result["file"]).suffix == ".zip"


def test_a_score_is_made_again_from_the_request(shop, files):
    request = ComposeRequest(parse_notes("C4 D E F | G:4", "Tune: 1"), "chorale", 7, technique="blocks").to_json()
    job = export(shop, form="score", take="abc-1", request=request)
    assert job.status == "done", job.error_detail
    score = read_score(files.path(job.result["file"]).read_bytes())
    assert [note.pitch for note in score.parts[0].notes] == [60, 62, 64, 65, 67] and score.title == "Tune: 1"
    assert job.result["file"].endswith("Tune-1.musicxml") and job.result["said"] == "MusicXML and 1 page"
    (page,) = job.result["pictures"]
    assert files.path(page).read_bytes().startswith(b"\x89PNG")


def test_a_cancelled_export_leaves_nothing(shop, files):
    shop.ledger.enqueue("export", "export", {"form": "voice", "source": SOURCE})
    shop.ledger.cancel("export")
    shop.work()
    assert shop.ledger.job("export").status == "cancelled" and not files.path("export").exists()


def test_our_own_fault_is_an_apology(shop, files):
    job = export(shop, form="of the future")
    assert job.status == "failed" and "Sorry" in job.error and "KeyError" in job.error_detail
