"""The life of a job: states, leases, limits, and that nothing happens twice."""

from __future__ import annotations

import asyncio

import pytest

from gpu.errors import WorkerCrashed
from gpu.types import Task
from storage.database import Database
from storage.errors import JobNotFound, QueueFull
from storage.jobs import JobStore
from storage.models import JobState, Lane, Limits
from storage.queue import Queue
from tests.storage.making import Clock, claimed, new_job, picture

CRASH = WorkerCrashed()


# --- In ---------------------------------------------------------------------------------------------------------------


async def test_a_job_waits_with_everything_it_was_given(queue: Queue, jobs: JobStore, clock: Clock) -> None:
    new = new_job(
        7, id="abc", guild_id=2**62, channel_id=5, weight=2.0, lane=Lane.TURBO, interaction_id=9, interaction_token="t",
        locale="de", parent_id="parent", parent_index=3,
    )  # fmt: skip
    job = await queue.enqueue(new)
    assert job == await jobs.get("abc")
    assert job.state is JobState.QUEUED
    assert job.created_at == clock.now
    assert (job.guild_id, job.lane, job.parent_index, job.request) == (2**62, Lane.TURBO, 3, new.request)


async def test_the_eleventh_waiting_job_is_refused_with_the_facts(queue: Queue) -> None:
    for lane in [Lane.FAST] * 5 + [Lane.RELAX] * 3 + [Lane.TURBO]:
        await queue.enqueue(new_job(lane=lane))
    await queue.enqueue(new_job(pool="openai"))
    with pytest.raises(QueueFull) as refused:
        await queue.enqueue(new_job())
    assert refused.value.facts == {"waiting": 10, "limit": 10}
    await queue.enqueue(new_job(user_id=2))


async def test_a_refused_job_leaves_nothing_behind(queue: Queue, jobs: JobStore) -> None:
    for _ in range(10):
        await queue.enqueue(new_job())
    with pytest.raises(QueueFull):
        await queue.enqueue(new_job(id="late"))
    assert await jobs.find("late") is None


async def test_a_job_that_starts_makes_room_for_another(queue: Queue) -> None:
    for _ in range(10):
        await queue.enqueue(new_job())
    await claimed(queue)
    await queue.enqueue(new_job())


async def test_one_interaction_makes_one_job(queue: Queue) -> None:
    first = await queue.enqueue(new_job(interaction_id=55))
    assert await queue.enqueue(new_job(interaction_id=55)) == first
    assert (await queue.enqueue(new_job(interaction_id=0))).id != (await queue.enqueue(new_job(interaction_id=0))).id


async def test_a_double_click_is_one_job(queue: Queue, clock: Clock) -> None:
    click = {"task": Task.VARY, "parent_id": "grid", "parent_index": 2}
    first = await queue.enqueue(new_job(**click, interaction_id=1))
    clock.now += 2.9
    assert await queue.enqueue(new_job(**click, interaction_id=2)) == first
    clock.now += 0.2
    assert (await queue.enqueue(new_job(**click, interaction_id=3))).id != first.id


@pytest.mark.parametrize(
    "other",
    [{"user_id": 2}, {"parent_index": 3}, {"parent_id": "other"}, {"task": Task.UPSCALE}, {"task": Task.IMAGINE}],
)
async def test_a_different_click_is_another_job(queue: Queue, other: dict[str, object]) -> None:
    click = {"user_id": 1, "task": Task.VARY, "parent_id": "grid", "parent_index": 2}
    first = await queue.enqueue(new_job(**click))  # type: ignore[arg-type]
    assert (await queue.enqueue(new_job(**{**click, **other}))).id != first.id  # type: ignore[arg-type]


async def test_clicking_again_after_a_cancel_is_meant(queue: Queue) -> None:
    click = {"task": Task.VARY, "parent_id": "grid", "parent_index": 2}
    first = await queue.enqueue(new_job(**click))
    await queue.cancel(first.id)
    assert (await queue.enqueue(new_job(**click))).id != first.id


async def test_the_same_line_twice_is_two_jobs(queue: Queue) -> None:
    assert (await queue.enqueue(new_job())).id != (await queue.enqueue(new_job())).id


async def test_a_finished_job_can_be_added_without_waiting(queue: Queue, jobs: JobStore) -> None:
    post = {"task": Task.UPSCALE, "parent_id": "grid", "parent_index": 2, "estimate": 0.0}
    job = await queue.insert_finished(new_job(id="one", **post), [picture("one")])
    assert (job.state, job.cost) == (JobState.DONE, 0.0)
    assert [image.path for image in await jobs.images("one")] == ["images/on/one/1.png"]
    assert await queue.insert_finished(new_job(id="two", **post), [picture("two")]) == job
    assert await jobs.images("two") == []
    assert await queue.claim("local", "gpu0") is None


# --- Out --------------------------------------------------------------------------------------------------------------


async def test_a_claimed_job_runs_under_a_lease_and_is_not_claimed_again(queue: Queue, clock: Clock) -> None:
    waiting = await queue.enqueue(new_job())
    job = await claimed(queue, worker="gpu1")
    assert (job.id, job.state, job.attempt, job.worker) == (waiting.id, JobState.RUNNING, 1, "gpu1")
    assert job.started_at == clock.now
    assert await queue.claim("local", "gpu2") is None
    assert await queue.running() == [job]


async def test_many_claims_at_once_get_different_jobs(queue: Queue) -> None:
    for user in range(20):
        await queue.enqueue(new_job(user))
    got = await asyncio.gather(*(queue.claim("local", f"gpu{i}") for i in range(30)))
    ids = [job.id for job in got if job]
    assert len(ids) == len(set(ids)) == 20


async def test_a_pool_only_gets_its_own_jobs(queue: Queue) -> None:
    job = await queue.enqueue(new_job(pool="openai"))
    assert await queue.claim("local", "gpu0") is None
    assert await queue.depth("openai") == 1
    assert (await claimed(queue, "openai")).id == job.id
    assert await queue.depth("openai") == 0


async def test_nobody_runs_more_than_the_limit_over_all_pools(queue: Queue) -> None:
    for _ in range(4):
        await queue.enqueue(new_job(1))
    await queue.enqueue(new_job(1, pool="openai"))
    other = await queue.enqueue(new_job(2))
    first = await claimed(queue, "openai")
    got = [await claimed(queue) for _ in range(3)]
    assert sorted(job.user_id for job in got) == [1, 1, 2]
    assert other.id in [job.id for job in got]
    assert await queue.claim("local", "gpu0") is None
    await queue.finish(first, JobState.DONE, cost=1.0)
    assert (await claimed(queue)).user_id == 1


async def test_a_result_is_stored_with_its_pictures(queue: Queue, jobs: JobStore, clock: Clock) -> None:
    await queue.enqueue(new_job(id="abc"))
    job = await claimed(queue)
    clock.now += 8
    pictures = [picture("abc", k, scores={"sexual": 0.1}, latents=f"{k}.latents") for k in (1, 2)]
    assert await queue.finish(job, JobState.DONE, images=pictures, cost=3.0)
    stored = await jobs.get("abc")
    assert (stored.state, stored.cost, stored.finished_at) == (JobState.DONE, 3.0, clock.now)
    assert await jobs.images("abc") == pictures


async def test_a_failure_is_stored_with_its_facts(queue: Queue) -> None:
    await queue.enqueue(new_job(id="abc"))
    job = await claimed(queue)
    error = {"code": "error-image-blocked", "facts": {"category": "sexual"}}
    assert await queue.finish(job, JobState.BLOCKED, cost=1.0, error=error)
    assert (await queue.get("abc")).error == error


async def test_a_second_result_of_the_same_attempt_is_dropped(queue: Queue, jobs: JobStore) -> None:
    await queue.enqueue(new_job(id="abc"))
    job = await claimed(queue)
    assert await queue.finish(job, JobState.DONE, images=[picture("abc", 1)], cost=1.0)
    assert not await queue.finish(job, JobState.FAILED, images=[picture("abc", 2)], cost=1.0)
    assert (await jobs.get("abc")).state is JobState.DONE
    assert len(await jobs.images("abc")) == 1


async def test_a_job_held_for_review_is_decided_later(queue: Queue, jobs: JobStore) -> None:
    await queue.enqueue(new_job(id="abc"))
    assert await queue.finish(await claimed(queue), JobState.REVIEW, images=[picture("abc")], cost=2.0)
    held = await jobs.get("abc")
    assert (held.state, held.finished_at) == (JobState.REVIEW, 0.0)
    assert await queue.finish(held, JobState.DONE)
    decided = await jobs.get("abc")
    assert (decided.state, decided.cost, len(await jobs.images("abc"))) == (JobState.DONE, 2.0, 1)
    assert not await queue.finish(held, JobState.BLOCKED)


# --- Cancel -----------------------------------------------------------------------------------------------------------


async def test_cancel_works_in_every_state(queue: Queue) -> None:
    for id in ("review", "running", "queued"):
        await queue.enqueue(new_job(id=id))
    await queue.finish(await claimed(queue), JobState.REVIEW)
    await claimed(queue)
    for id in ("review", "running", "queued"):
        assert (await queue.cancel(id)).state is JobState.CANCELLED
    assert await queue.claim("local", "gpu0") is None
    assert await queue.running() == []


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.BLOCKED, JobState.CANCELLED])
async def test_cancel_leaves_what_has_ended(queue: Queue, state: JobState) -> None:
    await queue.enqueue(new_job(id="abc"))
    await queue.finish(await claimed(queue), state, cost=1.0)
    before = await queue.get("abc")
    assert await queue.cancel("abc") == before


async def test_a_result_after_the_cancel_is_dropped(queue: Queue, jobs: JobStore) -> None:
    await queue.enqueue(new_job(id="abc"))
    job = await claimed(queue)
    await queue.cancel("abc")
    assert not await queue.finish(job, JobState.DONE, images=[picture("abc")], cost=1.0)
    assert (await jobs.get("abc")).state is JobState.CANCELLED
    assert await jobs.images("abc") == []


async def test_unknown_jobs_are_named(queue: Queue) -> None:
    for question in (queue.cancel("nothing"), queue.get("nothing"), queue.place("nothing", 1)):
        with pytest.raises(JobNotFound) as unknown:
            await question
        assert unknown.value.facts == {"job": "nothing"}


# --- Back -------------------------------------------------------------------------------------------------------------


async def test_a_crashed_job_goes_first_in_its_flow_again(queue: Queue) -> None:
    for id in ("one", "two"):
        await queue.enqueue(new_job(id=id))
    again = await queue.retry(await claimed(queue), CRASH)
    assert (again.state, again.attempt) == (JobState.QUEUED, 1)
    job = await claimed(queue)
    assert (job.id, job.attempt) == ("one", 2)


async def test_a_job_that_crashes_too_often_fails_and_says_why(queue: Queue) -> None:
    await queue.enqueue(new_job())
    states = [(await queue.retry(await claimed(queue), CRASH)).state for _ in range(3)]
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert await queue.claim("local", "gpu0") is None


async def test_the_error_of_a_failed_job_is_kept_and_that_of_a_lucky_one_forgotten(queue: Queue) -> None:
    await queue.enqueue(new_job(id="abc"))
    for _ in range(2):
        await queue.retry(await claimed(queue), CRASH)
    job = await claimed(queue)
    assert (await queue.get("abc")).error == CRASH.to_json()
    await queue.finish(job, JobState.DONE, cost=1.0)
    assert (await queue.get("abc")).error is None


async def test_a_crash_after_a_cancel_changes_nothing(queue: Queue) -> None:
    await queue.enqueue(new_job(id="abc"))
    job = await claimed(queue)
    cancelled = await queue.cancel("abc")
    assert await queue.retry(job, CRASH) == cancelled


async def test_a_lease_runs_out_unless_it_is_renewed(queue: Queue, clock: Clock) -> None:
    for id in ("silent", "alive"):
        await queue.enqueue(new_job(id=id))
    await claimed(queue)
    await claimed(queue)
    clock.now += 59
    assert await queue.renew(["alive", "unknown"]) == {"alive"}
    assert await queue.expire() == []
    clock.now += 1
    assert [(job.id, job.state) for job in await queue.expire()] == [("silent", JobState.QUEUED)]
    assert [job.id for job in await queue.running()] == ["alive"]


async def test_the_result_of_an_expired_lease_is_dropped(queue: Queue, clock: Clock, jobs: JobStore) -> None:
    await queue.enqueue(new_job(id="abc"))
    late = await claimed(queue)
    clock.now += 60
    await queue.expire()
    assert not await queue.finish(late, JobState.DONE, images=[picture("abc")], cost=60.0)
    again = await claimed(queue)
    assert not await queue.finish(late, JobState.DONE, images=[picture("abc")], cost=60.0)
    assert await queue.finish(again, JobState.DONE, cost=1.0)
    assert await jobs.images("abc") == []


async def test_a_new_run_takes_back_what_the_old_one_had(db: Database, queue: Queue, clock: Clock) -> None:
    await queue.enqueue(new_job(id="abc"))
    old = await claimed(queue)
    restarted = Queue(db, limits=Limits(), clock=clock, boot_id="second")
    assert [job.id for job in await restarted.recover()] == ["abc"]
    assert not await queue.finish(old, JobState.DONE, cost=1.0)
    assert (await claimed(restarted)).attempt == 2
    assert await restarted.recover() == []


async def test_restarts_do_not_count_as_crashes(db: Database, queue: Queue, clock: Clock) -> None:
    await queue.enqueue(new_job())
    for boot in range(10):
        run = Queue(db, limits=Limits(), clock=clock, boot_id=f"boot {boot}", max_attempts=2)
        await run.recover()
        await claimed(run)
    assert (await claimed_after_restart(db, clock)).attempt == 11


async def claimed_after_restart(db: Database, clock: Clock) -> object:
    run = Queue(db, limits=Limits(), clock=clock, boot_id="last", max_attempts=2)
    await run.recover()
    return await claimed(run)


async def test_a_new_run_adopts_changed_limits(db: Database, queue: Queue, clock: Clock) -> None:
    for _ in range(5):
        await queue.enqueue(new_job())
    for _ in range(3):
        await claimed(queue)
    wider = Queue(db, limits=Limits(running=4), clock=clock, boot_id="first")
    assert await wider.claim("local", "gpu0") is None
    await wider.recover()
    await claimed(wider)
    assert await wider.claim("local", "gpu0") is None
