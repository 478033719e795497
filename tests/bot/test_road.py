"""The whole road in real processes: `tutti compose` to files on the disk."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import imageio_ffmpeg
import pytest
from PIL import Image

from composer_core.corpora.musicxml import read_score
from composer_core.genres import SHIPPED
from composer_core.midi import read_melody
from composer_core.notation import parse_notes
from storage.history import History

TUNE = "3/4 G4:2 A | B:1.5 C5:1/2 D | B4:2 A | G:3"
WEIGHTS = SHIPPED / "chorale" / "weights.safetensors"
KINDS = {"mid", "mp3", "ogg", "png", "json"}


@pytest.fixture
def start(home):
    started = []

    def begin(*arguments: object, **options: object) -> subprocess.Popen:
        line = [sys.executable, "-m", "bot", *map(str, arguments)]
        started.append(subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options))
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def compose(start):
    def run(*arguments: object) -> dict:
        process = start("compose", *arguments, "--json")
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        return json.loads(out.splitlines()[-1])

    return run


def decoded_s(path: Path) -> float:
    """Length of what ffmpeg makes of a sound file, in seconds."""
    line = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "s16le", "-ac", "1", "-ar", "8000", "-"]
    return len(subprocess.run(line, capture_output=True, check=True).stdout) / 2 / 8000


def check_take(take: dict, tune: str) -> None:
    paths = {kind: Path(path) for kind, path in take["paths"].items()}
    assert set(paths) >= KINDS
    melody, typed = read_melody(paths["mid"].read_bytes()), parse_notes(tune)
    scale = melody.timing.ticks_per_beat / typed.timing.ticks_per_beat
    assert [(n.start, n.pitch, n.duration) for n in melody.notes] == [
        (n.start * scale, n.pitch, n.duration * scale) for n in typed.notes
    ]
    for kind in ("mp3", "ogg"):
        assert take["length_s"] <= decoded_s(paths[kind]) <= take["length_s"] + 17
    picture = Image.open(io.BytesIO(paths["png"].read_bytes()))
    picture.load()
    assert picture.width > 400
    record = json.loads(paths["json"].read_text())
    assert {"seed", "settings", "key", "metre", "tracks", "timings", "card", "chords", "audio"} <= set(record)
    assert abs(record["audio"]["lufs"] + 14) <= 1 and record["audio"]["true_peak_dbtp"] <= -1
    assert record["seed"] == take["seed"]


def test_compose_leaves_every_file_of_every_take_and_the_same_again(compose, tmp_path, home):
    out = tmp_path / "out"
    result = compose(TUNE, "--technique", "blocks", "--seed", 7, "--takes", 2, "--stems", "--score", "--out", out)
    assert (result["status"], [take["seed"] for take in result["takes"]]) == ("done", [7, 8])
    for take in result["takes"]:
        check_take(take, TUNE)
        stems = list(Path(take["paths"]["stems"]).iterdir())
        assert len(stems) >= 4 and all(decoded_s(stem) > 1 for stem in stems)
        assert read_score(Path(take["paths"]["musicxml"]).read_bytes()).parts[0].notes[0].pitch == 67
        assert [page.suffix for page in Path(take["paths"]["score"]).iterdir()] == [".png"]
    assert {path.name for path in out.iterdir()} == {
        f"melody-{number}{ending}"
        for number in (1, 2)
        for ending in (*(f".{kind}" for kind in (*KINDS, "musicxml")), "-stems", "-score")
    }
    assert {entry.job_id for entry in History(home.database).entries()} == {result["job"]}
    again = compose(TUNE, "--technique", "blocks", "--seed", 8, "--out", tmp_path / "again")
    music = [Path(take["paths"]["mid"]).read_bytes() for take in (result["takes"][1], again["takes"][0])]
    assert music[0] == music[1]  # the same seed gives the same bytes, in another batch and process too


def test_the_controls_shape_the_result_and_stand_in_it(compose, tmp_path):
    options = ["--key", "A", "--chords", "G | Em | D7 | G", "--without", "alto", "--density", 1, "--seed", 3]
    result = compose(TUNE, "--technique", "blocks", *options, "--out", tmp_path)
    (take,) = result["takes"]
    record = json.loads(Path(take["paths"]["json"]).read_text())
    melody = read_melody(Path(take["paths"]["mid"]).read_bytes())
    assert [n.pitch for n in melody.notes] == [n.pitch + 2 for n in parse_notes(TUNE).notes]
    assert [track["name"] for track in record["tracks"]] == ["Soprano", "Tenor", "Bass"]
    assert list(dict.fromkeys(chord["label"] for chord in record["chords"])) == ["A", "F#m", "E7"]
    assert record["settings"]["key"] == "A" and record["settings"]["controls"]["density"] == 1
    told = " ".join(record["notices"])
    assert "2 semitones up" in told and "--density" in told


def test_a_detached_job_is_done_by_a_worker_and_fetched_later(start, tmp_path):
    detached = start("compose", TUNE, "--technique", "blocks", "--detach")
    job = json.loads(detached.communicate(timeout=60)[0])["job"]
    assert start("worker", "--until-idle").wait(100) == 0
    assert start("show", job, "--out", tmp_path / "out").wait(60) == 0
    assert {path.suffix[1:] for path in (tmp_path / "out").iterdir()} == KINDS


def test_killing_the_client_and_its_terminal_does_not_stop_the_job(start, ledger, home):
    client = start("compose", TUNE, "--technique", "blocks", start_new_session=True)
    while not (jobs := ledger.jobs()) or jobs[0].status == "queued":
        time.sleep(0.05)
    os.killpg(client.pid, signal.SIGKILL)
    while not (job := ledger.jobs()[0]).ended:
        time.sleep(0.05)
    assert job.status == "done" and len(History(home.database).entries()) == 1


def test_killing_the_worker_does_not_stop_the_client(start, ledger, tmp_path):
    client = start("compose", TUNE, "--technique", "blocks", "--out", tmp_path / "out")
    while not (jobs := ledger.jobs()) or jobs[0].status != "running":
        time.sleep(0.02)
    os.kill(int(jobs[0].owner.split(":")[1]), signal.SIGKILL)
    out, err = client.communicate(timeout=100)
    assert client.returncode == 0, err
    assert (tmp_path / "out" / "melody.mp3").exists() and "melody.mp3" in out


def test_a_missing_soundfont_is_one_line(start, monkeypatch, tmp_path):
    monkeypatch.setenv("TUTTI_SOUNDFONT", "/no/such.sf2")
    client = start("compose", "C4", "--technique", "blocks", "--out", tmp_path / "out")
    out, err = client.communicate(timeout=100)
    assert (client.returncode, out, err.count("\n")) == (2, "", 1)
    assert "/no/such.sf2" in err and not (tmp_path / "out").exists()


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the weights of the genre chorale are not there")
def test_the_real_chorale_model_composes(compose, tmp_path):
    result = compose(TUNE, "--genre", "chorale", "--seed", 7, "--out", tmp_path)
    check_take(result["takes"][0], TUNE)
    assert result["technique"] == "accompany"
