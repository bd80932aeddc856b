"""Everything that can be done with a picture that stands alone: buttons, forms, a swept picture, colours that stay."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest
from PIL import Image

from gpu.params import MAX_SEED
from gpu.types import InputRole, Task

from .conftest import World, buttons, labels

SINGLE = [
    "Upscale (Subtle)", "Upscale (Creative)", "Vary (Subtle)", "Vary (Strong)", "Vary (Region)",
    "Zoom out 2×", "Zoom out 1.5×", "Custom zoom", "⬅️", "➡️", "⬆️", "⬇️",
    "Remix", "Same seed, change …", "🔄", "🗑️", "⭐", "Copy prompt", "Original PNG",
]  # fmt: skip


async def alone(world: World, **options: Any) -> discord.Message:
    """Alice's second picture alone."""
    grid = await world.imagine(seed=7, **options)
    return await world.pictures((await world.click(world.alice, grid, "U2")).response.id)


def style_of(message: discord.Message, label: str) -> discord.ButtonStyle:
    return next(b.style for b in buttons(message) if label in (b.label, str(b.emoji)))


async def test_one_picture_has_everything_in_five_rows(world: World) -> None:
    single = await alone(world)
    assert [name for name in labels(single) if name in SINGLE] == SINGLE
    assert len(single.components) == 5
    wide = await alone(world, ar="2:1")
    assert "Make square" in labels(wide)


@pytest.mark.parametrize(
    ("label", "task", "field", "value"),
    [
        ("Vary (Subtle)", Task.VARY, None, None),
        ("Vary (Strong)", Task.VARY, None, None),
        ("Zoom out 2×", Task.OUTPAINT, "zoom", 2.0),
        ("Zoom out 1.5×", Task.OUTPAINT, "zoom", 1.5),
        ("⬅️", Task.OUTPAINT, "pan", "left"),
        ("⬇️", Task.OUTPAINT, "pan", "down"),
    ],
)
async def test_each_button_draws_after_a_restart_for_anybody(
    world: World, label: str, task: Task, field: str | None, value: object
) -> None:
    single = await alone(world)
    await world.restart()
    made = await world.pictures((await world.click(world.bob, single, label)).response.id)
    job = await world.job_of(made)
    assert (job.task, job.user_id, job.parent_index) == (task, world.bob.id, 1)
    assert field is None or getattr(job.request.params, field) == value
    assert single.jump_url in made.content


async def test_strong_goes_farther_than_subtle(world: World) -> None:
    single = await alone(world)
    strengths = []
    for label in ("Vary (Subtle)", "Vary (Strong)"):
        made = await world.pictures((await world.click(world.alice, single, label)).response.id)
        strengths.append((await world.job_of(made)).request.strength)
    assert strengths[0] < strengths[1]


async def test_make_square(world: World) -> None:
    wide = await alone(world, ar="2:1")
    made = await world.pictures((await world.click(world.alice, wide, "Make square")).response.id)
    params = (await world.job_of(made)).request.params
    assert (params.square, params.width) == (True, params.height)


async def test_used_buttons_stay_coloured_after_a_restart_and_a_new_drawing(world: World) -> None:
    grid = await world.imagine()
    await world.pictures((await world.click(world.bob, grid, "V3")).response.id)
    await world.click(world.bob, grid, "U1")
    now = world.message(grid.id)
    assert style_of(now, "V3") is discord.ButtonStyle.success
    assert style_of(now, "U1") is discord.ButtonStyle.primary
    assert style_of(now, "V1") is discord.ButtonStyle.secondary
    assert now.attachments, "the pictures are still there"
    await world.restart()
    job = await world.job_of(grid)
    await world.runtime.jobs.untell(job.id)
    await world.until(lambda: _told(world, job.id))
    await world.click(world.alice, grid, "U2")
    now = world.message(grid.id)
    assert [style_of(now, label).name for label in ("V3", "U1", "U2", "U3")] == [
        "success", "primary", "primary", "secondary",
    ]  # fmt: skip


async def test_remix_draws_the_changed_line_from_the_picture(world: World) -> None:
    single = await alone(world)
    form = await world.click(world.bob, single, "Remix")
    await world.restart()
    sent = await world.bob.submit_modal(form, {"line": "a blue fox"})
    made = await world.pictures(sent.response.id)
    job = await world.job_of(made)
    assert (job.task, job.text, job.user_id) == (Task.VARY, "a blue fox", world.bob.id)
    assert job.request.params.prompt == "a blue fox"
    assert style_of(world.message(single.id), "Remix") is discord.ButtonStyle.primary


async def test_a_remix_of_another_size_starts_from_the_pixels(world: World) -> None:
    single = await alone(world)
    form = await world.click(world.alice, single, "Remix")
    made = await world.pictures((await world.alice.submit_modal(form, {"line": "a blue fox --ar 2:1"})).response.id)
    job = await world.job_of(made)
    assert (job.task, [one.role for one in job.request.inputs]) == (Task.IMAGINE, [InputRole.IMAGE])
    assert f"Remix of [image 1]({single.jump_url})" in made.content


async def test_a_bad_line_in_a_form_is_answered_with_a_corrected_one(world: World) -> None:
    single = await alone(world)
    form = await world.click(world.alice, single, "Remix")
    refused = await world.alice.submit_modal(form, {"line": "a fox --steps 900"})
    assert refused.ephemeral
    assert "Run this line" in labels(refused.response.message)
    form = await world.click(world.alice, single, "Custom zoom")
    refused = await world.alice.submit_modal(form, {"line": "a {red, blue} fox --zoom 2"})
    assert "2 pictures" in refused.response.content


async def test_whoever_prefers_remix_gets_the_form_from_v_and_reroll(world: World) -> None:
    grid = await world.imagine(seed=7)

    async def wants(user_id: int) -> bool:
        return user_id == world.bob.id

    world.bot.wants_remix = wants
    form = await world.click(world.bob, grid, "V3")
    made = await world.pictures((await world.bob.submit_modal(form, {"line": "an owl"})).response.id)
    assert (await world.job_of(made)).parent_index == 3
    form = await world.click(world.bob, grid, "🔄")
    made = await world.pictures((await world.bob.submit_modal(form, {"line": "a cat"})).response.id)
    assert f"[Re-rolled]({grid.jump_url})" in made.content
    assert (await world.job_of(made)).request.params.prompt == "a cat"
    assert not (await world.click(world.alice, grid, "V2")).ephemeral


async def test_same_seed_keeps_the_noise(world: World) -> None:
    single = await alone(world)
    form = await world.click(world.alice, single, "Same seed, change …")
    seed = (await world.job_of(single)).request.params.seed
    made = await world.pictures((await world.alice.submit_modal(form, {"line": f"an owl --seed {seed}"})).response.id)
    params = (await world.job_of(made)).request.params
    assert (params.seed, params.prompt) == (8, "an owl")
    assert seed <= MAX_SEED


async def test_custom_zoom_takes_the_factor_and_other_words(world: World) -> None:
    single = await alone(world)
    form = await world.click(world.alice, single, "Custom zoom")
    made = await world.pictures((await world.alice.submit_modal(form, {"line": "a room --zoom 1.3"})).response.id)
    job = await world.job_of(made)
    assert (job.task, job.request.params.zoom, job.request.params.prompt) == (Task.OUTPAINT, 1.3, "a room")
    form = await world.click(world.alice, single, "Custom zoom")
    assert "--zoom" in (await world.alice.submit_modal(form, {"line": "a room"})).response.content


@pytest.mark.parametrize("label", ["◧", "◱", "Middle band"])
async def test_a_region_is_drawn_anew(world: World, label: str) -> None:
    single = await alone(world)
    panel = await world.click(world.bob, single, "Vary (Region)")
    assert panel.ephemeral
    button = next(one for one in buttons(panel.response.message) if one.label == label)
    form = await world.bob.click(panel.response, custom_id=button.custom_id)
    made = await world.pictures((await world.bob.submit_modal(form, {"line": "a hat"})).response.id)
    job = await world.job_of(made)
    assert [one.role for one in job.request.inputs] == [InputRole.IMAGE, InputRole.MASK]
    mask = Image.open(world.runtime.files.root / job.request.inputs[1].path)
    assert mask.getextrema() == (0, 255)
    assert f"Variations (Region) of [image 1]({single.jump_url}) by {world.bob.mention}" in made.content
    assert style_of(world.message(single.id), "Vary (Region)") is discord.ButtonStyle.primary


async def test_a_mask_can_be_uploaded_and_a_phrase_says_what_is_missing(world: World) -> None:
    single = await alone(world)
    panel = await world.click(world.alice, single, "Vary (Region)")
    by = {one.label: one.custom_id for one in buttons(panel.response.message)}
    words = await world.alice.click(panel.response, custom_id=by["By words"])
    assert "No model here finds things" in words.response.content
    form = await world.alice.click(panel.response, custom_id=by["Upload a mask"])
    buffer = io.BytesIO()
    Image.new("L", (64, 64), 255).save(buffer, "PNG")
    sent = await world.alice.submit_modal(form, {"line": "a hat", "mask": ("mask.png", buffer.getvalue())})
    job = await world.job_of(await world.pictures(sent.response.id))
    assert [one.role for one in job.request.inputs] == [InputRole.IMAGE, InputRole.MASK]
    form = await world.alice.click(panel.response, custom_id=by["Upload a mask"])
    refused = await world.alice.submit_modal(form, {"line": "a hat", "mask": ("mask.png", b"no picture")})
    assert refused.ephemeral


async def test_a_swept_picture_is_answered_with_its_line(world: World) -> None:
    single = await alone(world)
    job = await world.job_of(single)
    world.runtime.files.remove(job.id)
    for label in ("Vary (Strong)", "Vary (Region)", "Remix", "Zoom out 2×", "Original PNG"):
        answer = await world.click(world.bob, single, label)
        shown = (answer.followups or [answer.response])[-1] if label == "Original PNG" else answer.response
        assert "no longer stored" in shown.content, label
        assert "a red fox" in shown.embeds[0].description
        run = next(one for one in buttons(shown.message) if one.label == "Run this line")
    again = await world.bob.click(shown, custom_id=run.custom_id)
    assert "(Waiting to start)" in again.response.content


async def test_copy_prompt_and_original(world: World) -> None:
    single = await alone(world)
    copied = await world.click(world.bob, single, "Copy prompt")
    assert copied.ephemeral
    assert "a red fox" in copied.response.embeds[0].description
    answer = await world.click(world.bob, single, "Original PNG")
    sent = [file for shown in (answer.response, *answer.followups) for file in shown.attachments]
    job = await world.job_of(single)
    stored = (await world.runtime.studio.images(job.id))[0]
    assert [await file.read() for file in sent] == [(world.runtime.files.root / stored.path).read_bytes()]


async def _told(world: World, job_id: str) -> bool:
    job = await world.runtime.jobs.get(job_id)
    return job.told_state == job.state
