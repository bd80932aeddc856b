"""/blend: pictures merged without words."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.blending import overlaid
from gpu.types import InputRole

from .conftest import World


def png(colour: str, size: tuple[int, int] = (90, 60)) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return "picture.png", buffer.getvalue()


@pytest.mark.parametrize(("count", "expected"), [(2, (128, 0, 128)), (3, (85, 0, 170))])
def test_every_picture_counts_the_same(count: int, expected: tuple[int, int, int]) -> None:
    pictures = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue", "blue")[:count]]
    assert overlaid(pictures).getpixel((0, 0)) == pytest.approx(expected, abs=2)


async def test_blend_draws_over_the_pictures_laid_over_one_another(world: World) -> None:
    files = {f"image{n}": png(colour, size) for n, (colour, size) in enumerate(
        [("red", (90, 60)), ("blue", (40, 200)), ("blue", (64, 64))], 1)}  # fmt: skip
    shown = await world.alice.slash(world.channel, "blend", dimensions="portrait", **files)
    grid = await world.pictures(shown.response.id)
    assert "3 pictures, laid over one another" in grid.content
    job = await world.job_of(grid)
    params = job.request.params
    assert (params.prompt, params.strength, params.aspect_ratio) == ("", 0.6, "2:3")
    assert params.height > params.width
    (start,) = job.request.inputs
    assert start.role is InputRole.IMAGE
    with Image.open(world.runtime.files.absolute(start.path)) as picture:
        assert picture.size == (params.width, params.height)
        assert picture.getpixel((5, 5)) == pytest.approx((85, 0, 170), abs=2)
    again = await world.click(world.bob, grid, "🔄")
    assert await world.pictures(again.response.id)
    assert len(await world.jobs(world.bob)) == 1


async def test_blend_is_square_unless_asked_and_refuses_what_is_no_picture(world: World) -> None:
    shown = await world.alice.slash(world.channel, "blend", image1=png("red"), image2=png("blue"))
    params = (await world.job_of(await world.pictures(shown.response.id))).request.params
    assert params.width == params.height
    broken = await world.alice.slash(world.channel, "blend", image1=png("red"), image2=("x.png", b"nothing"))
    assert broken.ephemeral
    assert "no picture that I can read" in broken.response.content
    assert len(await world.jobs(world.alice)) == 1
