"""Fixtures that every kind of test shares: the real configuration with the fake engine, and the studio on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Config, load_config
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from gpu.types import Progress
from storage.models import Job, JobState


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """config.toml as it is shipped, on the fake engine and a data directory of its own."""
    shipped = load_config()
    worker = shipped.worker.model_copy(update={"engine": "fake", "previews": False})
    return shipped.model_copy(update={"worker": worker, "data_dir": tmp_path / "data"})


@pytest.fixture
async def runtime(config: Config) -> AsyncIterator[Runtime]:
    """The studio with a real database, a real dispatcher and a real worker process."""
    async with open_studio(config) as opened:
        yield opened


@pytest.fixture
def alice() -> Requester:
    return Requester(user_id=1, guild_id=10, channel_id=100)


@pytest.fixture
def bob() -> Requester:
    return Requester(user_id=2, guild_id=10, channel_id=100)


class Recorder:
    """A JobListener that keeps what it is told, and waits for it."""

    def __init__(self) -> None:
        self.states: list[tuple[str, JobState]] = []
        self.progress: list[Progress] = []
        self._changed = asyncio.Event()

    async def on_state(self, job: Job) -> None:
        self.states.append((job.id, job.state))
        self._changed.set()

    def on_progress(self, job: Job, progress: Progress) -> None:
        self.progress.append(progress)
        self._changed.set()

    def of(self, job_id: str) -> list[JobState]:
        """The states that were told of one job, in order."""
        return [state for told, state in self.states if told == job_id]

    async def until(self, job_id: str, state: JobState, timeout: float = 90.0) -> None:
        async with asyncio.timeout(timeout):
            while state not in self.of(job_id):
                self._changed.clear()
                await self._changed.wait()

    async def until_step(self, job_id: str, step: int = 1, timeout: float = 90.0) -> None:
        async with asyncio.timeout(timeout):
            while not any(p.job_id == job_id and p.step >= step for p in self.progress):
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def recorder(runtime: Runtime) -> AsyncIterator[Recorder]:
    listener = Recorder()
    with runtime.dispatcher.listening(listener):
        yield listener
