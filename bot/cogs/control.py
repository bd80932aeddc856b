"""/control: what a ControlNet would follow of a picture, to be looked at first."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import received
from bot.delivery import Delivery
from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from gpu.controls import CONTROL_KINDS
from storage.models import Job

Interaction = discord.Interaction[Any]


class ControlCog(commands.Cog):
    """Control images."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    @app_commands.describe(**{name: sentence(DEFAULT_LOCALE, f"option-control-{name}") for name in ("image", "kind")})
    async def control(
        self,
        interaction: Interaction,
        image: discord.Attachment,
        kind: Literal[CONTROL_KINDS] = "canny",  # type: ignore[valid-type]
    ) -> None:
        """Answer with the control image."""

        async def make(who: Requester) -> Job:
            (sent,) = await received({"image": image})
            return await self._studio.control_image(who, sent.data, kind)

        await self._delivery.answer(interaction, make)
