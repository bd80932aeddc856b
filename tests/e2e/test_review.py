"""The moderators' desk: reviews, sanctions, strikes, appeals and reports, as members and moderators see them."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from storage.models import Job

from .conftest import World, buttons, labels

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

    async def press(self, member: simcord.MemberActor, message: discord.Message, label: str) -> Any:
        button = next(button for button in buttons(message) if button.label == label)
        return await member.click(message, custom_id=button.custom_id)

    async def letters(self, member: simcord.MemberActor, count: int = 1) -> list[discord.Message]:
        await self.world.until(lambda: len(self.mail(member)) >= count)
        return self.mail(member)

    @staticmethod
    def mail(member: simcord.MemberActor) -> list[discord.Message]:
        channel = member.user.dm_channel
        return list(channel.history()) if channel else []


@pytest.fixture
def borderline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that a moderator must see first: name it before `world`."""
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.65")


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
