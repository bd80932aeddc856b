"""The accounts behind the fair queue: what each member was charged, and whose turn it is.

A flow is one member in one pool and tier. Its tag is the weighted device seconds it was charged; the flow with the
lowest rank is next. `docs/decisions/0002-queue.md` has the rules and the bound of unfairness that follows from them.
Every function is part of the caller's transaction. Knows what a job costs, but changes no job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from storage.database import Transaction
from storage.models import Job, Lane, NewJob

PRICES: dict[Lane, float] = {Lane.TURBO: 2.0, Lane.FAST: 1.0, Lane.RELAX: 1.0}
"""What a device second costs. Relax has accounts of its own, so its price only orders relaxed jobs."""

HEAD_START = 4.0
"""A turbo job is compared as if its member had been charged this many times its estimate less."""

RELAX_EVERY = 10
"""While relaxed jobs wait, at least one claim in this many is theirs."""

LOOK_AHEAD = 32
"""Eligible flows that one claim looks at for a job that fits a batch."""

PASSES = 3
"""How often a flow can be passed to fill a batch, until it has had its turn."""

TURNS = """
SELECT jobs.*, flows.rank AS rank, flows.passed AS passed
FROM flows JOIN jobs ON jobs.seq = flows.next_seq
WHERE flows.pool = ? AND flows.tier = ? AND flows.eligible = 1
ORDER BY flows.rank, flows.next_seq LIMIT ?
"""

REFRESH = """
UPDATE flows SET
    next_seq = new.next_seq,
    head_start = new.head_start,
    tag = iif(new.eligible AND NOT flows.eligible, max(flows.tag, new.time), flows.tag),
    eligible = new.eligible
FROM (
    SELECT flow.pool, flow.tier, clocks.time, next.seq AS next_seq,
        iif(next.lane = 'turbo', :head_start * next.estimate / next.weight, 0.0) AS head_start,
        next.seq IS NOT NULL
        AND (SELECT count(*) FROM jobs WHERE user_id = :user_id AND state = 'running')
            < iif(next.running_limit > 0, next.running_limit, :limit) AS eligible
    FROM flows AS flow JOIN clocks USING (pool, tier)
    LEFT JOIN jobs AS next ON next.seq = (
        SELECT seq FROM jobs
        WHERE state = 'queued' AND pool = flow.pool AND tier = flow.tier AND user_id = flow.user_id
        ORDER BY lane DESC, seq LIMIT 1
    )
    WHERE flow.user_id = :user_id
) AS new
WHERE flows.user_id = :user_id AND flows.pool = new.pool AND flows.tier = new.tier
"""
WAITING_OF_USER = """
SELECT count(*) AS waiting FROM flows JOIN jobs
ON jobs.state = 'queued' AND jobs.pool = flows.pool AND jobs.tier = flows.tier AND jobs.user_id = flows.user_id
WHERE flows.user_id = ?
"""

TICK = """
UPDATE clocks SET
    time = iif(tier = :tier, max(time, :rank), time),
    skipped = iif(tier = :tier, 0, skipped + 1)
WHERE pool = :pool
"""

NEW_CLOCK = "INSERT OR IGNORE INTO clocks (pool, tier) VALUES (:pool, :tier)"
NEW_FLOW = "INSERT OR IGNORE INTO flows (user_id, pool, tier) VALUES (:user_id, :pool, :tier)"
CHARGE = "UPDATE flows SET tag = tag + :charge WHERE user_id = :user_id AND pool = :pool AND tier = :tier"
PASSED = "UPDATE flows SET passed = passed + 1 WHERE user_id = :user_id AND pool = :pool AND tier = :tier"
SERVED = "UPDATE flows SET passed = 0 WHERE user_id = :user_id AND pool = :pool AND tier = :tier"


async def open_flow(transaction: Transaction, job: NewJob) -> None:
    """Make sure that the job's member has an account in its pool and tier."""
    await transaction.run(NEW_CLOCK, flow_of(job))
    await transaction.run(NEW_FLOW, flow_of(job))


async def refresh(transaction: Transaction, user_id: int, running_limit: int) -> None:
    """Bring the member's flows in line with their jobs, after any change of a job's state.

    A flow that becomes eligible starts no earlier than the clock: nobody saves up turns by waiting or at the limit.
    """
    await transaction.run(REFRESH, {"user_id": user_id, "limit": running_limit, "head_start": HEAD_START})


async def waiting_of(transaction: Transaction, user_id: int) -> int:
    """How many jobs of the member wait, in all pools."""
    row = await transaction.one(WAITING_OF_USER, (user_id,))
    assert row is not None
    return int(row["waiting"])


async def turns(transaction: Transaction, pool: str, tier: str, count: int) -> list[sqlite3.Row]:
    """The next job of each of the first `count` eligible flows: columns of `jobs`, and `rank` and `passed`."""
    return await transaction.all(TURNS, (pool, tier, count))


async def tiers(transaction: Transaction, pool: str) -> tuple[str, str]:
    """Paid jobs go first, except for one claim in `RELAX_EVERY`."""
    row = await transaction.one("SELECT skipped FROM clocks WHERE pool = ? AND tier = 'relax'", (pool,))
    return ("relax", "paid") if row and row["skipped"] >= RELAX_EVERY - 1 else ("paid", "relax")


async def take_turn(transaction: Transaction, job: Job, rank: float, passed: Sequence[Job]) -> None:
    """The job was claimed at that rank, before the next jobs of the flows that it `passed`."""
    for other in passed:
        await transaction.run(PASSED, flow_of(other))
    await transaction.run(SERVED, flow_of(job))
    await transaction.run(TICK, {**flow_of(job), "rank": rank})
    await charge(transaction, job, job.estimate)


async def charge(transaction: Transaction, job: Job, seconds: float) -> None:
    """Charge the job's flow for that many device seconds at its price and weight; give back where negative."""
    await transaction.run(CHARGE, {**flow_of(job), "charge": PRICES[job.lane] * seconds / job.weight})


def flow_of(job: NewJob) -> dict[str, Any]:
    """The key of the job's flow. Turbo and fast share one account, relax has its own."""
    tier = "relax" if job.lane is Lane.RELAX else "paid"
    return {"user_id": job.user_id, "pool": job.pool, "tier": tier}
