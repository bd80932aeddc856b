"""Upscales through the studio: of a job's picture, of a file, creative ones, and what is refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.enlarging import Wish
from bot.errors import PromptBlocked
from bot.requester import Requester
from bot.runtime import Runtime
from gpu.errors import InputError, NotSupported
from gpu.metadata import read
from gpu.types import Task
from storage.models import Job, JobState
from tests.bot.conftest import Recorder

FOX = "a red fox --steps 3 --seed 7"


async def ended(runtime: Runtime, recorder: Recorder, job: Job) -> Image.Image:
    await recorder.until(job.id, JobState.DONE)
    (image,) = await runtime.studio.images(job.id)
    return Image.open(runtime.files.root / image.path)


def png(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "teal").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("creative", "scale"), [(False, 4), (True, 2)])
async def test_a_picture_of_a_job_is_enlarged(
    runtime: Runtime, recorder: Recorder, alice: Requester, creative: bool, scale: int
) -> None:
    first = await runtime.studio.imagine(alice, FOX)
    await recorder.until(first.id, JobState.DONE)
    large = await runtime.studio.upscale(alice, first.id, 2, Wish("anime", creative))
    picture = await ended(runtime, recorder, large)
    small = await runtime.studio.image(first.id, 2)
    assert picture.size == (scale * small.width, scale * small.height)
    assert (large.task, large.parent_id, large.parent_index, large.text) == (Task.ENLARGE, first.id, 2, first.text)
    assert (large.request.parent, large.request.upscaler) == (first.id, "anime")
    assert large.request.params.seed == 8
    found = read(runtime.files.root / (await runtime.studio.image(large.id, 1)).path)
    assert found.job_id == large.id


async def test_an_enlarged_picture_can_be_varied_and_asked_for_again(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    first = await runtime.studio.imagine(alice, FOX)
    await recorder.until(first.id, JobState.DONE)
    large = await runtime.studio.upscale(alice, first.id, 1, Wish("video", creative=True))
    await ended(runtime, recorder, large)
    again = await runtime.studio.reroll(alice, large.id)
    assert (again.task, again.request.upscaler) == (Task.ENLARGE, "video")
    assert again.request.strength == large.request.strength > 0
    assert again.request.params.seed != large.request.params.seed
    await ended(runtime, recorder, again)
    variation = await runtime.studio.vary(alice, large.id, 1)
    assert variation.request.params.upscaler == "none"
    await recorder.until(variation.id, JobState.DONE)


async def test_a_file_is_enlarged(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    job = await runtime.studio.enlarge(alice, png((30, 20)), Wish("realesrgan"))
    assert (await ended(runtime, recorder, job)).size == (120, 80)
    assert job.text == "--upscaler realesrgan"
    assert not job.parent_id


async def test_a_model_that_enlarges_hears_words_and_a_noise_level(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    wish = Wish("sd-x4", prompt="a boat, oil painting", noise_level=90)
    job = await runtime.studio.enlarge(alice, png((30, 20)), wish)
    assert (job.request.params.prompt, job.request.params.noise_level) == ("a boat, oil painting", 90)
    assert job.text == 'a boat, oil painting --upscaler "sd-x4"'
    await ended(runtime, recorder, job)
    first = await runtime.studio.imagine(alice, f"{FOX} --noise-level 40")
    await recorder.until(first.id, JobState.DONE)
    large = await runtime.studio.upscale(alice, first.id, 1, Wish("sd-x4"))
    assert (large.request.params.prompt, large.request.params.noise_level) == ("a red fox", 40)
    assert large.estimate > 10 * first.estimate


async def test_its_words_pass_the_prompt_check(runtime: Runtime, alice: Requester) -> None:
    with pytest.raises(PromptBlocked):
        await runtime.studio.enlarge(alice, png((30, 20)), Wish("sd-x4", prompt="nude woman, explicit sex"))


async def test_a_model_that_is_not_configured_is_refused_before_anything_is_queued(
    runtime: Runtime, alice: Requester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(runtime.studio.config.models, "sd-x4", raising=False)
    for wish in (
        runtime.studio.enlarge(alice, png((30, 20)), Wish("sd-x4")),
        runtime.studio.imagine(alice, f"{FOX} --upscaler sd-x4"),
    ):
        with pytest.raises(NotSupported) as refused:
            await wish
        assert refused.value.id == "error-upscaler-model"
    assert not list(runtime.files.root.glob("inputs/*"))


async def test_a_line_may_ask_for_larger_pictures(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, f"{FOX} --n 1 --upscaler anime")
    assert job.request.params.upscaler == "anime"
    picture = await ended(runtime, recorder, job)
    assert picture.width == 4 * job.request.params.width


@pytest.mark.parametrize(
    ("data", "wish", "error"),
    [
        (b"GIF89a", Wish("anime"), "error-input-broken"),
        (png((2100, 2100)), Wish("anime"), "error-enlarge-pixels"),
        (png((300, 300)), Wish("anime", creative=True), "error-enlarge-pixels"),
    ],
)
async def test_what_cannot_be_enlarged_is_refused_and_leaves_nothing(
    runtime: Runtime, alice: Requester, data: bytes, wish: Wish, error: str
) -> None:
    with pytest.raises(InputError) as raised:
        await runtime.studio.enlarge(alice, data, wish)
    assert raised.value.id == error
    assert not list(runtime.files.root.glob("inputs/*"))
