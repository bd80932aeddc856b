"""The buttons of reviews and appeals: whom a moderator may do something to, who still is one, and who was first."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest
import simcord

from bot.requester import Requester
from storage.models import Job

from .conftest import World, labels
from .test_review import Staff

PUNISHING = ("Delete and warn", "Delete and time out", "Delete and ban")


async def held_of(staff: Staff, member: simcord.MemberActor) -> tuple[discord.Message, Job]:
    """A review of the member's pictures, as moderators see it, and its job."""
    world = staff.world
    sent = await member.slash(world.channel, "imagine", prompt="a red fox", steps=2)
    await world.until(lambda: "wait for a moderator" in staff.shown(sent.response.id).content)
    job = await world.job_of(staff.shown(sent.response.id))
    return await world.until(lambda: card_of(staff, job)), job


def card_of(staff: Staff, job: Job) -> discord.Message | None:
    posts = staff.world.messages(staff.desk)
    return next((post for post in posts if job.id in (post.embeds[0].description or "")), None)


def owner_of(world: World) -> simcord.MemberActor:
    return simcord.MemberActor(world.env, world.guild, world.guild.owner)


async def press(world: World, member: simcord.MemberActor, post: discord.Message, label: str) -> str:
    """What only whoever pressed it reads; "" where that is nothing. A deferred press is answered by a follow-up."""
    pressed = await member.click(post, label=label)
    replies = [reply.content for reply in pressed.followups if reply is not None]
    return replies[0] if replies else (pressed.response.content or "" if pressed.ephemeral else "")


async def unpunished(world: World, user_id: int) -> bool:
    moderation, guild = world.runtime.studio.guard.moderation, world.guild.id
    return not await moderation.sanctions.in_force(guild, user_id) and not await moderation.count(guild, user_id)


@pytest.mark.parametrize("rank", ["moderator", "administrator", "owner"])
async def test_a_moderator_punishes_nobody_who_moderates(borderline: None, world: World, rank: str) -> None:
    """Not even after a restart; the pictures wait on, and whoever manages the server may."""
    staff = Staff(world)
    await staff.choose_desk()
    mods = world.guild.roles["mods"]
    target = {
        "moderator": lambda: world.guild.add_member(world.env.create_user("erin"), roles=[mods]),
        "administrator": lambda: staff.admin,
        "owner": lambda: owner_of(world),
    }[rank]()
    post, job = await held_of(staff, target)
    for label in PUNISHING:
        assert "to another moderator" in await press(world, staff.mod, post, label)
    await world.restart()
    world.bot.presses._seconds = 0
    assert "to another moderator" in await press(world, staff.mod, post, "Delete and ban")
    assert await unpunished(world, target.id)
    assert await world.runtime.studio.images(job.id)
    review = await world.runtime.studio.guard.moderation.reviews.find(job.id)
    assert review is not None
    assert review.state == "open"
    if rank == "moderator":
        assert await press(world, staff.admin, post, "Delete and ban") == ""
        assert not await unpunished(world, target.id)
    else:
        assert await press(world, staff.mod, post, "Delete") == "", "without a sanction anybody's picture may go"
        assert await unpunished(world, target.id)


async def test_whoever_left_the_server_can_be_banned_from_drawing(borderline: None, world: World) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    post, _ = await held_of(staff, world.alice)
    world.guild.remove_member(world.alice)
    assert await press(world, staff.mod, post, "Delete and ban") == ""
    assert not await unpunished(world, world.alice.id)


async def test_nothing_is_decided_while_discord_does_not_say_who_it_is(borderline: None, world: World) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    post, job = await held_of(staff, world.alice)
    world.env.inject_error("GET", f"/guilds/{world.guild.id}/members/{world.alice.id}", status=503)
    assert "try again" in (await press(world, staff.mod, post, "Delete and ban")).lower()
    assert await unpunished(world, world.alice.id)
    assert await world.runtime.studio.images(job.id)
    world.bot.presses._seconds = 0
    assert await press(world, staff.mod, post, "Delete and ban") == ""
    assert not await unpunished(world, world.alice.id)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_former_moderator_presses_in_vain(borderline: None, world: World, restarted: bool) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    everybody = discord.PermissionOverwrite(view_channel=True)
    open_desk = world.guild.create_text_channel("open-desk", overwrites={world.guild.default_role: everybody})
    former = world.guild.add_member(world.env.create_user("erin"), roles=[world.guild.roles["mods"]])
    post, job = await held_of(staff, world.alice)
    card = await world.bot.desk.card(await review_of(world, job))
    with world.env.time_context():
        shown = await world.bot.get_partial_messageable(open_desk.id).send(**card)
    world.env.backend.remove_member_role(world.guild.id, former.id, world.guild.roles["mods"].id)
    if restarted:
        await world.restart()
    for label in labels(post):
        assert "for moderators" in await press(world, former, shown, label)
    assert (await review_of(world, job)).state == "open"
    assert await unpunished(world, world.alice.id)


async def review_of(world: World, job: Job) -> Any:
    review = await world.runtime.studio.guard.moderation.reviews.find(job.id)
    assert review is not None
    return review


@pytest.mark.parametrize("restarted", [False, True])
async def test_of_two_moderators_the_faster_one_decides(borderline: None, world: World, restarted: bool) -> None:
    """One bans from the channel, the other approves from a list that was open all the time."""
    staff = Staff(world)
    await staff.choose_desk()
    other = world.guild.add_member(world.env.create_user("erin"), roles=[world.guild.roles["mods"]])
    post, job = await held_of(staff, world.alice)
    (listed,) = (await other.slash(world.channel, "admin review")).followups
    if restarted:
        await world.restart()
    assert await press(world, staff.mod, post, "Delete and time out") == ""
    assert "Another moderator has decided" in await press(world, other, listed, "Approve")
    assert await world.runtime.studio.images(job.id) == []
    review = await review_of(world, job)
    assert (review.state, review.decided_by) == ("deleted", staff.mod.id)
    actions = [entry.action for entry in await world.runtime.studio.guard.moderation.audit.entries(world.guild.id)]
    assert [action for action in actions if action.startswith("review-")] == ["review-deleted", "review-opened"]


async def test_two_decisions_in_the_same_moment_are_one(borderline: None, world: World) -> None:
    staff, moderation = Staff(world), world.runtime.studio.guard.moderation
    await staff.choose_desk()
    _, job = await held_of(staff, world.alice)
    mods = [Requester(user_id=id, guild_id=world.guild.id, is_moderator=True) for id in (901, 902)]
    done = await asyncio.gather(
        moderation.punish(mods[0], job.id, "timeout"), moderation.punish(mods[1], job.id, "ban"), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in done) == ["Job", "NoSuchThing"]
    entries = await moderation.audit.entries(world.guild.id)
    sanctions = [entry for entry in entries if entry.action in ("timeout", "ban")]
    assert len(sanctions) == 1


async def test_moderators_decide_no_appeal_of_their_own_and_none_of_each_other(world: World) -> None:
    """Nor do they end each other's sanctions; an administrator may do both."""
    staff, moderation = Staff(world), world.runtime.studio.guard.moderation
    await staff.choose_desk()
    other = world.guild.add_member(world.env.create_user("erin"), roles=[world.guild.roles["mods"]])
    await staff.admin.slash(world.channel, "admin strikes", user=staff.mod, change="add", reason="hm")
    await moderation.appeal(Requester(user_id=staff.mod.id, guild_id=world.guild.id), "strike", "no")
    post = await staff.posted()
    for moderator in (staff.mod, other):
        assert "to another moderator" in await press(world, moderator, post, "Grant")
        lifted = await moderator.slash(world.channel, "admin unban", user=staff.mod)
        assert "to another moderator" in lifted.response.content
    assert await moderation.count(world.guild.id, staff.mod.id) == 1
    assert await press(world, staff.admin, post, "Grant") == ""
    assert await unpunished(world, staff.mod.id)
