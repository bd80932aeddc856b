"""/show, /vary, /zoom, /inpaint: a picture of a finished job, by the id that stands under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import read_attachment
from bot.delivery import Delivery
from bot.errors import NotYours, Refusal
from bot.inputs import NewInput
from bot.remaking import REGIONS
from bot.requester import Requester, may_see
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.who import requester_of
from gpu.types import InputRole
from storage.errors import JobNotFound
from storage.models import Job

Interaction = discord.Interaction[Any]
Command = TypeVar("Command", bound=Callable[..., Any])
Index = app_commands.Range[int, 1, 4]
OPTIONS = ("job", "picture", "strong", "factor", "prompt", "region", "image", "mask")


def described(*names: str) -> Callable[[Command], Command]:
    """The descriptions of options that these commands share."""
    return app_commands.describe(**{name: sentence(DEFAULT_LOCALE, f"option-remake-{name}") for name in names})


class PicturesCog(commands.Cog):
    """What is done with a finished picture."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    @described("job")
    async def show(self, interaction: Interaction, job: str) -> None:
        """Post a job of one's own once more, with its buttons."""
        who = requester_of(interaction)
        found = await self._visible(who, job)
        if found.user_id != who.user_id:
            raise NotYours("error-show-others")
        await self._delivery.show(interaction, found)

    @app_commands.command()
    @described("job", "picture", "strong")
    async def vary(self, interaction: Interaction, job: str, picture: Index = 1, strong: bool = False) -> None:
        """Draw variations of a picture."""

        async def make(who: Requester) -> Job:
            found = await self._visible(who, job)
            return await self._studio.vary(who, found.id, picture, strong=strong)

        await self._delivery.answer(interaction, make)

    @app_commands.command()
    @described("job", "picture", "factor", "prompt")
    async def zoom(
        self,
        interaction: Interaction,
        job: str,
        picture: Index = 1,
        factor: app_commands.Range[float, 1.0, 2.0] = 2.0,
        prompt: app_commands.Range[str, 1, 4000] | None = None,
    ) -> None:
        """Draw what is around a picture, perhaps from other words."""

        async def make(who: Requester) -> Job:
            found = await self._visible(who, job)
            if prompt is None:
                return await self._studio.zoom(who, found.id, picture, factor)
            line = self._studio.line_for(prompt, {"zoom": factor})
            return await self._studio.remaking.zoom(who, found.id, picture, line)

        await self._delivery.answer(interaction, make)

    @app_commands.command()
    @described("prompt", "job", "picture", "region", "image", "mask")
    async def inpaint(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, 4000],
        job: str | None = None,
        picture: Index = 1,
        region: str | None = None,
        image: discord.Attachment | None = None,
        mask: discord.Attachment | None = None,
    ) -> None:
        """Draw a part of a picture anew: of a job, or of what is attached."""

        async def make(who: Requester) -> Job:
            white = await read_attachment(mask) if mask else b""
            part = REGIONS.get(region or "", region or "")
            if not white and not part:
                raise Refusal("error-inpaint-nothing")
            if image is None:
                if not job:
                    raise Refusal("error-inpaint-which")
                found = await self._visible(who, job)
                return await self._studio.remaking.inpaint(who, found.id, picture, prompt, region=part, mask=white)
            sent = [NewInput(InputRole.IMAGE, await read_attachment(image))]
            sent += [NewInput(InputRole.MASK, white)] if white else []
            return await self._studio.imagine(who, prompt, options={"mask": part} if part else {}, inputs=sent)

        await self._delivery.answer(interaction, make)

    @inpaint.autocomplete("region")
    async def _regions(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        named = {name: sentence(str(interaction.locale), f"part-{name}") for name in REGIONS}
        fitting = [(label, name) for name, label in named.items() if current.lower() in f"{name} {label}".lower()]
        return [app_commands.Choice(name=label, value=name) for label, name in fitting[:25]]

    @show.autocomplete("job")
    @vary.autocomplete("job")
    @zoom.autocomplete("job")
    @inpaint.autocomplete("job")
    async def _jobs(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        recent = await self._studio.marks.page("history", interaction.user.id, query=current, state="done", limit=25)
        return [app_commands.Choice(name=f"{job.id} · {job.text}"[:100], value=job.id) for job in recent]

    async def _visible(self, who: Requester, job: str) -> Job:
        """Raises `JobNotFound`, also for a job that is not theirs to see."""
        found = await self._studio.job(job.strip().lower())
        if not may_see(who, found):
            raise JobNotFound(job=found.id)
        return found
