"""/blend: two to five pictures become one, without words."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import received
from bot.blending import SHAPES
from bot.delivery import Delivery
from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from storage.models import Job

Interaction = discord.Interaction[Any]
OPTIONS = ("image1", "image2", "image3", "image4", "image5", "dimensions")


class BlendCog(commands.Cog):
    """Merged pictures."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    @app_commands.describe(**{name: sentence(DEFAULT_LOCALE, f"option-blend-{name}") for name in OPTIONS})
    async def blend(
        self,
        interaction: Interaction,
        image1: discord.Attachment,
        image2: discord.Attachment,
        image3: discord.Attachment | None = None,
        image4: discord.Attachment | None = None,
        image5: discord.Attachment | None = None,
        dimensions: Literal["portrait", "square", "landscape"] = "square",
    ) -> None:
        """Merge what is attached."""

        async def make(who: Requester) -> Job:
            given = [file for file in (image1, image2, image3, image4, image5) if file]
            sent = [new.data for file in given for new in await received({"image": file})]
            return await self._studio.blend(who, sent, SHAPES[dimensions])

        await self._delivery.answer(interaction, make)
