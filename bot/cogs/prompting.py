"""/prompt: a form that writes a line, with the button that runs it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.prompt.writing import written
from bot.report import report
from bot.studio import Studio
from bot.text import sentence
from bot.views.prompting import FORM_ID, PromptForm, filled_in
from bot.views.run import line_embeds, run_view

Interaction = discord.Interaction[Any]


class PromptCog(commands.Cog):
    """Help with the line."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    async def prompt(self, interaction: Interaction) -> None:
        """Open the form."""
        form = PromptForm(sorted(self._studio.styles.names), str(interaction.locale))
        await interaction.response.send_modal(form)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """A form was sent: by this event and not by the form, which does not outlive a restart."""
        data: Any = interaction.data or {}
        if interaction.type is discord.InteractionType.modal_submit and data.get("custom_id") == FORM_ID:
            try:
                await self._write(interaction, data)
            except Exception as error:
                await report(interaction, error)

    async def _write(self, interaction: Interaction, data: Any) -> None:
        locale = str(interaction.locale)
        line = written(filled_in(data), self._studio.parse)
        text = sentence(locale, "prompt-written")
        await interaction.response.send_message(text, embeds=line_embeds(line), view=run_view(locale), ephemeral=True)
