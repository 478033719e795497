"""A custom genre's folder: drafted from the data before the training, completed with weights and card after it."""

import json
import os
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import tomli_w

from composer_core.corpora.songs import Songs
from composer_core.dataset import Survey
from composer_core.genre_rules import title_of
from composer_core.genres import PLANNER, Genre, read_genre
from composer_core.metrics.repeats import REPEATS, Repeats
from composer_core.metrics.songroll import make_songroll
from composer_core.training.card import write_card
from composer_core.training.custom import BEST, Record

_FEEL_OF_BASE = ("push_ms", "strum_ms", "roll_ms", "pedal", "energy_steps", "looseness_ms", "ritard", "is_played")
_OF_BASE = ("feel.json", PLANNER)
_BASES_OWN = ("draft", "temperature", "floor")
"""Settings that suit the base's pieces alone; others are drawn with the defaults (`../LOG.md`: custom training)."""


def draft_genre(survey: Survey, name: str, description: str, base: Genre | None, folder: Path) -> Genre:
    """Write ``genre.toml`` for what a survey found, playing as the base's players do; returns the genre.

    Raises:
        OSError: the folder cannot be written.
    """
    feel = {key: value for key, value in asdict(base.feel).items() if key in _FEEL_OF_BASE and value} if base else {}
    table = {
        "title": title_of(name),
        "description": description or f"Learned from {len(survey.items)} pieces of {survey.name}.",
        "technique": "accompany",
        "tempo_bpm": survey.tempo_bpm,
        "tempo_bpm_range": list(survey.tempo_bpm_range),
        "harmony": base.harmony if base else "sevenths",
        "feel": feel | {"swing": survey.feel.swing},
        "band": {key: value for key, value in (base.band if base else {}).items() if key not in _BASES_OWN},
        "part": [asdict(part) for part in survey.parts],
    }
    (folder / "genre.toml").write_text(tomli_w.dumps(table), encoding="utf-8")
    for borrowed in _OF_BASE:
        if base and (base.folder / borrowed).is_file():
            shutil.copyfile(base.folder / borrowed, folder / borrowed)
    return named(read_genre(folder), name)


def named(genre: Genre, name: str) -> Genre:
    """The genre under its own name, whatever its folder is called and whatever it was begun as."""
    return replace(genre, name=name, title=title_of(name))


def graduate(genre: Genre, songs: Songs, record: Record, report: Mapping[str, Any], job: str, target: Path) -> None:
    """Put the finished genre where genres are found, all at once; one of the same name is replaced.

    Raises:
        OSError: the folder cannot be written; then nothing has changed.
    """
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name in ("genre.toml", *_OF_BASE, BEST):
            if (genre.folder / name).is_file():
                shutil.copyfile(genre.folder / name, partial / name)
        _complete(partial / "genre.toml", genre.title, record.draft)
        rolls = [make_songroll(song) for song in songs.training]
        Repeats.learn(rolls, genre.parts[1:]).save(partial / REPEATS)
        (partial / "CARD.md").write_text(write_card(genre, record, report), encoding="utf-8")
        (partial / "training.json").write_text(json.dumps(training_figures(record, job)), encoding="utf-8")
        _sync(partial)
        _swap(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def training_figures(record: Record, job: str) -> dict[str, Any]:
    """What a page shows of a training, in the form of the shipped genres' ``training.json``."""
    epochs = record.epochs
    return {
        "card": f"{record.request['name']}-{record.request['seed']}",
        "job": job,
        "settings": record.request,
        "curves": {
            "pair": [{"step": e.epoch, "generator": e.generator_loss, "critic": e.critic_loss} for e in epochs],
            "autoregressor": [{"step": e.epoch, "nats": e.nats} for e in epochs],
            "similarity": [{"step": e.epoch, "index": e.similarity, "draft": e.draft_similarity} for e in epochs],
        },
        "record": record.to_json(),
    }


def _complete(path: Path, title: str, draft: str) -> None:
    table = tomllib.loads(path.read_text(encoding="utf-8")) | {"title": title}
    table.setdefault("band", {})["draft"] = draft
    path.write_text(tomli_w.dumps(table), encoding="utf-8")


def _sync(folder: Path) -> None:
    """Bring every file to the disk: after a power failure the genre is the old or the new one."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _swap(partial: Path, target: Path) -> None:
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if had_one := target.exists():
        target.rename(old)
    try:
        partial.rename(target)
    except OSError:
        if had_one:
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
