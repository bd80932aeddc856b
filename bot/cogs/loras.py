"""/loras and /embeddings: what --lora can name, and what words prompts can name."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.help import pages
from bot.studio import Studio
from bot.text import sentence
from gpu.embeddings import EmbeddingFile
from gpu.loras import LoraFile

Interaction = discord.Interaction[Any]


class LorasCog(commands.Cog):
    """The files of the operator's folders."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    async def loras(self, interaction: Interaction) -> None:
        """Show them, with the words that they add."""
        locale = str(interaction.locale)
        await asyncio.to_thread(self._studio.loras.refresh)
        lines = [lora_line(file, locale) for file in self._studio.loras.files.values()]
        await _show(interaction, lines or [sentence(locale, "loras-none")])

    @app_commands.command()
    async def embeddings(self, interaction: Interaction) -> None:
        """Show them, with the models that they are for."""
        locale = str(interaction.locale)
        await asyncio.to_thread(self._studio.embeddings.refresh)
        lines = [embedding_line(file, locale) for file in self._studio.embeddings.files.values()]
        await _show(interaction, lines or [sentence(locale, "embeddings-none")])


async def _show(interaction: Interaction, lines: list[str]) -> None:
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


def embedding_line(file: EmbeddingFile, locale: str) -> str:
    """One embedding: how it is written, and what it is for."""
    return sentence(locale, f"embeddings-line-{file.kind}", name=file.name, count=file.vectors)
