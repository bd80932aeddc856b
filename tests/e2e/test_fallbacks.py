"""When Discord takes a message no longer where it belongs: the next road is found, and the member is told.

SimCord knows no channel that is shut, archived or of a server without the bot: its answers are planted, by the error
codes of Discord's own.
"""

from __future__ import annotations

from typing import Any

import discord
import pytest

from bot import delivery
from bot.config import Config
from bot.runtime import open_studio
from storage.models import JobState
from storage.rules import RuleStore

from .conftest import World, is_done

MINUTE = 60


def shut(world: World, code: int = 50001, status: int = 403, channel_id: int = 0) -> None:
    """From now on the bot's own token leads nowhere in the channel."""
    path = f"/channels/{channel_id or world.channel.id}/messages*"
    world.env.inject_error("*", path, status=status, code=code, times=None)


def letters(world: World) -> list[discord.Message]:
    channel = world.alice.user.dm_channel
    return list(channel.history()) if channel else []


async def told(world: World, message_id: int) -> bool:
    job = await world.runtime.jobs.by_message(message_id)
    return job is not None and job.told_state == job.state == JobState.DONE


def requests(world: World, method: str, part: str) -> list[Any]:
    return [one for one in world.env.http_requests if one.method == method and part in one.path]


# --- Lost rights ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (403, 50013), (404, 10003)])
async def test_a_direct_message_says_why_it_comes(slow: None, world: World, status: int, code: int) -> None:
    await world.waiting(steps=5)
    await world.env.advance_time(16 * MINUTE)
    shut(world, code, status)
    letter = await world.until(lambda: next(iter(letters(world)), None))
    assert is_done(letter)
    assert f"I can no longer write in {world.channel.mention}" in letter.content
    await world.until(lambda: told(world, letter.id))
    assert len(letters(world)) == 1


async def test_a_direct_message_obeys_the_rules_of_direct_messages(
    slow: None, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an age-restricted channel may see does not follow its owner out of it."""
    monkeypatch.setattr(delivery, "is_age_restricted", lambda channel: channel is not None)
    await RuleStore(world.runtime.jobs._db).save_layer(world.guild.id, 0, {"sexual": "allow"})
    message = await world.waiting(steps=5)
    await world.until(lambda: told(world, message.id))
    assert world.message(message.id).attachments
    job = await world.job_of(message)
    sql = "UPDATE images SET scores = '{\"sexual\": 0.9}' WHERE job_id = ?"
    await world.runtime.jobs._db.run(sql, (job.id,))
    await world.env.advance_time(16 * MINUTE)
    shut(world)
    await world.runtime.jobs.untell(job.id)
    letter = await world.until(lambda: next(iter(letters(world)), None))
    assert letter.attachments == []


async def test_closed_direct_messages_are_told_at_the_next_command(slow: None, world: World) -> None:
    """A job of a direct message whose owner takes none any more."""
    await world.alice.user.slash("imagine", prompt="a red fox", steps=5)
    job = (await world.jobs(world.alice))[0]
    await world.env.advance_time(16 * MINUTE)
    shut(world, 50007, channel_id=job.channel_id)
    await world.until(lambda: job.id in world.bot.delivery.unreached(world.alice.id))
    result = await world.alice.slash(world.channel, "queue")
    assert job.id in result.followups[0].content


async def test_progress_does_not_knock_at_a_shut_channel(slow: None, world: World) -> None:
    message = await world.waiting(steps=30)
    await world.until(lambda: "%" in world.message(message.id).content)
    shut(world, 50013)
    before = len(requests(world, "PATCH", f"/channels/{world.channel.id}/messages"))
    await world.until(lambda: told(world, message.id))
    assert len(requests(world, "PATCH", f"/channels/{world.channel.id}/messages")) - before <= 3
    assert len(requests(world, "PATCH", "/webhooks/")) > 5, "the interaction shows it meanwhile"


# --- Where a member alone has installed the app -----------------------------------------------------------------------


async def test_without_the_bot_the_interaction_shows_everything(slow: None, world: World) -> None:
    shut(world)
    message = await world.waiting(steps=10)
    await world.until(lambda: "%" in world.message(message.id).content)
    assert is_done(await world.pictures(message.id))
    varied = await world.click(world.alice, message, "V2")
    assert is_done(await world.pictures(varied.response.id))
    assert letters(world) == []


async def test_a_response_that_is_gone_is_followed_up(slow: None, world: World) -> None:
    shut(world)
    message = await world.waiting(steps=5)
    world.env.inject_error("PATCH", "/webhooks/*", status=404, code=10008, times=None)
    followed = await world.next_pictures(message)
    await world.until(lambda: told(world, followed.id))
    assert letters(world) == []


async def test_after_five_follow_ups_it_comes_directly(slow: None, world: World) -> None:
    shut(world)
    await world.waiting(steps=5)
    world.env.inject_error("PATCH", "/webhooks/*", status=404, code=10008, times=None)
    world.env.inject_error("POST", "/webhooks/*", status=400, code=40094, times=None)
    letter = await world.until(lambda: next(iter(letters(world)), None))
    assert is_done(letter)
    await world.until(lambda: told(world, letter.id))


async def test_delete_removes_the_message_without_the_bot(slow: None, world: World) -> None:
    shut(world)
    message = await world.waiting(steps=1)
    await world.pictures(message.id)
    await world.click(world.alice, message, "🗑️")
    assert world.message(message.id) is None


@pytest.mark.parametrize("allowed", [True, False])
async def test_commands_say_where_they_can_be_installed(config: Config, allowed: bool) -> None:
    chosen = config.discord.model_copy(update={"user_install": allowed})
    async with open_studio(config.model_copy(update={"discord": chosen})) as runtime:
        world = World(runtime)
        await world.start()
        commands = {command.name: command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()}
        await world.close()
    assert commands["admin"]["integration_types"] == [0]
    assert commands["admin"]["contexts"] == [0]
    for name in ("imagine", "Use as image prompt"):
        assert commands[name]["integration_types"] == ([0, 1] if allowed else [0])
        assert commands[name]["contexts"] == [0, 1, 2]


# --- Too much, and broken ---------------------------------------------------------------------------------------------


async def test_results_survive_what_drops_progress(slow: None, world: World) -> None:
    """429 for progress, then 500 and 502 for the result."""
    message = await world.waiting(steps=10)
    path = f"/channels/*/messages/{message.id}"
    world.env.inject_error("PATCH", path, status=429, times=3)
    await world.until(lambda: is_drawn(world, message.id))
    world.env.inject_error("PATCH", path, status=500, times=2)
    world.env.inject_error("PATCH", path, status=502, times=1)
    assert is_done(await world.pictures(message.id))
    assert len(world.messages()) == 1


async def test_a_deleted_message_comes_back_although_posting_fails_at_first(slow: None, world: World) -> None:
    message = await world.waiting(steps=5)
    world.env.inject_error("PATCH", f"/channels/*/messages/{message.id}", status=404, code=10008, times=None)
    world.env.inject_error("POST", f"/channels/{world.channel.id}/messages", status=500, times=2)
    posted = await world.next_pictures(message)
    await world.until(lambda: told(world, posted.id))
    assert len([one for one in world.messages() if is_done(one)]) == 1


async def is_drawn(world: World, message_id: int) -> bool:
    job = await world.runtime.jobs.by_message(message_id)
    return job is not None and job.state is JobState.DONE


# --- Threads ----------------------------------------------------------------------------------------------------------


async def thread_of(world: World, *, forum: bool) -> Any:
    """A thread in the channel, or a post in a forum."""
    if forum:
        channel = world.guild.create_forum_channel("gallery")
        made = (await world.bot.get_channel(channel.id).create_thread(name="foxes", content="show me")).thread
    else:
        channel = world.channel
        kind = discord.ChannelType.public_thread
        made = await world.bot.get_channel(channel.id).create_thread(name="foxes", type=kind)
    return next(thread for thread in channel.threads if thread.id == made.id)


@pytest.mark.parametrize("forum", [False, True])
async def test_threads_and_posts_of_forums(slow: None, world: World, forum: bool) -> None:
    thread = await thread_of(world, forum=forum)
    result = await world.alice.slash(thread, "imagine", prompt="a red fox", steps=5)
    assert not result.ephemeral, result.response.content
    await world.env.advance_time(16 * MINUTE)
    grid = await world.until(lambda: next((m for m in thread.history() if is_done(m)), None))
    await world.alice.react(grid, "2️⃣")
    await world.until(lambda: len([m for m in thread.history() if is_done(m)]) == 2)
    varied = await world.alice.click(grid, label="V1")
    assert "Variations of" in varied.response.content


async def test_an_archived_thread_is_opened_for_the_result(world: World) -> None:
    thread = await thread_of(world, forum=True)
    result = await world.alice.slash(thread, "imagine", prompt="a red fox", steps=5)
    await world.stop()
    job = (await world.jobs(world.alice))[0]
    await world.until(lambda: ended(world, job.id))
    path = f"/channels/{thread.id}/messages/{result.response.id}"
    world.env.inject_error("PATCH", path, status=400, code=50083, times=1)
    await world.restart()
    grid = await world.until(lambda: next((m for m in thread.history() if is_done(m)), None))
    assert grid.id == result.response.id
    assert [one.json for one in requests(world, "PATCH", "") if one.path == f"/channels/{thread.id}"] == [
        {"archived": False}
    ]
    assert letters(world) == []


async def ended(world: World, job_id: str) -> bool:
    return (await world.runtime.jobs.get(job_id)).state is JobState.DONE


async def test_a_locked_thread_sends_its_owner_a_letter(slow: None, world: World) -> None:
    thread = await thread_of(world, forum=True)
    await world.alice.slash(thread, "imagine", prompt="a red fox", steps=5)
    await world.env.advance_time(16 * MINUTE)
    shut(world, 50083, 400, thread.id)
    world.env.inject_error("PATCH", f"/channels/{thread.id}", status=403, code=50013, times=None)
    letter = await world.until(lambda: next(iter(letters(world)), None))
    assert is_done(letter)
    assert f"<#{thread.id}>" in letter.content
