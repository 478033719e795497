"""How often Slack may be called: tiers by method, a message a second by channel, an edit a second by message."""

import json
import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import schemas

PER_MINUTE = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}  # "t5" is special: see POSTS
POSTS = {"chat.postMessage", "chat.startStream"}  # "1 per second per channel, short bursts allowed"
BURST = 5
EDITS = {"chat.update"}  # Slack's staff: at most one a second (slackapi/bolt-js #2073)
EDIT_BURST = 3


@dataclass
class Burst:
    """So many calls at once, and from then on one a second."""

    most: int
    left: float = 0.0
    at: float = -math.inf

    def wait_s(self, now: float) -> float:
        """How long to wait for the next call; 0 takes it."""
        self.left, self.at = min(self.most, self.left + now - self.at), now
        if self.left < 1:
            return 1 - self.left
        self.left -= 1
        return 0.0


@dataclass
class Window:
    """So many calls in so many seconds."""

    limit: int
    per_s: float
    times: deque[float] = field(default_factory=deque)

    def wait_s(self, now: float) -> float:
        """How long to wait for the next call; 0 takes it."""
        while self.times and now - self.times[0] >= self.per_s:
            self.times.popleft()
        if len(self.times) >= self.limit:
            return self.per_s - (now - self.times[0])
        self.times.append(now)
        return 0.0


class Limits:
    """All buckets of all workspaces. ``speed`` makes their time run faster, so that a long test fits into seconds."""

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._buckets: dict[tuple[str, ...], Window | Burst] = {}
        self._not_before: dict[str, float] = defaultdict(float)

    def wait_s(self, team: str, method: str, arguments: dict[str, Any]) -> int:
        """How many seconds (Retry-After is whole) a call has to wait; 0 lets it through."""
        now = time.monotonic() * self.speed
        waits = [bucket.wait_s(now) for bucket in self._of(team, method, arguments)]
        return math.ceil(max(waits, default=0.0) / self.speed)

    def _of(self, team: str, method: str, arguments: dict[str, Any]) -> list[Window | Burst]:
        tier = (schemas.method(method) or {}).get("rate_limits", "t5")
        found = [self._bucket((team, method), Window(PER_MINUTE[tier], 60.0))] if tier in PER_MINUTE else []
        if method in POSTS:
            found.append(self._bucket((team, "posts", str(arguments.get("channel"))), Burst(BURST)))
        if method in EDITS:
            edited = (team, "edits", str(arguments.get("channel")), str(arguments.get("ts")))
            found.append(self._bucket(edited, Burst(EDIT_BURST)))
        return found

    def _bucket(self, key: tuple[str, ...], fresh: Window | Burst) -> Window | Burst:
        return self._buckets.setdefault(key, fresh)

    def told(self, team: str, method: str, arguments: dict[str, Any], wait_s: float) -> None:
        """Remember that a call was told to wait."""
        self._not_before[_same(team, method, arguments)] = time.monotonic() + wait_s

    def impatience_s(self, team: str, method: str, arguments: dict[str, Any]) -> float:
        """How much too early the same call comes again."""
        return max(0.0, self._not_before[_same(team, method, arguments)] - time.monotonic())


def _same(team: str, method: str, arguments: dict[str, Any]) -> str:
    return json.dumps([team, method, arguments], sort_keys=True, default=str)
