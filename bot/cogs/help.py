"""/help: how to begin, and every flag, from the parameter table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.text import param_id, sentence, translated
from bot.translator import ids_by_words
from gpu.params import TABLE, Param

Interaction = discord.Interaction[Any]

PAGE = 4000
"""Characters in one embed; Discord takes 4096, and 6000 in all embeds of a message."""


class HelpCog(commands.Cog):
    """What can be typed."""

    @app_commands.command()
    async def help(self, interaction: Interaction) -> None:
        """Show the flags and the buttons."""
        locale = str(interaction.locale)
        embeds = [discord.Embed(description=page) for page in pages([flag_line(row, locale) for row in TABLE])]
        await interaction.response.send_message(sentence(locale, "help-intro"), embeds=embeds[:1], ephemeral=True)
        described = command_lines(interaction.client.tree.get_commands(), locale)
        for page in pages([sentence(locale, "help-commands"), *described, "", sentence(locale, "rules")]):
            embeds.append(discord.Embed(description=page))
        for embed in embeds[1:]:
            await interaction.followup.send(embed=embed, ephemeral=True)


def command_lines(commands: Iterable[Any], locale: str) -> list[str]:
    """`/imagine` · Draw a picture …, for each command that there is; menus have no description."""
    described = sorted((command.name, getattr(command, "description", "")) for command in commands)
    own = {name: translated(locale, ids_by_words().get(help, "")) or help for name, help in described if help}
    return [sentence(locale, "help-command", command=name, help=help) for name, help in own.items()]


def flag_line(row: Param, locale: str) -> str:
    """`--steps` 1 to 150 · Denoising steps …"""
    flags = " ".join(f"`{flag}`" for flag in row.flags)
    help = translated(locale, param_id(row.name)) or row.help
    return sentence(locale, "help-flag", flags=flags, values=values(row), help=help)


def values(row: Param) -> str:
    """What may follow the flag, in a few words."""
    if row.choices:
        return ", ".join(row.choices)
    if row.low is not None and row.high is not None:
        return f"{row.low:g}–{row.high:g}" if row.high < 10**6 else f"{int(row.low)}–{int(row.high)}"
    return ", ".join(row.examples)


def pages(lines: list[str]) -> list[str]:
    """The lines on as few pages as possible."""
    filled = [""]
    for line in lines:
        if len(filled[-1]) + len(line) + 1 > PAGE:
            filled.append("")
        filled[-1] += f"{line}\n"
    return filled
