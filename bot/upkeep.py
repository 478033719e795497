"""What a data folder needs now and then while somebody serves it."""

import asyncio
import logging
import sqlite3

from bot.datasets import prune_unused
from bot.desk import Desk

EVERY_S = 6 * 3600.0

log = logging.getLogger(__name__)


async def keep_up(desk: Desk, every_s: float = EVERY_S) -> None:
    """Delete what has waited too long, now and again and again; what fails is tried the next time."""
    while True:
        try:
            if gone := await desk.do(prune_unused, desk):
                log.info("files that no training used are deleted: %s", ", ".join(gone))
        except (sqlite3.Error, OSError):
            log.exception("files that no training used could not be deleted")
        await asyncio.sleep(every_s)
