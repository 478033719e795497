"""A worker process that trains at debug size and meets its fate: ``small_trainer.py HOME FATE``."""

import importlib
import os
import signal
import sys
import time
from pathlib import Path

home, fate = Path(sys.argv[1]), sys.argv[2]
os.environ["MPLCONFIGDIR"] = str(home / "cache")  # as a worker does before the first training loads matplotlib

from composer_core.training.course import Course  # noqa: E402
from composer_core.worker import loop, teach  # noqa: E402
from composer_core.worker.setup import Setup  # noqa: E402
from storage.home import Home  # noqa: E402
from tests.fakes.small_training import shrink, shrink_telling  # noqa: E402


def set_to(name: str, value: object) -> None:
    module, _, attribute = name.rpartition(".")
    setattr(importlib.import_module(module), attribute, value)


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_the_middle(course: Course, windows: object, rng: object) -> dict[str, float]:
    """Die in the second round of the second epoch."""
    return die() if course.rounds == 3 else plain_round(course, windows, rng)


def slowly(course: Course, windows: object, rng: object) -> dict[str, float]:
    time.sleep(0.05)
    return plain_round(course, windows, rng)


plain_round = Course._round
shrink(set_to)
teach.MOST_WAITING = 100  # small epochs are faster than their pictures
if fate != "as usual":
    shrink_telling(set_to)
if fate == "dies in an epoch":
    Course._round = in_the_middle
if fate == "dies before it finishes":
    teach.Followed.conclude = die
if fate == "is slow":
    Course._round = slowly
sys.exit(loop.main(["--kinds", "train", "--until-idle"], Setup(Home(home))))
