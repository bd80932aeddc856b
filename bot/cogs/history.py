"""/history, /favorites, /gallery, /styles: what one drew, kept and shows, and the styles there are."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.help import pages
from bot.gallery import ServerGallery
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import harmless, shortened
from bot.views.shelf import MOST_QUERY, shelf_page
from bot.views.who import requester_of

Interaction = discord.Interaction[Any]
Search = app_commands.Range[str, 1, MOST_QUERY]
State = Literal["done", "failed", "cancelled", "blocked", "queued", "running"]
SEARCH = app_commands.describe(search=sentence(DEFAULT_LOCALE, "option-search"))


class HistoryCog(commands.Cog):
    """Jobs by the page."""

    def __init__(self, studio: Studio, gallery: ServerGallery) -> None:
        self._studio = studio
        self._gallery = gallery

    @app_commands.command()
    @SEARCH
    @app_commands.describe(state=sentence(DEFAULT_LOCALE, "option-state"))
    async def history(self, interaction: Interaction, search: Search | None = None, state: State | None = None) -> None:
        """Page through one's own jobs."""
        await self._page(interaction, "h", search or "", state or "")

    @app_commands.command()
    @SEARCH
    async def favorites(self, interaction: Interaction, search: Search | None = None) -> None:
        """Page through one's favourites."""
        await self._page(interaction, "f", search or "")

    @app_commands.command()
    @SEARCH
    async def gallery(self, interaction: Interaction, search: Search | None = None) -> None:
        """Page through what this server shows in its gallery, and where that is."""
        channel = await self._gallery.channel_of(interaction.guild_id or 0)
        text = sentence(str(interaction.locale), "gallery-where", channel=f"<#{channel}>") if channel else ""
        if not channel:
            text = sentence(str(interaction.locale), "gallery-none")
        await self._page(interaction, "g", search or "", content=text)

    @app_commands.command()
    async def styles(self, interaction: Interaction) -> None:
        """Show the style templates that --style takes."""
        names = self._studio.styles.names
        lines = [f"**{name}** · {harmless(shortened(self._studio.styles[name].prompt, 200))}" for name in names]
        first, *more = (discord.Embed(description=page) for page in pages(lines))
        await interaction.response.send_message(embed=first, ephemeral=True)
        for embed in more:
            await interaction.followup.send(embed=embed, ephemeral=True)

    async def _page(
        self, interaction: Interaction, shelf: str, search: str, state: str = "", content: str | None = None
    ) -> None:
        shown = await shelf_page(self._studio, requester_of(interaction), shelf, 0, state=state, query=search)
        await interaction.response.send_message(content, ephemeral=True, **shown)
