"""The time in a fake: the real one, which can be put forward."""

import time
from dataclasses import dataclass


@dataclass
class Clock:
    """Seconds since 1970 plus what was skipped."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead_s

    def advance(self, seconds: float) -> None:
        self.ahead_s += seconds
