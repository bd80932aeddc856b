"""Who asks, from what Discord tells: the only place where a `Requester` is made of an interaction."""

from __future__ import annotations

from typing import Any

import discord

from bot.requester import Requester


def requester_of(interaction: discord.Interaction[Any]) -> Requester:
    """The member behind an interaction. Rights count where it happens; in direct messages nobody is a moderator."""
    return Requester(
        user_id=interaction.user.id,
        guild_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        parent_id=parent_of(interaction.channel),
        locale=str(interaction.locale),
        is_moderator=bool(interaction.guild_id and interaction.permissions.manage_messages),
        is_admin=bool(interaction.guild_id and interaction.permissions.manage_guild),
        **standing(interaction.user),
        age_restricted=is_age_restricted(interaction.channel),
        interaction_id=interaction.id,
        interaction_token=interaction.token,
    )


def standing(user: discord.User | discord.Member | discord.abc.User | discord.Object) -> dict[str, Any]:
    """What limits go by: roles, and for how long there has been a member and an account."""
    facts: dict[str, Any] = {"account_at": discord.utils.snowflake_time(user.id).timestamp()}
    if isinstance(user, discord.Member):
        joined = user.joined_at.timestamp() if user.joined_at else 0.0
        facts |= {"role_ids": frozenset(user._roles), "joined_at": joined}
    return facts


def parent_of(channel: object) -> int:
    """The channel that a thread hangs under; 0 where it is none."""
    return channel.parent_id if isinstance(channel, discord.Thread) else 0


def is_age_restricted(channel: object) -> bool:
    """Whether the channel is marked so. Direct messages never are."""
    is_nsfw = getattr(channel, "is_nsfw", None)
    return bool(is_nsfw()) if is_nsfw else False
