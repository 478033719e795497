"""A worker process that meets its fate at a given point: ``doomed_worker.py HOME FATE``."""

import os
import signal
import sys
import time
from pathlib import Path

from composer_core import techniques
from composer_core.techniques.blocks import Blocks
from composer_core.worker import compose, held, loop
from composer_core.worker.produce import Produced, describe_take
from composer_core.worker.setup import Setup
from storage.history import History
from storage.home import Home
from storage.jobs import Ledger


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Fake(Blocks):
    """Composes by rule, after what the fate demands."""

    def compose(self, assignments, progress):
        if fate == "while composing":
            die()
        while fate == "waits":
            progress("compose", 0.1)
            time.sleep(0.01)
        while fate == "deaf":
            time.sleep(0.01)
        return super().compose(assignments, progress)


def produce(composition, folder, name, setup, *, stems, score, extra, progress):
    (folder / f"{name}.mid").write_bytes(b"MThd")
    if fate == "while rendering":
        die()
    return Produced(describe_take(composition) | {"audio": {}, **extra}, {"mid": f"{name}.mid"})


home, fate = Home(Path(sys.argv[1])), sys.argv[2]
techniques.TECHNIQUES["fake"] = Fake
compose.produce = produce
held.BEAT_S, held.PATIENCE_S = 0.02, 0.2
if fate == "before history":
    History.save = die
if fate == "before finish":
    Ledger.finish = die
loop.run(Setup(home), until_idle=True, on_start=loop.stop_on_signals)
