"""/admin: who may do what, and that everything is stored and written down."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands

from bot.errors import NotAllowed, Sanctioned
from bot.requester import Requester
from storage.models import JobState

from .conftest import World
from .test_review import Staff

MODERATORS = {
    "admin status", "admin review", "admin ban", "admin unban", "admin timeout", "admin strikes", "admin queue list",
    "admin queue move", "admin queue cancel", "admin audit search",
}  # fmt: skip
"""Commands that take Manage Messages; the others take Manage Server."""


@dataclass(frozen=True)
class Invocation:
    """What the check of a command looks at, for a member with these rights."""

    client: Any
    user: Any
    guild_id: int | None
    permissions: discord.Permissions
    command: Any
    id: int = 0
    token: str = ""
    channel: Any = None
    channel_id: int = 5
    locale: str = "en"


NONE, MOD = discord.Permissions.none(), discord.Permissions(manage_messages=True)
ADMIN = discord.Permissions(manage_messages=True, manage_guild=True)
ACTORS = {
    "owner": (discord.Permissions.all(), True, True), "administrator": (discord.Permissions.all(), True, True),
    "manager": (ADMIN, True, True), "moderator": (MOD, True, False), "member": (NONE, False, False),
    "timed-out moderator": (MOD, False, False), "banned moderator": (MOD, False, False),
    "banned member": (NONE, False, False), "moderator elsewhere": (NONE, False, False), "in a DM": (NONE, False, False),
}  # fmt: skip
"""Who → rights there, may moderate, may administrate."""


def leaves(world: World) -> dict[str, app_commands.Command[Any, ..., Any]]:
    """Every command below /admin, by its whole name."""
    group = world.bot.tree.get_command("admin")
    assert isinstance(group, app_commands.Group)
    found = {command.qualified_name: command for command in group.walk_commands()}
    return {name: command for name, command in found.items() if isinstance(command, app_commands.Command)}


async def may(invocation: Invocation) -> bool:
    """Whether the command's own check, after Discord's, lets it through."""
    (check,) = invocation.command.checks
    try:
        return bool(await check(invocation))
    except app_commands.CommandInvokeError as error:
        if isinstance(error.original, NotAllowed | Sanctioned):
            return False
        raise


async def test_who_may_do_what(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command × every kind of member, in code alone, as if Discord had hidden nothing."""
    staff, guild = Staff(world), world.guild.id
    moderation = world.runtime.studio.guard.moderation
    boss = Requester(user_id=staff.admin.id, guild_id=guild, is_admin=True)
    await moderation.sanction(boss, staff.mod.id, "ban")
    users = {"banned moderator": staff.mod.id, "banned member": staff.mod.id}
    commands = leaves(world)
    assert set(commands) > MODERATORS
    assert len(commands) == 34
    seen: dict[tuple[str, str], bool] = {}
    for actor, (rights, moderates, administrates) in ACTORS.items():
        user = discord.Object(users.get(actor, world.alice.id))
        place = None if actor == "in a DM" else guild
        with monkeypatch.context() as patch:
            patch.setattr("bot.rights._timed_out", lambda _, actor=actor: actor.startswith("timed-out"))
            for name, command in commands.items():
                invocation = Invocation(world.bot, user, place, rights, command)
                seen[actor, name] = await may(invocation)
                assert seen[actor, name] is (moderates if name in MODERATORS else administrates), (actor, name)
    assert sum(seen.values()) == 3 * len(commands) + len(MODERATORS)


async def test_operators_are_named_where_there_are_several_servers(world: World) -> None:
    command = leaves(world)["admin worker list"]
    owner = Invocation(world.bot, discord.Object(world.alice.id), world.guild.id, discord.Permissions.all(), command)
    assert await may(owner)
    world.env.create_guild("Another")
    await world.env.settle()
    assert not await may(owner)
    settings = world.bot.config.discord.model_copy(update={"operators": (world.alice.id,)})
    world.bot.config = world.bot.config.model_copy(update={"discord": settings})
    assert await may(owner)


async def test_discord_hides_admin_from_members_and_from_direct_messages(world: World) -> None:
    for ask in (world.alice.slash(world.channel, "admin status"), world.alice.user.slash("admin status")):
        with pytest.raises(simcord.SetupError):
            await ask
    status = await Staff(world).mod.slash(world.channel, "admin status")
    assert "Workers: " in status.response.embeds[0].description


async def test_moderators_do_nothing_to_moderators(world: World) -> None:
    staff = Staff(world)
    refused = await staff.mod.slash(world.channel, "admin timeout", user=staff.admin, minutes=5)
    assert "another moderator" in refused.response.content
    limited = await staff.mod.slash(world.channel, "admin limits server", field="running", value=1)
    assert "Manage Server" in limited.response.content


async def test_what_administrators_decide_holds_and_is_written_down(world: World) -> None:
    staff = Staff(world)

    async def admin(command: str, **options: Any) -> str:
        result = await staff.admin.slash(world.channel, f"admin {command}", **options)
        embeds = result.response.embeds
        return str(result.response.content or (embeds[0].description if embeds else ""))

    async def refused(prompt: str, by: simcord.MemberActor = world.alice) -> str:
        result = await by.slash(world.channel, "imagine", prompt=prompt)
        assert result.ephemeral
        return str(result.response.content)

    assert "blocked here" in await admin("words add", word="Clówn", reason="no clowns")
    assert "does not allow" in await refused("a sad clown")
    verdict = await admin("words test", prompt="a sad clown")
    assert "**block**" in verdict
    assert "||clown||" in verdict
    assert "||clown||" in await admin("words list")
    assert "no word of this server" in await admin("words remove", word="clown")
    assert "weapons" in await admin("policy", category="weapons", action="review", where="server")
    assert "age-restricted" in await admin("policy", category="sexual", action="allow")
    assert "0 → 1" in (await admin("limits server", field="images_per_day", value=1)).replace("–", "0")
    assert "1 pictures of today" in await refused("a fox --n 2")
    assert "images_per_day 1" in await admin("limits show")
    await admin("limits server", field="images_per_day")
    assert "cannot be set" in await admin("limits server", field="running", value=0)
    assert "sdxl" in await admin("models allow", models="sdxl")
    assert "does not draw here" in await refused("a fox --model starter")
    await admin("models allow")
    assert "takes no new jobs" in await admin("pause", reason="lunch")
    assert await refused("a fox")
    assert "takes jobs again" in await admin("resume")
    log = await admin("audit search", action="paused")
    assert "lunch" in log
    assert staff.admin.mention in log
    exported = await staff.admin.slash(world.channel, "admin audit export")
    data = await exported.response.attachments[0].read()
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    changed = {(row["action"], row["target"], row["before"], row["after"], row["reason"]) for row in rows}
    assert ("word-add", "clown", "", "block", "no clowns") in changed
    assert ("policy", "weapons in server", "inherit", "review", "") in changed
    assert ("limit", "images_per_day of guild", "", "1", "") in changed
    assert ("models", "allowed", "all", "sdxl", "") in changed


async def test_the_queue_and_the_workers(slow: None, world: World) -> None:
    staff = Staff(world)
    first, second = [(await world.waiting(f"fox {n}", steps=150, seed=n)).id for n in (1, 2)]
    jobs = sorted(await world.jobs(world.alice), key=lambda job: job.created_at)
    listed = await staff.mod.slash(world.channel, "admin queue list")
    assert all(job.id in listed.response.embeds[0].description for job in jobs)
    stopped = await staff.mod.slash(world.channel, "admin queue cancel", job=jobs[1].id, reason="later")
    assert "is cancelled" in stopped.response.content
    assert (await world.runtime.jobs.get(jobs[1].id)).state is JobState.CANCELLED
    moved = await staff.mod.slash(world.channel, "admin queue move", job=jobs[1].id, to="front")
    assert "does not wait" in moved.response.content
    await world.until(lambda: world.runtime.operation.workers()[0].ready)
    workers = await staff.admin.slash(world.channel, "admin worker list")
    assert "**0** ready" in workers.response.embeds[0].description
    before = world.runtime.operation.workers()[0].pid
    asked = await staff.admin.slash(world.channel, "admin worker restart")
    await staff.press(staff.admin, asked.response, "Yes, do it")
    await world.until(lambda: world.runtime.operation.workers()[0].pid not in (0, before))
    warmed = await staff.admin.slash(world.channel, "admin worker warm", model="sdxl")
    assert "sdxl is loaded" in warmed.response.content
    await staff.mod.slash(world.channel, "admin queue cancel", job=jobs[0].id)
    assert first != second
