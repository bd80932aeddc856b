"""/loras: what --lora can name."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.help import pages
from bot.studio import Studio
from bot.text import sentence
from gpu.loras import LoraFile

Interaction = discord.Interaction[Any]


class LorasCog(commands.Cog):
    """The LoRAs of the folder."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    async def loras(self, interaction: Interaction) -> None:
        """Show them, with the words that they add."""
        locale = str(interaction.locale)
        await asyncio.to_thread(self._studio.loras.refresh)
        lines = [lora_line(file, locale) for file in self._studio.loras.files.values()]
        if not lines:
            await interaction.response.send_message(sentence(locale, "loras-none"), ephemeral=True)
            return
        first, *more = (discord.Embed(description=page) for page in pages(lines))
        await interaction.response.send_message(embed=first, ephemeral=True)
        for embed in more:
            await interaction.followup.send(embed=embed, ephemeral=True)


def lora_line(file: LoraFile, locale: str) -> str:
    """One LoRA: how it is written, how large it is, what it adds to the prompt."""
    size = round(file.bytes / 1e6, 1)
    parts = [sentence(locale, "loras-line", name=file.name, rank=file.rank, size=size, about=file.source)]
    parts += [sentence(locale, "loras-trigger", trigger=file.trigger)] if file.trigger else []
    return " · ".join([*parts, *([file.licence] if file.licence else [])])
