"""/prompt, the hints under a picture, and the negative words that nobody wrote."""

from __future__ import annotations

from .conftest import World, labels


async def filled(world: World, **fields: object) -> tuple[object, object]:
    shown = await world.alice.slash(world.channel, "prompt")
    return shown, await world.alice.submit_modal(shown, fields)


async def test_the_form_writes_a_line_that_runs(world: World) -> None:
    _, written = await filled(
        world, subject="a red fox --ar 3:2", style=["oil painting"], scene=["wide shot", "golden hour"],
        details="snow, --seed 7", quality=["draft"],
    )  # fmt: skip
    line = "a red fox, wide shot, golden hour, snow --ar 3:2 --seed 7 --style oil painting --quality draft"
    assert written.ephemeral
    assert written.response.embeds[0].description == f"```\n{line}\n```"
    ran = await world.alice.click(written.response, label="Run this line")
    picture = await world.pictures(ran.response.id)
    params = (await world.job_of(picture)).request.params
    assert (params.seed, params.num_inference_steps, params.style) == (7, 15, "oil painting")
    assert "wide shot, golden hour, snow" in params.prompt


async def test_the_subject_alone_is_enough_and_a_mistake_is_corrected(world: World) -> None:
    _, written = await filled(world, subject="a teapot")
    assert written.response.embeds[0].description == "```\na teapot\n```"
    _, refused = await filled(world, subject="a teapot --steps 500")
    assert refused.ephemeral
    assert "500" in refused.response.content
    assert refused.response.embeds[0].description == "```\na teapot --steps 150\n```"
    assert await world.jobs(world.alice) == []


async def test_a_form_that_was_open_during_a_restart_still_works(world: World) -> None:
    shown = await world.alice.slash(world.channel, "prompt")
    await world.restart()
    written = await world.alice.submit_modal(shown, {"subject": "a teapot", "scene": ["macro"]})
    assert written.response.embeds[0].description == "```\na teapot, macro\n```"


async def test_what_could_be_better_answers_whoever_asks_also_after_a_restart(world: World) -> None:
    grid = await world.imagine("masterpiece, 8k, a red fox", cfg=12, steps=20)
    assert "What could be better?" in labels(grid)
    await world.restart()
    told = await world.click(world.bob, grid, "What could be better?")
    assert told.ephemeral
    said = told.response.content
    assert "--steps 40" in said
    assert "--cfg 7.2" in said
    assert "8k, masterpiece" in said
    assert "offload" in said
    assert await world.jobs(world.bob) == []


async def test_hints_that_are_known_beforehand_are_notes_two_at_most(world: World) -> None:
    plain = await world.imagine("a red fox")
    assert plain.content.count("\n") == 1, plain.content
    grid = await world.imagine("一只红狐狸 " + ", ".join(f"thing {n}" for n in range(40)), cfg=20)
    assert "Chinese characters" in grid.content
    assert "pieces of 75" in grid.content
    assert grid.content.count("\n") == 3


async def test_negative_words_that_nobody_wrote_are_shown_and_can_be_switched_off(world: World) -> None:
    grid = await world.imagine("a red fox", model="sdxl")
    assert (await world.job_of(grid)).request.params.negative_prompt == "blurry, low quality, distorted"
    assert "kept out: blurry, low quality, distorted" in grid.content
    without = await world.imagine("a red fox --no none", model="sdxl")
    assert (await world.job_of(without)).request.params.negative_prompt == ""
    assert "kept out" not in without.content
