"""How long until a job is finished: plays the fair order forward with measured speeds. Changes nothing.

Two numbers are measured on the pool's last finished jobs: how far estimates are off, and how many devices' worth of
work gets done at a time. The running jobs share those devices evenly, each at most at full speed.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.database import Transaction
from storage.models import Job, JobState, Place

MAX_AHEAD = 99
HORIZON = 2000
"""Waiting jobs that are played forward; beyond them the time is extrapolated."""

FLOWS = 1000
"""Members that are looked at, in the order of their rank."""

SAMPLE = 32
"""Finished jobs that the speeds are measured on."""

UPCOMING = """
WITH line AS (
    SELECT user_id, iif(eligible, tag, max(tag, time)) AS tag
    FROM flows JOIN clocks USING (pool, tier)
    WHERE pool = :pool AND tier = :tier AND next_seq IS NOT NULL
    ORDER BY rank LIMIT :flows
)
SELECT jobs.seq, jobs.user_id, jobs.estimate,
    line.tag - iif(lane = 'turbo', :head_start * estimate / weight, 0.0)
    + coalesce(sum(iif(lane = 'turbo', :turbo_price, 1.0) * estimate / weight) OVER (
        PARTITION BY jobs.user_id ORDER BY lane DESC, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0.0) AS start
FROM line JOIN jobs
ON jobs.state = 'queued' AND jobs.pool = :pool AND jobs.tier = :tier AND jobs.user_id = line.user_id
ORDER BY start, seq LIMIT :horizon
"""
"""Waiting jobs in the order of the tag that each flow will have when it gets to them."""

MEASURED = """
SELECT cost, estimate, started_at, finished_at FROM jobs
WHERE pool = ? AND state = 'done' AND cost > 0 ORDER BY finished_at DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the queue goes by."""

    slots: int
    running_limit: int
    relax_every: int
    turbo_price: float
    head_start: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the pool has been lately."""

    bias: float = 1.0
    """Device seconds that a job costs for each second of its estimate."""
    devices: float = 1.0
    """Device seconds of work done in a second."""

    def speed(self, running: int) -> float:
        """Device seconds that each of so many running jobs gets in a second."""
        return min(1.0, self.devices / max(1, running))


@dataclass(frozen=True, slots=True)
class Work:
    """A job to be played forward; `seconds` of device time are left."""

    seq: int
    user_id: int
    seconds: float


async def forecast(transaction: Transaction, job: Job, rules: Rules, now: float) -> Place:
    """Where `job` stands; a job that neither waits nor runs stands nowhere, at (0, 0)."""
    if job.state not in (JobState.QUEUED, JobState.RUNNING):
        return Place(0, 0.0)
    pace = await _pace(transaction, job.pool, rules.slots)
    running = await _running(transaction, job.pool, pace, now)
    waiting = await _waiting(transaction, job.pool, pace, rules)
    row = await transaction.one("SELECT seq FROM jobs WHERE id = ?", (job.id,))
    assert row is not None
    ends = play(waiting, running, rules, pace)
    last = 0.0
    for seq, started, seconds in ends:
        if seq == row["seq"]:
            return Place(min(started, MAX_AHEAD), seconds)
        last = seconds
    return Place(MAX_AHEAD, last * await _depth(transaction, job.pool) / max(1, len(waiting)))


def play(
    waiting: Sequence[Work], running: Sequence[Work], rules: Rules, pace: Pace
) -> Iterator[tuple[int, int, float]]:
    """Play the queue forward; yields at each end of a job: its seq, the jobs started before it, the seconds from now.

    All running jobs progress alike, so one number, `level`, says how far; a job ends at the level it started at plus
    its own seconds.
    """
    line = list(waiting)
    busy = Counter(work.user_id for work in running)
    ends = [(work.seconds, work.seq, work.user_id, 0) for work in running]
    heapq.heapify(ends)
    level = now = 0.0
    started = 0
    while True:
        while len(ends) < rules.slots and (work := _take(line, busy, rules.running_limit)):
            heapq.heappush(ends, (level + work.seconds, work.seq, work.user_id, started))
            busy[work.user_id] += 1
            started += 1
        if not ends:
            return
        speed = pace.speed(len(ends))
        end, seq, user_id, before = heapq.heappop(ends)
        now += (end - level) / speed
        level = end
        busy[user_id] -= 1
        yield seq, before, now


def _take(line: list[Work], busy: Counter[int], limit: int) -> Work | None:
    """The first job whose member may have one more running."""
    index = next((i for i, work in enumerate(line) if busy[work.user_id] < limit), None)
    return line.pop(index) if index is not None else None


def interleave(paid: Sequence[Work], relaxed: Sequence[Work], every: int) -> list[Work]:
    """Relaxed jobs take one turn in `every` while paid ones wait, and all turns after them."""
    line: list[Work] = []
    rest = iter(relaxed)
    for number, work in enumerate(paid, 1):
        line.append(work)
        if number % (every - 1) == 0:
            line.extend(next_one for next_one in [next(rest, None)] if next_one)
    return line + list(rest)


async def _waiting(transaction: Transaction, pool: str, pace: Pace, rules: Rules) -> list[Work]:
    paid, relaxed = [
        [Work(row["seq"], row["user_id"], row["estimate"] * pace.bias) for row in await transaction.all(UPCOMING, {
            "pool": pool, "tier": tier, "flows": FLOWS, "horizon": HORIZON,
            "head_start": rules.head_start, "turbo_price": rules.turbo_price,
        })]
        for tier in ("paid", "relax")
    ]  # fmt: skip
    return interleave(paid, relaxed, rules.relax_every)


async def _running(transaction: Transaction, pool: str, pace: Pace, now: float) -> list[Work]:
    """The running jobs with what is probably left of them: at least a tenth, as they are not finished yet."""
    sql = "SELECT seq, user_id, estimate, started_at FROM jobs WHERE state = 'running' AND pool = ?"
    rows = await transaction.all(sql, (pool,))
    speed = pace.speed(len(rows))

    def left(estimate: float, started_at: float) -> float:
        return max(estimate * pace.bias - (now - started_at) * speed, 0.1 * estimate * pace.bias)

    return [Work(row["seq"], row["user_id"], left(row["estimate"], row["started_at"])) for row in rows]


async def _pace(transaction: Transaction, pool: str, slots: int) -> Pace:
    rows = await transaction.all(MEASURED, (pool, SAMPLE))
    cost = sum(row["cost"] for row in rows)
    estimate = sum(row["estimate"] for row in rows)
    busy = covered([(row["started_at"], row["finished_at"]) for row in rows])
    if not (cost and estimate and busy):
        return Pace()
    return Pace(bias=cost / estimate, devices=min(cost / busy, float(slots)))


def covered(spans: Sequence[tuple[float, float]]) -> float:
    """Length of the union of the spans."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


async def _depth(transaction: Transaction, pool: str) -> int:
    row = await transaction.one("SELECT count(*) AS depth FROM jobs WHERE state = 'queued' AND pool = ?", (pool,))
    assert row is not None
    return int(row["depth"])
