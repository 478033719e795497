"""How often and how much one user may ask."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_BUCKETS = 10_000


@dataclass(frozen=True)
class Pace:
    """``burst`` requests at once, then ``per_s`` a second."""

    burst: float
    per_s: float


@dataclass
class Limits:
    """Buckets of tokens by who asks. ``clock`` is monotonic, in seconds."""

    clock: Callable[[], float]
    reads: Pace = Pace(300, 30)
    changes: Pace = Pace(60, 2)
    sign_ins: Pace = Pace(10, 0.1)
    most_streams: int = 256
    """Open event streams of one user."""
    _buckets: dict[tuple[str, Pace], tuple[float, float]] = field(default_factory=dict)
    _streams: dict[str, int] = field(default_factory=dict)

    def wait_s(self, who: str, pace: Pace) -> int:
        """Take a token; return 0, or after how many seconds there will be one."""
        now = self.clock()
        if len(self._buckets) >= MOST_BUCKETS:
            self._forget_full(now)
        tokens, since = self._buckets.get((who, pace), (pace.burst, now))
        tokens = min(tokens + (now - since) * pace.per_s, pace.burst)
        if tokens < 1:
            self._buckets[who, pace] = (tokens, now)
            return max(math.ceil((1 - tokens) / pace.per_s), 1)
        self._buckets[who, pace] = (tokens - 1, now)
        return 0

    def open_stream(self, who: str) -> bool:
        """Note one more stream; False if there are too many."""
        if self._streams.get(who, 0) >= self.most_streams:
            return False
        self._streams[who] = self._streams.get(who, 0) + 1
        return True

    def close_stream(self, who: str) -> None:
        """Note one stream less."""
        self._streams[who] -= 1
        if not self._streams[who]:
            del self._streams[who]

    def _forget_full(self, now: float) -> None:
        """Drop the buckets that are full again: a new one is the same."""
        self._buckets = {
            (who, pace): (tokens, since)
            for (who, pace), (tokens, since) in self._buckets.items()
            if tokens + (now - since) * pace.per_s < pace.burst
        }
