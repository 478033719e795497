"""``tutti bench``: how long things take on this machine. Figures, never tests."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from composer_core.demo import DEMO_NAME, DEMO_NOTES
from composer_core.genres import Genre, find_genre
from composer_core.melody import fit
from composer_core.music import Composition, Melody
from composer_core.notation import parse_notes
from composer_core.performance import perform
from composer_core.techniques import Assignment, Technique, load_technique
from composer_core.worker.produce import produce, render_composition
from composer_core.worker.setup import OneLineParser, Setup

LONG_S = 180.0

Result = dict[str, Any]
"""Plain JSON with at least ``id``, ``status`` (``reached`` or ``missed``), ``value``, ``unit`` and ``target``."""


def main(arguments: list[str], setup: Setup) -> int:
    """Run the named benches, or all."""
    options = _parser().parse_args(arguments)
    genre = find_genre(options.genre, setup.genre_folders)
    results = [BENCHES[name](options, genre, setup) for name in options.names or QUICK]
    if options.json:
        print(json.dumps(results))
    else:
        for result in results:
            print(
                f"{result['id']:8} {result['value']:g} {result['unit']} (target {result['target']}): {result['status']}"
            )
    return 0


def bench_compose(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Time sixteen bars from melody to mp3, the model loaded; the median of some runs."""
    technique, runs = _technique(options, genre), []
    for seed in range(options.repeat):
        started = time.perf_counter()
        composition = _compose(technique, _tune(16), seed)
        compose_s = time.perf_counter() - started
        with tempfile.TemporaryDirectory() as folder:
            timings = produce(composition, Path(folder), "bench", setup).record["timings"]
        runs.append({"compose_s": round(compose_s, 3), **timings})
    median = {lap: statistics.median(run[lap] for run in runs) for lap in runs[0]}
    seconds = median["compose_s"] + median["render_s"] + median["encode_s"]
    return _result("compose", seconds, "s", "<= 4", seconds <= 4, bars=16, laps=median, runs=len(runs))


def bench_long(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Time three minutes of music from melody to mp3, the model loaded, and the most memory that it ever took."""
    technique = _technique(options, genre)
    melody = _tune(1)
    bars = round(LONG_S / melody.timing.seconds_at(melody.end))
    started = time.perf_counter()
    composition = _compose(technique, _tune(bars), seed=0)
    compose_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        record = produce(composition, Path(folder), "bench", setup).record
    seconds = compose_s + record["timings"]["render_s"] + record["timings"]["encode_s"]
    peak_mb = _peak_mb()
    reached = seconds <= 40 and peak_mb <= 1500
    about = {"length_s": record["length_s"], "compose_s": round(compose_s, 2), "peak_mb": round(peak_mb)}
    return _result("long", seconds, "s", "<= 40, <= 1500 MB", reached, **about)


def bench_render(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Measure how many times faster than real time a piece of 64 bars is rendered and mastered."""
    composition = perform(_compose(_technique(options, genre), _tune(64), seed=0))
    speeds = []
    for _ in range(options.repeat):
        started = time.perf_counter()
        mix = render_composition(composition, setup)
        speeds.append(mix.samples.shape[1] / mix.sample_rate / (time.perf_counter() - started))
    speed = statistics.median(speeds)
    tracks = len(composition.tracks)
    return _result("render", speed, "x real time", ">= 40", speed >= 40, tracks=tracks, renderer=mix.renderer)


def bench_step(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Compare an iteration of generator and critic with one of DeepComposer's, both on 128 bars of random music."""
    from composer_core.training.step_bench import iteration_seconds

    ours, reference = iteration_seconds(options.repeat)
    ratio = reference / ours
    seconds = {"ours": round(ours, 4), "reference": round(reference, 4)}
    return _result("step", ratio, "x cheaper than the reference's", ">= 20", ratio >= 20, bars=128, seconds=seconds)


def bench_train(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Train two styles from a base, several seeds each: the least fall of the similarity index to held-out pieces."""
    from composer_core.training.train_bench import measure_styles

    rows = measure_styles(setup.data, options.repeat, _say)
    worst = min(row["fall"] for row in rows)
    lost = max(row["before"]["chord_tones"] - row["after"]["chord_tones"] for row in rows)
    emptied = max(row["after"]["empty"] - max(row["before"]["empty"], row["before"]["empty_real"]) for row in rows)
    reached = worst >= 0.3 and max(lost, emptied) <= 0.03 and max(row["minutes"] for row in rows) <= 5
    return _result("train", 100 * worst, "% off the index", ">= 30", reached, lost=lost, emptied=emptied, rows=rows)


def bench_scratch(options: argparse.Namespace, genre: Genre, setup: Setup) -> Result:
    """Train DeepComposer's GAN and ours from scratch on its snippets.

    The figure is the GAN's whole training over the time after which ours is as good as the GAN ever was.
    """
    from composer_core.training.train_bench import measure_scratch

    figures = measure_scratch(setup.data, options.out, options.minutes, _say)
    ratio = 60 * options.minutes / figures["ours_s"] if figures["ours_s"] else 0.0
    return _result("scratch", ratio, "x sooner than DeepComposer's GAN", ">= 20", ratio >= 20, **figures)


BENCHES: dict[str, Callable[[argparse.Namespace, Genre, Setup], Result]] = {
    "compose": bench_compose,
    "long": bench_long,
    "render": bench_render,
    "step": bench_step,
    "train": bench_train,
    "scratch": bench_scratch,
}
QUICK = ("compose", "render", "step")
"""Run when none is named; the others take half an hour."""


def _peak_mb() -> float:
    """The most memory that this process ever had, in megabytes; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _technique(options: argparse.Namespace, genre: Genre) -> Technique:
    technique = load_technique(options.technique or genre.technique, genre)
    _compose(technique, _tune(4), seed=0)  # the first pass pays for caches and memory
    return technique


def _tune(bars: int) -> Melody:
    return fit(parse_notes(DEMO_NOTES, DEMO_NAME), length_bars=bars)


def _compose(technique: Technique, melody: Melody, seed: int) -> Composition:
    return technique.compose([Assignment(melody, seed)], lambda stage, fraction: None)[0]


def _result(name: str, value: float, unit: str, target: str, reached: bool, **more: object) -> Result:
    status = "reached" if reached else "missed"
    return {"id": name, "status": status, "value": round(value, 3), "unit": unit, "target": target, **more}


def _known(name: str) -> str:
    if name not in BENCHES:
        raise argparse.ArgumentTypeError(f"there is no bench {name!r}: choose from {', '.join(BENCHES)}")
    return name


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="tutti bench", description="Measure speed on this machine.")
    parser.add_argument(
        "names", nargs="*", type=_known, metavar="NAME", help=f"which of {', '.join(BENCHES)} (default: the quick ones)"
    )
    parser.add_argument("--genre", default="chorale")
    parser.add_argument("--technique", help="default: the genre's own")
    parser.add_argument("--repeat", type=int, default=3, metavar="N", help="runs; the median counts (default: 3)")
    parser.add_argument("--minutes", type=float, default=20.0, help="scratch: processor time for the GAN (default: 20)")
    parser.add_argument("--out", type=Path, default=Path("evaluation"), help="scratch: where the plot goes")
    parser.add_argument("--json", action="store_true", help="print a JSON list")
    return parser
