"""A hundred members at once while all cores are busy, and how the process starts and ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.wire.board import CHANNEL
from tests.wire.driver import Member, eventually, final_messages
from tests.wire.fakediscord import DEFER, REPLY, FakeDiscord
from tests.wire.process import BotProcess

MEMBERS = 100

pytestmark = pytest.mark.alone


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """Every core computes, at the niceness of a worker that draws."""
    spin = "import os; os.nice(5)\nwhile True: pass"
    burners = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


async def test_a_hundred_imagines_at_once_are_all_answered_in_time(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        bot = BotProcess(discord, tmp_path)
        await bot.start()
        with busy_cores():
            members = [Member(discord, n) for n in range(MEMBERS)]
            asked = await asyncio.gather(*(m.slash("imagine", prompt=f"fox {m.id} --n 1") for m in members))
            await eventually(lambda: all(i.kind for i in asked), 30, "every command is answered")
        seconds = sorted(i.seconds or 99 for i in asked)
        print(f"acknowledged: median {seconds[50]:.2f} s, p99 {seconds[98]:.2f} s, last {seconds[-1]:.2f} s")
        assert {i.kind for i in asked} <= {REPLY, DEFER}
        assert seconds[98] < 2
        await eventually(lambda: len(bot.jobs()) == MEMBERS and all(j["told_state"] == "done" for j in bot.jobs()), 120)
        assert all(len(final_messages(discord, job["id"])) == 1 for job in bot.jobs())
        assert len(discord.board.public(CHANNEL)) == MEMBERS
        await bot.kill()


async def test_ctrl_c_ends_bot_and_workers_without_a_traceback(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        bot = BotProcess(discord, tmp_path, EASEL_FAKE_STEP_SECONDS="0.2")
        await bot.start()
        interaction = await Member(discord).slash("imagine", prompt="a fox")
        await eventually(lambda: interaction.kind)
        workers = bot.workers()
        assert await bot.stop() == 0, bot.log()
        assert "Traceback" not in bot.log()
        _, alive = await asyncio.to_thread(psutil.wait_procs, workers, 20)
        assert not alive
        await bot.start()  # and what it left is drawn by the next life
        await eventually(lambda: all(j["told_state"] == "done" for j in bot.jobs()), 90)
        await bot.kill()
