"""One whole round: slash, grid, U, V, re-roll, cancel, delete."""

from __future__ import annotations

import io

from PIL import Image

from storage.models import JobState

from .conftest import World, labels


async def test_slash_becomes_a_grid(world: World) -> None:
    result = await world.alice.slash(world.channel, "imagine", prompt="a red fox", seed=7)
    assert not result.ephemeral
    assert result.response.content.startswith(f"**a red fox --seed 7** - {world.alice.mention} (Waiting to start)")
    assert "<t:" in result.response.content
    message = await world.pictures(result.response.id)
    assert labels(message) == ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4", "🗑️"]
    assert message.content.startswith(f"**a red fox --seed 7** - {world.alice.mention}\n-# seed 7 ·")
    job = await world.job_of(message)
    assert message.attachments[0].filename == f"{job.id}.png"
    assert "a red fox" in (message.attachments[0].description or "")
    grid = Image.open(io.BytesIO(await message.attachments[0].read()))
    assert grid.size[0] == grid.size[1]
    assert (job.state, job.told_state) == (JobState.DONE, JobState.DONE)
