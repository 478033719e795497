"""Jobs of kind ``export``: a finished take in another form, sized to where it goes.

A payload names the ``form`` and the ``limit_bytes``: ``sound`` and ``voice`` start from a stored ``source``, ``stems``
and ``score`` from the ``request`` of the take (the same seed gives the same notes), because those are kept for nobody.
Stems come in a zip, and with ``apart`` also as MP3 each, for a page that lets its user mute one; a score as MusicXML,
with ``pictures`` of its first pages.
"""

import base64
import logging
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from audio.convert import shrink, write_voice_message
from composer_core.errors import Cancelled, ResourceError
from composer_core.music import Composition
from composer_core.performance import perform
from composer_core.worker.compose import Composer
from composer_core.worker.faults import explain
from composer_core.worker.held import Held
from composer_core.worker.produce import file_name, render_composition, write_score
from storage.files import FileStore
from storage.jobs import Job

APART_BYTES = 64 * 1024 * 1024  # of one stem: 15 minutes at the best rate have 18 MB

log = logging.getLogger(__name__)


class Exporter:
    """Does export jobs."""

    def __init__(self, held: Held, files: FileStore, composer: Composer) -> None:
        self.held, self.files, self.composer = held, files, composer
        self._forms: dict[str, Callable[[Job, Path], dict[str, Any]]] = {
            "sound": self._sound,
            "voice": self._voice,
            "stems": self._stems,
            "score": self._score,
        }

    def work(self, jobs: Sequence[Job]) -> None:
        """Do every job; each ends finished, failed, cancelled or released. Raises nothing for a job's sake."""
        for job in jobs:
            try:
                self._do(job)
            except Cancelled:
                pass
            except Exception as error:
                message, detail = explain(error, job.id, self.composer.setup.home.root)
                if detail:
                    log.error("job %s failed\n%s", job.id, detail)
                self.held.ledger.fail(self.held.owner, job.id, message, detail)
            finally:
                self.held.drop(job.id)

    def _do(self, job: Job) -> None:
        if not self.held.alive(job.id):
            raise Cancelled
        with self.files.publish(job.id) as folder:
            result = self._forms[job.payload["form"]](job, folder)
            if not self.held.settle(job.id):
                raise Cancelled
        self.held.ledger.finish(self.held.owner, job.id, result)

    def _sound(self, job: Job, folder: Path) -> dict[str, Any]:
        source = self._source(job)
        target = folder / f"{source.stem}.mp3"
        rate_kbps = shrink(source, target, job.payload["limit_bytes"])
        return _result(job, target, f"MP3 at {rate_kbps} kbit/s")

    def _voice(self, job: Job, folder: Path) -> dict[str, Any]:
        target = folder / "voice-message.ogg"
        loudness = write_voice_message(self._source(job), target)
        about = {"length_s": loudness.length_s, "waveform": base64.b64encode(loudness.waveform).decode()}
        return _result(job, target, "voice message") | about

    def _stems(self, job: Job, folder: Path) -> dict[str, Any]:
        composition = self.composer.again(replace(job, payload=job.payload["request"]))
        stems = folder / "stems"
        stems.mkdir()
        self._report(job, "render")
        render_composition(perform(composition), self.composer.setup, stems_dir=stems)
        self._report(job, "encode")
        target = folder / f"{job.payload['take']}-stems.zip"
        recorded = sorted(stems.iterdir())
        apart = _apart(recorded, folder, composition) if job.payload.get("apart") else []
        said = _zip(recorded, target, job.payload["limit_bytes"])
        shutil.rmtree(stems)
        return _result(job, target, said) | {
            "apart": [{**stem, "file": f"{job.id}/{stem['file']}"} for stem in apart],
        }

    def _score(self, job: Job, folder: Path) -> dict[str, Any]:
        composition = self.composer.again(replace(job, payload=job.payload["request"]))
        self._report(job, "engrave")
        target = folder / f"{file_name(composition.name)}.musicxml"
        has_more = write_score(composition, target, folder / "pages")
        pages = [f"{job.id}/pages/{page.name}" for page in sorted((folder / "pages").iterdir())]
        count = f"{len(pages)} page{'s' if len(pages) > 1 else ''}"
        return _result(job, target, f"MusicXML and {'its first ' if has_more else ''}{count}") | {"pictures": pages}

    def _source(self, job: Job) -> Path:
        """Return the stored file to start from.

        Raises:
            ResourceError: it was deleted meanwhile.
        """
        path = self.files.path(job.payload["source"])
        if not path.exists():
            raise ResourceError("The composition was deleted meanwhile.")
        return path

    def _report(self, job: Job, stage: str) -> None:
        if not self.held.alive(job.id):
            raise Cancelled
        self.held.ledger.record(self.held.owner, job.id, "progress", {"stage": stage, "fraction": 0.5})


def _apart(stems: Sequence[Path], folder: Path, composition: Composition) -> list[dict[str, Any]]:
    """Write each stem as MP3; say which track it is, 0 for the reverberation of all."""
    apart = []
    for stem in stems:
        number = int(stem.stem.partition("-")[0]) if stem.stem != "reverb" else 0
        target = folder / f"{stem.stem}.mp3"
        shrink(stem, target, APART_BYTES)
        name = composition.tracks[number - 1].name if number else "Reverberation"
        apart.append({"number": number, "name": name, "file": target.name})
    return apart


def _zip(stems: Sequence[Path], target: Path, limit_bytes: int) -> str:
    """Put stems into a zip, as MP3 where FLAC is too large for the place; say which it was.

    Raises:
        audio.soundfonts.AudioError: they do not fit as MP3 either.
    """
    small = [stem for stem in stems if stem.suffix == ".flac"]
    if sum(stem.stat().st_size for stem in stems) > limit_bytes * 0.99:
        share = int(limit_bytes * 0.97) // max(len(small), 1)
        for stem in small:
            shrink(stem, stem.with_suffix(".mp3"), share)
        stems = [stem.with_suffix(".mp3") for stem in small]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for stem in stems:
            archive.write(stem, stem.name)
    return f"{len(stems)} stems as {stems[0].suffix[1:].upper() if stems else 'nothing'}"


def _result(job: Job, target: Path, said: str) -> dict[str, Any]:
    return {"file": f"{job.id}/{target.name}", "said": said}
