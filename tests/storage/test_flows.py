"""Whose turn it is: the rules of docs/decisions/0002-queue.md, one by one."""

from __future__ import annotations

import pytest

from gpu.errors import WorkerCrashed
from storage import eta, flows, jobs, queue
from storage.database import Database
from storage.models import JobState, Lane, NewJob
from storage.queue import Queue
from tests.storage.making import Clock, claimed, new_job, order


async def enqueue(queue: Queue, *new: NewJob) -> None:
    for job in new:
        await queue.enqueue(job)


async def test_members_take_turns_however_much_one_of_them_asks_for(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"a{k}") for k in range(4)), *(new_job(2, id=f"b{k}") for k in range(2)))
    assert await order(queue) == ["a0", "b0", "a1", "b1", "a2", "a3"]


async def test_who_asks_for_less_goes_more_often(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"big{k}", estimate=3.0) for k in range(2)))
    await enqueue(queue, *(new_job(2, id=f"small{k}") for k in range(5)))
    assert await order(queue) == ["big0", "small0", "small1", "small2", "big1", "small3", "small4"]


async def test_twice_the_weight_is_twice_the_turns(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"one{k}") for k in range(3)))
    await enqueue(queue, *(new_job(2, id=f"two{k}", weight=2.0) for k in range(6)))
    assert await order(queue) == ["one0", "two0", "two1", "one1", "two2", "two3", "one2", "two4", "two5"]


async def test_what_it_did_cost_counts_in_the_end(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"a{k}") for k in range(3)), *(new_job(2, id=f"b{k}") for k in range(3)))
    await queue.finish(await claimed(queue), JobState.DONE, cost=2.5)
    assert await order(queue, count=3) == ["b0", "b1", "b2"]


async def test_a_job_is_charged_when_it_starts_not_when_it_ends(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="a0"), new_job(1, id="a1"), new_job(2, id="b0"))
    assert [(await claimed(queue)).id for _ in range(3)] == ["a0", "b0", "a1"]


async def test_a_cancelled_waiting_job_costs_nothing(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"a{k}", estimate=50.0) for k in range(3)), new_job(1, id="keep"))
    await enqueue(queue, new_job(2, id="b0"), new_job(2, id="b1"))
    for k in range(3):
        await queue.cancel(f"a{k}")
    assert await order(queue) == ["keep", "b0", "b1"]


async def test_a_cancelled_running_job_costs_the_time_it_ran(queue: Queue, clock: Clock) -> None:
    await enqueue(queue, new_job(1, id="a0", estimate=10.0), new_job(1, id="a1"))
    await enqueue(queue, *(new_job(2, id=f"b{k}") for k in range(4)))
    await claimed(queue)
    clock.now += 2.5
    assert (await queue.cancel("a0")).cost == 2.5
    assert await order(queue) == ["b0", "b1", "b2", "a1", "b3"]


async def test_the_cost_of_a_cancelled_job_is_corrected_when_it_is_known(queue: Queue, clock: Clock) -> None:
    await enqueue(queue, new_job(1, id="a0", estimate=10.0), new_job(1, id="a1"))
    await enqueue(queue, *(new_job(2, id=f"b{k}") for k in range(4)))
    job = await claimed(queue)
    clock.now += 9
    await queue.cancel("a0")
    for _ in range(2):  # said twice, counted once
        assert not await queue.finish(job, JobState.CANCELLED, cost=1.5)
    assert (await queue.get("a0")).cost == 1.5
    assert await order(queue) == ["b0", "b1", "a1", "b2", "b3"]


async def test_a_crash_costs_nothing(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="a0", estimate=9.0), new_job(2, id="b0"))
    await queue.retry(await claimed(queue), WorkerCrashed())
    assert await order(queue) == ["a0", "b0"]


async def test_nobody_saves_up_turns_by_staying_away(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="a0"), new_job(2, id="b0"))
    await order(queue)
    for k in range(1, 9):
        await queue.enqueue(new_job(1, id=f"a{k}"))
    await order(queue, count=6)
    await enqueue(queue, new_job(2, id="b1"), new_job(2, id="b2"))
    assert await order(queue) == ["b1", "a7", "b2", "a8"]


async def test_a_newcomer_is_next_whatever_waits(queue: Queue) -> None:
    for user in range(1, 6):
        await enqueue(queue, *(new_job(user) for _ in range(5)))
    await order(queue, count=12)
    await queue.enqueue(new_job(99, id="newcomer"))
    assert "newcomer" in await order(queue, count=6)


async def test_nobody_saves_up_turns_at_the_running_limit(queue: Queue) -> None:
    """Member 1 may run three jobs; while they take long, member 2 is served. Afterwards they are equals again."""
    await enqueue(queue, *(new_job(1, id=f"a{k}") for k in range(7)))
    slow = [await claimed(queue) for _ in range(3)]
    for _ in range(4):
        await enqueue(queue, *(new_job(2) for _ in range(5)))
        await order(queue, count=5)
    for job in slow:
        await queue.finish(job, JobState.DONE, cost=1.0)
    await enqueue(queue, *(new_job(2, id=f"b{k}") for k in range(4)))
    assert await order(queue) == ["a3", "a4", "b0", "a5", "b1", "a6", "b2", "b3"]


# --- Lanes ------------------------------------------------------------------------------------------------------------


async def test_turbo_goes_first_and_pays_double(queue: Queue) -> None:
    for user in (1, 2, 3):
        await enqueue(queue, *(new_job(user) for _ in range(9)))
    await order(queue, count=6)
    await enqueue(queue, *(new_job(9, id=f"turbo{k}", lane=Lane.TURBO) for k in range(8)))
    drawn = await order(queue)
    assert drawn[0] == "turbo0"
    assert "turbo2" in drawn[:4]
    first_round = drawn[4:22]  # the head start is used up
    share = sum(id.startswith("turbo") for id in first_round)
    assert share < len(first_round) / 4


async def test_a_members_own_turbo_job_goes_before_their_fast_ones(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="fast"), new_job(1, id="turbo", lane=Lane.TURBO))
    assert await order(queue) == ["turbo", "fast"]


async def test_turbo_and_fast_are_one_account(queue: Queue) -> None:
    """Two lanes do not make two shares."""
    await enqueue(queue, *(new_job(1, lane=lane) for lane in [Lane.FAST, Lane.TURBO] * 5))
    await enqueue(queue, *(new_job(2, id=f"b{k}") for k in range(10)))
    drawn = await order(queue, count=12)
    assert sum(id.startswith("b") for id in drawn) >= 6


async def test_relax_runs_when_nobody_else_waits(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="relaxed", lane=Lane.RELAX), *(new_job(2, id=f"b{k}") for k in range(5)))
    assert (await order(queue))[-1] == "relaxed"


async def test_relax_gets_one_claim_in_ten_while_others_wait(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"relaxed{k}", lane=Lane.RELAX) for k in range(3)))
    for user in (2, 3, 4):
        await enqueue(queue, *(new_job(user) for _ in range(10)))
    drawn = await order(queue, count=30)
    assert [k for k, id in enumerate(drawn) if id.startswith("relaxed")] == [9, 19, 29]


async def test_relaxed_jobs_are_fair_among_themselves(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1, id=f"a{k}", lane=Lane.RELAX) for k in range(3)))
    await queue.enqueue(new_job(2, id="b0", lane=Lane.RELAX))
    assert await order(queue) == ["a0", "b0", "a1", "a2"]


async def test_relaxed_jobs_fill_slots_that_others_may_not_use(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1) for _ in range(5)), new_job(2, id="relaxed", lane=Lane.RELAX))
    for _ in range(3):
        await claimed(queue)
    assert (await claimed(queue)).id == "relaxed"


# --- Batches ----------------------------------------------------------------------------------------------------------


async def test_a_batch_is_filled_with_the_first_job_that_fits(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="a0"), new_job(2, id="b0"), new_job(3, id="c0"), new_job(4, id="c1"))
    job = await queue.claim("local", "gpu0", accepts=lambda job: job.id.startswith("c"))
    assert job is not None
    assert job.id == "c0"
    assert await queue.claim("local", "gpu0", accepts=lambda job: False) is None
    assert await order(queue) == ["a0", "b0", "c1"]


async def test_nobody_is_passed_more_than_a_few_times(queue: Queue) -> None:
    await queue.enqueue(new_job(1, id="passed"))
    await enqueue(queue, *(new_job(2 + k, id=f"fits{k}") for k in range(9)))
    got = [await queue.claim("local", "gpu0", accepts=lambda job: job.id.startswith("fits")) for _ in range(9)]
    assert [job.id for job in got if job] == ["fits0", "fits1", "fits2"]
    assert (await claimed(queue)).id == "passed"


async def test_who_had_their_turn_can_be_passed_again(queue: Queue) -> None:
    await enqueue(queue, new_job(1, id="first"), new_job(1, id="second"))
    await enqueue(queue, *(new_job(2 + k, id=f"fits{k}") for k in range(9)))
    for _ in range(flows.PASSES):
        await queue.claim("local", "gpu0", accepts=lambda job: job.id.startswith("fits"))
    assert (await claimed(queue)).id == "first"
    got = [await queue.claim("local", "gpu0", accepts=lambda job: job.id.startswith("fits")) for _ in range(9)]
    assert sum(job is not None for job in got) >= flows.PASSES


async def test_a_claim_looks_only_so_far_ahead(queue: Queue) -> None:
    await enqueue(queue, *(new_job(1 + k, id=f"a{k}") for k in range(flows.LOOK_AHEAD)), new_job(99, id="too-far"))
    assert await queue.claim("local", "gpu0", accepts=lambda job: job.id == "too-far") is None


# --- Speed by construction --------------------------------------------------------------------------------------------

STATEMENTS = {
    "turns": (flows.TURNS, ("local", "paid", 32)),
    "refresh": (flows.REFRESH, {"user_id": 1, "limit": 3, "head_start": 4.0}),
    "waiting of a member": (flows.WAITING_OF_USER, (1,)),
    "charge": (flows.CHARGE, {"user_id": 1, "pool": "local", "tier": "paid", "charge": 1.0}),
    "tick": (flows.TICK, {"pool": "local", "tier": "paid", "rank": 1.0}),
    "claim": (queue.CLAIM, {"id": "a", "worker": "", "boot_id": "", "lease_until": 0.0, "now": 0.0}),
    "finish": (
        queue.FINISH,
        {"id": "a", "attempt": 1, "from": "running", "to": "done", "cost": 0.0, "error": None, "finished_at": 0.0},
    ),
    "requeue": (queue.REQUEUE, {"id": "a", "attempt": 1, "crash": 1, "now": 0.0, "error": None, "max_attempts": 3}),
    "first click": (
        queue.FIRST_CLICK,
        {"parent_id": "a", "user_id": 1, "parent_index": 1, "task": "vary", "text": "", "strength": 0.6, "since": 0.0},
    ),
    "ended": (eta.ENDED, ("local", 32)),
    "habits": (eta.HABITS, ("local", 256)),
    "clocks": (eta.CLOCKS, ("local",)),
    "crowd": (eta.CROWD, ("local",)),
    "waiting": (
        eta.WAITING, {"pool": "local", "tier": "paid", "horizon": 1, "head_start": 4.0, "turbo_price": 2.0},
    ),
    "untold": (jobs.UNTOLD, (10,)),
    "recent prompts": (jobs.RECENT_PROMPTS, {"user_id": 1, "pattern": "a%", "limit": 9, "recent": 500}),
}  # fmt: skip


@pytest.mark.parametrize("name", STATEMENTS)
async def test_no_statement_walks_through_a_table(db: Database, name: str) -> None:
    """Each is a few steps down an index, with 100,000 jobs as with ten."""
    sql, arguments = STATEMENTS[name]
    plan = [row["detail"] for row in await db.all(f"EXPLAIN QUERY PLAN {sql}", arguments)]
    scans = [step for step in plan if step.startswith("SCAN") and "USING INDEX jobs_untold" not in step]
    tables = ("jobs", "flows", "clocks", "flow", "next")
    assert [step for step in scans if step.split()[1] in tables] == [], plan


@pytest.mark.parametrize("name", ["turns", "refresh", "untold", "ended"])
async def test_the_order_comes_from_an_index(db: Database, name: str) -> None:
    sql, arguments = STATEMENTS[name]
    plan = [row["detail"] for row in await db.all(f"EXPLAIN QUERY PLAN {sql}", arguments)]
    assert not any("TEMP B-TREE" in step for step in plan), plan
