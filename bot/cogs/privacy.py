"""/privacy: what the bot knows of a member, all of it as files, and its end."""

from __future__ import annotations

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery import DM_LIMIT, Delivery
from bot.privacy import Privacy
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.privacy import question
from bot.views.who import requester_of

Interaction = discord.Interaction[Any]
MOST_PARTS = 20
"""Files that one interaction sends; more than that is a matter for the operator."""


def described(name: str) -> dict[str, Any]:
    """Name and description of a subcommand."""
    return {"name": name, "description": sentence(DEFAULT_LOCALE, f"command-privacy-{name}")}


class PrivacyCog(commands.Cog):
    """One's own data. Everything is told to the member alone."""

    privacy = app_commands.Group(name="privacy", description="-")

    def __init__(self, data: Privacy, delivery: Delivery) -> None:
        self._data = data
        self._delivery = delivery

    @app_commands.command()
    async def terms(self, interaction: Interaction) -> None:
        """What is stored, for how long, and the rules."""
        locale, settings = str(interaction.locale), interaction.client.config.privacy
        lines = [
            sentence(locale, "terms", days=round(settings.retention_days)),
            *([sentence(locale, "terms-read", url=settings.terms_url)] if settings.terms_url else []),
            *([sentence(locale, "terms-privacy", url=settings.privacy_url)] if settings.privacy_url else []),
            sentence(locale, "rules"),
        ]
        await interaction.response.send_message("\n".join(lines), ephemeral=True, suppress_embeds=True)

    @privacy.command(**described("show"))
    async def show(self, interaction: Interaction) -> None:
        """Count what there is."""
        who = requester_of(interaction)
        await interaction.response.defer(ephemeral=True)
        found = await self._data.show(who.user_id)
        lines = [sentence(who.locale, "privacy-show", files=found.files, megabytes=round(found.size / 2**20, 1))]
        lines += [f"- `{table}`: {count}" for table, count in sorted(found.rows.items())]
        lines += [sentence(who.locale, "privacy-show-more")]
        await interaction.followup.send("\n".join(lines), ephemeral=True)

    @privacy.command(**described("export"))
    async def export(self, interaction: Interaction) -> None:
        """Send everything, in as many files as it takes."""
        who = requester_of(interaction)
        await interaction.response.defer(ephemeral=True)
        limit = interaction.guild.filesize_limit if interaction.guild else DM_LIMIT
        too_large: tuple[str, ...] = ()
        async for part in self._data.export(who.user_id, limit):
            if part.number > MOST_PARTS:
                text = sentence(who.locale, "privacy-export-more", parts=MOST_PARTS)
                return await interaction.followup.send(text, ephemeral=True)
            file = discord.File(io.BytesIO(part.data), f"easel-data-{part.number}.zip")
            text = sentence(who.locale, "privacy-export", part=part.number)
            await interaction.followup.send(text, file=file, ephemeral=True)
            too_large = part.too_large
        if too_large:
            text = sentence(who.locale, "privacy-export-too-large", names=", ".join(too_large)[:1500])
            await interaction.followup.send(text, ephemeral=True)
        return None

    @privacy.command(**described("delete"))
    @app_commands.describe(messages=sentence(DEFAULT_LOCALE, "option-privacy-messages"))
    async def delete(self, interaction: Interaction, messages: bool = True) -> None:
        """Ask first."""
        who = requester_of(interaction)
        text = sentence(who.locale, "privacy-ask-messages" if messages else "privacy-ask")
        view = question(who.user_id, who.locale, messages=messages)
        await interaction.response.send_message(text, view=view, ephemeral=True)
