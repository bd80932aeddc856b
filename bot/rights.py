"""Who may moderate, checked in code: what Discord hides from a member is a convenience, not a guard.

Knows Discord's interactions; what is allowed is in `Level`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, cast

import aiohttp
import discord
from discord import app_commands

from bot.errors import NotAllowed
from bot.requester import Requester
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

T = TypeVar("T")


class Level(Enum):
    """What a command takes."""

    MODERATOR = "moderator"
    """Manage Messages."""
    ADMIN = "admin"
    """Manage Server."""
    OPERATOR = "operator"
    """Named in `[discord] operators`; where nobody is, the administrators of the only server there is."""


async def allowed(interaction: discord.Interaction[Any], level: Level = Level.MODERATOR) -> Requester:
    """The moderator behind an interaction. Raises `NotAllowed`, and `Sanctioned` for one who is banned here."""
    who = requester_of(interaction)
    if not interaction.guild_id or _timed_out(interaction.user):
        raise NotAllowed
    if not (who.is_admin or (who.is_moderator and level is Level.MODERATOR)):
        raise NotAllowed("error-not-allowed" if level is Level.MODERATOR else "error-not-admin")
    bot = cast("EaselBot", interaction.client)
    if level is Level.OPERATOR and not is_operator(bot, who):
        raise NotAllowed("error-not-operator")
    if not who.is_admin:
        await bot.studio.guard.gate.require_no_sanction(who)
    return who


def is_operator(bot: EaselBot, who: Requester) -> bool:
    """Whether the member runs the bot itself, for all servers."""
    operators = bot.config.discord.operators
    return who.user_id in operators if operators else who.is_admin and len(bot.guilds) == 1


def needs(level: Level) -> Callable[[T], T]:
    """A check of a command."""

    async def check(interaction: discord.Interaction[Any]) -> bool:
        try:
            await allowed(interaction, level)
        except Exception as error:  # in the form that a failed command has, so that the tree reports it
            assert isinstance(interaction.command, app_commands.Command)
            raise app_commands.CommandInvokeError(interaction.command, error) from error
        return True

    return app_commands.check(check)


def require_below(who: Requester, target: discord.abc.User) -> None:
    """Moderators do nothing to each other or to themselves; administrators may. Raises `NotAllowed`."""
    rights = target.guild_permissions if isinstance(target, discord.Member) else discord.Permissions.none()
    if target.id == who.user_id or (rights.manage_messages and not who.is_admin) or target.bot:
        raise NotAllowed("error-not-below")


async def require_below_now(interaction: discord.Interaction[Any], who: Requester, user_id: int) -> None:
    """The same about a member's id, by what Discord says of them now: no event tells us who has which role.

    Who has left the server moderates nothing. Raises `NotAllowed`, also where Discord does not answer.
    """
    if interaction.guild is None:
        raise NotAllowed
    try:
        target = await interaction.guild.fetch_member(user_id)
    except discord.NotFound:
        if user_id == who.user_id:
            raise NotAllowed("error-not-below") from None
        return
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        raise NotAllowed("error-rank-unknown") from error
    require_below(who, target)


def _timed_out(user: discord.User | discord.Member) -> bool:
    return isinstance(user, discord.Member) and user.is_timed_out()
