"""Days of a busy server in a second: the real queue on a real database, with made-up members and devices.

Events happen in the order of a clock that the simulation moves. A worker draws one job at a time and takes as long as
the job really costs, which nobody knows beforehand.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from storage.errors import QueueFull
from storage.models import Job, JobState
from storage.queue import Queue
from tests.storage.making import Clock, new_job

MAX_ESTIMATE = 60.0
DEPTH = 5
"""Jobs that a busy member keeps waiting."""

WARM_UP = 64
"""Forecasts count from this many ended jobs on: before, nothing is measured yet."""


@dataclass
class Member:
    """Someone who asks for pictures: always (`busy`), or now and then."""

    user_id: int
    weight: float = 1.0
    busy: bool = True
    pause: float = 0.0
    """Mean seconds between two visits of someone who is not always busy."""
    estimate: float = 20.0
    """Typical estimate of a job, in device seconds."""
    cancels: float = 0.0
    """Share of the jobs that are cancelled."""
    service: float = 0.0
    """Device seconds received in jobs that have ended."""


@dataclass
class Forecast:
    """What a waiting member was told, and when."""

    asked_at: float
    seconds: float


@dataclass
class Simulation:
    """`await run(jobs)` plays until so many jobs have ended."""

    queue: Queue
    clock: Clock
    members: list[Member]
    workers: int
    seed: int = 0
    errors: list[float] = field(default_factory=list)
    """Relative error of each forecast that came true."""
    worst: float = 0.0
    """Largest difference of weighted service between two busy members, at any time."""
    largest: float = 0.0
    """The largest job so far, estimated or real, by its weight."""
    ended: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._events: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._numbers = itertools.count()
        self._by_id = {member.user_id: member for member in self.members}
        self._running: dict[str, Job] = {}
        self._forecasts: dict[str, list[Forecast]] = {}
        self._idle = self.workers

    async def run(self, jobs: int) -> None:
        """Play until `jobs` jobs have ended."""
        for member in self.members:
            first = 0.0 if member.busy else self.random.expovariate(1 / member.pause)
            self._after(first, lambda member=member: self._visit(member))
        while self.ended < jobs:
            self.clock.now, _, event = heapq.heappop(self._events)
            await event()
            await self._feed_workers()

    def weighted_service(self, member: Member) -> float:
        """Device seconds received so far, also in jobs that still run, by weight."""
        now = self.clock.now
        running = sum(now - job.started_at for job in self._running.values() if job.user_id == member.user_id)
        return (member.service + running) / member.weight

    # --- Members --------------------------------------------------------------------------------------------------

    async def _visit(self, member: Member) -> None:
        if member.busy:
            for _ in range(DEPTH):
                await self._ask(member)
            return
        for _ in range(self.random.randint(1, 5)):
            await self._ask(member)
        self._after(self.random.expovariate(1 / member.pause), lambda: self._visit(member))

    async def _ask(self, member: Member) -> None:
        estimate = min(MAX_ESTIMATE, member.estimate * math.exp(self.random.gauss(0, 0.5)))
        try:
            job = await self.queue.enqueue(new_job(member.user_id, weight=member.weight, estimate=estimate))
        except QueueFull:
            return
        if self.random.random() < member.cancels:
            self._after(self.random.uniform(0, 6) * estimate, lambda: self._cancel(job.id))
        if self.random.random() < 0.5:
            await self._forecast(job.id)
            self._after(self.random.uniform(0, 3) * estimate, lambda: self._forecast(job.id))

    async def _forecast(self, job_id: str) -> None:
        if self.ended >= WARM_UP and (await self.queue.get(job_id)).state is JobState.QUEUED:
            place = await self.queue.place(job_id, self.workers)
            self._forecasts.setdefault(job_id, []).append(Forecast(self.clock.now, place.seconds))

    async def _cancel(self, job_id: str) -> None:
        job = await self.queue.cancel(job_id)
        self._forecasts.pop(job_id, None)
        running = self._running.get(job_id)
        if running:
            cost = self.clock.now - running.started_at
            await self._end(running, JobState.CANCELLED, cost)
        elif job.state is JobState.CANCELLED:
            await self._keep_busy(self._by_id[job.user_id])

    async def _keep_busy(self, member: Member) -> None:
        if member.busy:
            await self._ask(member)

    # --- Devices --------------------------------------------------------------------------------------------------

    async def _feed_workers(self) -> None:
        while self._idle and (job := await self.queue.claim("local", "gpu")):
            self._idle -= 1
            self._running[job.id] = job
            cost = job.estimate * math.exp(self.random.uniform(math.log(0.3), math.log(3)))
            self.largest = max(self.largest, job.estimate / job.weight, cost / job.weight)
            self._after(cost, lambda job=job, cost=cost: self._finish(job, cost))
            await self._keep_busy(self._by_id[job.user_id])

    async def _finish(self, job: Job, cost: float) -> None:
        if job.id not in self._running:
            return
        for forecast in self._forecasts.pop(job.id, []):
            real = self.clock.now - forecast.asked_at
            if real > 0:
                self.errors.append(abs(forecast.seconds - real) / real)
        await self._end(job, JobState.DONE, cost)

    async def _end(self, job: Job, state: JobState, cost: float) -> None:
        await self.queue.finish(job, state, cost=cost)
        del self._running[job.id]
        self._by_id[job.user_id].service += cost
        self._idle += 1
        self.ended += 1
        services = [self.weighted_service(member) for member in self.members if member.busy]
        self.worst = max(self.worst, max(services) - min(services))

    def _after(self, seconds: float, event: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._events, (self.clock.now + seconds, next(self._numbers), event))


def jain(values: list[float]) -> float:
    """Jain's index of fairness: 1 when all are equal, 1/n when one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))
