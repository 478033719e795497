"""`tutti evaluate GENRE`: every system on the held-out pieces, three seeds, in one table with targets and plots.

`tutti evaluate harmony` measures the planner alone.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from composer_core.corpora import build_songs
from composer_core.corpora.chorales import build_corpus
from composer_core.evaluation import harmony
from composer_core.evaluation.band_study import BandStudy
from composer_core.evaluation.chorale_study import ChoraleStudy
from composer_core.evaluation.plots import plot_areas, plot_bars, plot_distances
from composer_core.evaluation.reference import Training
from composer_core.evaluation.report import Row, Target, part_table, table, target_table
from composer_core.evaluation.study import Contender, Options, Study
from composer_core.genres import find_genre
from composer_core.worker.setup import Setup


def main(arguments: list[str], setup: Setup) -> int:
    """Measure, write ``GENRE.md``, ``.json`` and three pictures below ``--out``, and print the tables."""
    if arguments[:1] == ["harmony"]:
        return harmony.main(arguments, setup)
    options = _parser(setup).parse_args(arguments)
    study = _study(options)
    rows = study.real_rows()
    for contender in study.contenders():
        rows.append(_run(contender, study))
        _say(options, f"{contender.name}: {rows[-1].figures['seconds']:.2f} s of processor time a take")
    rows = study.finished(rows)
    _write(options, study, rows, study.targets(rows))
    return 0


def _parser(setup: Setup) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tutti evaluate", description=__doc__)
    parser.add_argument("genre", nargs="?", default="chorale", help="a shipped genre (default chorale), or harmony")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the corpus folder")
    parser.add_argument("--seeds", type=int, default=3, help="takes of every piece (default 3)")
    parser.add_argument("--pieces", type=int, default=None, help="only so many held-out pieces (bands: default 30)")
    parser.add_argument("--ablate", action="store_true", help="also measure Tutti with other drafts or parts left out")
    parser.add_argument("--weights", type=Path, help="folder of other weights than the shipped ones, such as a trial's")
    parser.add_argument("--no-judge", dest="judge", action="store_false", help="leave out the fresh judge: quicker")
    parser.add_argument(
        "--reference-minutes",
        type=float,
        default=0.0,
        help="train DeepComposer's GAN for this many processor minutes on the same pieces (kept in --cache)",
    )
    cache = setup.home.root / "cache"
    parser.add_argument("--cache", type=Path, default=cache, help="parsed corpus and reference weights")
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="folder of tables, plots and figures")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON on the last line")
    return parser


def _study(options: argparse.Namespace) -> Study:
    genre = find_genre(options.genre)
    if options.weights:
        genre = replace(genre, folder=options.weights)
    minutes = options.reference_minutes
    reference = Training(minutes, options.cache, lambda text: _say(options, text)) if minutes > 0 else None
    chosen = Options(options.seeds, options.ablate, reference, options.judge)
    if genre.name == "chorale":
        return ChoraleStudy(genre, build_corpus(options.data, options.cache), options.pieces, chosen)
    return BandStudy(genre, build_songs(genre, options.data, options.cache), options.pieces, chosen)


def _run(contender: Contender, study: Study) -> Row:
    start = time.process_time()
    takes = [contender.compose(seed) for seed in range(contender.seeds)]
    seconds = (time.process_time() - start) / max(sum(len(take) for take in takes), 1)
    row = study.measure(contender.name, takes)
    return replace(row, figures={**row.figures, "seconds": seconds})


def _write(options: argparse.Namespace, study: Study, rows: Sequence[Row], targets: Sequence[Target]) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    layout = study.layout
    tables = [table(rows, layout.columns), target_table(targets)]
    if layout.part_columns:
        tables.insert(1, part_table(rows, layout.part_columns))
    text = "\n\n".join(tables)
    base = options.out / options.genre
    base.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
    pictures = {kind: options.out / f"{options.genre}{kind}.png" for kind in ("", "-areas", "-distances")}
    plot_bars(rows, layout.panels, pictures[""])
    plot_areas(rows, pictures["-areas"])
    plot_distances(rows, pictures["-distances"])
    figures = {"rows": [asdict(row) for row in rows], "targets": [asdict(target) for target in targets]}
    base.with_suffix(".json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(text)  # noqa: T201
    if options.json:
        print(json.dumps({"genre": options.genre, **figures, "plot": str(pictures[""])}))  # noqa: T201
    else:
        print(f"Tables, figures and plots: {base}.md .json .png")  # noqa: T201


def _say(options: argparse.Namespace, text: str) -> None:
    if not options.json:
        print(text, flush=True)  # noqa: T201
