"""Control images on Discord: /control, and /imagine with one."""

from __future__ import annotations

import io
import json
from typing import Any

import discord
import pytest
from PIL import Image

from bot.config import Config
from bot.requester import Requester
from gpu.errors import InputError
from gpu.types import AdapterSpec, InputRole, NetSpec, Task
from storage.models import Job
from tests.gpu.pictures import photo, png

from .conftest import World, buttons


@pytest.fixture
def config(config: Config) -> Config:
    """The default model has a net for outlines, and an adapter for styles."""
    name = config.default_model
    style = AdapterSpec(source="somewhere/style", weight_name="style.safetensors")
    own = config.models[name].model_copy(
        update={"controlnets": {"canny": NetSpec(source="somewhere/canny")}, "ip_adapters": {"style": style}}
    )
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


@pytest.fixture
async def single(world: World) -> discord.Message:
    """A picture that followed one and listens to another, alone."""
    sent = {"control_image": ("a.png", png(photo((300, 200)))), "style_image": ("s.png", png(photo((90, 60))))}
    grid = await world.imagine("a red fox", control="canny:0.8", **sent)
    return await world.pictures((await world.click(world.alice, grid, "U2")).response.id)


async def drawn(world: World, response: Any) -> tuple[Job, discord.Message]:
    made = await world.pictures(response.id)
    return await world.job_of(made), made


AROUND = "not followed here"


@pytest.mark.parametrize("button", ["Zoom out 2×", "⬅️"])
async def test_what_is_drawn_around_it_says_that_it_is_not_followed(
    world: World, single: discord.Message, button: str
) -> None:
    job, made = await drawn(world, (await world.click(world.bob, single, button)).response)
    assert (job.request.params.control, job.request.of_role(InputRole.CONTROL)) == ("", ())
    assert AROUND in made.content
    assert "--control" not in job.text
    assert len(job.request.of_role(InputRole.STYLE)) == 1


@pytest.mark.parametrize("line", ["a room --zoom 1.5 --control canny:0.8", "a room --zoom 1.5"])
async def test_a_custom_zoom_says_it_too(world: World, single: discord.Message, line: str) -> None:
    form = await world.click(world.alice, single, "Custom zoom")
    job, made = await drawn(world, (await world.alice.submit_modal(form, {"line": line})).response)
    assert (job.task, job.request.params.control, job.request.params.zoom) == (Task.OUTPAINT, "", 1.5)
    assert AROUND in made.content
    assert "--control" not in job.text


async def test_a_remix_follows_it_as_its_line_says(world: World, single: discord.Message) -> None:
    """From the latents, from the pixels, and not at all."""
    controlled = InputRole.CONTROL, InputRole.STYLE
    for line, task, control, roles in (
        ("a blue fox --control canny:0.8", Task.VARY, "canny:0.8", controlled),
        ("a blue fox --control canny:0.3 --ar 2:1", Task.IMAGINE, "canny:0.3", (InputRole.IMAGE, *controlled)),
        ("a blue fox", Task.VARY, "", (InputRole.STYLE,)),
    ):
        form = await world.click(world.alice, single, "Remix")
        job, made = await drawn(world, (await world.alice.submit_modal(form, {"line": line})).response)
        assert (job.task, job.request.params.control) == (task, control)
        assert tuple(given.role for given in job.request.inputs) == roles
        assert "control image" not in made.content


async def test_a_region_is_redrawn_after_it(world: World, single: discord.Message) -> None:
    panel = await world.click(world.alice, single, "Vary (Region)")
    left = next(one for one in buttons(panel.response.message) if one.label == "◧")
    form = await world.alice.click(panel.response, custom_id=left.custom_id)
    line = "a hat --control canny:0.8"
    job, _ = await drawn(world, (await world.alice.submit_modal(form, {"line": line})).response)
    assert job.request.params.control == "canny:0.8"
    assert {given.role for given in job.request.inputs} == {
        InputRole.IMAGE, InputRole.MASK, InputRole.CONTROL, InputRole.STYLE,
    }  # fmt: skip


async def test_a_control_that_cannot_come_along_is_named(world: World, single: discord.Message) -> None:
    """An upscaled picture has none any more; one that was deleted is missed; a model without adapters says so."""
    large, _ = await drawn(world, (await world.click(world.alice, single, "Upscale (Subtle)")).response)
    remaking, who = world.runtime.studio.remaking, Requester(user_id=world.alice.id, channel_id=world.channel.id)
    redrawn = await remaking.inpaint(who, large.id, 1, region="left")
    assert redrawn.request.params.control == ""
    assert [note.id for note in redrawn.request.notes] == ["note-control-gone"]
    source = await world.job_of(single)
    other = await remaking.remix(who, source.id, 1, "a blue fox --model sdxl --steps 2")
    assert "note-references-left" in [note.id for note in other.request.notes]
    world.runtime.files.absolute(source.request.of_role(InputRole.CONTROL)[0].path).unlink()
    with pytest.raises(InputError, match="error-input-gone"):
        await remaking.remix(who, source.id, 1, "a blue fox --control canny")


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


async def test_an_export_takes_the_control_image_along_and_info_tells_of_it(world: World) -> None:
    sent = {"control_image": ("a.png", png(photo((300, 200))))}
    grid = await world.imagine("a red fox", n=1, control="canny:0.8:0-0.6", **sent)
    job = await world.job_of(grid)
    result = await world.alice.slash(world.channel, "export", job=job.id, format="comfyui")
    files = {file.filename: file for file in result.response.attachments}
    graph = json.loads(await files.pop(f"easel-{job.id}.json").read())
    assert graph["60"]["inputs"]["image"] in files
    assert graph["64"]["inputs"]["strength"] == 0.8
    assert "not part of it" not in result.response.content
    told = await world.alice.slash(world.channel, "info", picture=("x.png", await grid.attachments[0].read()))
    assert 'add --control "canny:0.8:0-0.6"' in told.response.content
    assert "--control" not in told.response.embeds[0].description
