"""`tutti evaluate harmony`: the planner on lead sheets that it has not seen, beside baselines and the printed chords.

Every sheet is held out once: in each fold the planner and the Markov model learn from the other folds, which share no
work, composer or lyricist with it.
"""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch

from composer_core.chords import chord_line
from composer_core.corpora.lead_sheets import make_folds, read_lead_sheets
from composer_core.corpora.songs import Song
from composer_core.evaluation.chord_baselines import HiddenMarkovModel, always_tonic
from composer_core.evaluation.report import Row, Target, near, shown, table, target_table
from composer_core.harmony import CHORD_TONES, CHORDS, QUALITIES
from composer_core.music import Melody
from composer_core.planner.cells import Cells, make_cells, struck
from composer_core.planner.plan import Planner, find_plan_key
from composer_core.planner.train import TrainingConfig, printed_key, train_planner
from composer_core.worker.setup import Setup

COLUMNS = {
    "root": "root",
    "majmin": "maj/min",
    "chord": "full chord",
    "chord_tones": "strong chord tones",
    "changes": "changes a bar",
    "key": "key",
}
SYSTEMS = ("printed chords", "Tutti", "Tutti, another plan", "hidden Markov model", "always the tonic")

_ROOT = np.array([root for root, _ in CHORDS])
_IS_MAJOR = np.array([4 in QUALITIES[quality] for _, quality in CHORDS])

System = Callable[[Melody], np.ndarray]
"""Melody → [T] indices of ``CHORDS``, one a cell."""


def main(arguments: list[str], setup: Setup) -> int:
    """Measure, write ``harmony.md`` and ``.json`` below ``--out``, and print the tables."""
    options = _parser().parse_args(arguments)
    folds = make_folds(read_lead_sheets(options.data).songs, options.folds)
    tallies: dict[str, list[dict[str, float]]] = {name: [] for name in SYSTEMS}
    for number, held in enumerate(folds):
        training = [song for fold in folds if fold is not held for song in fold]
        for name, system in _systems(training, options).items():
            tallies[name] += [tally(song, system) for song in held]
        _say(options, f"fold {number + 1} of {len(folds)} is done")
    rows = [Row(name, figures(found), is_real=name == SYSTEMS[0]) for name, found in tallies.items()]
    _write(options, rows)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tutti evaluate harmony", description=__doc__)
    parser.add_argument("genre", choices=["harmony"])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the corpus folder")
    parser.add_argument("--folds", type=int, default=5, help="parts that the sheets are split into (default 5)")
    parser.add_argument("--seed", type=int, default=0, help="of the planner's training (default 0)")
    parser.add_argument("--steps", type=int, help="updates of each training, for a trial (default: the full length)")
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="folder of table and figures")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on the last line")
    return parser


def _systems(training: Sequence[Song], options: argparse.Namespace) -> dict[str, System | None]:
    """Every system, taught by the training sheets; None stands for the printed chords."""
    config = replace(TrainingConfig(), steps=options.steps) if options.steps else TrainingConfig()
    network = train_planner(training, config, options.seed, lambda _, __: None)
    planner = Planner(network, torch.device("cpu"))
    systems = (None, _plan(planner, 0), _plan(planner, 1), HiddenMarkovModel(training), always_tonic)
    return dict(zip(SYSTEMS, systems, strict=True))


def _plan(planner: Planner, variant: int) -> System:
    return lambda melody: planner.chords(melody, make_cells(melody), variant)[0]


def tally(song: Song, system: System | None) -> dict[str, float]:
    """Count, over the half bars of a sheet whose chord is printed, what a system (None: the printer) gets right."""
    melody = Melody(song.melody, song.timing)
    cells = make_cells(melody)
    line = chord_line(song.chords, cells.starts[:-1])
    known = np.array([symbol is not None for symbol in line])
    printed = np.array([0 if symbol is None else symbol.index for symbol in line])
    chords = printed if system is None else system(melody)
    half = known & cells.is_half
    root = _ROOT[chords] == _ROOT[printed]
    return {
        "half_bars": float(half.sum()),
        "root": float(root[half].sum()),
        "majmin": float((root & (_IS_MAJOR[chords] == _IS_MAJOR[printed]))[half].sum()),
        "chord": float((chords == printed)[half].sum()),
        **_chord_tones(melody, cells, chords, half),
        "bars": float(len(set(cells.bars[known]))),
        "changes": float(((chords[1:] != chords[:-1]) & known[1:] & known[:-1]).sum()),
        "key": float(find_plan_key(melody, chords, cells) == printed_key(song)),
        "sheets": 1.0,
    }


def _chord_tones(melody: Melody, cells: Cells, chords: np.ndarray, half: np.ndarray) -> dict[str, float]:
    """Notes struck at the beginning of a half bar, and those of them that belong to the chord."""
    notes = struck(melody.notes, cells)  # [T, 12]
    strong = half & (notes.sum(axis=1) > 0)
    fits = (CHORD_TONES[chords] * notes).sum(axis=1) > 0
    return {"strong": float(strong.sum()), "chord_tones": float(fits[strong].sum())}


def figures(tallies: Sequence[dict[str, float]]) -> dict[str, float | None]:
    """Turn counts of many sheets into rates; longer sheets weigh more."""
    total = {name: sum(found[name] for found in tallies) for name in tallies[0]}
    over = {"chord_tones": "strong", "changes": "bars", "key": "sheets"}
    return {name: total[name] / max(total[over.get(name, "half_bars")], 1.0) for name in COLUMNS}


def targets(rows: Sequence[Row]) -> Iterator[Target]:
    """Better than the Markov model in every way of counting, and chord tones as often as printed."""
    printed, ours, _, model, _ = (row.figures for row in rows)
    for name in ("root", "majmin", "chord"):
        mine, rival = ours[name], model[name]
        better = None if mine is None or rival is None else mine > rival
        yield Target(f"{COLUMNS[name]} above the Markov model's", f"{shown(mine)} against {shown(rival)}", better)
    yield near("strong-beat chord tones", ours["chord_tones"], printed["chord_tones"], 0.03)


def _write(options: argparse.Namespace, rows: Sequence[Row]) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    text = "\n\n".join([table(rows, COLUMNS), target_table(list(targets(rows)))])
    (options.out / "harmony.md").write_text(text + "\n", encoding="utf-8")
    data = json.dumps([asdict(row) for row in rows], indent=1)
    (options.out / "harmony.json").write_text(data, encoding="utf-8")
    print(text)  # noqa: T201
    if options.json:
        print(json.dumps({"genre": "harmony", "rows": [asdict(row) for row in rows]}))  # noqa: T201


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.json:
        print(text, flush=True)  # noqa: T201
