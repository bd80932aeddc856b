"""Sweeps: all cells or none, once, and what a restart finds."""

from __future__ import annotations

import asyncio

import pytest

from gpu.types import GenerationRequest
from storage.database import Database
from storage.errors import CostLimit, JobNotFound, QueueFull, SweepOver
from storage.jobs import JobStore
from storage.models import JobState, NewJob
from storage.queue import Queue
from storage.sweeps import Axis, Plan, Sweep, SweepState, SweepStore
from tests.storage.making import Clock, new_job, order

PLAN = Plan(lines=("a --cfg 3", "a --cfg 5"), axes=(Axis(name="cfg", values=("3", "5")),))


@pytest.fixture
def sweeps(db: Database, clock: Clock) -> SweepStore:
    return SweepStore(db, clock=clock)


def asked(id: str = "sweep", user_id: int = 1) -> Sweep:
    return Sweep(id=id, user_id=user_id, guild_id=2**62, channel_id=5, locale="de", text="a × cfg", plan=PLAN)


def cells(count: int, sweep_id: str = "sweep", price: float = 0.0) -> list[NewJob]:
    made = [
        new_job(sweep_id=sweep_id, cell=number, pool="openai" if price else "local") for number in range(1, count + 1)
    ]
    if not price:
        return made
    priced = [GenerationRequest(**{**dict(new.request), "price": price}) for new in made]
    return [
        NewJob(id=new.id, user_id=1, request=request, text=new.text, estimate=1.0, pool="openai", sweep_id=sweep_id)
        for new, request in zip(made, priced, strict=True)
    ]


async def counted(db: Database) -> int:
    row = await db.one("SELECT count(*) AS n FROM jobs")
    assert row is not None
    return int(row["n"])


async def test_it_comes_back_as_it_was_asked(sweeps: SweepStore, clock: Clock) -> None:
    await sweeps.add(asked())
    found = await sweeps.get("sweep")
    assert (found.text, found.plan, found.guild_id, found.locale) == ("a × cfg", PLAN, 2**62, "de")
    assert (found.state, found.created_at) == (SweepState.ASKED, clock.now)
    assert await sweeps.find("other") is None
    with pytest.raises(JobNotFound):
        await sweeps.get("other")


async def test_all_cells_are_queued_in_order_and_charged_one_by_one(
    sweeps: SweepStore, queue: Queue, db: Database
) -> None:
    await sweeps.add(asked())
    jobs = await queue.enqueue_all(cells(4), "sweep", daily_limit=1.0)
    assert [job.cell for job in await sweeps.cells("sweep")] == [1, 2, 3, 4]
    assert [sweep.id for sweep in await sweeps.drawing()] == ["sweep"]
    assert await sweeps.drawing(2) == []
    await queue.enqueue(new_job(2, id="other"))
    drawn = await order(queue)
    assert drawn.index("other") <= 1, "another member waits behind one cell, not behind all"
    assert [id for id in drawn if id != "other"] == [job.id for job in jobs]
    row = await db.one("SELECT tag FROM flows WHERE user_id = 1")
    assert row is not None
    assert row["tag"] >= 4.0


async def test_too_many_cells_are_refused_as_a_whole(sweeps: SweepStore, queue: Queue, db: Database) -> None:
    await sweeps.add(asked())
    for _ in range(8):
        await queue.enqueue(new_job())
    with pytest.raises(QueueFull) as refused:
        await queue.enqueue_all(cells(3), "sweep", daily_limit=1.0)
    assert (refused.value.id, refused.value.facts) == ("error-sweep-full", {"count": 3, "waiting": 8, "limit": 10})
    assert await counted(db) == 8
    assert (await sweeps.get("sweep")).state is SweepState.ASKED, "it can be confirmed later"
    with pytest.raises(QueueFull):
        await queue.check_room(1, 3)
    await queue.check_room(1, 2)
    assert len(await queue.enqueue_all(cells(2), "sweep", daily_limit=1.0)) == 2


async def test_what_costs_too_much_together_is_refused_as_a_whole(
    sweeps: SweepStore, queue: Queue, db: Database
) -> None:
    await sweeps.add(asked())
    with pytest.raises(CostLimit):
        await queue.enqueue_all(cells(3, price=0.4), "sweep", daily_limit=1.0)
    assert await counted(db) == 0
    assert len(await queue.enqueue_all(cells(2, price=0.4), "sweep", daily_limit=1.0)) == 2


async def test_a_second_confirmation_queues_nothing(sweeps: SweepStore, queue: Queue, db: Database) -> None:
    await sweeps.add(asked())
    tries = [queue.enqueue_all(cells(2), "sweep", daily_limit=1.0) for _ in range(3)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, SweepOver) for outcome in outcomes) == 2
    assert await counted(db) == 2


async def test_a_cancelled_question_queues_nothing(sweeps: SweepStore, queue: Queue, db: Database) -> None:
    await sweeps.add(asked())
    assert await sweeps.change("sweep", SweepState.ASKED, SweepState.CANCELLED)
    assert not await sweeps.change("sweep", SweepState.ASKED, SweepState.CANCELLED)
    with pytest.raises(SweepOver):
        await queue.enqueue_all(cells(2), "sweep", daily_limit=1.0)
    assert await counted(db) == 0


async def test_questions_that_nobody_answers_are_forgotten(sweeps: SweepStore, queue: Queue, clock: Clock) -> None:
    for id in ("old", "drawn"):
        await sweeps.add(asked(id))
    await queue.enqueue_all(cells(1, "drawn"), "drawn", daily_limit=1.0)
    clock.now += 100
    await sweeps.add(asked("new"))
    assert await sweeps.forget_asked(older_than=50) == ["old"]
    assert await sweeps.find("new")
    assert await sweeps.find("drawn")


async def test_a_job_of_its_own_is_no_cell(queue: Queue, jobs: JobStore, sweeps: SweepStore) -> None:
    job = await queue.enqueue(new_job())
    assert ((await jobs.get(job.id)).sweep_id, job.state) == ("", JobState.QUEUED)
    assert await sweeps.cells("") == []
