"""History and delivery: what can be asked about jobs."""

from __future__ import annotations

import pytest

from gpu.params import GenerationParams
from gpu.types import Task
from storage.database import Database
from storage.errors import JobNotFound
from storage.jobs import TOKEN_SECONDS, JobStore
from storage.models import JobState, new_job_id
from storage.queue import Queue
from tests.storage.making import Clock, claimed, new_job, picture


def test_job_ids_fit_everywhere_and_differ() -> None:
    ids = {new_job_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(id) == 12 and set(id) <= set("abcdefghijklmnopqrstuvwxyz234567") for id in ids)
    assert new_job_id(lambda count: b"\0" * count) == "aaaaaaaaaaaa"


async def test_an_unknown_job_is_an_error_or_none(jobs: JobStore) -> None:
    assert await jobs.find("nothing") is None
    with pytest.raises(JobNotFound):
        await jobs.get("nothing")


async def test_parameters_of_another_version_still_load(queue: Queue, jobs: JobStore, db: Database) -> None:
    await queue.enqueue(new_job(id="abc"))
    await db.run("""UPDATE jobs SET request = json_set(request,
        '$.params.scheduler', 'PLMS', '$.params.gone', 1, '$.params.seed', 7, '$.also_gone', 2)""")
    params = (await jobs.get("abc")).request.params
    assert params == GenerationParams(prompt="a fox", seed=7)


async def test_a_members_jobs_newest_first(queue: Queue, jobs: JobStore) -> None:
    for id in ("one", "two", "three"):
        await queue.enqueue(new_job(1, id=id))
    await queue.enqueue(new_job(2, id="other"))
    await claimed(queue)
    assert [job.id for job in await jobs.of_user(1)] == ["three", "two", "one"]
    assert [job.id for job in await jobs.of_user(1, [JobState.QUEUED])] == ["three", "two"]
    assert [job.id for job in await jobs.of_user(1, [JobState.QUEUED, JobState.RUNNING], limit=1)] == ["three"]


async def test_what_was_made_from_a_job(queue: Queue, jobs: JobStore) -> None:
    for index in (1, 2):
        await queue.enqueue(new_job(id=f"v{index}", task=Task.VARY, parent_id="grid", parent_index=index))
    await queue.enqueue(new_job())
    assert [job.id for job in await jobs.children("grid")] == ["v2", "v1"]
    assert await jobs.children("") == []


async def test_recent_prompts_each_once_newest_first(queue: Queue, jobs: JobStore) -> None:
    for text in ("a fox", "a frog", "an owl", "a fox"):
        await queue.enqueue(new_job(text=text))
    await queue.enqueue(new_job(text="a fog", task=Task.VARY, parent_id="grid"))
    await queue.enqueue(new_job(2, text="a foal"))
    assert await jobs.recent_prompts(1, "", 10) == ["a fox", "an owl", "a frog"]
    assert await jobs.recent_prompts(1, "A F", 10) == ["a fox", "a frog"]
    assert await jobs.recent_prompts(1, "a f", 1) == ["a fox"]


@pytest.mark.parametrize("prefix", ["100%", "a_b", "back\\slash"])
async def test_a_prefix_means_what_it_says(queue: Queue, jobs: JobStore, prefix: str) -> None:
    await queue.enqueue(new_job(text=f"{prefix} of it"))
    await queue.enqueue(new_job(text="100 of it, aXb, backslash"))
    assert await jobs.recent_prompts(1, prefix, 10) == [f"{prefix} of it"]


async def test_pictures_are_forgotten_but_not_the_job(queue: Queue, jobs: JobStore) -> None:
    await queue.enqueue(new_job(id="abc"))
    await queue.finish(await claimed(queue), JobState.DONE, images=[picture("abc", k) for k in (2, 1)])
    assert [image.index for image in await jobs.images("abc")] == [1, 2]
    await jobs.forget_images("abc")
    assert await jobs.images("abc") == []
    assert (await jobs.get("abc")).state is JobState.DONE


# --- Delivery ---------------------------------------------------------------------------------------------------------


async def test_every_change_of_state_must_be_told(queue: Queue, jobs: JobStore, clock: Clock) -> None:
    await queue.enqueue(new_job(id="abc"))
    assert [job.id for job in await jobs.untold()] == ["abc"]
    await jobs.told("abc", JobState.QUEUED, message_id=77)
    assert await jobs.untold() == []
    job = await claimed(queue)
    assert [job.state for job in await jobs.untold()] == [JobState.RUNNING]
    await queue.finish(job, JobState.DONE)
    await jobs.told("abc", JobState.RUNNING)  # late: the state went on meanwhile
    assert [job.state for job in await jobs.untold()] == [JobState.DONE]
    clock.now += 5
    await jobs.told("abc", JobState.DONE)
    told = await jobs.get("abc")
    assert (told.told_state, told.told_at, told.message_id) == (JobState.DONE, clock.now, 77)
    assert await jobs.untold() == []


async def test_untold_jobs_oldest_first(queue: Queue, jobs: JobStore) -> None:
    for id in ("one", "two", "three"):
        await queue.enqueue(new_job(id=id))
    assert [job.id for job in await jobs.untold(2)] == ["one", "two"]


async def test_a_message_leads_to_its_newest_job(queue: Queue, jobs: JobStore) -> None:
    for id in ("one", "two"):
        await queue.enqueue(new_job(id=id))
        await jobs.attach(id, channel_id=5, message_id=77)
    found = await jobs.by_message(77)
    assert found is not None
    assert (found.id, found.channel_id) == ("two", 5)
    assert await jobs.by_message(78) is None
    await queue.enqueue(new_job(id="unattached"))
    assert await jobs.by_message(0) is None


async def test_interaction_tokens_are_emptied_when_they_have_expired(
    queue: Queue, jobs: JobStore, clock: Clock
) -> None:
    await queue.enqueue(new_job(id="old", interaction_token="secret"))
    clock.now += TOKEN_SECONDS
    await queue.enqueue(new_job(id="new", interaction_token="fresh"))
    clock.now += 1
    await jobs.forget_tokens()
    assert (await jobs.get("old")).interaction_token == ""
    assert (await jobs.get("new")).interaction_token == "fresh"
