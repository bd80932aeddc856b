"""Control images on Discord: /control, and /imagine with one."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.config import Config
from gpu.types import InputRole, NetSpec, Task
from tests.gpu.pictures import photo, png

from .conftest import World


@pytest.fixture
def config(config: Config) -> Config:
    """The default model has a net for outlines."""
    name = config.default_model
    own = config.models[name].model_copy(update={"controlnets": {"canny": NetSpec(source="somewhere/canny")}})
    return config.model_copy(update={"models": {**config.models, name: own}})


async def test_a_control_image_is_followed_and_kept(world: World) -> None:
    grid = await world.imagine("a red fox", n=1, control="canny:0.8", control_image=("a.png", png(photo((300, 200)))))
    job = await world.job_of(grid)
    assert job.request.params.control == "canny:0.8"
    assert [given.role for given in job.request.inputs] == [InputRole.CONTROL]
    with Image.open(world.runtime.files.absolute(job.request.inputs[0].path)) as stored:
        assert stored.size == (job.request.params.width, job.request.params.height)
    for button in ("🔄", "Vary (Subtle)"):
        pressed = await world.click(world.bob, grid, button)
        again = await world.job_of(await world.pictures(pressed.response.id))
        assert again.request.params.control == "canny:0.8"
        assert len(again.request.of_role(InputRole.CONTROL)) == 1


async def test_control_shows_what_would_be_followed(world: World) -> None:
    result = await world.alice.slash(world.channel, "control", image=("a.png", png(photo((120, 80)))), kind="canny")
    assert not result.ephemeral, result.response.content
    shown = await world.pictures(result.response.message.id)
    job = await world.job_of(shown)
    assert job.task is Task.CONTROL
    picture = Image.open(io.BytesIO(await shown.attachments[0].read()))
    assert picture.size == (120, 80)
    assert "canny:ready" in shown.content


@pytest.mark.parametrize(
    ("prompt", "image", "words"),
    [
        ("a red fox --control canny", False, "control_image"),
        ("a red fox", True, "--control canny"),
        ("a red fox --control pose", True, "no ControlNet"),
        ("a red fox --control cany", True, "canny"),
        ("a red fox --control canny:9", True, "from 0 to 2"),
    ],
)
async def test_refused_with_a_sentence(world: World, prompt: str, image: bool, words: str) -> None:
    sent = {"control_image": ("a.png", png(photo()))} if image else {}
    result = await world.alice.slash(world.channel, "imagine", prompt=prompt, **sent)
    assert result.ephemeral
    assert words in result.response.content
    assert await world.jobs(world.alice) == []


async def test_precise_without_a_control_image_says_what_it_is_for(world: World) -> None:
    grid = await world.imagine("a red fox --quality precise --steps 2", n=1)
    assert "is meant for drawing after a control image" in grid.content
