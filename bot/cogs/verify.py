"""/verify: whether a picture was made here, also where its metadata is gone."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import read_attachment
from bot.errors import Refusal
from bot.provenance import Origin, Provenance
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.origin import told
from bot.views.who import requester_of
from storage.models import Job

Interaction = discord.Interaction[Any]
MESSAGE = re.compile(r"(?:https://(?:\w+\.)?discord\.com/channels/[\d@me]+/\d+/)?(\d{15,20})")
"""A link to a message, or its id. It is looked up, never fetched."""


class VerifyCog(commands.Cog):
    """Where a picture comes from."""

    def __init__(self, studio: Studio, provenance: Provenance) -> None:
        self._studio = studio
        self._provenance = provenance

    @app_commands.command()
    @app_commands.describe(
        picture=sentence(DEFAULT_LOCALE, "option-verify-picture"),
        message=sentence(DEFAULT_LOCALE, "option-verify-message"),
    )
    async def verify(
        self, interaction: Interaction, picture: discord.Attachment | None = None, message: str = ""
    ) -> None:
        """Say whether an attached picture, or that of a message, was made here."""
        who = requester_of(interaction)
        await interaction.response.defer(ephemeral=True)
        if picture:
            found = await self._provenance.find(await read_attachment(picture))
        else:
            found = await self._of_message(message.strip())
        await interaction.followup.send(
            told(found, who), ephemeral=True, allowed_mentions=discord.AllowedMentions.none(), suppress_embeds=True
        )

    async def _of_message(self, written: str) -> tuple[Origin, Job] | None:
        """A message of this bot. Raises `Refusal` for what is none."""
        named = MESSAGE.fullmatch(written)
        job = await self._studio.job_of_message(int(named[1])) if named else None
        if job is None:
            raise Refusal("error-verify-message" if written else "error-verify-nothing")
        return Origin(job_id=job.id, index=0, by="message"), job
