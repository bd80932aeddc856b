"""The use cases on a real database and a real worker process with the fake engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.errors import NotYours, Paused, PictureGone, PromptBlocked, PromptError
from bot.requester import Requester
from bot.runtime import Runtime
from gpu.errors import NotSupported
from gpu.types import Task
from storage.errors import JobNotFound, QueueFull
from storage.models import Job, JobState
from tests.bot.conftest import Recorder

FOX = "a red fox --steps 3 --seed 7"
LONG = "a slow picture --steps 150"


async def drawn(runtime: Runtime, recorder: Recorder, requester: Requester, text: str = FOX) -> Job:
    job = await runtime.studio.imagine(requester, text)
    await recorder.until(job.id, JobState.DONE)
    return await runtime.studio.job(job.id)


async def test_imagine_draws_four_images_with_their_own_seeds(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice)
    images = await runtime.studio.images(job.id)
    assert [image.index for image in images] == [1, 2, 3, 4]
    assert [image.seed for image in images] == [7, 8, 9, 10]
    assert all((runtime.files.root / image.path).is_file() for image in images)
    assert recorder.of(job.id) == [JobState.RUNNING, JobState.DONE]
    assert job.cost > 0


async def test_progress_counts_up_to_the_last_step(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    await drawn(runtime, recorder, alice)
    steps = [p.step for p in recorder.progress if p.phase == "draw"]
    assert steps == sorted(steps)
    assert steps[-1] == 3


async def test_reroll_keeps_the_line_and_changes_the_seed(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    first = await drawn(runtime, recorder, alice)
    second = await runtime.studio.reroll(alice, first.id)
    assert second.text == "a red fox --steps 3"
    assert second.parent_id == first.id
    assert second.request.params.seed != 7
    assert second.request.params.model_copy(update={"seed": 7}) == first.request.params


async def test_vary_starts_from_the_stored_latents_of_that_image(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    first = await drawn(runtime, recorder, alice)
    variation = await runtime.studio.vary(alice, first.id, 3)
    assert (variation.task, variation.parent_id, variation.parent_index) == (Task.VARY, first.id, 3)
    assert variation.request.start_latents is not None
    assert variation.request.start_latents.name.startswith("3")
    await recorder.until(variation.id, JobState.DONE)
    assert len(await runtime.studio.images(variation.id)) == 4


async def test_a_variation_can_be_rerolled(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    first = await drawn(runtime, recorder, alice)
    variation = await runtime.studio.vary(alice, first.id, 1)
    again = await runtime.studio.reroll(alice, variation.id)
    assert again.task is Task.VARY
    assert again.request.start_latents == variation.request.start_latents
    await recorder.until(again.id, JobState.DONE)


async def test_upscale_posts_one_image_at_once_and_costs_nothing(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    first = await drawn(runtime, recorder, alice)
    single = await runtime.studio.upscale(alice, first.id, 2)
    assert single.state is JobState.DONE
    assert single.cost == 0
    (image,) = await runtime.studio.images(single.id)
    original = await runtime.studio.image(first.id, 2)
    assert (runtime.files.root / image.path).read_bytes() == (runtime.files.root / original.path).read_bytes()
    assert recorder.of(single.id) == [JobState.DONE]


async def test_a_single_image_can_be_varied(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    first = await drawn(runtime, recorder, alice)
    single = await runtime.studio.upscale(alice, first.id, 2)
    variation = await runtime.studio.vary(alice, single.id, 1)
    await recorder.until(variation.id, JobState.DONE)


async def test_a_double_click_is_one_job(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    first = await drawn(runtime, recorder, alice)
    clicks = await asyncio.gather(*(runtime.studio.vary(alice, first.id, 2) for _ in range(2)))
    assert clicks[0].id == clicks[1].id
    posts = await asyncio.gather(*(runtime.studio.upscale(alice, first.id, 2) for _ in range(2)))
    assert posts[0].id == posts[1].id


async def test_one_interaction_is_one_job(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    asked = replace(alice, interaction_id=55)
    first = await runtime.studio.imagine(asked, FOX)
    assert (await runtime.studio.imagine(asked, FOX)).id == first.id


async def test_anyone_may_build_on_a_picture_and_pays_for_it(
    runtime: Runtime, recorder: Recorder, alice: Requester, bob: Requester
) -> None:
    first = await drawn(runtime, recorder, alice)
    assert (await runtime.studio.vary(bob, first.id, 1)).user_id == bob.user_id


async def test_cancel_stops_a_running_job(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, LONG)
    await recorder.until_step(job.id)
    cancelled = await runtime.studio.cancel(alice, job.id)
    assert cancelled.state is JobState.CANCELLED
    after = await drawn(runtime, recorder, alice)
    assert recorder.of(job.id) == [JobState.RUNNING, JobState.CANCELLED]
    assert after.state is JobState.DONE
    assert await runtime.studio.images(job.id) == []


async def test_cancel_of_a_finished_job_changes_nothing(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice)
    assert (await runtime.studio.cancel(alice, job.id)).state is JobState.DONE


async def test_only_the_owner_or_a_moderator_of_that_server_cancels(
    runtime: Runtime, recorder: Recorder, alice: Requester, bob: Requester
) -> None:
    job = await runtime.studio.imagine(alice, LONG)
    with pytest.raises(NotYours):
        await runtime.studio.cancel(bob, job.id)
    with pytest.raises(NotYours):
        await runtime.studio.cancel(replace(bob, guild_id=11, is_moderator=True), job.id)
    moderated = await runtime.studio.cancel(replace(bob, is_moderator=True), job.id)
    assert moderated.state is JobState.CANCELLED


async def test_delete_removes_the_files_and_keeps_the_line(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice)
    image = await runtime.studio.image(job.id, 1)
    await runtime.studio.delete(alice, job.id)
    assert not (runtime.files.root / image.path).exists()
    assert (await runtime.studio.job(job.id)).text == FOX
    with pytest.raises(PictureGone):
        await runtime.studio.vary(alice, job.id, 1)
    again = await runtime.studio.reroll(alice, job.id)
    await recorder.until(again.id, JobState.DONE)


async def test_the_eleventh_waiting_job_is_refused(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    for _ in range(3):
        running = await runtime.studio.imagine(alice, LONG)
        await recorder.until(running.id, JobState.RUNNING)
    for _ in range(10):
        await runtime.studio.imagine(alice, LONG)
    with pytest.raises(QueueFull) as refused:
        await runtime.studio.imagine(alice, LONG)
    assert refused.value.facts["limit"] == 10
    waiting = await runtime.studio.queue_of(alice)
    assert len(waiting) == 13
    place = await runtime.studio.place(waiting[-1])
    assert place.ahead > 0
    assert place.seconds > 0


async def test_what_cannot_be_drawn_is_refused_before_it_is_queued(runtime: Runtime, alice: Requester) -> None:
    with pytest.raises(PromptError):
        await runtime.studio.imagine(alice, "a fox --steps 500")
    with pytest.raises(PromptBlocked):
        await runtime.studio.imagine(alice, "nude woman, explicit")
    with pytest.raises(JobNotFound):
        await runtime.studio.reroll(alice, "nothing")
    runtime.studio.intake.paused = True
    with pytest.raises(Paused):
        await runtime.studio.imagine(alice, FOX)
    assert await runtime.studio.queue_of(alice) == []


async def test_a_model_nobody_serves_is_named(runtime: Runtime, alice: Requester) -> None:
    runtime.dispatcher.backends.clear()
    with pytest.raises(NotSupported) as refused:
        await runtime.studio.imagine(alice, FOX)
    assert refused.value.facts == {"model": "starter"}


async def test_a_second_users_job_starts_before_the_first_users_ends(
    runtime: Runtime, recorder: Recorder, alice: Requester, bob: Requester
) -> None:
    first = await runtime.studio.imagine(alice, "a fox --steps 60")
    await recorder.until_step(first.id)
    second = await runtime.studio.imagine(bob, "an owl --steps 10")
    await recorder.until_step(second.id)
    assert recorder.of(first.id) == [JobState.RUNNING]
    await recorder.until(first.id, JobState.DONE)
    await recorder.until(second.id, JobState.DONE)


LANES = [("--turbo", "turbo"), ("--relax", "relax"), ("--fast", "fast"), ("", "fast")]


@pytest.mark.parametrize(("flag", "lane"), LANES)
async def test_the_speed_of_a_line_is_its_lane(runtime: Runtime, alice: Requester, flag: str, lane: str) -> None:
    job = await runtime.studio.imagine(alice, f"a fox --n 1 --steps 1 {flag}")
    assert job.lane == lane


async def test_a_flag_that_changes_nothing_says_so(runtime: Runtime, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, "a fox --steps 1 --stylize 300 --v 6.1")
    assert {"note-stylize-plain", "note-mj-version"} <= {note.id for note in job.request.notes}
