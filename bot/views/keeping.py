"""Buttons that draw nothing: favourite, copy the line, the original file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.text import sentence
from bot.views.base import JobButton, template
from bot.views.run import line_embeds
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]


class FavouriteButton(JobButton, template=template("fv")):
    """Keep it among one's favourites; a second press takes it out."""

    action, emoji = "fv", "⭐"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = requester_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        starred = not await bot.studio.marks.is_starred(who.user_id, self.job_id)
        posted = await bot.gallery.star(who, self.job_id, starred=starred)
        id = "favorite-removed" if not starred else "favorite-posted" if posted else "favorite-kept"
        await interaction.followup.send(sentence(who.locale, id), ephemeral=True)


class CopyButton(JobButton, template=template("cp")):
    """Show the line so that it can be copied."""

    action, label, emoji = "cp", "button-copy", "📋"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        job = await bot.studio.job(self.job_id)
        await interaction.response.send_message(embeds=line_embeds(job.text), ephemeral=True)


class OriginalButton(JobButton, template=template("og")):
    """Send the stored files as they are, privately."""

    action, label = "og", "button-original"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await bot.delivery.originals(interaction, await bot.studio.job(self.job_id))


KEEPING: list[type[JobButton]] = [FavouriteButton, CopyButton, OriginalButton]
