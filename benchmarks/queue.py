"""How long enqueue, claim and place take with many waiting jobs: `python -m benchmarks.queue`.

A database file in a temporary folder, 1,000 members, the same `synchronous = FULL` as in production.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

sys.path[0] = str(Path(__file__).parent.parent)  # instead of this folder, where this file would hide Python's own queue

from gpu.params import GenerationParams  # noqa: E402
from gpu.types import GenerationRequest  # noqa: E402
from storage.database import Database  # noqa: E402
from storage.models import Job, JobState, Limits, NewJob, new_job_id  # noqa: E402
from storage.queue import Queue  # noqa: E402

MEMBERS = 1000
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 300


def new_jobs() -> Iterator[NewJob]:
    """Jobs of all members in turn."""
    number = 0
    while True:
        job_id = new_job_id()
        params = GenerationParams(prompt="a lighthouse in a storm, oil on canvas", num_inference_steps=30, seed=number)
        request = GenerationRequest(job_id=job_id, params=params, output_dir=Path("images") / job_id[:2] / job_id)
        yield NewJob(
            id=job_id, user_id=number % MEMBERS, request=request, text=params.prompt, estimate=5.0 + number % 7
        )
        number += 1


async def timed(rounds: int, ask: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of each call."""
    milliseconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        await ask()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


async def fill(db: Database, queue: Queue, jobs: Iterator[NewJob], size: int) -> None:
    """Enqueue until `size` jobs wait. Without fsync, as nobody waits for the outcome."""
    await db.run("PRAGMA synchronous = OFF")
    for _ in range(size - await queue.depth("local")):
        await queue.enqueue(next(jobs))
    await db.run("PRAGMA synchronous = FULL")


async def measure(db: Database, queue: Queue, jobs: Iterator[NewJob], size: int) -> None:
    """Print one line of the table."""
    await fill(db, queue, jobs, size)
    ids: list[str] = []
    claimed: list[Job] = []

    async def enqueue() -> None:
        ids.append((await queue.enqueue(next(jobs))).id)

    async def claim() -> None:
        job = await queue.claim("local", "gpu0")
        assert job is not None
        claimed.append(job)

    asked = await timed(ROUNDS, enqueue)
    given = await timed(ROUNDS, claim)
    finished = await timed(ROUNDS, lambda: queue.finish(claimed.pop(), JobState.DONE, cost=6.0))
    placed = await timed(20, lambda: queue.place(ids.pop(), 8))
    columns = [f"{value:9.2f}" for times in (asked, given, finished, placed) for value in p50_p99(times)]
    print(f"{size:>9,} " + " ".join(columns), flush=True)


def p50_p99(times: list[float]) -> tuple[float, float]:
    """Median and the 99th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


async def main() -> None:
    """Measure each size, growing one database."""
    print("milliseconds:    enqueue               claim              finish               place")
    print("  waiting " + "       p50       p99" * 4)
    with tempfile.TemporaryDirectory() as folder:
        async with Database.open(Path(folder) / "easel.db") as db:
            queue = Queue(db, limits=Limits(running=3, waiting=10**6), clock=time.time, boot_id="benchmark")
            jobs = new_jobs()
            for size in SIZES:
                await measure(db, queue, jobs, size)


if __name__ == "__main__":
    asyncio.run(main())
