"""Keeps us within Slack's limits (apis/web-api/rate-limits in its documentation)."""

import asyncio
import time
from collections import defaultdict, deque

BURST = 3  # "1 per second per channel, short bursts allowed"
LOOK_BACK_S = 15.0
KNOWN_MOST = 10_000

Key = tuple[str, str]


class Pacer:
    """Lets calls wait for their turn: posts, one in ``post_s`` and channel, and whatever Slack has told to wait."""

    def __init__(self, post_s: float = 1.0) -> None:
        self._post_s = post_s
        self._posts: defaultdict[Key, deque[float]] = defaultdict(lambda: deque(maxlen=BURST))
        self._not_before: dict[Key, float] = {}

    async def post(self, team: str, channel: str) -> None:
        """Wait until a channel takes another message."""
        if len(self._posts) > KNOWN_MOST:
            self._posts.clear()
        posts, now = self._posts[team, channel], time.monotonic()
        at = max(now, posts[0] + BURST * self._post_s) if len(posts) == BURST else now
        posts.append(at)
        await asyncio.sleep(at - now)

    async def call(self, team: str, method: str) -> None:
        """Wait while Slack has told us to leave a method alone."""
        await asyncio.sleep(max(0.0, self._not_before.get((team, method), 0.0) - time.monotonic()))

    def hold(self, team: str, method: str, seconds: float) -> None:
        """Leave a method alone for a while."""
        until = time.monotonic() + seconds
        self._not_before[team, method] = max(self._not_before.get((team, method), 0.0), until)


class Tempo:
    """How often a message may be edited: once in ``least_s``, and all of them together no more often than that.

    chat.update is of tier 3: 50 or more a minute and workspace.
    """

    def __init__(self, least_s: float) -> None:
        self.least_s = least_s
        self._edits: deque[tuple[float, str]] = deque()

    def edited(self, message: str) -> None:
        """Note an edit."""
        self._edits.append((time.monotonic(), message))

    @property
    def pace_s(self) -> float:
        """Return the least time between two edits of one message now."""
        since = time.monotonic() - LOOK_BACK_S
        while self._edits and self._edits[0][0] < since:
            self._edits.popleft()
        return self.least_s * max(1, len({message for _, message in self._edits}))
