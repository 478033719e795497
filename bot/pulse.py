"""Watches the event loop: whatever blocks it delays every acknowledgement and the gateway's heartbeat."""

import asyncio
import logging
import time
from dataclasses import dataclass

BEAT_S = 0.05
LONGEST_S = 0.1  # what we allow ourselves

log = logging.getLogger(__name__)


@dataclass
class Pulse:
    """``longest_s`` is the longest time for which the loop did not come round, ``blocks`` how often it was too long.

    ``busiest_s`` is the most computing that the loop's own thread did in one such time: where it is much less, the
    thread waited for a disk, for another thread, or for its turn on a busy machine.
    """

    longest_s: float = 0.0
    busiest_s: float = 0.0
    blocks: int = 0

    async def run(self) -> None:
        """Measure until cancelled; every block beyond ``LONGEST_S`` is logged."""
        clock = asyncio.get_running_loop().time
        while True:
            before, computed_s = clock(), time.thread_time()
            await asyncio.sleep(BEAT_S)
            late_s, computed_s = clock() - before - BEAT_S, time.thread_time() - computed_s
            self.longest_s, self.busiest_s = max(self.longest_s, late_s), max(self.busiest_s, computed_s)
            if late_s > LONGEST_S:
                self.blocks += 1
                log.warning(
                    "the event loop was blocked for %.0f ms, %.0f of them computing", 1e3 * late_s, 1e3 * computed_s
                )

    def report(self) -> str:
        """Say how the loop fared."""
        return f"longest block {1e3 * self.longest_s:.0f} ms, most computing at once {1e3 * self.busiest_s:.0f} ms"
