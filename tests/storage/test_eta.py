"""Position and forecast: what a member is told while a job waits."""

from __future__ import annotations

import pytest

from storage.database import Database
from storage.eta import HORIZON, covered
from storage.models import JobState, Lane, Limits
from storage.play import Flow, Habit, Play, Rules, Work
from storage.queue import Queue
from tests.storage.making import Clock, claimed, new_job


async def test_the_place_counts_the_fair_order_not_the_order_of_arrival(queue: Queue) -> None:
    for k in range(3):
        await queue.enqueue(new_job(1, id=f"a{k}", estimate=10.0))
    await queue.enqueue(new_job(2, id="b0", estimate=10.0))
    places = {id: await queue.place(id, 1) for id in ("a0", "b0", "a1", "a2")}
    assert [place.ahead for place in places.values()] == [0, 1, 2, 3]
    assert [place.seconds for place in places.values()] == [10, 20, 30, 40]


async def test_running_jobs_come_first_and_get_shorter(queue: Queue, clock: Clock) -> None:
    await queue.enqueue(new_job(1, estimate=10.0))
    await queue.enqueue(new_job(2, id="b0", estimate=10.0))
    await claimed(queue)
    assert (await queue.place("b0", 1)).seconds == 20
    clock.now += 4
    place = await queue.place("b0", 1)
    assert place.ahead == 0
    assert place.seconds == pytest.approx(16, abs=1)


async def test_the_forecast_learns_how_far_estimates_are_off(queue: Queue, clock: Clock) -> None:
    for _ in range(5):
        await queue.enqueue(new_job(1, estimate=10.0))
        job = await claimed(queue)
        clock.now += 30
        await queue.finish(job, JobState.DONE, cost=30.0)
    await queue.enqueue(new_job(2, id="b0", estimate=10.0))
    assert (await queue.place("b0", 1)).seconds == pytest.approx(30, rel=0.1)


async def test_the_forecast_learns_how_many_devices_there_are(db: Database, clock: Clock) -> None:
    queue = Queue(db, limits=Limits(running=4), clock=clock, boot_id="boot")
    for _ in range(4):
        for user in (1, 2):
            await queue.enqueue(new_job(user, estimate=10.0))
    for _ in range(2):
        jobs = [await claimed(queue) for _ in range(4)]
        clock.now += 10
        for job in jobs:
            await queue.finish(job, JobState.DONE, cost=10.0)
    clock.now += 100_000  # old habits are forgotten
    for k in range(4):
        await queue.enqueue(new_job(3, id=f"c{k}", estimate=10.0))
    assert (await queue.place("c3", 4)).seconds == pytest.approx(10, rel=0.2)


async def test_a_job_that_does_not_wait_has_no_place(queue: Queue) -> None:
    await queue.enqueue(new_job(1, id="a0", estimate=5.0))
    job = await claimed(queue)
    assert await queue.place("a0", 1) == await queue.place("a0", 8)
    assert (await queue.place("a0", 1)).ahead == 0
    await queue.finish(job, JobState.DONE, cost=5.0)
    assert (await queue.place("a0", 1)).seconds == 0


async def test_beyond_99_nobody_counts(db: Database, clock: Clock) -> None:
    queue = Queue(db, limits=Limits(waiting=200), clock=clock, boot_id="boot")
    for k in range(120):
        await queue.enqueue(new_job(1, id=f"a{k}"))
    assert (await queue.place("a98", 1)).ahead == 98
    assert (await queue.place("a119", 1)).ahead == 99
    assert (await queue.place("a119", 1)).seconds == pytest.approx(120)


async def test_relaxed_jobs_know_that_they_come_last(queue: Queue) -> None:
    await queue.enqueue(new_job(1, id="relaxed", lane=Lane.RELAX))
    for _ in range(4):
        await queue.enqueue(new_job(2))
    assert (await queue.place("relaxed", 1)).ahead == 4


def play(flows: list[Flow], habits: list[Habit] | None = None, *, slots: int = 1, devices: float = 1.0) -> Play:
    rules = Rules(slots=slots, running_limit=3, relax_every=10)
    return Play(flows, [], habits or [], clock={}, rules=rules, devices=devices)


def line(user_id: int, *seqs: int, seconds: float = 10.0) -> Flow:
    flow = Flow(user_id, "paid", 0.0)
    flow.waiting.extend(Work(seq, user_id, seconds, charge=seconds) for seq in seqs)
    return flow


def test_jobs_that_run_together_share_the_device() -> None:
    assert play([line(1, 1), line(2, 2)], slots=2, devices=1.0).finish_of(2, HORIZON) == (1, 20.0)
    assert play([line(1, 1), line(2, 2)], slots=2, devices=2.0).finish_of(2, HORIZON) == (1, 10.0)


def test_a_member_at_the_running_limit_lets_others_pass() -> None:
    flows = [line(1, 1, 2, 3, 4), line(2, 5)]
    assert play(flows, slots=4, devices=4.0).finish_of(5, HORIZON) == (1, 10.0)
    assert play([line(1, 1, 2, 3, 4)], slots=4, devices=4.0).finish_of(4, HORIZON) == (3, 20.0)


def test_members_who_go_on_asking_delay_a_long_queue() -> None:
    mine = line(1, 1, 2, 3, 4)
    other = Flow(2, "paid", 0.0)
    habit = Habit(other, Work(0, 2, 10.0, charge=10.0), first=5.0, every=10.0)
    found = play([mine], [habit]).finish_of(4, HORIZON)
    assert found is not None
    ahead, seconds = found
    assert ahead == 3  # only what really waits is counted
    assert seconds == pytest.approx(70, abs=11)


def test_beyond_the_horizon_there_is_no_answer() -> None:
    assert play([line(1, *range(1, 50))]).finish_of(49, 20) is None


def test_overlapping_spans_count_once() -> None:
    assert covered([(0, 10), (5, 15), (20, 30), (21, 22)]) == 25
    assert covered([]) == 0


async def test_a_crowd_at_once_is_not_taken_for_a_habit(db: Database, clock: Clock) -> None:
    queue = Queue(db, limits=Limits(), clock=clock, boot_id="boot")
    for user in range(150):
        clock.now += 0.01
        await queue.enqueue(new_job(user, id=f"u{user}", estimate=2.0))
    place = await queue.place("u60", 1)
    assert place.ahead == 60
    assert place.seconds == pytest.approx(122, rel=0.3)
