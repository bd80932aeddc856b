"""/admin channel, review and announce: where moderators read, and what waits for them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.cogs.admin.base import NOBODY, AdminCommands, Interaction, described, say, who_of
from bot.errors import BadSetting
from bot.permissions import require
from bot.rights import Level, needs
from bot.text import sentence
from bot.views.appeal import appeal_card
from bot.views.confirm import confirm
from bot.views.message import shortened

CHANNEL = "moderators-channel"
SHOWN = 5
"""Reviews and appeals that one command shows."""


class DeskCommands(AdminCommands, name="desk"):
    """What moderators read."""

    @app_commands.command()
    @described(channel="channel")
    @needs(Level.ADMIN)
    async def channel(self, interaction: Interaction, channel: discord.TextChannel | None = None) -> None:
        """Choose the moderators' channel; without one there is none."""
        who = who_of(interaction)
        if channel:
            require(channel.permissions_for(channel.guild.me), channel)
            if channel.permissions_for(channel.guild.default_role).view_channel:
                raise BadSetting("error-channel-public")
        await self.bot.operation.administration.set_setting(who, CHANNEL, channel.id if channel else None)
        if channel:
            self.bot.desk.channel_chosen(channel.id)
            await say(interaction, "admin-channel-set", channel=channel.mention)
        else:
            await say(interaction, "admin-channel-none")

    @app_commands.command()
    @needs(Level.MODERATOR)
    async def review(self, interaction: Interaction) -> None:
        """Show what waits for a decision, oldest first."""
        who, moderation = who_of(interaction), self.bot.studio.guard.moderation
        reviews = await moderation.reviews.waiting(who.guild_id)
        appeals = await moderation.sanctions.open_appeals(who.guild_id)
        if not reviews and not appeals:
            await say(interaction, "review-none")
            return
        await say(interaction, "review-more", count=len(reviews) + len(appeals))
        for review in reviews[:SHOWN]:
            await self._card(interaction, await self.bot.desk.card(review))
        for appeal in appeals[:SHOWN]:
            await self._card(interaction, appeal_card(appeal, await self.bot.desk.standing(appeal)))

    @app_commands.command()
    @described(text="text", channel="announce-channel")
    @needs(Level.ADMIN)
    async def announce(
        self,
        interaction: Interaction,
        text: app_commands.Range[str, 1, 1800],
        channel: discord.TextChannel | None = None,
    ) -> None:
        """Say something in the bot's name, after a look at it."""
        target = channel or interaction.channel
        assert isinstance(target, discord.abc.GuildChannel | discord.Thread)
        require(target.permissions_for(target.guild.me), target)
        locale = str(interaction.locale)
        question = sentence(locale, "admin-announce-sure", channel=target.mention, text=shortened(text, 1500))
        await confirm(interaction, self.bot, "announce", question, channel=target.id, text=text)

    @staticmethod
    async def _card(interaction: Interaction, card: dict[str, Any]) -> None:
        await interaction.followup.send(**card, ephemeral=True, allowed_mentions=NOBODY)
