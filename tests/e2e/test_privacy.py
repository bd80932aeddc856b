"""/privacy on Discord: counted, exported, erased; then the canary is searched everywhere."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from pathlib import Path

import discord
import pytest
import simcord
from PIL import Image

from bot.privacy import Part
from bot.requester import Requester
from bot.views.privacy import EraseButton, named
from storage.models import JobState

from .conftest import World

CANARY = "zanarycanary"


async def asked(world: World, *, messages: bool = True) -> simcord.InteractionResult:
    question = await world.alice.slash(world.channel, "privacy delete", messages=messages)
    assert question.ephemeral
    assert "cannot be undone" in question.response.content
    return question


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "PNG")
    return buffer.getvalue()


def said(result: simcord.InteractionResult) -> str:
    return " ".join(message.content for message in (*result.followups, result.response) if message)


def places_of(canary: str, folder: Path) -> list[str]:
    """Every file below the folder that holds it, in its bytes or in its name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if canary in str(path) or canary.encode() in path.read_bytes()]


async def test_everything_of_a_member_is_erased_and_nothing_of_others(
    world: World, config_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("bot", "storage", "gpu", "discord.client"):
        caplog.set_level(logging.DEBUG, name)
    await world.imagine(f"a {CANARY} fox", image=("1.png", png()), steps=2, n=1)
    theirs = await world.imagine("a quiet lake", by=world.bob, steps=2, n=1)
    moderation = world.runtime.studio.guard.moderation
    await moderation.strike(world.guild.id, world.alice.id, "gore", reason=CANARY)
    await moderation.sanctions.impose(
        world.guild.id, world.alice.id, "ban", until=0, actor_id=world.bob.id, reason=CANARY
    )
    assert places_of(CANARY, config_dir)
    shown = await world.alice.slash(world.channel, "privacy show")
    assert "`jobs`: 1" in said(shown)
    assert "`strikes`: 1" in said(shown)
    question = await asked(world)
    await world.restart()
    answer = await world.alice.click(question.response, label="Delete everything")
    assert "1 messages" in said(answer)
    assert "Counted again: 0 left" in said(answer)
    assert "under a number" in said(answer)
    assert places_of(CANARY, config_dir) == []
    assert CANARY not in caplog.text
    assert str(world.alice.id).encode() not in (config_dir / "easel.db").read_bytes()
    assert await world.jobs(world.alice) == []
    assert [m.id for m in world.messages()] == [theirs.id]
    assert await world.runtime.studio.images((await world.jobs(world.bob))[0].id)
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox")
    assert "You may not draw here" in said(refused), "the ban holds"


async def test_a_running_job_is_stopped_and_leaves_nothing(slow: None, world: World, config_dir: Path) -> None:
    await world.waiting(f"a {CANARY} fox", steps=100)
    await world.until(lambda: running(world))
    await world.waiting(f"another {CANARY} fox", steps=100)
    swept = await world.alice.slash(world.channel, "imagine", prompt=f"a {CANARY} {{red, blue}} fox")
    assert "2 jobs" in said(swept)
    answer = await world.alice.click((await asked(world, messages=False)).response, label="Delete everything")
    assert "0 messages" in said(answer)
    assert "Counted again: 0 left" in said(answer)
    assert len(world.messages()) == 2, "they were to stay"
    await world.env.settle()
    assert places_of(CANARY, config_dir) == []
    await world.imagine("a lake", by=world.bob, steps=2)


async def running(world: World) -> bool:
    return any(job.state is JobState.RUNNING for job in await world.jobs(world.alice))


async def test_only_the_member_can_confirm_and_may_think_again(world: World) -> None:
    await world.imagine("a red fox", steps=2, n=1)
    question = await asked(world)
    button = EraseButton(named(world.alice.id), 2)
    view = discord.ui.View(timeout=None).add_item(button)
    forged = await world.bot.get_channel(world.channel.id).send("look", view=view)
    assert "belongs to someone else" in said(await world.bob.click(forged, custom_id=button.custom_id))
    kept = await world.alice.click(question.response, label="Keep it")
    assert kept.response is not None
    assert len(await world.jobs(world.alice)) == 1


async def test_the_export_holds_rows_and_pictures_and_nothing_of_others(world: World) -> None:
    grid = await world.imagine(f"a {CANARY} fox", image=("1.png", png()), steps=2, n=2)
    await world.imagine("a quiet lake", by=world.bob, steps=2, n=1)
    job = await world.job_of(grid)
    result = await world.alice.slash(world.channel, "privacy export")
    (sent,) = [file for message in (*result.followups, result.response) if message for file in message.attachments]
    with zipfile.ZipFile(io.BytesIO(await sent.read())) as archive:
        names = set(archive.namelist())
        data = json.loads(archive.read("data.json"))
        assert archive.testzip() is None
    assert {f"images/{job.id[:2]}/{job.id}/{k}.png" for k in (1, 2)} | {f"inputs/{job.id}/1.png"} <= names
    assert CANARY in data["jobs"][0]["request"]["params"]["prompt"]
    assert "lake" not in json.dumps(data)
    assert "token" not in json.dumps(data)


async def test_an_export_that_is_too_large_comes_in_parts(world: World) -> None:
    me = Requester(user_id=5)
    studio = world.runtime.studio
    jobs = [await studio.imagine(me, f"a fox --seed {seed} --steps 2 --n 1") for seed in range(3)]
    await world.until(lambda: world.runtime.jobs.of_user(5, [JobState.DONE]))
    await world.until(lambda: done(world, len(jobs)))
    largest = max(path.stat().st_size for path in world.runtime.files.root.rglob("*.png"))
    parts: list[Part] = [part async for part in world.runtime.privacy.export(5, largest + 8000)]
    assert len(parts) > 1
    assert all(len(part.data) <= largest + 8000 for part in parts)
    names = [name for part in parts for name in zipfile.ZipFile(io.BytesIO(part.data)).namelist()]
    assert sum(name.endswith(".png") for name in names) == 3
    *_, last = [part async for part in world.runtime.privacy.export(5, 3000)]
    assert sum(name.endswith(".png") for name in last.too_large) == 3


async def done(world: World, count: int) -> bool:
    return len(await world.runtime.jobs.of_user(5, [JobState.DONE])) == count


@pytest.fixture
def config_dir(world: World) -> Path:
    return world.runtime.files.root
