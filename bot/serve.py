"""Everything that talks to people, on one event loop."""

import asyncio
import logging
from collections.abc import Mapping

from bot.chat import Frontend, SetupRefused
from bot.command import Command
from bot.courier import Courier
from bot.desk import Desk
from bot.dispatch import Dispatch
from bot.pulse import Pulse
from bot.upkeep import keep_up

log = logging.getLogger(__name__)


async def serve(
    desk: Desk, frontends: Mapping[str, Frontend], commands: Mapping[str, Command], pulse: Pulse | None = None
) -> None:
    """Run every frontend, and bring every job's news, until cancelled.

    Raises:
        SetupRefused: a frontend cannot start; the message says what to mend.
    """
    dispatch, courier, pulse = Dispatch(desk, commands), Courier(desk, frontends), pulse or Pulse()
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(pulse.run())
            tasks.create_task(keep_up(desk))
            for frontend in frontends.values():
                tasks.create_task(frontend.run(dispatch.handle, dispatch.suggest))
            await courier.run()  # not a task of its own: stopped, it ends before the frontends that it speaks through
    except* SetupRefused as refused:
        raise refused.exceptions[0] from None
    finally:
        log.info("event loop: %s", pulse.report())
