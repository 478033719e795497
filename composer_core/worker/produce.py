"""The road of one take: performance → stems → mix → mp3 and ogg, picture, MIDI, roll, JSON, into one folder."""

import json
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audio.encode import encode_all
from audio.mix import Mix, render
from audio.stems import NoteEvent, Part
from composer_core.midi import write_composition
from composer_core.music import Composition, Track
from composer_core.performance import PlayedPart, as_played, perform, to_parts
from composer_core.picture import describe, draw_pianoroll
from composer_core.sheet.engrave import engrave
from composer_core.sheet.musicxml import write_musicxml
from composer_core.worker.heard import heard
from composer_core.worker.setup import Setup

Progress = Callable[[str, float], None]

NAME_BYTES = 100  # file systems take 255, endings and temporary names included


@dataclass(frozen=True)
class Produced:
    """One finished take: its figures (plain JSON) and its files, kind → path relative to the folder."""

    record: dict[str, Any]
    files: dict[str, str]


def produce(
    composition: Composition,
    folder: Path,
    name: str,
    setup: Setup,
    *,
    stems: bool = False,
    score: bool = False,
    extra: dict[str, Any] | None = None,
    progress: Progress = lambda stage, fraction: None,
) -> Produced:
    """Make every file of a take as ``folder/name.*``; ``extra`` is added to the JSON.

    Raises:
        audio.soundfonts.AudioError: soundfont or encoder is missing.
        OSError: the folder cannot be written.
    """
    stopwatch = Stopwatch()
    performed = perform(composition)
    files = {kind: f"{name}.{kind}" for kind in ("mid", "mp3", "ogg", "png", "json")}
    if stems:
        files["stems"] = f"{name}-stems"
        (folder / files["stems"]).mkdir()
    files["roll"] = f"{name}.roll.json"
    (folder / files["mid"]).write_bytes(write_composition(as_played(performed)))
    played = to_parts(performed)
    _write_json(folder / files["roll"], heard(performed, played))
    mix = render_parts(
        played,
        setup,
        stems_dir=folder / files["stems"] if stems else None,
        progress=lambda fraction: progress("render", 0.6 * fraction),
    )
    stopwatch.lap("render_s")
    progress("encode", 0.6)
    encode_all(mix, [folder / files["mp3"], folder / files["ogg"]])
    stopwatch.lap("encode_s")
    progress("draw", 0.95)
    draw_pianoroll(composition, folder / files["png"])
    stopwatch.lap("draw_s")
    if score:
        files["musicxml"], files["score"] = f"{name}.musicxml", f"{name}-score"
        write_score(composition, folder / files["musicxml"], folder / files["score"])
        stopwatch.lap("score_s")
    record = describe_take(performed) | {"audio": _figures(mix), **(extra or {})}
    record["timings"] = {**record.get("timings", {}), **stopwatch.laps}
    _write_json(folder / files["json"], record, indent=2)
    progress("draw", 1.0)
    return Produced(record, files)


def write_score(composition: Composition, path: Path, pages_dir: Path) -> bool:
    """Write the MusicXML file and its first pages as pictures; return whether the score has more pages than those.

    Raises:
        OSError: the folder cannot be written.
    """
    musicxml = write_musicxml(composition)
    path.write_bytes(musicxml)
    pages = engrave(musicxml)
    pages_dir.mkdir()
    for number, picture in enumerate(pages.pictures, 1):
        (pages_dir / f"{path.stem}-page-{number}.png").write_bytes(picture)
    return pages.has_more


def render_composition(
    performed: Composition,
    setup: Setup,
    *,
    stems_dir: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> Mix:
    """Render a performed composition to a mastered stereo mix."""
    return render_parts(to_parts(performed), setup, stems_dir=stems_dir, progress=progress)


def render_parts(
    played: Sequence[PlayedPart],
    setup: Setup,
    *,
    stems_dir: Path | None = None,
    progress: Callable[[float], None] | None = None,
) -> Mix:
    """Render what is played to a mastered stereo mix."""
    parts = [
        Part(
            name=name,
            program=program,
            notes=[NoteEvent(*note) for note in notes],
            is_drum=is_drum,
            pan=pan,
            level_db=level_db,
            reverb_send=reverb_send,
        )
        for name, program, is_drum, pan, level_db, reverb_send, notes in played
    ]
    return render(parts, soundfont=setup.soundfont, library=setup.fluidsynth, stems_dir=stems_dir, progress=progress)


def describe_take(composition: Composition) -> dict[str, Any]:
    """Return what a take's JSON says about the music itself."""
    timing = composition.timing
    return {
        "name": composition.name,
        "genre": composition.genre,
        "technique": composition.technique,
        "seed": composition.seed,
        "card": composition.card,
        "key": str(composition.key),
        "metre": str(timing.metres[0][1]),
        "tempo_bpm": round(timing.tempos[0][1], 3),
        "length_s": round(composition.end_s, 3),
        "timing": {
            "ticks_per_beat": timing.ticks_per_beat,
            "pickup_ticks": timing.pickup_ticks,
            "tempos": [[tick, round(bpm, 3)] for tick, bpm in timing.tempos],
            "metres": [[tick, str(metre)] for tick, metre in timing.metres],
        },
        "tracks": [_describe_track(track) for track in composition.tracks],
        "chords": [{"tick": chord.tick, "label": chord.label} for chord in composition.chords],
        "notices": list(composition.notices),
        "description": describe(composition),
        "details": composition.details,
    }


def file_name(name: str) -> str:
    """Make a melody's name safe as a file name on every platform: letters, digits, ``-``, ``_`` and ``.`` inside."""
    plain = re.sub(r"[^\w.-]+", "-", unicodedata.normalize("NFKC", name)).strip("-.")
    return plain.encode()[:NAME_BYTES].decode(errors="ignore").strip("-.") or "melody"


def _write_json(path: Path, data: dict[str, Any], indent: int | None = None) -> None:
    separators = None if indent else (",", ":")
    text = json.dumps(data, indent=indent, separators=separators, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


class Stopwatch:
    """Named laps in seconds."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """Book the time since the last lap under a name."""
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 3)
        self._last = now


def _describe_track(track: Track) -> dict[str, Any]:
    pitches = [note.pitch for note in track.notes]
    return {
        "name": track.name,
        "program": track.program,
        "is_drum": track.is_drum,
        "is_melody": track.is_melody,
        "notes": len(track.notes),
        "pitch_range": [min(pitches), max(pitches)] if pitches else None,
        "pan": track.pan,
        "level_db": track.level_db,
    }


def _figures(mix: Mix) -> dict[str, Any]:
    return {
        "lufs": round(float(mix.lufs), 2),
        "true_peak_dbtp": round(float(mix.true_peak_dbtp), 2),
        "sample_rate": mix.sample_rate,
        "length_s": round(mix.samples.shape[1] / mix.sample_rate, 3),
        "renderer": mix.renderer,
    }
