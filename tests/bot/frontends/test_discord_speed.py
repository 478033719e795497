"""How long a click takes: `tutti run` as a black box, the model warm. Figures, no limits: they depend on the machine.

``TUTTI_SPEED=1 pytest tests/bot/frontends/test_discord_speed.py -s`` prints, for each genre with weights, the seconds
from the click to the finished message (goal: 6 on two processors) and the most memory of the chat's process (150 MB).
"""

import os
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest

from composer_core.genres import list_genres
from tests.bot.frontends.test_discord_black_box import PATIENCE_S, running  # noqa: F401 - a fixture
from tests.bot.frontends.test_discord_compose import results

TUNE = "4/4 B4 B C5 D | D C B4 A | G G A B | B:1.5 A:1/2 A:2 | B B C5 D | D C B4 A | G G A B | A:1.5 G:1/2 G:2"
TIMES = 4
GOAL_S, GOAL_MB = 6.0, 150


def chat_memory_mb(supervisor: int) -> float:
    """The most memory that the chat's process ever had, where the system tells; 0 where it does not."""
    listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(supervisor)], capture_output=True, text=True)
    pids = [line.split()[0] for line in listed.stdout.splitlines() if " chat " in line]
    status = Path(f"/proc/{pids[0]}/status") if pids else Path("/nowhere")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


@pytest.mark.skipif("TUTTI_SPEED" not in os.environ, reason="a measurement: TUTTI_SPEED=1 takes it")
@pytest.mark.timeout(1800)
async def test_from_the_click_to_the_finished_message(discord, running, channel, ann):  # noqa: F811
    genres = [genre.name for genre in list_genres() if genre.weights.is_file()]
    shown = 0
    for genre in genres:
        seconds = []
        for seed in range(TIMES + 1):
            clicked = time.perf_counter()
            await discord.slash(ann, channel, "compose", notes=TUNE, genre=genre, seed=seed)
            shown += 1
            await discord.until(lambda count=shown: len(results(channel, ann)) == count, patience_s=PATIENCE_S)
            seconds.append(time.perf_counter() - clicked)
        message = results(channel, ann)[-1]
        assert {Path(file.name).suffix for file in message.files} == {".mp3", ".mid", ".png"}
        warm = seconds[1:]  # the first one loads the model
        figures = f"median {median(warm):.2f} s, slowest {max(warm):.2f} s, the first {seconds[0]:.2f} s"
        print(f"\n{genre:11} {figures} (goal {GOAL_S:g} s)")
    late = max(event.acknowledged_after_s for event in discord.world.interactions.values())
    memory_mb = chat_memory_mb(running.pid)
    print(f"slowest acknowledgement {late:.3f} s; chat process {memory_mb:.0f} MB at most (goal {GOAL_MB} MB)")
