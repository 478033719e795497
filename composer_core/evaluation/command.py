"""`tutti evaluate GENRE`: every system on the held-out pieces, three seeds, one table and one plot."""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from composer_core.corpora.chorales import Piece, build_corpus
from composer_core.errors import SettingError
from composer_core.evaluation.report import Row, Truth, measure, plot, table
from composer_core.evaluation.systems import System, by_technique, copy_baseline, reference_system, rule_baseline
from composer_core.genres import Genre, find_genre
from composer_core.harmony import find_key
from composer_core.models.reference import ReferenceConfig, ReferenceGenerator
from composer_core.music import Key
from composer_core.roll import Roll, make_roll
from composer_core.techniques.accompany import Accompany, AccompanyConfig
from composer_core.training.wgan_gp import reference_windows, train_reference
from composer_core.worker.setup import Setup

_CPU = torch.device("cpu")


def main(arguments: list[str], setup: Setup) -> int:
    """Measure, write ``GENRE.md``, ``.png`` and ``.json`` below ``--out``, and print the table."""
    options = _parser(setup).parse_args(arguments)
    if options.genre != "chorale":
        raise SettingError(f"There is no held-out corpus for {options.genre!r}: evaluate chorale.")
    genre = find_genre(options.genre)
    corpus = build_corpus(options.data, options.cache)
    pieces = corpus.reserved[: options.pieces]
    truth = Truth(
        real=_rolls(pieces),
        keys={piece.name: _key(piece) for piece in (*pieces, *corpus.training)},
        training=_rolls(corpus.training),
        genre=genre,
    )
    rows = _truth_rows(truth)
    for name, (system, seeds) in _systems(options, genre, truth).items():
        start = time.process_time()
        takes = [system(pieces, seed) for seed in range(seeds)]
        rows.append(measure(name, takes, truth))
        _say(options, f"{name}: {time.process_time() - start:.0f} s of processor time")
    _write(options, rows)
    return 0


def _parser(setup: Setup) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tutti evaluate", description=__doc__)
    parser.add_argument("genre", nargs="?", default="chorale", help="a genre with a held-out corpus (chorale)")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the corpus folder")
    parser.add_argument("--seeds", type=int, default=3, help="takes of every piece (default 3)")
    parser.add_argument("--pieces", type=int, default=None, help="only the first N held-out pieces")
    parser.add_argument("--ablate", action="store_true", help="also measure Tutti with parts of its road left out")
    parser.add_argument(
        "--reference-minutes",
        type=float,
        default=0.0,
        help="train DeepComposer's GAN for this many processor minutes on the same pieces (kept in --cache)",
    )
    cache = setup.home.root / "cache"
    parser.add_argument("--cache", type=Path, default=cache, help="parsed corpus and reference weights")
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="folder of table, plot and figures")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on the last line")
    return parser


def _systems(options: argparse.Namespace, genre: Genre, truth: Truth) -> dict[str, tuple[System, int]]:
    """Every system to measure with its number of seeds (one where nothing is random)."""
    seeds = options.seeds
    config = AccompanyConfig()
    systems = {"Tutti": (by_technique(Accompany(genre, config)), seeds)}
    if options.ablate:
        systems |= {
            name: (by_technique(Accompany(genre, variant)), seeds)
            for name, variant in {
                "Tutti, draft alone": replace(config, refine_passes=0, repair_passes=0),
                "Tutti, no draft": replace(config, draft=False),
                "Tutti, no repair": replace(config, repair_passes=0),
            }.items()
        }
    if options.reference_minutes > 0:
        systems["DeepComposer GAN"] = (reference_system(_reference(options, truth)), seeds)
    systems["copy of the nearest"] = (copy_baseline(truth.training), 1)
    systems["rule: block chords"] = (rule_baseline(genre), 1)
    return systems


def _truth_rows(truth: Truth) -> list[Row]:
    """Bach himself: one half of the held-out pieces against the other, and a training sample against them all."""
    whole = measure("Bach", [truth.real], truth)
    halves = measure("", [truth.real[::2]], replace(truth, real=truth.real[1::2]))
    bach = replace(whole, figures={**whole.figures, **_only(halves, "overlapped_area")}, areas=halves.areas)
    step = max(len(truth.training) // len(truth.real), 1)
    sample = measure("other Bach (ceiling)", [truth.training[::step][: len(truth.real)]], truth)
    return [bach, replace(sample, figures={**sample.figures, "near_copies": None, "agreement": None})]


def _only(row: Row, column: str) -> dict[str, float | None]:
    return {column: row.figures[column]}


def _key(piece: Piece) -> Key:
    return find_key([note for voice in piece.voices for note in voice])


def _reference(options: argparse.Namespace, truth: Truth) -> ReferenceGenerator:
    """DeepComposer's generator, trained for the given minutes or taken from an earlier run of the same length."""
    config = ReferenceConfig()
    path = options.cache / f"reference-{options.reference_minutes:g}min.safetensors"
    if not path.is_file():
        windows = reference_windows(truth.training)

        def report(iteration: int, losses: dict[str, float]) -> None:
            _say(options, f"reference iteration {iteration}: " + str({k: round(v, 3) for k, v in losses.items()}))

        seconds = options.reference_minutes * 60
        generator = train_reference(windows, config, 0, seconds, report, _CPU)
        save_file(generator.state_dict(), path)
    generator = ReferenceGenerator(config)
    generator.load_state_dict(load_file(path))
    return generator.eval()


def _rolls(pieces: Sequence[Piece]) -> list[Roll]:
    return [make_roll(piece.name, piece.timing, piece.voices) for piece in pieces]


def _write(options: argparse.Namespace, rows: Sequence[Row]) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    text = table(rows)
    base = options.out / options.genre
    base.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    plot(rows, base.with_suffix(".png"))
    figures = [asdict(row) for row in rows]
    base.with_suffix(".json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(text)  # noqa: T201
    if options.json:
        print(json.dumps({"genre": options.genre, "rows": figures, "plot": str(base.with_suffix(".png"))}))  # noqa: T201
    else:
        print(f"Table, plot and figures: {base}.md .png .json")  # noqa: T201


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.json:
        print(text, flush=True)  # noqa: T201
