"""The moderators' desk: reviews, sanctions, strikes, appeals and reports, as members and moderators see them."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from storage.models import Job

from .conftest import World, labels

FLOOR_LINE = "topless " + "toddler"


class Staff:
    """A world with a moderator, an administrator and a channel that only they see."""

    def __init__(self, world: World) -> None:
        self.world = world
        guild, env = world.guild, world.env
        mods = guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
        admins = guild.create_role("admins", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
        self.mod = guild.add_member(env.create_user("carol"), roles=[mods])
        self.admin = guild.add_member(env.create_user("dora"), roles=[admins])
        everyone, see = discord.PermissionOverwrite(view_channel=False), discord.PermissionOverwrite(view_channel=True)
        hidden: dict[Any, discord.PermissionOverwrite] = {guild.default_role: everyone, mods: see, admins: see}
        hidden[guild.me] = discord.PermissionOverwrite(view_channel=True)
        self.desk = guild.create_text_channel("desk", overwrites=hidden)

    async def choose_desk(self) -> None:
        said = await self.admin.slash(self.world.channel, "admin channel", channel=self.desk)
        assert "are posted in" in said.response.content

    async def held(self) -> tuple[discord.Message, Job]:
        """Alice's message, whose pictures wait for a moderator, and its job."""
        sent = await self.world.alice.slash(self.world.channel, "imagine", prompt="a red fox", steps=2)
        message_id = sent.response.id
        await self.world.until(lambda: "wait for a moderator" in self.shown(message_id).content)
        return self.shown(message_id), await self.world.job_of(self.shown(message_id))

    def shown(self, message_id: int) -> discord.Message:
        message = self.world.message(message_id)
        assert message is not None
        return message

    async def posted(self, count: int = 1) -> discord.Message:
        await self.world.until(lambda: len(self.world.messages(self.desk)) >= count)
        return self.world.messages(self.desk)[-1]

    async def press(self, member: simcord.MemberActor, message: Any, label: str) -> Any:
        return await member.click(message, label=label)

    async def letters(self, member: simcord.MemberActor, count: int = 1) -> list[discord.Message]:
        await self.world.until(lambda: len(self.mail(member)) >= count)
        return self.mail(member)

    @staticmethod
    def mail(member: simcord.MemberActor) -> list[discord.Message]:
        channel = member.user.dm_channel
        return list(channel.history()) if channel else []


@pytest.fixture
def staff(world: World) -> Staff:
    return Staff(world)


async def test_a_held_picture_is_approved_in_the_channel_after_a_restart(borderline: None, world: World) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    message, job = await staff.held()
    assert message.attachments == []
    post = await staff.posted()
    card = post.embeds[0].description or ""
    assert "a red fox" in card
    assert world.alice.mention in card
    assert "sexual 0.65" in card
    assert job.id in card
    assert [file.filename.startswith("SPOILER_") for file in post.attachments] == [True]
    assert labels(post) == ["Approve", "Delete", "Delete and warn", "Delete and time out", "Delete and ban"]
    await world.restart()
    await staff.press(staff.mod, post, "Approve")
    post = await staff.posted()
    assert f"Approved by {staff.mod.mention}" in (post.embeds[0].description or "")
    assert labels(post) == []
    await world.until(lambda: staff.shown(message.id).attachments)
    assert staff.shown(message.id).attachments[0].filename.startswith("SPOILER_")
    assert len(world.messages(staff.desk)) == 1


@pytest.mark.parametrize(
    ("label", "kind"), [("Delete", ""), ("Delete and time out", "timeout"), ("Delete and ban", "ban")]
)
async def test_a_held_picture_is_deleted(borderline: None, world: World, label: str, kind: str) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    message, job = await staff.held()
    post = await staff.posted()
    with pytest.raises(simcord.SetupError):
        await staff.press(world.bob, post, label)  # Discord itself does not show bob the channel
    await staff.press(staff.mod, post, label)
    await world.until(lambda: "A moderator removed" in staff.shown(message.id).content)
    assert (await staff.posted()).attachments == []
    assert await world.runtime.studio.images(job.id) == []
    moderation = world.runtime.studio.guard.moderation
    sanction = await moderation.sanctions.in_force(world.guild.id, world.alice.id)
    assert (sanction.kind if sanction else "") == kind
    actions = [entry.action for entry in await moderation.audit.entries(world.guild.id)]
    assert "review-deleted" in actions
    if kind:
        assert kind in actions
        letter = (await staff.letters(world.alice))[-1]
        assert "Studio" in letter.content
        assert labels(letter) == ["Appeal"]


async def test_warnings_reach_the_member_and_reviews_are_listed_without_a_channel(
    borderline: None, world: World
) -> None:
    staff = Staff(world)
    _, job = await staff.held()
    listed = await staff.mod.slash(world.channel, "admin review")
    assert "1 wait" in listed.response.content
    (card,) = listed.followups
    assert job.id in card.embeds[0].description
    await staff.press(staff.mod, card, "Delete and warn")
    letter = (await staff.letters(world.alice))[-1]
    assert "warning 1" in letter.content
    assert await world.runtime.studio.guard.moderation.count(world.guild.id, world.alice.id) == 1
    again = await staff.mod.slash(world.channel, "admin review")
    assert "Nothing waits" in again.response.content


async def test_enough_reports_hide_pictures_until_they_are_approved(world: World) -> None:
    """By the button, the reaction and the menu."""
    staff = Staff(world)
    await staff.choose_desk()
    grid = await world.imagine(steps=2)
    thanks = await world.click(world.bob, grid, "🙈")
    assert thanks.ephemeral
    for name in ("erin", "frank"):
        member = world.guild.add_member(world.env.create_user(name))
        await member.react(grid, "🙈")
        await member.unreact(grid, "🙈")
        await member.react(grid, "🙈")
    await world.until(lambda: "wait for a moderator" in staff.shown(grid.id).content)
    assert staff.shown(grid.id).attachments == []
    post = await staff.posted()
    assert "Reported by 3 members" in (post.embeds[0].description or "")
    await staff.press(staff.mod, post, "Approve")
    await world.until(lambda: staff.shown(grid.id).attachments)


async def test_a_ban_outlives_a_restart_and_an_appeal_ends_it(world: World) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    asked = await staff.mod.slash(world.channel, "admin ban", user=world.alice, reason="spam")
    await world.restart()
    await staff.press(staff.mod, asked.response, "Yes, do it")
    refused = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
    assert refused.ephemeral
    assert "may not draw here (spam)" in refused.response.content
    form = await staff.press(world.alice, refused.response, "Appeal")
    await world.alice.submit_modal(form, {"text": "It was *not* me @everyone"})
    post = await staff.posted()
    card = post.embeds[0].description or ""
    assert world.alice.mention in card
    assert "@everyone" not in card
    await world.restart()
    await staff.press(staff.mod, post, "Grant")
    assert "Granted by" in ((await staff.posted()).embeds[0].description or "")
    drawn = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
    assert not drawn.ephemeral
    assert any("agreed with you" in letter.content for letter in await staff.letters(world.alice, 2))


async def test_an_appeal_by_letter_is_refused_and_limited(world: World) -> None:
    staff = Staff(world)
    await staff.choose_desk()
    said = await world.alice.slash(world.channel, "imagine", prompt=FLOOR_LINE)
    assert said.ephemeral
    letter = (await staff.letters(world.alice))[-1]
    assert "warning 1" in letter.content
    world.bot.presses._seconds = 0  # three wishes, and no double click
    for attempt in range(3):
        form = await world.alice.user.click(letter, label="Appeal")
        sent = await world.alice.user.submit_modal(form, {"text": f"number {attempt}"})
        assert ("Thank you" in sent.response.content) is (attempt < 2)
    post = await staff.posted(2)
    assert len(world.messages(staff.desk)) == 2
    await staff.press(staff.mod, post, "Refuse")
    assert any("kept the decision" in mail.content for mail in await staff.letters(world.alice, 2))
    assert await world.runtime.studio.guard.moderation.count(world.guild.id, world.alice.id) == 1


async def test_a_pause_everywhere_outlives_a_restart(world: World) -> None:
    staff = Staff(world)
    asked = await staff.admin.slash(world.channel, "admin pause", everywhere=True)
    await staff.press(staff.admin, asked.response, "Yes, do it")
    refused = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
    assert refused.ephemeral
    switches = world.runtime.studio.guard.switches
    assert await switches.mode(0) == "paused"
    assert world.runtime.dispatcher._held
    await staff.admin.slash(world.channel, "admin resume", everywhere=True)
    assert not world.runtime.dispatcher._held
    assert not (await world.alice.slash(world.channel, "imagine", prompt="a red fox")).ephemeral


async def test_a_member_is_purged(world: World) -> None:
    staff = Staff(world)
    grid = await world.imagine(steps=2)
    job = await world.job_of(grid)
    asked = await staff.admin.slash(world.channel, "admin purge", user=world.alice)
    with pytest.raises(simcord.SetupError):
        await staff.press(staff.mod, asked.response, "Yes, do it")  # it is somebody else's question
    done = await staff.press(staff.admin, asked.response, "Yes, do it")
    assert done is not None
    assert world.message(grid.id) is None
    assert await world.runtime.studio.images(job.id) == []
    entries = await world.runtime.studio.guard.moderation.audit.entries(world.guild.id)
    assert ("purge", str(world.alice.id), "1") in [(entry.action, entry.target, entry.before) for entry in entries]


async def test_letters_wait_for_the_next_start_and_arrive_once(world: World) -> None:
    staff, moderation = Staff(world), world.runtime.studio.guard.moderation
    await world.stop()  # nothing is sent from now on
    await moderation.strike(world.guild.id, world.alice.id, "gore")
    assert [letter.sentence for letter in await moderation.letters.due()] == ["notice-strike"]
    assert staff.mail(world.alice) == []
    await world.restart()
    (letter,) = await staff.letters(world.alice)
    assert "warning 1" in letter.content
    await world.until(lambda: no_letters(world))
    await world.restart()
    await moderation.strike(world.guild.id, world.alice.id, "gore")
    assert len(await staff.letters(world.alice, 2)) == 2


async def no_letters(world: World) -> bool:
    return not await world.runtime.studio.guard.moderation.letters.due()
