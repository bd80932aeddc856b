"""What members wrote into a form of ours: heard by the event, because a form does not outlive a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord.ext import commands

from bot.report import report
from bot.views.forms import sent

if TYPE_CHECKING:
    from bot.app import EaselBot


class FormsCog(commands.Cog):
    """Remix, same seed, custom zoom, region."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A form was sent."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        try:
            await sent(interaction, cast("EaselBot", interaction.client))
        except Exception as error:
            await report(interaction, error)
