"""/describe, /shorten and /expand: lines out of pictures and out of other lines, with buttons that draw them."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import received
from bot.errors import Refusal
from bot.prompt.permutations import literal
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.describing import describe
from bot.views.lines import emphasised
from bot.views.picks import picks

Interaction = discord.Interaction[Any]
MAX_PROMPT = 6000


def _said(id: str) -> str:
    return sentence(DEFAULT_LOCALE, id)


class LinesCog(commands.Cog):
    """Help with the words."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    @app_commands.describe(image=_said("option-describe-image"))
    async def describe(self, interaction: Interaction, image: discord.Attachment) -> None:
        """Say what can be said of a picture, and offer lines that draw something like it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        sent = await received({"image": image})
        if not sent:
            raise Refusal("error-describe-nothing")
        await describe(interaction, self._studio, sent[0].data)

    @app_commands.command()
    @app_commands.describe(prompt=_said("option-shorten-prompt"))
    async def shorten(self, interaction: Interaction, prompt: app_commands.Range[str, 1, MAX_PROMPT]) -> None:
        """Show which words carry a line, and offer shorter ones."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._studio.assistant.shorten(self._studio.parse(prompt))
        locale = str(interaction.locale)
        id = "shorten-measured" if found.measured else "shorten-tables"
        parts = [emphasised(found.words), "", sentence(locale, id)]
        parts += [] if found.lines else [sentence(locale, "shorten-nothing")]
        await interaction.followup.send("\n".join(parts), ephemeral=True, **picks([*map(literal, found.lines)]))

    @app_commands.command()
    @app_commands.describe(prompt=_said("option-expand-prompt"))
    async def expand(self, interaction: Interaction, prompt: app_commands.Range[str, 1, MAX_PROMPT]) -> None:
        """Offer longer lines."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._studio.assistant.expand(self._studio.parse(prompt))
        text = sentence(str(interaction.locale), "expand-written" if found.written else "expand-tables")
        await interaction.followup.send(text, ephemeral=True, **picks([*map(literal, found.lines)]))
