"""Whatever happens in whatever order: every job is in one place, the accounts agree with the jobs, nobody is over."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from gpu.errors import WorkerCrashed
from storage.database import Database
from storage.errors import QueueFull
from storage.models import Job, JobState, Lane, Limits
from storage.queue import Queue
from tests.storage.making import Clock, new_job, picture

LIMITS = Limits(running=2, waiting=4)
ENDINGS = st.sampled_from([JobState.DONE, JobState.FAILED, JobState.BLOCKED, JobState.REVIEW])

DISAGREEING_FLOWS = """
SELECT * FROM (
    SELECT flows.*,
        (SELECT seq FROM jobs WHERE state = 'queued' AND user_id = flows.user_id AND pool = flows.pool
            AND tier = flows.tier ORDER BY lane = 'turbo' DESC, seq LIMIT 1) AS true_next,
        (SELECT count(*) FROM jobs WHERE state = 'running' AND user_id = flows.user_id) AS running
    FROM flows
) WHERE next_seq IS NOT true_next OR eligible <> (true_next IS NOT NULL AND running < ?)
"""


class QueueMachine(RuleBasedStateMachine):
    """Random members, workers, crashes and restarts on one queue."""

    held = Bundle("held")
    ids = Bundle("ids")

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.Runner()
        self.stack = contextlib.AsyncExitStack()
        self.clock = Clock()
        self.boots = 0
        self.claims: set[tuple[str, int]] = set()
        self.results: set[str] = set()
        self.db: Database = self.wait(self.stack.enter_async_context(Database.open(":memory:")))
        self.restart()

    def wait(self, question: Any) -> Any:
        async def answer() -> Any:
            return await question

        return self.loop.run(answer())

    @rule()
    def restart(self) -> None:
        self.boots += 1
        self.queue = Queue(
            self.db, limits=LIMITS, clock=self.clock, boot_id=f"boot {self.boots}", lease_seconds=60, max_attempts=3
        )
        self.wait(self.queue.recover())
        assert self.wait(self.queue.running()) == []

    @rule(
        target=ids,
        user_id=st.integers(1, 3),
        lane=st.sampled_from(Lane),
        pool=st.sampled_from(["local", "openai"]),
        estimate=st.floats(0.0, 50.0),
        weight=st.sampled_from([1.0, 2.0, 4.0]),
        interaction_id=st.integers(0, 30),
    )
    def enqueue(self, user_id: int, interaction_id: int, **more: Any) -> Any:
        waiting = self.count("user_id = ? AND state = 'queued'", user_id)
        known = self.count("interaction_id = ? AND interaction_id <> 0", interaction_id)
        new = new_job(user_id, interaction_id=interaction_id, **more)
        if waiting >= LIMITS.waiting and not known:
            with pytest.raises(QueueFull):
                self.wait(self.queue.enqueue(new))
            return multiple()
        return self.wait(self.queue.enqueue(new)).id

    @rule(target=held, pool=st.sampled_from(["local", "openai"]), picky=st.booleans())
    def claim(self, pool: str, picky: bool) -> Any:
        accepts = (lambda job: job.estimate < 10) if picky else None
        waiting = self.count("state = 'queued' AND pool = ?", pool)
        job: Job | None = self.wait(self.queue.claim(pool, "gpu0", accepts=accepts))
        if job is None:
            assert picky or not waiting or self.everybody_is_at_the_limit(pool)
            return multiple()
        assert (job.id, job.attempt) not in self.claims
        assert not picky or job.estimate < 10
        self.claims.add((job.id, job.attempt))
        return job

    @rule(job=held, state=ENDINGS, cost=st.floats(0.0, 100.0))
    def finish(self, job: Job, state: JobState, cost: float) -> None:
        """`held` keeps old attempts: their results must be dropped."""
        now: Job = self.wait(self.queue.get(job.id))
        counts = now.state is JobState.RUNNING and now.attempt == job.attempt
        written = self.wait(self.queue.finish(job, state, images=[picture(job.id)], cost=cost))
        assert written == counts
        if written:
            assert job.id not in self.results
            self.results.add(job.id)

    @rule(job=consumes(held))
    def crash(self, job: Job) -> None:
        before: Job = self.wait(self.queue.get(job.id))
        after: Job = self.wait(self.queue.retry(job, WorkerCrashed()))
        if before.state is JobState.RUNNING and before.attempt == job.attempt:
            assert after.state in (JobState.QUEUED, JobState.FAILED)
        else:
            assert after == before

    @rule(job_id=ids)
    def cancel(self, job_id: str) -> None:
        before: Job = self.wait(self.queue.get(job_id))
        after: Job = self.wait(self.queue.cancel(job_id))
        assert after == before if before.state.final else after.state is JobState.CANCELLED

    @rule(seconds=st.floats(0.0, 90.0))
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds
        for job in self.wait(self.queue.expire()):
            assert job.state in (JobState.QUEUED, JobState.FAILED)

    @rule(job_id=ids, slots=st.integers(1, 4))
    def ask_for_the_place(self, job_id: str, slots: int) -> None:
        place = self.wait(self.queue.place(job_id, slots))
        assert 0 <= place.ahead <= 99
        assert place.seconds >= 0

    @invariant()
    def the_accounts_agree_with_the_jobs(self) -> None:
        assert [dict(row) for row in self.wait(self.db.all(DISAGREEING_FLOWS, (LIMITS.running,)))] == []

    @invariant()
    def nobody_runs_more_than_the_limit(self) -> None:
        sql = "SELECT user_id FROM jobs WHERE state = 'running' GROUP BY user_id HAVING count(*) > ?"
        assert self.wait(self.db.all(sql, (LIMITS.running,))) == []

    @invariant()
    def pictures_belong_to_jobs_that_were_drawn(self) -> None:
        rows = self.wait(self.db.all("SELECT job_id FROM images"))
        assert {row["job_id"] for row in rows} == self.results

    @invariant()
    def ended_jobs_have_an_end_and_the_others_none(self) -> None:
        assert self.count("(state IN ('queued', 'running', 'review')) = (finished_at > 0)") == 0

    def everybody_is_at_the_limit(self, pool: str) -> bool:
        free = """user_id NOT IN (SELECT user_id FROM jobs WHERE state = 'running'
            GROUP BY user_id HAVING count(*) >= 2) AND state = 'queued' AND pool = ?"""
        return self.count(free, pool) == 0

    def count(self, where: str, *arguments: Any) -> int:
        return int(self.wait(self.db.one(f"SELECT count(*) AS n FROM jobs WHERE {where}", arguments))["n"])

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.wait(self.stack.aclose())
            self.loop.close()


QueueMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
test_queue_machine = QueueMachine.TestCase
