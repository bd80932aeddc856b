"""One whole round by buttons: slash, grid, U, V, re-roll, cancel, delete, with a restart between."""

from __future__ import annotations

import io
import os
from pathlib import Path

from PIL import Image

from gpu.metadata import read
from gpu.types import Task
from storage.models import JobState

from .conftest import World, labels

KEEP = ["⭐", "Copy prompt", "Original PNG", "What could be better?", "🙈"]
GRID = ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4", "🗑️", *KEEP]


def keep(name: str, data: bytes) -> None:
    """With EASEL_KEEP=folder: leave the picture there, to be looked at."""
    if folder := os.environ.get("EASEL_KEEP"):
        Path(folder, name).write_bytes(data)


async def test_slash_becomes_a_grid(world: World, tmp_path: Path) -> None:
    result = await world.alice.slash(world.channel, "imagine", prompt="a red fox", seed=7)
    assert not result.ephemeral
    assert result.response.content.startswith(f"**a red fox --seed 7** - {world.alice.mention} (Waiting to start)")
    assert "<t:" in result.response.content
    message = await world.pictures(result.response.id)
    assert labels(message) == GRID
    assert message.content.startswith(f"**a red fox --seed 7** - {world.alice.mention} (fast)\n-# seed 7 ·")
    job = await world.job_of(message)
    assert message.attachments[0].filename == f"{job.id}.png"
    assert "a red fox" in (message.attachments[0].description or "")
    data = await message.attachments[0].read()
    keep("grid.png", data)
    grid = Image.open(io.BytesIO(data))
    assert grid.size[0] == grid.size[1]
    (tmp_path / "grid.png").write_bytes(data)
    found = read(tmp_path / "grid.png")
    assert (found.source, found.job_id, found.params.prompt, found.seed) == ("easel", job.id, "a red fox", 7)
    assert (job.state, job.told_state) == (JobState.DONE, JobState.DONE)


async def test_u_posts_one_picture_alone(world: World) -> None:
    grid = await world.imagine(seed=7)
    result = await world.click(world.bob, grid, "U2")
    message = await world.pictures(result.response.id)
    assert labels(message)[:5] == [
        "Upscale (Subtle)", "Upscale (Creative)", "Vary (Subtle)", "Vary (Strong)", "Vary (Region)",
    ]  # fmt: skip
    assert labels(message)[-5:] == KEEP
    assert f"[Image 2]({grid.jump_url}) by {world.bob.mention}" in message.content
    assert "seed 8" in message.content
    parent, job = await world.job_of(grid), await world.job_of(message)
    assert (job.task, job.parent_id, job.parent_index, job.user_id) == (Task.UPSCALE, parent.id, 2, world.bob.id)
    stored = (await world.runtime.studio.images(parent.id))[1]
    assert await message.attachments[0].read() == (world.runtime.files.root / stored.path).read_bytes()
    keep("single.png", await message.attachments[0].read())


async def test_upscale_buttons_work_after_a_restart(world: World) -> None:
    grid = await world.imagine(seed=7)
    single = await world.pictures((await world.click(world.alice, grid, "U2")).response.id)
    await world.restart()
    for label, creative in (("Upscale (Subtle)", False), ("Upscale (Creative)", True)):
        clicked = await world.click(world.bob, world.message(single.id), label)
        message = await world.pictures(clicked.response.id)
        assert f"Upscaled [image 1]({single.jump_url}) by {world.bob.mention}" in message.content
        job = await world.job_of(message)
        assert (job.task, job.request.strength > 0) == (Task.ENLARGE, creative)
        job_row = await world.runtime.studio.images(job.id)
        assert job_row[0].width == job.request.params.width * (2 if creative else 4)


async def test_upscale_command_takes_a_job(world: World) -> None:
    grid = await world.imagine(seed=7)
    job = await world.job_of(grid)
    asked = await world.alice.slash(world.channel, "upscale", job=job.id, picture=3, upscaler="video")
    message = await world.pictures(asked.response.id)
    large = await world.job_of(message)
    assert (large.task, large.parent_index, large.request.upscaler) == (Task.ENLARGE, 3, "video")
    refused = await world.alice.slash(world.channel, "upscale")
    assert refused.ephemeral
    assert "Attach a picture" in refused.response.content


async def test_upscale_command_takes_a_picture_and_draws_details_into_it(world: World) -> None:
    sent = io.BytesIO()
    Image.new("RGB", (96, 64), "teal").save(sent, "PNG")
    picture = ("mine.png", sent.getvalue())
    asked = await world.alice.slash(world.channel, "upscale", image=picture, creative=True, prompt="a lake")
    large = await world.job_of(await world.pictures(asked.response.id))
    assert (large.task, large.request.params.prompt) == (Task.ENLARGE, "a lake")
    assert large.text == "a lake --upscaler realesrgan"
    assert large.request.strength == world.bot.config.upscale.strength
    (stored,) = await world.runtime.studio.images(large.id)
    assert (stored.width, stored.height) == (192, 128)
    plain = await world.alice.slash(world.channel, "upscale", image=picture, upscaler="anime")
    small = await world.job_of(await world.pictures(plain.response.id))
    assert (small.request.upscaler, small.request.strength) == ("anime", 0.0)


async def test_upscale_by_a_model_hears_words_and_noise(world: World) -> None:
    sent = io.BytesIO()
    Image.new("RGB", (96, 64), "teal").save(sent, "PNG")
    wish = {"upscaler": "sd-x4", "noise_level": 50, "prompt": "a lake"}
    asked = await world.alice.slash(world.channel, "upscale", image=("mine.png", sent.getvalue()), **wish)
    large = await world.job_of(await world.pictures(asked.response.id))
    params = large.request.params
    assert (large.request.upscaler, params.noise_level, params.prompt) == ("sd-x4", 50, "a lake")
    broken = await world.alice.slash(world.channel, "upscale", image=("mine.png", b"GIF89a nothing"))
    assert broken.ephemeral
    assert len(await world.jobs(world.alice)) == 1


async def test_v_draws_variations_and_names_its_parent(world: World) -> None:
    grid = await world.imagine()
    result = await world.click(world.bob, grid, "V3")
    assert f"Variations of [image 3]({grid.jump_url}) by {world.bob.mention}" in result.response.content
    message = await world.pictures(result.response.id)
    assert labels(message) == GRID
    job = await world.job_of(message)
    assert (job.task, job.parent_index, job.user_id) == (Task.VARY, 3, world.bob.id)


async def test_reroll_draws_the_line_with_a_new_seed(world: World) -> None:
    grid = await world.imagine(seed=7)
    message = await world.pictures((await world.click(world.alice, grid, "🔄")).response.id)
    assert f"[Re-rolled]({grid.jump_url}) by {world.alice.mention}" in message.content
    assert (await world.job_of(message)).request.params.seed != 7
    assert await message.attachments[0].read() != await grid.attachments[0].read()


async def test_every_button_works_after_a_restart(world: World) -> None:
    grid = await world.imagine()
    await world.restart()
    single = await world.pictures((await world.click(world.alice, grid, "U2")).response.id)
    await world.restart()
    variations = await world.pictures((await world.click(world.alice, single, "Vary (Subtle)")).response.id)
    assert labels(variations) == GRID
    await world.restart()
    await world.click(world.alice, variations, "🗑️")
    assert world.message(variations.id) is None
    assert world.message(grid.id)


async def test_cancel_stops_a_running_job(slow: None, world: World) -> None:
    message = await world.waiting(steps=100)
    await world.until(lambda: "%" in world.message(message.id).content)
    result = await world.click(world.alice, message, "Cancel")
    assert result.acknowledged
    await world.until(lambda: "(Cancelled)" in world.message(message.id).content)
    job = await world.job_of(message)
    await world.until(lambda: _is_told(world, job.id))
    assert labels(world.message(message.id)) == ["🔄", "🗑️"]
    assert world.message(message.id).attachments == []
    again = await world.click(world.alice, message, "🔄")
    assert "Re-rolled" in again.response.content


async def test_delete_removes_message_and_files(world: World) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    folder = world.runtime.files.root / world.runtime.files.directory(job.id)
    assert folder.is_dir()
    await world.click(world.alice, grid, "🗑️")
    assert world.message(grid.id) is None
    assert not folder.exists()
    assert (await world.runtime.jobs.get(job.id)).text == "a red fox"


async def test_delete_while_it_is_drawn(slow: None, world: World) -> None:
    """The message does not come back to say that it was cancelled."""
    message = await world.waiting(steps=100)
    await world.until(lambda: "%" in world.message(message.id).content)
    await world.alice.react(message, "❌")
    await world.until(lambda: "(Cancelled)" in world.message(message.id).content)
    await world.alice.react(message, "🗑️")  # means nothing
    await world.click(world.alice, message, "🗑️")
    assert world.messages() == []
    assert await world.runtime.jobs.untold() == []


async def _is_told(world: World, job_id: str) -> bool:
    job = await world.runtime.jobs.get(job_id)
    return job.told_state == job.state == JobState.CANCELLED
