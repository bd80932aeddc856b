"""What a member sees while a job is drawn: the pictures that are finished, a restarted worker, a call at the end."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.config import Config
from bot.runtime import open_studio
from bot.safety import Action
from storage.models import JobState

from .conftest import FAST, World, is_done

IMPATIENT = replace(FAST, mention=0.0)
"""Everybody has waited for long."""


# --- Pictures that are finished ---------------------------------------------------------------------------------------


async def test_pictures_are_shown_as_they_are_finished(slow: None, world: World) -> None:
    message = await world.waiting(steps=5, n=4)
    seen: dict[str, discord.Attachment] = {}

    def look() -> bool:
        shown = world.message(message.id)
        seen.update({file.filename: file for file in shown.attachments if "preview" in file.filename})
        return is_done(shown)

    await world.until(look)
    assert [name.rpartition("-")[2] for name in seen][-3:] == ["5.jpg", "6.jpg", "7.jpg"], "one, two, three of four"


async def test_a_preview_obeys_the_place(borderline: None, world: World) -> None:
    """What a moderator must see first is not shown before, not even unfinished."""
    message = await world.waiting(steps=20)
    shown: list[discord.Attachment] = []

    def look() -> bool:
        shown.extend(world.message(message.id).attachments)
        return "moderator" in world.message(message.id).content

    await world.until(look)
    assert shown == []


async def test_a_preview_is_behind_a_spoiler_where_the_pictures_will_be(
    slow: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def spoiler(*_: Any) -> Action:
        return Action.SPOILER

    monkeypatch.setattr(world.runtime.studio.guard, "sketch", spoiler)
    message = await world.waiting(steps=20)
    file = await world.until(lambda: next(iter(world.message(message.id).attachments), None))
    assert file.filename.startswith("SPOILER_")


@pytest.fixture
def borderline(slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.65")


# --- A worker that dies -----------------------------------------------------------------------------------------------


async def test_a_restarted_worker_is_said_and_the_bar_begins_anew(slow: None, world: World) -> None:
    message = await world.waiting(steps=30)
    await world.until(lambda: "(4" in world.message(message.id).content)
    for pid in world.runtime.dispatcher.backends["local"].pids:  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
    said = await world.until(lambda: "restarted" in (now := world.message(message.id).content) and now)
    assert "(4" not in said
    again = await world.until(lambda: "(1" in (now := world.message(message.id).content) and now)
    assert "drawn from the start again" in again
    done = await world.pictures(message.id)
    assert "restarted" not in done.content


async def test_a_model_on_its_way_is_said(monkeypatch: pytest.MonkeyPatch, config: Config) -> None:
    monkeypatch.setenv("EASEL_FAKE_LOAD_SECONDS", "2")
    async with open_studio(config) as runtime:
        world = World(runtime)
        await world.start()
        message = await world.waiting("a red fox --model sdxl", steps=1)
        said = await world.until(lambda: "Loading" in (now := world.message(message.id).content) and now)
        assert "(Loading sdxl) (fast)" in said
        await world.pictures(message.id)
        await world.close()


# --- A call at the end ------------------------------------------------------------------------------------------------


def calls(world: World) -> list[discord.Message]:
    return [message for message in world.messages() if "this is done" in message.content]


async def test_who_waited_for_long_is_called_once(world: World) -> None:
    world.pace = IMPATIENT
    await world.restart()
    grid = await world.imagine()
    (call,) = await world.until(lambda: calls(world))
    assert call.content == f"{world.alice.mention}, this is done."
    assert call.reference.message_id == grid.id
    (sent,) = [one.json for one in world.env.http_requests if one.method == "POST" and "this is done" in str(one.json)]
    assert sent["allowed_mentions"] == {"parse": [], "users": [world.alice.id]}
    job = await world.job_of(grid)
    for _ in range(2):
        await world.runtime.jobs.untell(job.id)  # as if the process had died before it could write that down
        await world.restart()
        await world.until(lambda: _told(world, job.id))
    assert len(calls(world)) == 1


async def test_who_waited_shortly_is_not_called(world: World) -> None:
    await world.imagine()
    await asyncio.sleep(0.3)
    assert len(world.messages()) == 1


async def test_an_hour_by_the_clock_is_long(world: World) -> None:
    """The job was asked for an hour ago, and its token is dead: the channel has it all."""
    await world.stop()
    message = await world.waiting()
    job = (await world.jobs(world.alice))[0]
    await world.runtime.jobs._db.run("UPDATE jobs SET created_at = created_at - 3600 WHERE id = ?", (job.id,))
    await world.env.advance_time(3600)
    await world.restart()
    await world.pictures(message.id)
    await world.until(lambda: calls(world))


async def test_who_cancelled_is_not_called(slow: None, world: World) -> None:
    world.pace = IMPATIENT
    await world.restart()
    message = await world.waiting(steps=100)
    await world.until(lambda: "%" in world.message(message.id).content)
    await world.click(world.alice, message, "Cancel")
    await world.until(lambda: "(Cancelled)" in world.message(message.id).content)
    assert calls(world) == []


async def test_without_the_channel_the_call_is_a_follow_up(slow: None, world: World) -> None:
    world.pace = IMPATIENT
    await world.restart()
    message = await world.waiting(steps=5)
    world.env.inject_error("*", f"/channels/{world.channel.id}/messages*", status=403, code=50013, times=None)
    await world.until(lambda: calls(world))
    assert is_done(world.message(message.id))


async def _told(world: World, job_id: str) -> bool:
    return (await world.runtime.jobs.get(job_id)).told_state == JobState.DONE
