"""What delivery promises: nothing is lost, nothing is said twice, whatever Discord does."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

import discord
import pytest

from bot.publisher import Pace
from bot.requester import Requester
from storage.models import Job, JobState

from .conftest import World, buttons, is_done

MINUTE = 60


async def told(world: World, message_id: int, state: JobState = JobState.DONE) -> bool:
    job = await world.runtime.jobs.by_message(message_id)
    return job is not None and job.told_state == job.state == state


async def is_drawn(world: World, message_id: int) -> bool:
    job = await world.runtime.jobs.by_message(message_id)
    return job is not None and job.state is JobState.DONE


async def newest(world: World) -> Job:
    return (await world.jobs(world.alice))[0]


async def all_told(world: World) -> bool:
    return await world.runtime.jobs.untold() == []


# --- Progress ---------------------------------------------------------------------------------------------------------


async def test_progress_goes_up_and_shows_previews(slow: None, world: World) -> None:
    message = await world.waiting(steps=12)
    seen: list[int] = []
    previews: set[str] = set()

    def look() -> bool:
        shown = world.message(message.id)
        if percent := re.findall(r"(\d+) %", shown.content):
            assert shown.content.splitlines()[0].endswith(f"({percent[0]} %) (fast)")
            seen.extend(map(int, percent))
            previews.update(file.filename for file in shown.attachments)
        return is_done(shown)

    await world.until(look)
    assert len(set(seen)) >= 4
    assert world.message(message.id).content.splitlines()[0].endswith(f"{world.alice.mention} (fast)")
    assert seen == sorted(seen)
    assert len(previews) >= 2
    assert [file.filename for file in world.message(message.id).attachments] == [f"{(await newest(world)).id}.png"]


async def test_progress_is_written_no_more_often_than_it_should_be(slow: None, world: World) -> None:
    world.pace = Pace(progress=1.0, retry=0.05, sweep=0.2, per_second=1000)
    await world.restart()
    start = time.monotonic()
    message = await world.waiting(steps=30)
    path = f"/channels/{world.channel.id}/messages/{message.id}"
    await world.pictures(message.id)
    edits = [entry for entry in world.env.http_requests if entry.method == "PATCH" and entry.path == path]
    assert 4 <= len(edits) <= 3 + (time.monotonic() - start) / world.pace.progress  # running, done, and progress


async def test_the_place_in_the_queue_moves_up(slow: None, world: World) -> None:
    for steps in (100, 100, 10, 10, 10, 10):  # two of a member's three places are taken for long
        last = await world.waiting(steps=steps)
        await asyncio.sleep(0.2)
    assert "ahead" in last.content
    await world.until(lambda: "Next in the queue" in world.message(last.id).content)
    assert is_done(await world.pictures(last.id))


# --- Tokens, errors, deleted messages ---------------------------------------------------------------------------------


async def test_results_outlive_the_interaction_token(slow: None, world: World) -> None:
    message = await world.waiting(steps=20)
    await world.env.advance_time(16 * MINUTE)
    assert is_done(await world.pictures(message.id))


async def test_an_error_on_an_edit_is_tried_again(world: World) -> None:
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=500, times=4)
    message = await world.waiting()
    assert is_done(await world.pictures(message.id))
    await world.until(lambda: told(world, message.id))
    assert len(world.messages()) == 1


async def test_a_response_that_discord_does_not_take_is_posted_by_the_bot(world: World) -> None:
    world.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
    await world.alice.slash(world.channel, "imagine", prompt="a red fox")
    message = await world.until(lambda: next((m for m in world.messages() if is_done(m)), None))
    assert (await world.job_of(message)).id == (await newest(world)).id
    assert len(world.messages()) == 1


async def test_a_deleted_message_comes_back_with_the_result(slow: None, world: World) -> None:
    message = await world.waiting(steps=10)
    await world.until(lambda: "%" in world.message(message.id).content)
    moderator = world.guild.add_member(
        world.env.create_user("mod"),
        roles=[world.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))],
    )
    await moderator.delete(world.message(message.id))
    posted = await world.next_pictures(message)
    assert (await world.job_of(posted)).id == (await newest(world)).id
    assert len(world.messages()) == 1


async def test_too_many_edits_of_an_old_message_make_a_new_one(slow: None, world: World) -> None:
    message = await world.waiting(steps=10)
    world.env.inject_error("PATCH", f"/channels/*/messages/{message.id}", status=429, code=30046, times=None)
    posted = await world.next_pictures(message)
    assert (await newest(world)).message_id == posted.id


# --- Lost rights ------------------------------------------------------------------------------------------------------


async def test_a_result_without_channel_rights_goes_through_the_interaction(slow: None, world: World) -> None:
    message = await world.waiting(steps=10)
    world.env.inject_error("*", f"/channels/{world.channel.id}/messages*", status=403, code=50013, times=None)
    await world.until(lambda: told(world, message.id))
    assert is_done(world.message(message.id))
    assert world.alice.user.dm_channel.history() == []


async def test_later_it_goes_to_the_owner_as_a_direct_message(slow: None, world: World) -> None:
    await world.waiting(steps=10)
    await world.env.advance_time(16 * MINUTE)
    world.env.inject_error("*", f"/channels/{world.channel.id}/messages*", status=403, code=50001, times=None)
    mail = await world.until(lambda: next(iter(world.alice.user.dm_channel.history()), None))
    assert is_done(mail)
    await world.until(lambda: told(world, mail.id))
    varied = await world.alice.user.click(mail, label="V1")
    assert "Variations of" in varied.response.content


async def test_an_owner_who_cannot_be_reached_is_told_at_the_next_command(slow: None, world: World) -> None:
    await world.waiting(steps=10)
    job = await newest(world)
    await world.env.advance_time(16 * MINUTE)
    world.env.inject_error("*", f"/channels/{world.channel.id}/messages*", status=403, code=50001, times=None)
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=None)
    await world.until(lambda: job.id in world.bot.delivery.unreached(world.alice.id))
    result = await world.alice.slash(world.channel, "queue")
    assert job.id in result.followups[0].content
    assert result.followups[0].ephemeral
    await world.until(lambda: all_told(world))


# --- Crashes ----------------------------------------------------------------------------------------------------------


async def test_what_is_untold_is_told_after_a_restart(world: World) -> None:
    message = await world.waiting()
    await world.stop()
    await world.until(lambda: _done(world))
    assert not is_done(world.message(message.id))
    await world.restart()
    assert is_done(await world.pictures(message.id))
    await world.until(lambda: all_told(world))


async def _done(world: World) -> bool:
    return (await newest(world)).state is JobState.DONE


@pytest.mark.parametrize("minutes", [0, 16])
async def test_a_message_that_was_sent_but_not_written_down_is_found(world: World, minutes: int) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    await world.runtime.jobs.attach(job.id, job.channel_id, 0)  # as if the process had died in between
    await world.runtime.jobs.told(job.id, JobState.QUEUED)
    if minutes:
        await world.env.advance_time(minutes * MINUTE)
    await world.restart()
    await world.until(lambda: told(world, grid.id))
    assert len(world.messages()) == 1


async def test_a_message_that_was_never_sent_is_posted_once(world: World) -> None:
    """The process died between the queue and the response."""
    who = Requester(user_id=world.alice.id, guild_id=world.guild.id, channel_id=world.channel.id)
    await world.runtime.studio.imagine(who, "a red fox")
    message = await world.until(lambda: next((m for m in world.messages() if is_done(m)), None))
    await world.restart()
    await world.until(lambda: told(world, message.id))
    assert len(world.messages()) == 1
    sent = [entry for entry in world.env.http_requests if entry.method == "POST" and entry.path.endswith("/messages")]
    assert len(sent) == 1
    assert sent[0].json["enforce_nonce"]
    assert str(sent[0].json["nonce"]).startswith((await newest(world)).id)
    assert len(str(sent[0].json["nonce"])) <= 25


async def test_a_slow_studio_defers_and_then_posts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.pace = Pace(progress=0.05, retry=0.05, sweep=0.2, patience=0.1, per_second=1000)
    await world.restart()
    imagine, ready = world.runtime.studio.imagine, asyncio.Event()

    async def hesitate(*args: Any, **options: Any) -> Job:
        await world.env.external_wait(ready.wait(), reason="a busy disk")
        return await imagine(*args, **options)

    monkeypatch.setattr(world.runtime.studio, "imagine", hesitate)
    result = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
    await world.until(lambda: result.deferred)
    assert result.ephemeral
    ready.set()
    message = await world.until(lambda: next((m for m in world.messages() if is_done(m)), None))
    assert result.response is None, "the deferred answer is cleared away"
    assert len(world.messages()) == 1
    await world.until(lambda: told(world, message.id))

    ready.clear()
    refused = await world.alice.slash(world.channel, "imagine", prompt="a red fox --steps 500")
    await world.until(lambda: refused.deferred)
    ready.set()
    await world.until(lambda: refused.response and refused.response.content)
    assert refused.response.ephemeral
    assert "150" in refused.response.content
    assert buttons(refused.response.message)[0].label == "Run this line"


# --- Size -------------------------------------------------------------------------------------------------------------


async def test_a_file_that_is_refused_is_sent_smaller(world: World) -> None:
    message = await world.waiting(n=4)
    world.env.inject_error("PATCH", f"/channels/*/messages/{message.id}", status=413, code=40005, times=1)
    assert is_done(await world.pictures(message.id))


async def test_a_place_that_takes_no_files_says_so_and_mail_still_works(world: World) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(discord.Guild, "filesize_limit", property(lambda guild: 1_000_000))
        message = await world.waiting(n=4, steps=1)
        await world.stop()
        await world.until(lambda: is_drawn(world, message.id))
        path = f"/channels/*/messages/{message.id}"
        world.env.inject_error("PATCH", path, status=413, code=40005, times=3)  # 1 MB, 500 kB, 250 kB
        await world.restart()
        await world.until(lambda: "takes no files" in world.message(message.id).content)
    now = world.message(message.id)
    assert now.attachments == []
    await world.until(lambda: told(world, message.id))
    await world.alice.react(now, "✉️")
    assert len(world.alice.user.dm_channel.history()[-1].attachments) == 4


async def test_a_place_with_a_small_limit_gets_webp_with_its_parameters(world: World) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(discord.Guild, "filesize_limit", property(lambda guild: 20_000))
        grid = await world.imagine(seed=3)
    file = grid.attachments[0]
    data = await file.read()
    assert file.filename.endswith(".webp")
    assert len(data) <= 20_000
    assert "Seed: 3".encode("utf-16-be") in data


# --- Elsewhere --------------------------------------------------------------------------------------------------------


async def test_direct_messages_work(world: World) -> None:
    result = await world.alice.user.slash("imagine", prompt="a red fox")
    channel = world.alice.user.dm_channel
    grid = await world.until(lambda: next((m for m in channel.history() if is_done(m)), None))
    assert grid.id == result.response.id
    varied = await world.alice.user.click(grid, label="V1")
    assert f"https://discord.com/channels/@me/{channel.id}/{grid.id}" in varied.response.content


async def test_threads_work(world: World) -> None:
    opened = await world.bot.get_channel(world.channel.id).create_thread(
        name="foxes", type=discord.ChannelType.public_thread
    )
    thread = next(thread for thread in world.channel.threads if thread.id == opened.id)
    result = await world.alice.slash(thread, "imagine", prompt="a red fox")
    assert not result.ephemeral, result.response.content
    await world.until(lambda: any(is_done(m) for m in thread.history()))
