"""What the bot must be allowed to do, where that is missing, and the link that invites it with exactly these rights."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import MissingPermission

NEEDED = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    embed_links=True,
    attach_files=True,
    read_message_history=True,
)
"""Nothing here is privileged, and nothing lets the bot change a server."""


def invite_url(application_id: int) -> str:
    """The link that adds the bot to a server with the permissions it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=("bot", "applications.commands"))


def require(granted: discord.Permissions, channel: object) -> None:
    """Raise `MissingPermission`, naming everything that is missing for a job in `channel`."""
    elsewhere = "send_messages" if isinstance(channel, discord.Thread) else "send_messages_in_threads"
    missing = [
        name for name, needed in NEEDED if needed and name != elsewhere and not getattr(granted, name)
    ]  # fmt: skip
    if missing:
        raise MissingPermission(permission=", ".join(name.replace("_", " ").title() for name in missing))


def require_in(interaction: discord.Interaction[Any]) -> None:
    """The same for where an interaction happens. Where the bot is no member of the server there is nothing to ask."""
    if interaction.guild_id and interaction.client.get_guild(interaction.guild_id):
        require(interaction.app_permissions, interaction.channel)
