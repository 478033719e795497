"""Everything that talks to people, on one event loop."""

import asyncio
from collections.abc import Mapping

from bot.chat import Frontend
from bot.command import Command
from bot.courier import Courier
from bot.desk import Desk
from bot.dispatch import Dispatch


async def serve(desk: Desk, frontends: Mapping[str, Frontend], commands: Mapping[str, Command]) -> None:
    """Run every frontend, and bring every job's news, until cancelled or one of them ends with an error."""
    dispatch, courier = Dispatch(desk, commands), Courier(desk, frontends)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(courier.run())
        for frontend in frontends.values():
            tasks.create_task(frontend.run(dispatch.handle, dispatch.suggest))
