"""/upscale: a picture that is attached, or one of a finished job, made larger."""

from __future__ import annotations

from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import received
from bot.delivery import Delivery
from bot.enlarging import Wish
from bot.errors import PictureGone
from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from gpu.params import MOST_NOISE, UPSCALER_NAMES
from storage.models import Job

Interaction = discord.Interaction[Any]
OPTIONS = ("image", "job", "picture", "upscaler", "creative", "prompt", "noise_level")


class UpscaleCog(commands.Cog):
    """Larger pictures."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    @app_commands.describe(**{name: sentence(DEFAULT_LOCALE, f"option-upscale-{name}") for name in OPTIONS})
    async def upscale(
        self,
        interaction: Interaction,
        image: discord.Attachment | None = None,
        job: str = "",
        picture: app_commands.Range[int, 1, 4] = 1,
        upscaler: Literal[UPSCALER_NAMES] | None = None,  # type: ignore[valid-type]
        creative: bool = False,
        prompt: app_commands.Range[str, 0, 1000] = "",
        noise_level: app_commands.Range[int, 0, MOST_NOISE] | None = None,
    ) -> None:
        """Enlarge what is attached, or else a picture of the job."""

        async def make(who: Requester) -> Job:
            wish = Wish(upscaler or self._studio.config.upscale.upscaler, creative, prompt.strip(), noise_level)
            sent = await received({"image": image})
            if sent:
                return await self._studio.enlarge(who, sent[0].data, wish)
            if not job:
                raise PictureGone("error-enlarge-nothing")
            return await self._studio.upscale(who, job.strip().lower(), picture, wish)

        await self._delivery.answer(interaction, make)
