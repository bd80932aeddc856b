"""Pictures attached to /imagine."""

from __future__ import annotations

import io

from PIL import Image

from gpu.types import InputRole
from tests.gpu.pictures import half_mask, photo, png

from .conftest import World


async def test_a_picture_and_a_mask_are_drawn_from(world: World) -> None:
    grid = await world.imagine(
        "a red fox --iw 1.5",
        n=1,
        image=("photo.png", png(photo((300, 200)))),
        mask=("mask.png", png(half_mask((300, 200)))),
    )
    job = await world.job_of(grid)
    assert [given.role for given in job.request.inputs] == [InputRole.IMAGE, InputRole.MASK]
    assert job.request.params.strength == 0.5
    assert "--iw 1.5 became --strength 0.5" in grid.content
    drawn = Image.open(io.BytesIO(await grid.attachments[0].read()))
    with Image.open(world.runtime.files.absolute(job.request.inputs[0].path)) as sent:
        assert drawn.size == sent.size
        kept = (0, 30, sent.width // 2 - 5, sent.height)  # the fake engine signs its pictures at the top
        assert drawn.convert("RGB").crop(kept).tobytes() == sent.convert("RGB").crop(kept).tobytes()
    rerolled = await world.click(world.bob, grid, "🔄")
    again = await world.job_of(await world.pictures(rerolled.response.id))
    assert len(again.request.inputs) == 2


async def test_a_file_that_is_no_picture_is_refused_privately(world: World) -> None:
    result = await world.alice.slash(
        world.channel, "imagine", prompt="a red fox", image=("photo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    )
    assert result.ephemeral
    assert "SVG" in result.response.content
    assert await world.jobs(world.alice) == []
    assert not list((world.runtime.files.root / "inputs").glob("*"))
