"""What is done once a moderator has said yes, by the name under which the question is stored."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING, Any

import discord

from bot.requester import Requester
from bot.rights import Level
from bot.switches import Mode
from bot.text import sentence
from bot.views.confirm import Deed
from gpu.errors import EaselError

if TYPE_CHECKING:
    from bot.app import EaselBot

log = logging.getLogger(__name__)


async def ban(bot: EaselBot, who: Requester, facts: dict[str, Any]) -> str:
    """Ban a member."""
    sanction = await bot.studio.guard.moderation.sanction(
        who, facts["user"], "ban", seconds=facts["seconds"], reason=facts["reason"]
    )
    return sentence(who.locale, "admin-ban-done", user=f"<@{facts['user']}>", until=int(sanction.until))


async def purge(bot: EaselBot, who: Requester, facts: dict[str, Any]) -> str:
    """Remove everything that a member drew in the server. What Discord does not let go of stays there, empty."""
    user_id, after, removed = int(facts["user"]), "", 0
    moderator = Requester(user_id=who.user_id, guild_id=who.guild_id, channel_id=who.channel_id, is_moderator=True)
    while jobs := await bot.operation.pictures_of(who.guild_id, user_id, after):
        for job in jobs:
            with contextlib.suppress(discord.HTTPException, EaselError):
                await bot.delivery.delete(moderator, job.id)
            removed += 1
        after = jobs[-1].id
    await bot.operation.purged(who, user_id, removed, reason=facts["reason"])
    return sentence(who.locale, "admin-purge-done", user=f"<@{user_id}>", count=removed)


async def announce(bot: EaselBot, who: Requester, facts: dict[str, Any]) -> str:
    """Say it. It mentions nobody."""
    channel = bot.get_partial_messageable(int(facts["channel"]))
    await channel.send(embed=discord.Embed(description=facts["text"]), allowed_mentions=discord.AllowedMentions.none())
    await bot.operation.administration.record(who, "announce", str(facts["channel"]), after=facts["text"])
    return sentence(who.locale, "admin-announce-done", channel=f"<#{facts['channel']}>")


async def pause_everywhere(bot: EaselBot, who: Requester, facts: dict[str, Any]) -> str:
    """Pause or drain all servers."""
    mode = Mode(facts["mode"])
    await bot.operation.switch(who, mode, everywhere=True, reason=facts["reason"])
    return sentence(who.locale, f"admin-{mode.value}-everywhere")


async def restart_worker(bot: EaselBot, who: Requester, facts: dict[str, Any]) -> str:
    """End a worker process; another one takes its place."""
    await bot.operation.restart_worker(who, int(facts["index"]), reason=facts["reason"])
    return sentence(who.locale, "admin-worker-restarted", index=int(facts["index"]))


DEEDS: dict[str, tuple[Level, Deed]] = {
    "announce": (Level.ADMIN, announce),
    "ban": (Level.MODERATOR, ban),
    "pause-everywhere": (Level.OPERATOR, pause_everywhere),
    "purge": (Level.ADMIN, purge),
    "restart-worker": (Level.OPERATOR, restart_worker),
}
