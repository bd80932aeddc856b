"""Appeals: the form that a member sent. Its button and what moderators decide are in `bot.views.appeal`."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord.ext import commands

from bot.report import report
from bot.views.appeal import FORM, appealed

Interaction = discord.Interaction[Any]


class AppealsCog(commands.Cog):
    """Hears of forms by their event and not by the form, which does not outlive a restart."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Keep the appeal."""
        data: Any = interaction.data or {}
        if interaction.type is discord.InteractionType.modal_submit and FORM.match(str(data.get("custom_id", ""))):
            try:
                await appealed(interaction, cast(Any, interaction.client))
            except Exception as error:
                await report(interaction, error)
