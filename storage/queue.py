"""The fair queue: every change of a job's state, and in the same transaction of its member's account.

Whose turn it is and what it costs is in `storage.flows`. Every method is one transaction, and every change of a state
is a compare-and-set, so any number of callers may race. Knows no Discord and no worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gpu.errors import BackendError, GenerationTimeout
from storage import flows, spending, sweeps
from storage.database import Database, Transaction
from storage.errors import JobNotFound, QueueFull
from storage.eta import forecast
from storage.jobs import insert_images, insert_job, marks, to_job
from storage.models import Job, JobState, Lane, Limits, NewJob, Place, StoredImage
from storage.play import Rules
from storage.pseudonyms import Pseudonyms

CLAIM = """
UPDATE jobs SET state = 'running', attempt = attempt + 1, worker = :worker, boot_id = :boot_id,
    lease_until = :lease_until, started_at = :now
WHERE id = :id AND state = 'queued' RETURNING *
"""

FINISH = """
UPDATE jobs SET state = :to, cost = :cost, error = :error, finished_at = :finished_at
WHERE id = :id AND state = :from AND attempt = :attempt RETURNING *
"""

REQUEUE = """
UPDATE jobs SET crashes = crashes + :crash, started_at = 0, error = :error,
    state = iif(crashes + :crash < :max_attempts, 'queued', 'failed'),
    finished_at = iif(crashes + :crash < :max_attempts, 0.0, :now)
WHERE id = :id AND state = 'running' AND attempt = :attempt RETURNING *
"""

FIRST_CLICK = """
SELECT * FROM jobs
WHERE parent_id = :parent_id AND parent_id <> '' AND user_id = :user_id AND parent_index = :parent_index
    AND task = :task AND text = :text AND json_extract(request, '$.strength') = :strength
    AND created_at > :since AND state NOT IN ('cancelled', 'failed', 'blocked')
ORDER BY seq LIMIT 1
"""


class Queue:
    """All waiting and running jobs of all pools."""

    def __init__(
        self,
        db: Database,
        *,
        limits: Limits,
        clock: Callable[[], float],
        boot_id: str,
        lease_seconds: float = 60.0,
        max_attempts: int = 3,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self._db = db
        self._limits = limits
        self._clock = clock
        self._boot_id = boot_id
        self._lease_seconds = lease_seconds
        self._max_attempts = max_attempts
        self._pseudonyms = pseudonyms or Pseudonyms(b"")

    # --- In -------------------------------------------------------------------------------------------------------

    async def enqueue(self, new: NewJob, *, twin_seconds: float = 3.0, daily_limit: float | None = None) -> Job:
        """Let a job wait. Raises `QueueFull`; `CostLimit` when the member's day in its pool would cost more than that.

        An interaction that made a job already, and the second click of a double click (the same member, parent,
        index, task, line and strength within `twin_seconds`), return the first job.
        """
        async with self._db.transaction() as transaction:
            if first := await self._already(transaction, new, twin_seconds):
                return first
            await self._check_limit(transaction, new.user_id, limit=new.waiting_limit)
            if daily_limit is not None:
                await self._check_spending(transaction, new, daily_limit)
            job = await insert_job(transaction, new, JobState.QUEUED, self._clock())
            await flows.open_flow(transaction, job)
            await self._refresh(transaction, job.user_id)
        return job

    async def enqueue_all(self, news: Sequence[NewJob], sweep_id: str, *, daily_limit: float) -> list[Job]:
        """Let all cells of a sweep wait, or none. Raises `QueueFull`, `CostLimit`, and `SweepOver` the second time."""
        async with self._db.transaction() as transaction:
            await sweeps.start(transaction, sweep_id)
            await self._check_limit(transaction, news[0].user_id, len(news), news[0].waiting_limit)
            jobs = []
            for new in news:
                if new.request.price:
                    await self._check_spending(transaction, new, daily_limit)
                jobs.append(await insert_job(transaction, new, JobState.QUEUED, self._clock()))
                await flows.open_flow(transaction, new)
            await self._refresh(transaction, news[0].user_id)
        return jobs

    async def check_room(self, user_id: int, count: int, limit: int = -1) -> None:
        """Raise `QueueFull` where the member could not have so many more jobs waiting."""
        async with self._db.transaction() as transaction:
            await self._check_limit(transaction, user_id, count, limit)

    async def insert_finished(
        self, new: NewJob, images: Sequence[StoredImage] = (), *, twin_seconds: float = 3.0
    ) -> Job:
        """Add a job that needs no device and costs nothing: done at once. A second click returns the first job."""
        async with self._db.transaction() as transaction:
            if first := await self._already(transaction, new, twin_seconds):
                return first
            job = await insert_job(transaction, new, JobState.DONE, self._clock())
            await insert_images(transaction, job.id, images)
        return job

    # --- Out ------------------------------------------------------------------------------------------------------

    async def claim(self, pool: str, worker: str, *, accepts: Callable[[Job], bool] | None = None) -> Job | None:
        """Give `worker` the next job of the pool under a lease, or None.

        With `accepts`, it is the first acceptable one among the next flows; a flow that was passed `flows.PASSES` times
        is not passed again. `accepts` is about now (does it fit the batch?), not about ever: a claim without it must
        follow some time, else a flow that is never accepted stops the others.
        """
        async with self._db.transaction() as transaction:
            found, passed = await self._next(transaction, pool, accepts)
            if found is None:
                return None
            job, rank = found
            claimed = await transaction.one(CLAIM, {**self._lease(), "id": job.id, "worker": worker})
            assert claimed is not None
            await flows.take_turn(transaction, job, rank, passed)
            await self._refresh(transaction, job.user_id)
        return to_job(claimed)

    async def renew(self, job_ids: Iterable[str]) -> set[str]:
        """Extend the leases of these jobs; returns those that are still held."""
        ids = tuple(job_ids)
        held = f"state = 'running' AND boot_id = ? AND id IN ({marks(ids)})"
        sql = f"UPDATE jobs SET lease_until = ? WHERE {held} RETURNING id"  # noqa: S608
        rows = await self._db.all(sql, (self._clock() + self._lease_seconds, self._boot_id, *ids))
        return {row["id"] for row in rows}

    async def finish(
        self,
        job: Job,
        state: JobState,
        *,
        images: Sequence[StoredImage] = (),
        cost: float = 0.0,
        error: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write the result of the job as it was claimed (or, out of REVIEW, as it was read), and what it did cost.

        False: another attempt, a cancel or an expired lease was faster, and the result is dropped. The cost of a
        cancelled attempt still counts.
        """
        change = {
            "id": job.id, "attempt": job.attempt, "from": job.state, "to": state, "error": _json(error),
            "cost": cost if job.state is JobState.RUNNING else job.cost,
            "finished_at": self._clock() if state.final else 0.0,
        }  # fmt: skip
        async with self._db.transaction() as transaction:
            if job.state not in (JobState.RUNNING, JobState.REVIEW) or not await transaction.one(FINISH, change):
                await self._settle_cancelled(transaction, job, cost)
                return False
            await insert_images(transaction, job.id, images)
            if job.state is JobState.RUNNING:
                await flows.charge(transaction, job, cost - job.estimate)
            await self._refresh(transaction, job.user_id)
        return True

    async def cancel(self, job_id: str) -> Job:
        """Cancel a job that has not ended; one that has comes back as it is. Raises `JobNotFound`.

        Waiting costs nothing. A running job pays for the time it ran, at most its estimate, until `finish` tells.
        """
        async with self._db.transaction() as transaction:
            job = await self._get(transaction, job_id)
            if job.state.final:
                return job
            running = job.state is JobState.RUNNING
            cost = min(job.estimate, self._clock() - job.started_at) if running else job.cost
            change = {
                "id": job.id, "attempt": job.attempt, "from": job.state, "to": JobState.CANCELLED, "error": None,
                "cost": cost, "finished_at": self._clock(),
            }  # fmt: skip
            row = await transaction.one(FINISH, change)
            assert row is not None
            if running:
                await flows.charge(transaction, job, cost - job.estimate)
            await self._refresh(transaction, job.user_id)
        return to_job(row)

    async def move(self, job_id: str, lane: Lane) -> Job | None:
        """Put a waiting job into another lane; None where it waits no longer. Raises `JobNotFound`."""
        async with self._db.transaction() as transaction:
            job = await self._get(transaction, job_id)
            sql = "UPDATE jobs SET lane = ? WHERE id = ? AND state = 'queued' RETURNING *"
            row = await transaction.one(sql, (lane, job.id))
            if row is None:
                return None
            moved = to_job(row)
            await flows.open_flow(transaction, moved)
            await self._refresh(transaction, moved.user_id)
        return moved

    # --- Back -----------------------------------------------------------------------------------------------------

    async def retry(self, job: Job, error: BackendError) -> Job:
        """The worker crashed: the job goes back to its place in the queue, or fails after `max_attempts` crashes.

        A crash costs nothing. A job that was cancelled or claimed again meanwhile comes back as it is.
        """
        async with self._db.transaction() as transaction:
            return await self._requeue(transaction, job, error)

    async def recover(self) -> list[Job]:
        """At start: take back what an earlier run of the program had running, and adopt changed limits.

        It is not the jobs' fault, so it counts as no crash.
        """
        async with self._db.transaction() as transaction:
            sql = "SELECT * FROM jobs WHERE state = 'running' AND boot_id <> ?"
            rows = await transaction.all(sql, (self._boot_id,))
            jobs = [await self._requeue(transaction, to_job(row), None) for row in rows]
            for row in await transaction.all("SELECT DISTINCT user_id FROM flows WHERE next_seq IS NOT NULL"):
                await self._refresh(transaction, row["user_id"])
        return jobs

    async def expire(self) -> list[Job]:
        """Take back jobs whose lease ran out; counts as a crash."""
        async with self._db.transaction() as transaction:
            sql = "SELECT * FROM jobs WHERE state = 'running' AND lease_until <= ?"
            rows = await transaction.all(sql, (self._clock(),))
            return [await self._requeue(transaction, to_job(row), GenerationTimeout()) for row in rows]

    # --- Questions ------------------------------------------------------------------------------------------------

    async def get(self, job_id: str) -> Job:
        """The job as it is now. Raises `JobNotFound`."""
        async with self._db.transaction() as transaction:
            return await self._get(transaction, job_id)

    async def running(self) -> list[Job]:
        """All running jobs."""
        return [to_job(row) for row in await self._db.all("SELECT * FROM jobs WHERE state = 'running' ORDER BY seq")]

    async def depth(self, pool: str) -> int:
        """How many jobs wait in the pool."""
        row = await self._db.one("SELECT count(*) AS depth FROM jobs WHERE state = 'queued' AND pool = ?", (pool,))
        assert row is not None
        return int(row["depth"])

    async def place(self, job_id: str, slots: int) -> Place:
        """Where the job stands, on `slots` jobs at a time. Raises `JobNotFound`."""
        async with self._db.transaction() as transaction:
            job = await self._get(transaction, job_id)
            rules = Rules(slots, self._limits.running, flows.RELAX_EVERY)
            prices = {"turbo_price": flows.PRICES[Lane.TURBO], "head_start": flows.HEAD_START}
            return await forecast(transaction, job, rules, **prices, now=self._clock())

    # --- Inside one transaction -----------------------------------------------------------------------------------

    async def _already(self, transaction: Transaction, new: NewJob, twin_seconds: float) -> Job | None:
        """The job that this interaction, or the first click, made."""
        row = None
        if new.interaction_id:
            row = await transaction.one("SELECT * FROM jobs WHERE interaction_id = ?", (new.interaction_id,))
        if row is None and new.parent_id:
            row = await transaction.one(FIRST_CLICK, {
                "parent_id": new.parent_id, "user_id": new.user_id, "parent_index": new.parent_index,
                "task": new.request.task, "text": new.text, "strength": new.request.strength,
                "since": self._clock() - twin_seconds,
            })  # fmt: skip
        return to_job(row) if row else None

    async def _check_limit(self, transaction: Transaction, user_id: int, count: int = 1, limit: int = -1) -> None:
        """`limit`: the member's own; −1: everybody's."""
        waiting, limit = await flows.waiting_of(transaction, user_id), self._limits.waiting if limit < 0 else limit
        if waiting + count > limit:
            if count > 1:
                raise QueueFull("error-sweep-full", count=count, waiting=waiting, limit=limit)
            raise QueueFull(waiting=waiting, limit=limit)

    async def _check_spending(self, transaction: Transaction, new: NewJob, limit: float) -> None:
        await spending.check(transaction, new, limit, self._clock(), self._pseudonyms.of(new.user_id))

    async def _next(
        self, transaction: Transaction, pool: str, accepts: Callable[[Job], bool] | None
    ) -> tuple[tuple[Job, float] | None, list[Job]]:
        """The job to claim with its flow's rank, and the jobs whose flows are passed by it."""
        passed: list[Job] = []
        for tier in await flows.tiers(transaction, pool):
            for row in await flows.turns(transaction, pool, tier, flows.LOOK_AHEAD if accepts else 1):
                job = to_job(row)
                if accepts is None or accepts(job):
                    return (job, row["rank"]), passed
                if row["passed"] >= flows.PASSES:
                    return None, []
                passed.append(job)
        return None, []

    async def _requeue(self, transaction: Transaction, job: Job, error: BackendError | None) -> Job:
        row = await transaction.one(REQUEUE, {
            "id": job.id, "attempt": job.attempt, "crash": int(error is not None), "now": self._clock(),
            "error": _json(error.to_json()) if error else None, "max_attempts": self._max_attempts,
        })  # fmt: skip
        if row is None:
            return await self._get(transaction, job.id)
        await flows.charge(transaction, job, -job.estimate)
        await self._refresh(transaction, job.user_id)
        return to_job(row)

    async def _settle_cancelled(self, transaction: Transaction, job: Job, cost: float) -> None:
        """The attempt was cancelled while it ran; now its real cost is known."""
        row = await transaction.one("SELECT * FROM jobs WHERE id = ?", (job.id,))
        if row and cost > 0 and row["state"] == JobState.CANCELLED and row["attempt"] == job.attempt:
            await transaction.run("UPDATE jobs SET cost = ? WHERE id = ?", (cost, job.id))
            await flows.charge(transaction, job, cost - row["cost"])

    async def _refresh(self, transaction: Transaction, user_id: int) -> None:
        await flows.refresh(transaction, user_id, self._limits.running)

    async def _get(self, transaction: Transaction, job_id: str) -> Job:
        row = await transaction.one("SELECT * FROM jobs WHERE id = ?", (job_id,))
        if row is None:
            raise JobNotFound(job=job_id)
        return to_job(row)

    def _lease(self) -> dict[str, Any]:
        now = self._clock()
        return {"boot_id": self._boot_id, "now": now, "lease_until": now + self._lease_seconds}


def _json(value: Mapping[str, Any] | None) -> str | None:
    return json.dumps(value) if value is not None else None
