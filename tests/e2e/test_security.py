"""Attacks, each line of SECURITY.md: mentions, markdown, other hosts, paths, and jobs of other servers."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import discord
import pytest

from bot.requester import Requester
from bot.retention import DAY, Retention
from bot.views.grid import DeleteButton, RerollButton, UpscaleButton, VaryButton
from storage.erasure import RecordStore
from storage.errors import JobNotFound
from storage.images import ImageFiles
from tests.bot.cdnserver import Cdn
from tests.bot.prompt.test_links import ATTACKS

from .conftest import World


def said(result: object) -> str:
    messages = (*result.followups, result.response)  # type: ignore[attr-defined]
    return " ".join(message.content for message in messages if message)


async def test_a_prompt_mentions_nobody_and_writes_no_markdown(world: World) -> None:
    grid = await world.imagine("@everyone <@&1> <@1> [free](https://evil.example) # big ||x||", steps=2, n=1)
    assert not grid.mention_everyone
    assert grid.role_mentions == []
    assert [user.id for user in grid.mentions] == [world.alice.id], "its owner"
    assert r"\[free](https://evil.example)" in grid.content, "no link: the bracket is escaped"
    assert r"\|\|x\|\|" in grid.content
    assert not grid.embeds
    assert world.bot.allowed_mentions is not None
    assert world.bot.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
    shown = await world.bob.slash(world.channel, "info", job=(await world.job_of(grid)).id)
    assert "\n# big" not in str(shown.response.embeds[0].description)


async def test_links_to_other_machines_are_refused_and_fetched_by_nobody(
    world: World, cdn: Cdn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    resolve = socket.getaddrinfo

    def spy(host: object, *args: object, **more: object) -> object:
        asked.append(host)
        return resolve(host, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    for link in ATTACKS:
        result = await world.alice.slash(world.channel, "imagine", prompt=f"{link} a fox --sref {link}", steps=2, n=1)
        assert result.ephemeral
        assert "I fetch pictures from Discord's own servers only" in said(result)
    assert await world.jobs(world.alice) == []
    assert (asked, cdn.asked) == ([], [])


async def test_a_job_of_another_server_is_no_job_here_but_its_owners(world: World) -> None:
    grid = await world.imagine("a red fox", steps=2, n=1)
    job = await world.job_of(grid)
    other = world.env.create_guild("Elsewhere")
    channel = other.create_text_channel("art")
    mallory = other.add_member(world.env.create_user("mallory"))
    for kind, index in ((UpscaleButton, 1), (VaryButton, 1), (RerollButton, 0), (DeleteButton, 0)):
        button = kind(job.id, index)
        view = discord.ui.View(timeout=None).add_item(button)
        forged = await world.bot.get_channel(channel.id).send("look", view=view)
        result = await mallory.click(forged, custom_id=button.custom_id)
        assert "I know no job" in said(result), kind
    for command in ("info", "export", "upscale", "show"):
        result = await mallory.slash(channel, command, job=job.id)
        assert "I know no job" in said(result), command
    assert await world.jobs(mallory) == []
    assert await world.runtime.studio.images(job.id), "nothing was deleted"
    studio = world.runtime.studio
    stranger = Requester(user_id=mallory.id, guild_id=other.id, channel_id=channel.id)
    for make in (
        studio.reroll(stranger, job.id), studio.vary(stranger, job.id, 1), studio.upscale(stranger, job.id, 1),
        studio.zoom(stranger, job.id),
    ):  # fmt: skip
        with pytest.raises(JobNotFound):
            await make
    owner = Requester(user_id=world.alice.id, guild_id=other.id, channel_id=channel.id)
    assert (await studio.reroll(owner, job.id)).parent_id == job.id


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\x", "/etc/passwd", "a/../../b", "a\0b"])
async def test_names_lead_nowhere(world: World, name: str) -> None:
    for flag in ("--lora", "--style"):
        result = await world.alice.slash(world.channel, "imagine", prompt=f"a fox {flag} {name}")
        assert result.ephemeral, flag
    for command in ("info", "export"):
        assert "I know no job" in said(await world.alice.slash(world.channel, command, job=name))
    assert await world.jobs(world.alice) == []
    with pytest.raises(ValueError, match="job id"):
        world.runtime.files.directory(name)


async def test_files_go_after_some_days_and_rows_stay(world: World) -> None:
    grid = await world.imagine("a red fox", steps=2, n=1)
    job = await world.job_of(grid)
    files, now = world.runtime.files, [job.finished_at + 9 * DAY]
    records: RecordStore = world.runtime.privacy._records
    retention = Retention(
        days=10, records=records, files=files, privacy=world.runtime.privacy, clock=lambda: now[0]
    )
    assert await retention.sweep() == 0
    assert await world.runtime.studio.images(job.id)
    now[0] += 2 * DAY
    async with retention.sweeping(every=0.05):
        await world.until(lambda: not left(files, job.id))
    assert await world.runtime.studio.images(job.id) == []
    assert (await world.runtime.studio.job(job.id)).text == job.text
    again = await world.click(world.alice, grid, "🔄")
    assert await world.pictures(again.response.id), "the line can be drawn again"


def left(files: ImageFiles, job_id: str) -> list[Path]:
    return [path for _, path, _ in files.of_jobs([job_id])]


async def test_terms_are_told(world: World) -> None:
    result = await world.alice.slash(world.channel, "terms")
    assert result.ephemeral
    assert "Pictures stay until you delete them" in result.response.content
    await asyncio.sleep(0)
