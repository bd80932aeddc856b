"""What a family cannot do is said to the member before anything is queued, loaded or not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.config import Config
from gpu.abilities import ABILITIES
from gpu.types import ModelSpec, Task
from tests.gpu.pictures import photo, png

from .conftest import World

PICTURE = ("a.png", png(photo()))
FLOWS = ("sd3", "flux", "zimage")
WISHES: dict[str, tuple[str, dict[str, Any], str]] = {
    "control": ("--control canny", {"control_image": PICTURE}, "follow a control image"),
    "control without a picture": ("--control canny", {}, "follow a control image"),
    "style": ("", {"style_image": PICTURE}, "draw in the style of a picture"),
    "style weight": ("--sw 50", {}, "draw in the style of a picture"),
    "character": ("", {"character_image": PICTURE}, "draw the figure of a picture"),
    "tile": ("--tile", {}, "edges meet"),
    "lora": ("--lora flat-lime:0.8", {}, "no LoRA"),
    "hires": ("--hires 2", {}, "draw details"),
    "sampler": ("--sampler Heun", {}, "Write another --sampler: Euler"),
    "picture": ("", {"image": PICTURE}, "draw on a picture"),
    "mask": ("", {"image": PICTURE, "mask": PICTURE}, "draw"),
}  # fmt: skip


@pytest.fixture
def config(config: Config) -> Config:
    """One model of each family that diffusers' own pipelines draw; none of them is loaded."""
    flows = {
        name: ModelSpec(name=name, family=name, source="somewhere", pixels=64 * 64, multiple=16) for name in FLOWS
    }
    return config.model_copy(update={"models": {**config.models, **flows}})


@pytest.mark.parametrize("model", FLOWS)
async def test_refused_before_queueing(world: World, model: str) -> None:
    able = ABILITIES[model]
    can = {"picture": "image" in able.pictures, "mask": "mask" in able.pictures, "hires": able.redraws,
           "lora": able.loras}  # fmt: skip
    for name, (flags, sent, words) in WISHES.items():
        if can.get(name):
            continue
        result = await world.alice.slash(world.channel, "imagine", prompt=f"a fox --model {model} {flags}", **sent)
        assert result.ephemeral, name
        assert words in result.response.content, (name, result.response.content)
    assert await world.jobs(world.alice) == []


async def test_buttons_say_it_too(world: World) -> None:
    grid = await world.imagine("a fox --model flux", n=1)
    for button, task in (("Vary (Subtle)", Task.VARY), ("⬅️", Task.OUTPAINT)):
        if task in ABILITIES["flux"].tasks:
            continue
        pressed = await world.click(world.alice, grid, button)
        assert "flux” cannot" in pressed.response.content
    assert len(await world.jobs(world.alice)) == 1
