"""/verify: a picture is known by its metadata and by what it shows; who may not see the job reads no prompt."""

from __future__ import annotations

import io

import discord
import pytest
import simcord
from PIL import Image

from gpu import metadata
from storage.models import Job

from .conftest import World
from .test_security import said


async def looked_at(world: World) -> None:
    """All pictures that were drawn so far."""
    await world.until(lambda: unhashed(world))


async def unhashed(world: World) -> bool:
    return not await world.runtime.provenance._prints.unhashed(1)


def copy(data: bytes, *, smaller: bool = True, quality: int = 80) -> tuple[str, bytes]:
    """As somebody saves it elsewhere: half as large, a JPEG, without metadata."""
    with Image.open(io.BytesIO(data)) as picture:
        plain = picture.convert("RGB")
    if smaller:
        plain = plain.resize((plain.width // 2, plain.height // 2), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    plain.save(buffer, "JPEG", quality=quality)
    return "copy.jpg", buffer.getvalue()


async def drawn(world: World, count: int) -> tuple[discord.Message, Job, bytes]:
    grid = await world.imagine("a red @everyone fox", steps=2, n=count, seed=5)
    await looked_at(world)
    return grid, await world.job_of(grid), await grid.attachments[0].read()


async def ask(world: World, who: simcord.MemberActor, data: bytes, channel: simcord.ChannelHandle | None = None) -> str:
    answer = await who.slash(channel or world.channel, "verify", picture=("1.png", data))
    assert not answer.response or answer.response.ephemeral
    return said(answer)


async def test_metadata_names_the_job_and_only_who_may_see_it_reads_the_prompt(world: World) -> None:
    grid, job, data = await drawn(world, 1)
    mark = metadata.mark(data)
    assert mark is not None
    assert (mark.job_id, mark.index) == (job.id, 1)
    here = await ask(world, world.bob, data)
    assert f"picture 1 of job `{job.id}`" in here
    assert "**starter**" in here
    assert "Its metadata names the job" in here
    assert "a red" in here
    assert "@everyone" not in here
    assert world.alice.mention in here
    elsewhere = world.env.create_guild("Elsewhere")
    mallory = elsewhere.add_member(world.env.create_user("mallory"))
    there = await ask(world, mallory, data, elsewhere.create_text_channel("art"))
    assert f"<t:{int(job.finished_at)}:f>" in there
    assert "**starter**" in there
    assert job.id in there
    assert "fox" not in there
    assert world.alice.mention not in there
    assert str(grid.id) not in there


async def test_copies_without_metadata_are_known_by_what_they_show(world: World) -> None:
    grid, job, sheet = await drawn(world, 4)
    (original,) = [i for i in await world.runtime.studio.images(job.id) if i.index == 3]
    data = (world.runtime.files.root / original.path).read_bytes()
    for smaller, file in ((True, data), (False, data)):
        told = await ask(world, world.bob, copy(file, smaller=smaller)[1])
        assert f"picture 3 of job `{job.id}`" in told
        assert "by what it shows" in told
    assert f"all pictures of job `{job.id}`" in await ask(world, world.bob, copy(sheet)[1])
    single = await world.click(world.alice, grid, "U3")
    await world.pictures(single.response.id)
    await looked_at(world)
    assert f"picture 3 of job `{job.id}`" in await ask(world, world.bob, copy(data)[1]), "where it was made first"
    info = await world.bob.slash(world.channel, "info", picture=copy(data))
    assert f"picture 3 of job `{job.id}`" in said(info)


async def test_metadata_on_another_picture_is_not_believed(world: World) -> None:
    _, job, _ = await drawn(world, 1)
    forged = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").save(forged, "PNG", pnginfo=metadata.png_info("", job.request, 1))
    assert metadata.mark(forged.getvalue()) is not None
    assert "I know no such picture" in await ask(world, world.bob, forged.getvalue())


async def test_messages_and_what_is_no_picture(world: World) -> None:
    grid, job, _ = await drawn(world, 1)
    for named in (str(grid.id), grid.jump_url):
        answer = said(await world.bob.slash(world.channel, "verify", message=named))
        assert f"job `{job.id}`" in answer
        assert "a message of mine" in answer
    for named in ("123456789012345678", "https://evil.example/channels/1/2/3", "' OR 1=1"):
        assert "no message of mine" in said(await world.bob.slash(world.channel, "verify", message=named))
    assert "Attach a picture" in said(await world.bob.slash(world.channel, "verify"))
    assert "no picture that I can read" in await ask(world, world.bob, b"%PDF-1.4 hello")


async def test_pictures_of_before_are_looked_at_when_the_program_starts(world: World) -> None:
    _, job, data = await drawn(world, 1)
    database = world.runtime.jobs._db
    await database.run("DELETE FROM fingerprints")
    assert "nothing is left here to compare" in await ask(world, world.bob, data)
    assert "I know no such picture" in await ask(world, world.bob, copy(data)[1])
    await database.run("UPDATE images SET hashed = 0")
    async with world.runtime.provenance.looking():
        await looked_at(world)
    assert f"job `{job.id}`" in await ask(world, world.bob, copy(data)[1])


@pytest.mark.parametrize("how", ["deleted", "erased"])
async def test_what_is_gone_is_unknown(world: World, how: str) -> None:
    grid, job, data = await drawn(world, 1)
    if how == "deleted":
        await world.click(world.alice, grid, "🗑️")
        await world.until(lambda: world.message(grid.id) is None)
    else:
        await world.runtime.privacy.erase(world.alice.id)
    assert await world.runtime.provenance._prints.of_job(job.id) == {}
    assert "I know no such picture" in await ask(world, world.bob, copy(data)[1])
