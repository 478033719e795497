"""A trainer without networks: plays the events of surveys and trainings, and leaves what the real one leaves."""

import json
import shutil
import threading
import time
from typing import Any

from composer_core.genres import SHIPPED
from composer_core.training_request import Epoch, TrainRequest
from storage.files import FileStore
from storage.genre_shelf import GenreShelf, Owned
from storage.home import Home
from storage.jobs import Job, Ledger

KINDS = ("survey", "train")
PLOT, PLOT_DARK, SOUND, ROLL, NOTES = b"\x89PNG light", b"\x89PNG dark", b"ID3 sample", b"\x89PNG roll", b"MThd sample"
LEASE_S = 0.4

REPORT = {
    "name": "upload.zip",
    "verdict": "3 pieces, 4 minutes: enough to learn from.",
    "usable": True,
    "advice": ["Ten pieces or more learn better."],
    "counts": {"files": 4, "accepted": 3, "refused": 1, "duplicates": 0, "ignored": 0},
    "minutes": 4.0,
    "refused": [{"name": "drums.mid", "reason": "only drums"}],
    "duplicates": [],
    "parts": [{"name": "Piano", "role": "chords", "low": 36, "high": 72, "pieces": 3}],
    "tempo_bpm": {"median": 100.0, "range": [90.0, 110.0]},
    "tags": {"mode": {"major": 2, "minor": 1}},
}
UNUSABLE = REPORT | {
    "verdict": "No melody was found in any of 4 files.",
    "usable": False,
    "advice": ["Name the melody's track with melody:."],
    "parts": [],
}


class FakeTrainer:
    """Works in a thread of its own. ``hold_after`` an epoch keeps a training there until ``release``."""

    def __init__(self, home: Home, owner: str = "trainer") -> None:
        self.home, self.owner = home, owner
        self.ledger, self.files = Ledger(home.database), FileStore(home.files)
        self.shelf = GenreShelf(home.database, home.genres)
        self.report: dict[str, Any] = REPORT
        self.error: tuple[str, str | None] | None = None
        self.held_at: int | None = None
        self.waits = threading.Event()
        self.go = threading.Event()
        self._stop = self._dead = False
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> "FakeTrainer":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stop = True
        self.go.set()
        if self._thread.is_alive():
            self._thread.join()

    def die(self) -> None:
        """End as a killed process does: without a word to the ledger."""
        self._dead = True
        self.stop()

    def hold_after(self, epoch: int) -> None:
        self.held_at = epoch
        self.go.clear()
        self.waits.clear()

    def release(self) -> None:
        self.held_at = None
        self.go.set()

    def _work(self) -> None:
        while not self._stop:
            self.ledger.announce_worker(self.owner, KINDS, pid=1, host="elsewhere")
            for job in self.ledger.claim(self.owner, KINDS, limit=1, lease_s=LEASE_S):
                {"survey": self._survey, "train": self._train}[job.kind](job)
            time.sleep(0.01)

    def _survey(self, job: Job) -> None:
        self._tell(job, "progress", "read", 0.5)
        if self.error:
            self.ledger.fail(self.owner, job.id, *self.error)
        else:
            self.ledger.finish(self.owner, job.id, {"report": self.report})

    def _train(self, job: Job) -> None:
        request = TrainRequest.from_json(job.payload)
        root = request.resume or job.id
        state = self.home.trainings / root / "state.json"
        state.parent.mkdir(parents=True, exist_ok=True)
        epochs = json.loads(state.read_text()) if state.exists() else []
        told = {event.payload.get("epoch") for event in self.ledger.events(job.id) if event.kind == "epoch"}
        if not epochs:
            self._sample(job, 0)
        for epoch in epochs:
            if epoch["epoch"] not in told:
                self._tell(job, "epoch", "train", 0.1, **epoch)
        while len(epochs) < request.epochs and not request.finish:
            if not self._epoch(job, request, epochs, state):
                return
        self._finish(job, request, root, epochs)

    def _epoch(self, job: Job, request: TrainRequest, epochs: list[dict[str, Any]], state: Any) -> bool:
        number = len(epochs) + 1
        epoch = Epoch(
            number, request.epochs, 0.5, 1.25, 2.0, 0.5 - 0.01 * number, 0.6, {}, (0.1, 0.2), 1.0, 3.0, 60.0, best=True
        ).to_json()
        epochs.append(epoch)
        state.write_text(json.dumps(epochs))
        with self.files.publish(f"{job.id}.e{number}") as folder:
            (folder / "curves.png").write_bytes(PLOT)
            (folder / "curves-dark.png").write_bytes(PLOT_DARK + f" {number}".encode())
        place = f"{job.id}.e{number}"
        plots = {"plot": f"{place}/curves.png", "plot_dark": f"{place}/curves-dark.png"}
        self.ledger.persist(self.owner, job.id)
        self._tell(job, "epoch", "train", number / request.epochs, **epoch, **plots)
        if number % 2 == 0:
            self._sample(job, number)
        return self._goes_on(job, number)

    def _goes_on(self, job: Job, number: int) -> bool:
        """Wait where the test wants it; false if the job was cancelled, or this process is dead."""
        holds = number == self.held_at
        if holds:
            self.waits.set()
        while not self._dead:
            if self.ledger.heartbeat(self.owner, [job.id], lease_s=LEASE_S).get(job.id, True):
                self.ledger.cancelled(self.owner, job.id)
                return False
            if not holds or self.go.wait(0.02):
                return not self._dead
        return False

    def _sample(self, job: Job, epoch: int) -> None:
        with self.files.publish(f"{job.id}.s{epoch}") as folder:
            for name, data in (("mp3", SOUND), ("png", ROLL), ("mid", NOTES)):
                (folder / f"epoch-{epoch}.{name}").write_bytes(data)
        files = {kind: f"{job.id}.s{epoch}/epoch-{epoch}.{kind}" for kind in ("mp3", "png", "mid")}
        self._tell(job, "sample", "train", 0.1, epoch=epoch, files=files)

    def _finish(self, job: Job, request: TrainRequest, root: str, epochs: list[dict[str, Any]]) -> None:
        target = self.home.genres / request.name
        if self.shelf.genre(request.name) is None:
            space = job.origin.get("space", "")
            platform = job.origin.get("platform", "") if space else ""
            self.shelf.put(Owned(request.name, job.user, platform, space, job_id=root))
        if not target.exists():
            target.mkdir(parents=True)
            shutil.copy(SHIPPED / "pop" / "genre.toml", target)
            (target / "weights.safetensors").write_bytes(b"weights")
            (target / "CARD.md").write_text("card")
        with self.files.publish(job.id) as folder:
            contents = {"example.mp3": SOUND, "example.mid": NOTES, "example.png": ROLL, "curves-dark.png": PLOT_DARK}
            for name, data in contents.items():
                (folder / name).write_bytes(data)
        files = {"mp3": "example.mp3", "mid": "example.mid", "png": "example.png", "plot_dark": "curves-dark.png"}
        figures = {
            "epochs": len(epochs),
            "best": len(epochs),
            "minutes": 1.5,
            "similarity": 0.3,
            "base_similarity": 0.5,
            "reach": 0.2,
            "chord_tones": 0.9,
            "copied": 0.01,
            "shared": 0.02,
        }
        self.ledger.finish(
            self.owner,
            job.id,
            {
                "genre": request.name,
                "title": request.name.replace("-", " ").capitalize(),
                "files": {kind: f"{job.id}/{name}" for kind, name in files.items()},
                "figures": figures,
                "reason": f"all {request.epochs} epochs are done",
            },
        )

    def _tell(self, job: Job, kind: str, stage: str, fraction: float, **more: Any) -> None:
        self.ledger.record(self.owner, job.id, kind, {"stage": stage, "fraction": fraction, **more})
