"""A worker without music: claims jobs and finishes them with prepared files."""

import threading
import time
import zipfile
from typing import Any

from storage.files import FileStore
from storage.history import Entry, History
from storage.home import Home
from storage.jobs import Job, Ledger

MP3, PNG, MIDI, OGG, MUSICXML = (
    b"ID3 not really sound",
    b"\x89PNG not really a picture",
    b"MThd not really notes",
    b"OggS not really",
    b"<score-partwise/>",
)


ROLL = b"""{"length_s": 8.0, "offset_s": 0.02, "tempos": [[0, 100]], "metres": [[0, "4/4"]], "bars": [0], "chords": [],
"tracks": [{"number": 1, "name": "Melody", "program": 0, "is_drum": false, "is_melody": true, "pan": 0, "level_db": 0,
"notes": [[0, 0.6, 60, 80]]}]}"""


class FakeWorker:
    """Works in a thread of its own between ``start`` and ``stop``; ``hold`` lets jobs stay where they are."""

    def __init__(self, home: Home) -> None:
        self.ledger, self.history, self.files = Ledger(home.database), History(home.database), FileStore(home.files)
        self.home = home
        self.mp3 = MP3
        self.error: tuple[str, str | None] | None = None
        self.done: list[str] = []
        self.running = threading.Event()
        self.go = threading.Event()
        self.go.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self.go.set()
        if self._thread.is_alive():
            self._thread.join()

    def hold(self) -> None:
        """Take the next job and keep it half-way until ``release``."""
        self.go.clear()
        self.running.clear()

    def release(self) -> None:
        self.go.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            self.ledger.announce_worker("fake", ["compose", "export"], pid=1, host="elsewhere")
            for job in self.ledger.claim("fake", ["compose", "export"], limit=8):
                self._do(job)
            time.sleep(0.01)
        self.ledger.retire_worker("fake")

    def _do(self, job: Job) -> None:
        self.ledger.record("fake", job.id, "progress", {"stage": "compose", "fraction": 0.5})
        self.running.set()
        while not self.go.wait(0.02):
            if self.ledger.heartbeat("fake", [job.id]).get(job.id, True):
                self.ledger.cancelled("fake", job.id)
                return
        if self._stop.is_set():
            return
        if self.error:
            self.ledger.fail("fake", job.id, *self.error)
        else:
            self.ledger.finish("fake", job.id, self._export(job) if job.kind == "export" else self._compose(job))
        self.done.append(job.id)

    def _compose(self, job: Job) -> dict[str, Any]:
        wish, takes, entries = job.payload, [], []
        name = wish["melody"]["name"]
        with self.files.publish(job.id) as folder:
            for number in range(1, wish["takes"] + 1):
                contents = {"mid": MIDI, "mp3": self.mp3, "png": PNG, "ogg": OGG, "roll": ROLL}
                files = {kind: f"{job.id}/{name}-{number}.{kind}" for kind in contents}
                for kind, content in contents.items():
                    mark = b"" if kind == "roll" else f" {job.id}-{number}".encode()
                    (folder / f"{name}-{number}.{kind}").write_bytes(content + mark)
                about = {"key": "C major", "metre": "4/4", "tempo_bpm": wish["tempo_bpm"] or 100.0, "length_s": 8.0}
                seed = wish["seed"] + number - 1
                entries.append(
                    Entry(
                        id=f"{job.id}-{number}",
                        job_id=job.id,
                        take=number,
                        user=job.user,
                        name=name,
                        genre=wish["genre"],
                        technique=wish["technique"],
                        seed=seed,
                        settings=wish,
                        files=files,
                        created_at=time.time(),
                        **about,
                    )
                )
                takes.append(
                    {
                        "id": f"{job.id}-{number}",
                        "take": number,
                        "name": name,
                        "seed": seed,
                        "files": files,
                        "notices": list(wish["melody"]["notices"]),
                        "description": f"A roll of {name}",
                        **about,
                    }
                )
        self.history.save(entries)
        return {"genre": wish["genre"], "technique": wish["technique"], "takes": takes}

    def _export(self, job: Job) -> dict[str, Any]:
        form = job.payload["form"]
        with self.files.publish(job.id) as folder:
            if form == "stems":
                with zipfile.ZipFile(folder / "stems.zip", "w") as archive:
                    archive.writestr("alto.flac", b"fLaC")
                (folder / "01-alto.mp3").write_bytes(b"ID3 alto")
                apart = [{"number": 1, "name": "Alto", "file": f"{job.id}/01-alto.mp3"}]
                return {"file": f"{job.id}/stems.zip", "said": "1 stem as FLAC", "apart": apart}
            if form == "voice":
                (folder / "voice-message.ogg").write_bytes(OGG)
                return {"file": f"{job.id}/voice-message.ogg", "length_s": 8.0, "waveform": "AAECAw==", "said": ""}
            if form == "score":
                (folder / "tune.musicxml").write_bytes(MUSICXML)
                (folder / "pages").mkdir()
                (folder / "pages" / "tune-page-1.png").write_bytes(PNG)
                pictures = [f"{job.id}/pages/tune-page-1.png"]
                return {"file": f"{job.id}/tune.musicxml", "said": "MusicXML and 1 page", "pictures": pictures}
            (folder / "smaller.mp3").write_bytes(b"ID3 smaller")
            return {"file": f"{job.id}/smaller.mp3", "said": ""}
