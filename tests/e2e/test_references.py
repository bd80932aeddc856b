"""Style, character and prompt images in Discord, and on the buttons under what was drawn after them."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageStat

from bot.config import Config
from bot.requester import Requester
from gpu.types import AdapterSpec, InputRole
from tests.gpu.pictures import photo, png

from .conftest import World

STYLE, FIGURE = InputRole.STYLE, InputRole.CHARACTER
GREEN = ("green.png", png(Image.new("RGB", (90, 60), (0, 255, 0))))
RED = ("red.png", png(Image.new("RGB", (90, 60), (255, 0, 0))))


@pytest.fixture
def config(config: Config) -> Config:
    """The first model has adapters for everything; `sdxl` has none."""
    adapter = AdapterSpec(source="h94/IP-Adapter", weight_name="ip-adapter_sdxl.safetensors")
    starter = config.models["starter"].model_copy(
        update={"ip_adapters": dict.fromkeys(("image", "style", "character"), adapter)}
    )
    return config.model_copy(update={"models": {**config.models, "starter": starter}})


async def greenness(message: object) -> float:
    """How much more green than blue there is in the first picture, −255 … 255."""
    data = await message.attachments[0].read()  # type: ignore[attr-defined]
    _, green, blue = ImageStat.Stat(Image.open(io.BytesIO(data)).convert("RGB")).mean
    return green - blue


async def test_styles_and_characters_are_drawn_after_and_stay_with_the_buttons(world: World) -> None:
    line = "a red fox --seed 7 --n 1 --steps 2"
    plain = await world.imagine(line)
    grid = await world.imagine(f"{line} --sref 2, 1 --sw 150", style_image=GREEN, style_image_2=RED)
    job = await world.job_of(grid)
    assert [(given.role, given.weight) for given in job.request.inputs] == [(STYLE, 2), (STYLE, 1)]
    assert job.request.params.style_weight == 150
    assert '--sref "2, 1" --sw 150' in job.text
    assert await greenness(grid) > await greenness(plain) + 10
    again = await world.click(world.bob, grid, "🔄")
    varied = await world.runtime.studio.vary(_who(world), job.id, 1)
    for child in (await world.job_of(await world.pictures(again.response.id)), varied):
        assert [(given.role, given.weight) for given in child.request.inputs] == [(STYLE, 2), (STYLE, 1)]
        assert child.request.params.style_weight == 150
    figure = await world.imagine(f"{line} --cw 40", character_image=RED)
    assert [given.role for given in (await world.job_of(figure)).request.inputs] == [FIGURE]


async def test_blended_pictures_are_listened_to(world: World) -> None:
    """Where the model has an adapter for them; and so are those of its variations and its next roll."""
    shown = await world.alice.slash(world.channel, "blend", image1=RED, image2=GREEN, image3=GREEN)
    grid = await world.pictures(shown.response.id)
    job = await world.job_of(grid)
    assert [(given.role, given.weight) for given in job.request.inputs] == [(InputRole.PROMPT, 1)] * 3
    assert (job.request.params.prompt, job.request.params.image_weight) == ("", 3)
    assert "3 pictures, each listened to as much as the others" in grid.content
    again = await world.click(world.bob, grid, "🔄")
    varied = await world.runtime.studio.vary(_who(world), job.id, 1)
    for child in (await world.job_of(await world.pictures(again.response.id)), varied):
        assert [given.role for given in child.request.inputs] == [InputRole.PROMPT] * 3
        assert child.request.params.image_weight == 3


async def test_a_strength_in_the_suffix_lays_blended_pictures_over_one_another(world: World) -> None:
    await world.alice.slash(world.channel, "prefer suffix", new_value="--strength 0.5 --steps 1")
    shown = await world.alice.slash(world.channel, "blend", image1=RED, image2=GREEN)
    job = await world.job_of(await world.pictures(shown.response.id))
    assert [given.role for given in job.request.inputs] == [InputRole.IMAGE]
    assert job.request.params.strength == 0.5


async def test_what_is_around_it_keeps_the_style(world: World) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2", style_image=GREEN)
    parent = await world.job_of(grid)
    child = await world.runtime.studio.zoom(_who(world), parent.id, 1, 2.0)
    assert {given.role for given in child.request.inputs} == {InputRole.IMAGE, InputRole.MASK, STYLE}


async def test_a_picture_is_an_image_prompt_where_the_model_can_listen(world: World) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2 --iw 2", image=("photo.png", png(photo((300, 200)))))
    job = await world.job_of(grid)
    assert [given.role for given in job.request.inputs] == [InputRole.PROMPT]
    assert "image prompt (--iw 2)" in grid.content
    drawn_on = await world.imagine("a fox --n 1 --steps 2 --strength 0.5", image=GREEN)
    assert [given.role for given in (await world.job_of(drawn_on)).request.inputs] == [InputRole.IMAGE]


async def test_refusals_say_what_to_do(world: World) -> None:
    for prompt, files, words in (
        ("a fox --model sdxl", {"style_image": GREEN}, "[models.sdxl.ip_adapters] style"),
        ("a fox --sref 314159265", {"style_image": GREEN}, "style code of Midjourney"),
        ("a fox --sref https://x.y/z.png", {}, "Discord's own servers only, so not “https://x.y/z.png”"),
        ("a fox --sw 50", {}, "Attach one as style_image"),
        ("a fox --sref 1, 2, 3", {"style_image": GREEN}, "3 weights for 1 picture"),
    ):
        result = await world.alice.slash(world.channel, "imagine", prompt=prompt, **files)
        assert result.ephemeral
        assert words in result.response.content, result.response.content
    assert await world.jobs(world.alice) == []


def _who(world: World) -> Requester:
    return Requester(user_id=world.alice.id, guild_id=world.guild.id, channel_id=world.channel.id)
