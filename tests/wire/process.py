"""The bot as a process of its own, pointed at the loopback Discord, with a folder that outlives it."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

import psutil

from bot.config import PROJECT
from tests.wire.driver import eventually
from tests.wire.fakediscord import TOKEN, FakeDiscord

CONFIG = """
data_dir = "."
default_model = "starter"
[discord]
welcome = false
[queue]
lease_seconds = 6
[worker]
engine = "fake"
[models.starter]
family = "sdxl"
source = "gpu/starter"
pixels = 16384
multiple = 8
num_inference_steps = 8
"""


class BotProcess:
    """`python -m bot run` on the fake engine; can be killed and started again on the same folder."""

    def __init__(self, discord: FakeDiscord, folder: Path, **environment: str) -> None:
        self.discord = discord
        self.folder = folder
        self.environment = environment
        self.process: asyncio.subprocess.Process | None = None
        (folder / "config.toml").write_text(CONFIG)

    async def start(self) -> None:
        """Start it and wait until it listens to Discord."""
        identifies = self.discord.gateway.identifies
        environment = {**os.environ, "DISCORD_TOKEN": TOKEN, **self.environment}
        arguments = (
            "-m",
            "tests.wire.redirected",
            self.discord.base,
            "run",
            "--config",
            str(self.folder / "config.toml"),
        )
        with (self.folder / "bot.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *arguments, cwd=PROJECT, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        await eventually(lambda: self._listens(identifies), 90, f"the bot connects: {self.log()[-2000:]}")

    async def kill(self) -> None:
        """kill -9: no chance to say good-bye."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        return await self._end(signal.SIGINT)

    def log(self) -> str:
        """All that its lives have printed."""
        return (self.folder / "bot.log").read_text(errors="replace")

    def workers(self) -> list[psutil.Process]:
        """Its worker processes."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def jobs(self) -> list[dict[str, Any]]:
        """The jobs in its database, as stored."""
        return self._rows("SELECT * FROM jobs ORDER BY seq")

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        if not (self.folder / "easel.db").exists():
            return []
        with sqlite3.connect(f"file:{self.folder / 'easel.db'}?mode=ro", uri=True) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql)]

    def _listens(self, identifies: int) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(f"the bot ended: {self.log()[-3000:]}")
        return self.discord.gateway.identifies > identifies and self.discord.gateway.connected.is_set()

    async def _end(self, how: signal.Signals) -> int:
        if self.process is None or self.process.returncode is not None:
            return 0
        self.process.send_signal(how)
        code = await asyncio.wait_for(self.process.wait(), 60)
        await eventually(lambda: not self.discord.gateway.connected.is_set(), 30, "the gateway notices")
        return code
