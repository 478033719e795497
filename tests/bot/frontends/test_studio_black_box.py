"""The studio as its user starts it: a process, settings from the environment, stopped by a signal."""

import asyncio
import os
import signal
import socket
import sys

import aiohttp


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def test_it_starts_without_a_token_answers_and_stops(home):
    port = free_port()
    environ = {**os.environ, "TUTTI_HOME": str(home.root), "TUTTI_STUDIO_PORT": str(port)}
    line = [sys.executable, "-P", "-m", "bot", "chat"]
    process = await asyncio.create_subprocess_exec(*line, env=environ, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as http:
            while b"the studio is at" not in await process.stderr.readline():
                assert process.returncode is None
            async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 200
            async with http.get(f"http://127.0.0.1:{port}/api/jobs/{'0' * 12}/events") as answer:
                assert answer.status == 404
            process.send_signal(signal.SIGTERM)
            _, said = await process.communicate()
        assert process.returncode == 0 and b"Traceback" not in said and b"event loop" in said
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
