"""Short ways to write jobs and pictures."""

from __future__ import annotations

import itertools
from typing import Any

from gpu.params import GenerationParams
from gpu.types import GenerationRequest, Task
from storage.models import Job, JobState, NewJob, StoredImage
from storage.queue import Queue

_numbers = itertools.count(1)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def new_job(user_id: int = 1, *, id: str = "", task: Task = Task.IMAGINE, text: str = "a fox", **more: Any) -> NewJob:
    """A job of `user_id` that is estimated at 1 device second."""
    job_id = id or f"job{next(_numbers)}"
    request = GenerationRequest(
        job_id=job_id, task=task, params=GenerationParams(prompt=text), output_dir=f"images/{job_id}"
    )
    return NewJob(id=job_id, user_id=user_id, request=request, text=text, **{"estimate": 1.0, **more})


def picture(job_id: str, index: int = 1, **more: Any) -> StoredImage:
    """A stored picture, 64 × 48."""
    path = f"images/{job_id[:2]}/{job_id}/{index}.png"
    return StoredImage(job_id=job_id, index=index, path=path, seed=index, width=64, height=48, **more)


async def claimed(queue: Queue, pool: str = "local", worker: str = "gpu0") -> Job:
    """The next job; there must be one."""
    job = await queue.claim(pool, worker)
    assert job is not None
    return job


async def order(queue: Queue, *, count: int = 1000, pool: str = "local") -> list[str]:
    """Draw up to `count` waiting jobs one after the other, each for exactly its estimate; returns their ids."""
    ids = []
    while len(ids) < count and (job := await queue.claim(pool, "gpu0")):
        ids.append(job.id)
        assert await queue.finish(job, JobState.DONE, cost=job.estimate)
    return ids
