"""The welcome: after the first command of a member's life that went well, for that member alone."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord.ext import commands

from bot.views.welcome import welcome

Interaction = discord.Interaction[Any]


class WelcomeCog(commands.Cog):
    """Greets each member once."""

    def __init__(self, is_new: Callable[[int], Awaitable[bool]]) -> None:
        """`is_new` says so once for each member, and remembers it."""
        self._is_new = is_new

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, command: object) -> None:
        """A command has been answered."""
        if await self._is_new(interaction.user.id):
            with contextlib.suppress(discord.HTTPException):  # a greeting is worth no second try
                await interaction.followup.send(**welcome(str(interaction.locale)), ephemeral=True)
