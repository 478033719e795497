"""Watches the event loop: whatever blocks it delays every acknowledgement and the gateway's heartbeat."""

import asyncio
import logging
from dataclasses import dataclass

BEAT_S = 0.05
LONGEST_S = 0.1  # what we allow ourselves

log = logging.getLogger(__name__)


@dataclass
class Pulse:
    """``longest_s`` is the longest time for which the loop did not come round, ``blocks`` how often it was too long."""

    longest_s: float = 0.0
    blocks: int = 0

    async def run(self) -> None:
        """Measure until cancelled; every block beyond ``LONGEST_S`` is logged."""
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(BEAT_S)
            late_s = clock() - before - BEAT_S
            self.longest_s = max(self.longest_s, late_s)
            if late_s > LONGEST_S:
                self.blocks += 1
                log.warning("the event loop was blocked for %.0f ms", 1000 * late_s)
