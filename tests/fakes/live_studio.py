"""A studio that a real browser can open: the server in a thread of its own, workers in processes of their own."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from bot.chat import Place, User
from bot.commands import COMMANDS
from bot.desk import Desk
from bot.frontends.studio_frontend import StudioFrontend
from bot.guests import Guest
from bot.pulse import Pulse
from bot.serve import serve
from bot.settings import Settings, StudioSettings
from storage.home import Home
from tests.fakes.studio import no_limits

PATIENCE_S = 60
ROOT = Path(__file__).parents[2]


class LiveStudio:
    """``url`` is where the page is. ``stop`` and ``start`` are what an outage would be: the port stays the same.

    With a ``host`` it is a public one, found by that name, where people sign in.
    """

    def __init__(self, home: Home, host: str = "") -> None:
        self.home, self.host = home, host
        self.port = _free_port() if host else 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._workers: list[subprocess.Popen[bytes]] = []

    @property
    def url(self) -> str:
        return f"http://{self.host or '127.0.0.1'}:{self.port}"

    def invite(self, name: str) -> str:
        """Return the private link that the bot would hand out to somebody."""
        place = Place("discord", "1")
        guest = Guest(User(f"discord:{name}", name, f"@{name}"), place)
        return f"{self.url}/signin#{self.desk.sessions.invite(guest.user.id, guest.to_json())}"

    def start(self) -> None:
        self._do(self._start())

    def stop(self) -> None:
        self._do(self._stop())

    def hire(self, *kinds: str, module: str = "composer_core") -> None:
        """Start a real worker for these kinds of jobs; ``module`` is the program."""
        environment = os.environ | {"TUTTI_HOME": str(self.home.root), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", module, "worker", "--parent", str(os.getpid()), "--kinds", *kinds]
        log = (self.home.root / f"{kinds[0]}.log").open("wb")
        self._workers.append(subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log))

    def close(self) -> None:
        for worker in self._workers:
            worker.terminate()
        self.stop()
        for worker in self._workers:
            worker.wait(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)

    async def _start(self) -> None:
        settings = StudioSettings(port=self.port, public_url=self.url if self.host else "")
        self.desk = Desk.open(Settings(self.home, studio=settings))
        frontend = StudioFrontend(settings, self.desk, {}, limits=no_limits())
        self._task = asyncio.create_task(serve(self.desk, {"studio": frontend}, COMMANDS, Pulse()))
        await asyncio.wait_for(frontend.ready.wait(), PATIENCE_S)
        self.port = frontend.port

    async def _stop(self) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
