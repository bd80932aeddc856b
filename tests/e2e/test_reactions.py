"""Reactions do what the buttons do, from raw events alone."""

from __future__ import annotations

import discord
import pytest

from bot.config import Config
from bot.runtime import open_studio
from storage.models import JobState

from .conftest import World, labels


async def test_a_number_draws_variations(world: World) -> None:
    grid = await world.imagine()
    await world.bob.react(grid, "3️⃣")
    message = await world.next_pictures(grid)
    job = await world.job_of(message)
    assert (job.user_id, job.parent_index) == (world.bob.id, 3)
    assert f"Variations of [image 3]({grid.jump_url}) by {world.bob.mention}" in message.content


async def test_the_arrows_draw_again(world: World) -> None:
    grid = await world.imagine(seed=3)
    await world.alice.react(grid, "🔁")
    message = await world.next_pictures(grid)
    assert f"[Re-rolled]({grid.jump_url})" in message.content


async def test_reactions_work_after_a_restart_and_on_what_they_made(world: World) -> None:
    grid = await world.imagine()
    await world.restart()
    await world.alice.react(grid, "1️⃣")
    variations = await world.next_pictures(grid)
    await world.restart()
    await world.alice.react(variations, "🔁")
    assert (await world.next_pictures(variations)).id != variations.id


async def test_the_cross_cancels_then_deletes(slow: None, world: World) -> None:
    message = await world.waiting(steps=100)
    await world.until(lambda: "%" in world.message(message.id).content)
    await world.alice.react(message, "❌")
    await world.until(lambda: "(Cancelled)" in world.message(message.id).content)
    await world.until(lambda: "🗑️" in labels(world.message(message.id)))
    await world.alice.unreact(message, "❌")
    await world.alice.react(message, "❌")
    assert world.messages() == []
    assert await world.runtime.jobs.untold() == []


async def test_the_cross_of_others_is_ignored(world: World) -> None:
    grid = await world.imagine()
    await world.bob.react(grid, "❌")
    assert [message.id for message in world.messages()] == [grid.id]


async def test_the_cross_of_a_moderator_counts(world: World) -> None:
    grid = await world.imagine()
    moderators = world.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[moderators])
    await carol.react(grid, "❌")
    assert world.messages() == []


@pytest.mark.parametrize("emoji", ["✉️", "✉"])
async def test_the_envelope_mails_pictures_seed_and_job_id_to_the_owner(world: World, emoji: str) -> None:
    grid = await world.imagine(seed=41)
    job = await world.job_of(grid)
    await world.alice.react(grid, emoji)
    mail = world.alice.user.dm_channel.history()[-1]
    assert [file.filename for file in mail.attachments] == [f"{job.id}-{index}.png" for index in range(1, 5)]
    assert "seed 41" in mail.content
    assert job.id in mail.content
    images = await world.runtime.studio.images(job.id)
    stored = [(world.runtime.files.root / image.path).read_bytes() for image in images]
    assert [await file.read() for file in mail.attachments] == stored
    await world.bob.react(grid, emoji)
    assert world.bob.user.dm_channel.history() == []


async def test_an_envelope_for_a_closed_door_says_so(world: World) -> None:
    grid = await world.imagine()
    world.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await world.alice.react(grid, "✉️")
    assert "direct message" in world.messages()[-1].content


async def test_other_emojis_other_messages_and_bots_are_ignored(world: World) -> None:
    grid = await world.imagine()
    chat = await world.alice.send(world.channel, "look at this")
    for message, emoji in ((grid, "👍"), (chat, "1️⃣"), (chat, "❌")):
        await world.alice.react(message, emoji)
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    await robot.react(grid, "🔁")
    await world.bot.get_partial_messageable(world.channel.id).get_partial_message(grid.id).add_reaction("2️⃣")
    await world.env.settle()
    assert len(world.messages()) == 2
    assert await world.jobs(robot) == []
    assert len(await world.jobs(world.alice)) == 1


async def test_a_flickering_reaction_is_one_job(world: World) -> None:
    grid = await world.imagine()
    for _ in range(5):
        await world.alice.react(grid, "🔁")
        await world.alice.unreact(grid, "🔁")
    assert len(await world.jobs(world.alice)) == 2


async def test_ten_reactions_in_a_second_are_one_wish_of_each_member(world: World) -> None:
    """Also where Discord hands them over at once, and the job ends between them."""
    grid = await world.imagine(steps=2)
    made = {"message_id": grid.id, "channel_id": world.channel.id, "guild_id": world.guild.id, "burst": False}
    emoji = discord.PartialEmoji(name="🔁")
    for member in (world.alice, world.bob):
        data = {**made, "user_id": member.id, "type": 0}
        with world.env.time_context():
            for _ in range(10):
                event = discord.RawReactionActionEvent(data, emoji, "REACTION_ADD")  # type: ignore[arg-type]
                event.member = None
                world.bot.dispatch("raw_reaction_add", event)
    await world.until(lambda: _count(world, 2, 1))
    await world.env.settle()
    assert (len(await world.jobs(world.alice)), len(await world.jobs(world.bob))) == (2, 1)


async def _count(world: World, alices: int, bobs: int) -> bool:
    return len(await world.jobs(world.alice)) >= alices and len(await world.jobs(world.bob)) >= bobs


async def test_ten_different_reactions_are_each_heard_once(world: World) -> None:
    grid = await world.imagine(steps=2)
    for emoji in ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "🔁", "🔁", "4️⃣", "3️⃣", "2️⃣", "1️⃣"):
        await world.bob.react(grid, emoji)
        await world.bob.unreact(grid, emoji)
    assert sorted(job.parent_index for job in await world.jobs(world.bob)) == [0, 1, 2, 3, 4]


async def test_a_reaction_on_a_job_that_goes_on_is_no_second_wish(slow: None, world: World) -> None:
    message = await world.waiting(steps=30, n=1)
    await world.alice.react(message, "🔁")
    await world.until(lambda: "%" in world.message(message.id).content)
    await world.alice.unreact(message, "🔁")
    await world.alice.react(message, "🔁")
    assert len(await world.jobs(world.alice)) == 2


async def test_the_map_of_reactions_is_configured(config: Config) -> None:
    """What stands in config.toml acts, with or without the variation selector, and nothing else does."""
    mapped = config.model_copy(update={"reactions": {"🐙": "reroll", "❤️": "favorite", "1️⃣": "vary4"}})
    async with open_studio(mapped) as runtime:
        world = World(runtime)
        await world.start()
        grid = await world.imagine(steps=2)
        job = await world.job_of(grid)
        for emoji in ("🔁", "❌", "⭐", "2️⃣"):
            await world.alice.react(grid, emoji)
        assert (len(world.messages()), len(await world.jobs(world.alice))) == (1, 1)
        await world.alice.react(grid, "🐙")
        assert (await world.job_of(await world.next_pictures(grid))).parent_index == 0
        await world.bob.react(grid, "1️⃣")
        await world.until(lambda: _count(world, 2, 1))
        assert [one.parent_index for one in await world.jobs(world.bob)] == [4]
        for starred in (True, False):
            await (world.bob.react if starred else world.bob.unreact)(grid, "❤")
            found = await runtime.studio.marks.page("favorites", world.bob.id, limit=5)
            assert [one.id for one in found] == ([job.id] if starred else [])
        await world.close()


async def test_a_reaction_that_is_refused_is_answered_in_the_channel(world: World) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    world.runtime.files.remove(job.id)
    await world.alice.react(grid, "1️⃣")
    said = world.messages()[-1]
    assert said.content.startswith(world.alice.mention)
    assert job.id in said.content
    assert job.state is JobState.DONE


async def test_reactions_in_direct_messages(world: World) -> None:
    await world.alice.user.slash("imagine", prompt="a red fox")
    channel = world.alice.user.dm_channel
    grid = await world.until(lambda: next((m for m in channel.history() if "V1" in labels(m)), None))
    await world.alice.user.set_reaction(grid, "🔁", reacted=True)
    await world.until(lambda: len(channel.history()) == 2 and "V1" in labels(channel.history()[-1]))
    await world.alice.user.set_reaction(grid, "❌", reacted=True)
    assert [message.id for message in channel.history()] != [grid.id]
    assert len(channel.history()) == 1
