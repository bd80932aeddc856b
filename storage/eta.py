"""How long until a job is finished: reads what the database knows of a pool, and plays it forward (`storage.play`).

Everything is measured on what happened lately: how far estimates are off, how much work the devices do at a time, and
who goes on asking how often. Changes nothing.
"""

from __future__ import annotations

import bisect
import sqlite3
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Transaction
from storage.models import Job, JobState, Place
from storage.play import Flow, Habit, Play, Rules, Work

MAX_AHEAD = 99
HORIZON = 1000
"""Waiting jobs, and events, that are played. Members beyond them slow everyone in proportion."""

SAMPLE = 64
"""Ended jobs that the speeds are measured on."""

HABIT_SAMPLE = 256
"""Jobs that were asked for last, from which members' habits are read."""

HABIT_SECONDS = 600.0
"""They are spread over at least this long: a hundred requests at once do not mean a hundred each second."""

WAITING = """
SELECT * FROM (
    SELECT jobs.seq, jobs.user_id, jobs.estimate, jobs.lane, flows.rank, flows.tag, clocks.time, flows.eligible,
        iif(lane = 'turbo', :turbo_price, 1.0) * estimate / weight AS charge,
        iif(lane = 'turbo', :head_start, 0.0) * estimate / weight AS head_start
    FROM flows JOIN clocks USING (pool, tier) CROSS JOIN jobs
    ON jobs.state = 'queued' AND jobs.pool = flows.pool AND jobs.tier = flows.tier AND jobs.user_id = flows.user_id
    WHERE flows.pool = :pool AND flows.tier = :tier AND flows.next_seq IS NOT NULL
    ORDER BY flows.rank LIMIT :horizon
) ORDER BY rank, user_id, lane DESC, seq
"""

CROWD = "SELECT count(*) AS flows FROM flows WHERE pool = ? AND next_seq IS NOT NULL"

CLOCKS = "SELECT tier, time FROM clocks WHERE pool = ?"

RUNNING = """
SELECT seq, user_id, tier, estimate, started_at, iif(lane = 'turbo', :turbo_price, 1.0) / weight AS charge
FROM jobs WHERE state = 'running' AND pool = :pool
"""

ENDED = """
SELECT state, cost, estimate, started_at, finished_at FROM jobs
WHERE pool = ? AND finished_at > 0 AND estimate > 0 ORDER BY finished_at DESC LIMIT ?
"""

HABITS = """
WITH lately AS (
    SELECT user_id, tier, created_at, estimate, weight FROM jobs
    WHERE pool = ? AND estimate > 0 ORDER BY created_at DESC LIMIT ?
)
SELECT user_id, tier, count(*) AS jobs, max(created_at) AS last, avg(estimate) AS estimate, avg(weight) AS weight,
    (SELECT min(created_at) FROM lately) AS since
FROM lately GROUP BY user_id, tier
"""

@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the pool has been lately."""

    ratios: tuple[float, ...] = (1.0,)
    """Device seconds for each second of the estimate, of every job that was drawn; ascending."""
    average: float = 1.0
    """The same on average of all jobs that waited: some are cancelled and cost less."""
    devices: float = 1.0
    """Device seconds of work done in a second."""

    def typical(self) -> float:
        """Ratio of a job that will be drawn: the median, as a few are very long."""
        return statistics.median(self.ratios)

    def expected(self, so_far: float) -> float:
        """Ratio of a job that has come as far as `so_far`: what those cost that came that far."""
        longer = self.ratios[bisect.bisect_right(self.ratios, so_far) :]
        return statistics.mean(longer) if longer else 1.1 * so_far


async def forecast(
    transaction: Transaction, job: Job, rules: Rules, *, turbo_price: float, head_start: float, now: float
) -> Place:
    """Where `job` stands; a job that neither waits nor runs stands nowhere, at (0, 0)."""
    if job.state not in (JobState.QUEUED, JobState.RUNNING):
        return Place(0, 0.0)
    row = await transaction.one("SELECT seq FROM jobs WHERE id = ?", (job.id,))
    assert row is not None
    drawing = await transaction.all(RUNNING, {"pool": job.pool, "turbo_price": turbo_price})
    pace = await _pace(transaction, job.pool, drawing, rules.slots, now)
    prices = {"turbo_price": turbo_price, "head_start": head_start}
    flows = await _flows(transaction, job.pool, row["seq"], pace, prices)
    speed = min(1.0, pace.devices / max(1, len(drawing)))
    running = [_left(other, flows, pace, speed, now) for other in drawing]
    habits = await _habits(transaction, job.pool, flows, pace, now)
    clock = {row["tier"]: row["time"] for row in await transaction.all(CLOCKS, (job.pool,))}
    play = Play(list(flows.values()), running, habits, clock=clock, rules=rules, devices=pace.devices)
    ahead, seconds = play.finish_of(row["seq"], HORIZON) or (MAX_AHEAD, play.elapsed)
    if ahead >= len(flows):  # by now the members beyond the horizon have their turns, too
        unseen = max(1.0, await _crowd(transaction, job.pool) / max(1, len(flows)))
        ahead, seconds = round(ahead * unseen), seconds * unseen
    return Place(min(ahead, MAX_AHEAD), seconds)


async def _flows(
    transaction: Transaction, pool: str, mine: int, pace: Pace, prices: dict[str, float]
) -> dict[tuple[int, str], Flow]:
    """Whoever waits, in the order of their rank."""
    flows: dict[tuple[int, str], Flow] = {}
    for tier in ("paid", "relax"):
        for row in await transaction.all(WAITING, {"pool": pool, "tier": tier, "horizon": HORIZON, **prices}):
            tag = row["tag"] if row["eligible"] else max(row["tag"], row["time"])
            flow = flows.setdefault((row["user_id"], tier), Flow(row["user_id"], tier, tag))
            ratio = pace.typical() if row["seq"] == mine else pace.average
            charge = row["charge"] * pace.average
            flow.waiting.append(Work(row["seq"], row["user_id"], row["estimate"] * ratio, charge, row["head_start"]))
    return flows


def _left(row: sqlite3.Row, flows: dict[tuple[int, str], Flow], pace: Pace, speed: float, now: float) -> Work:
    """A running job with what is probably left of it; its flow is charged for what it will probably cost."""
    so_far = (now - row["started_at"]) * speed
    cost = row["estimate"] * pace.expected(so_far / row["estimate"]) if row["estimate"] else so_far
    if flow := flows.get((row["user_id"], row["tier"])):
        flow.tag += (cost - row["estimate"]) * row["charge"]
    return Work(row["seq"], row["user_id"], cost - so_far)


async def _habits(
    transaction: Transaction, pool: str, flows: dict[tuple[int, str], Flow], pace: Pace, now: float
) -> list[Habit]:
    """Members go on asking as often as they did lately."""
    habits = []
    for row in await transaction.all(HABITS, (pool, HABIT_SAMPLE)):
        every = max(now - row["since"], HABIT_SECONDS) / row["jobs"]
        flow = flows.get((row["user_id"], row["tier"])) or Flow(row["user_id"], row["tier"], 0.0)
        seconds = row["estimate"] * pace.average
        work = Work(0, row["user_id"], seconds, seconds / row["weight"])
        habits.append(Habit(flow, work, max(0.0, row["last"] + every - now), every))
    return habits


async def _pace(transaction: Transaction, pool: str, running: Sequence[sqlite3.Row], slots: int, now: float) -> Pace:
    rows = await transaction.all(ENDED, (pool, SAMPLE))
    ratios = sorted(row["cost"] / row["estimate"] for row in rows if row["state"] == JobState.DONE and row["cost"] > 0)
    if not ratios:
        return Pace()
    average = sum(row["cost"] for row in rows) / sum(row["estimate"] for row in rows)
    return Pace(tuple(ratios), average, min(_devices(rows, running, now), float(slots)))


def _devices(ended: Sequence[sqlite3.Row], running: Sequence[sqlite3.Row], now: float) -> float:
    """Device seconds of work done in a second, while there was work, since the oldest of the ended jobs ended."""
    worked = [row for row in ended if row["cost"] > 0 and row["finished_at"] > row["started_at"]]
    if not worked:
        return 1.0
    since = worked[-1]["finished_at"]
    speeds = [row["cost"] / (row["finished_at"] - row["started_at"]) for row in worked]
    spans = [(row["started_at"], row["finished_at"], speed) for row, speed in zip(worked, speeds, strict=True)]
    spans += [(row["started_at"], now, statistics.mean(speeds)) for row in running]
    inside = [(max(start, since), end, speed) for start, end, speed in spans if end > since]
    busy = covered([(start, end) for start, end, _ in inside])
    return sum((end - start) * speed for start, end, speed in inside) / busy if busy else 1.0


def covered(spans: Sequence[tuple[float, float]]) -> float:
    """Length of the union of the spans."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


async def _crowd(transaction: Transaction, pool: str) -> int:
    row = await transaction.one(CROWD, (pool,))
    assert row is not None
    return int(row["flows"])
