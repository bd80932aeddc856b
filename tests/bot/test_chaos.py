"""Many jobs while workers are killed and the studio is stopped at random moments: nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from pathlib import Path

import psutil
import pytest

from bot.config import Config
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from storage.models import JobState
from tests.bot.conftest import Recorder

LINE = "a red fox --n 2 --steps 4"
MANY_ATTEMPTS = 1000
"""Here every crash is ours: no job may be given up because of it."""


def patient(config: Config, engine: str) -> Config:
    """The configuration with an engine, and as many attempts as chaos needs."""
    queue = config.queue.model_copy(update={"max_attempts": MANY_ATTEMPTS, "lease_seconds": 5.0})
    worker = config.worker.model_copy(update={"engine": engine})
    return config.model_copy(update={"queue": queue, "worker": worker})


async def ask(runtime: Runtime, users: int, each: int) -> list[str]:
    """Every user asks for their jobs, in turn."""
    asking = [Requester(user_id=user + 1, guild_id=1, channel_id=1) for _ in range(each) for user in range(users)]
    return [(await runtime.studio.imagine(requester, LINE)).id for requester in asking]


async def unfinished(runtime: Runtime, ids: list[str]) -> int:
    jobs = [await runtime.studio.job(job_id) for job_id in ids]
    return sum(not job.state.final for job in jobs)


def kill_a_worker(chance: random.Random) -> None:
    """kill -9 one worker process of ours, if there is one."""
    workers = [child for child in psutil.Process().children() if "gpu.worker" in " ".join(_arguments(child))]
    if workers:
        with contextlib.suppress(psutil.NoSuchProcess):
            chance.choice(workers).kill()


def _arguments(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return list(process.cmdline())
    return []


async def live(
    config: Config, chance: random.Random, ids: list[str], told: Counter[str], pause: tuple[float, float]
) -> int:
    """One life of the studio with a killed worker or two in it; returns how many jobs are left."""
    async with open_studio(config) as runtime:
        recorder = Recorder()
        with runtime.dispatcher.listening(recorder):
            for _ in range(chance.randint(1, 3)):
                await asyncio.sleep(chance.uniform(*pause))
                kill_a_worker(chance)
        told.update(job_id for job_id, state in recorder.states if state is JobState.DONE)
        return await unfinished(runtime, ids)


async def storm(config: Config, *, users: int, each: int, seed: int, pause: tuple[float, float], calm: float) -> None:
    """Ask, let lives come and go, wait out the rest in calm weather, and count."""
    chance = random.Random(seed)
    told: Counter[str] = Counter()
    async with open_studio(config) as runtime:
        ids = await ask(runtime, users, each)
    for _ in range(6):
        if not await live(config, chance, ids, told, pause):
            break
    async with open_studio(config) as runtime:
        async with asyncio.timeout(calm):
            while await unfinished(runtime, ids):  # noqa: ASYNC110 - asks the database, which tells nobody
                await asyncio.sleep(0.2)
        for job_id in ids:
            job = await runtime.studio.job(job_id)
            images = await runtime.studio.images(job_id)
            assert job.state is JobState.DONE, job
            assert [image.index for image in images] == [1, 2]
            assert sorted(path.name for path in _pictures(runtime, job_id)) == ["1.png", "2.png"]
    assert len(ids) == users * each == len(set(ids))
    assert all(count == 1 for count in told.values()), "a result was reported twice"


def _pictures(runtime: Runtime, job_id: str) -> list[Path]:
    return [*(runtime.files.root / runtime.files.directory(job_id)).glob("*.png")]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "0.01")


async def test_every_job_has_one_result_whatever_dies(config: Config) -> None:
    await storm(patient(config, "fake"), users=8, each=4, seed=1, pause=(0.1, 0.8), calm=200)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_hundred_jobs_of_twenty_users(config: Config, seed: int) -> None:
    await storm(patient(config, "fake"), users=20, each=10, seed=seed, pause=(0.2, 2.0), calm=300)


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_rounds_with_the_real_engine(config: Config) -> None:
    await storm(patient(config, "diffusers"), users=4, each=3, seed=5, pause=(8.0, 25.0), calm=600)
