"""/admin settings: what holds in this server or in one of its channels, as a panel or typed."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, who_of
from bot.cogs.settings import Setting, Value, answer_settings, suggest_value
from bot.defaults import Owner
from bot.rights import Level, needs


class SettingCommands(AdminCommands, name="settings"):
    """Defaults, and where and by which models is drawn."""

    @app_commands.command()
    @described(channel="settings-channel", name="settings-name", value="settings-value", reason="reason")
    @app_commands.autocomplete(value=suggest_value)
    @needs(Level.ADMIN)
    async def settings(
        self,
        interaction: Interaction,
        channel: discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | None = None,
        name: Setting | None = None,
        value: Value = "",
        reason: Reason = "",
    ) -> None:
        """Open the panel of the server or of a channel, or change one default; without a value it is reset."""
        who = who_of(interaction)
        owner = Owner("channel", channel.id) if channel else Owner("guild", who.guild_id)
        await answer_settings(interaction, who, owner, name, value, reason)
