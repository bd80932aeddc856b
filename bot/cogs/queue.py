"""/queue and /cancel: one's own jobs that have not ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery import Delivery
from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import harmless, jump_link, shortened
from bot.views.who import requester_of
from storage.models import Job, JobState

Interaction = discord.Interaction[Any]


class QueueCog(commands.Cog):
    """What a member waits for."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    async def queue(self, interaction: Interaction) -> None:
        """Show the member's jobs, running ones first."""
        who = requester_of(interaction)
        lines = [await self._line(job, interaction.created_at.timestamp()) for job in await self._studio.queue_of(who)]
        text = "\n".join(lines) or sentence(who.locale, "queue-empty")
        await interaction.response.send_message(text, ephemeral=True)
        await self._delivery.hint(interaction)

    @app_commands.command()
    @app_commands.describe(job=sentence(DEFAULT_LOCALE, "option-job"))
    async def cancel(self, interaction: Interaction, job: str = "") -> None:
        """Stop one job: the named one, or the newest."""
        who = requester_of(interaction)
        mine = await self._studio.queue_of(who)
        newest = (mine[-1].sweep_id or mine[-1].id) if mine else ""
        job_id = job.strip().lower() or newest
        if not job_id:
            text = sentence(who.locale, "queue-empty")
        elif sweep := await self._studio.sweeps.find(job_id):
            here = replace(who, is_moderator=who.is_moderator and sweep.channel_id == who.channel_id)
            text = sentence(who.locale, "sweep-cancelled", count=await self._studio.sweeps.cancel(here, job_id))
        else:
            cancelled = await self._studio.cancel(self._here(who, await self._studio.job(job_id)), job_id)
            text = sentence(who.locale, f"cancel-{cancelled.state}", line=harmless(shortened(cancelled.text, 200)))
        await interaction.response.send_message(text, ephemeral=True)

    @cancel.autocomplete("job")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        who = requester_of(interaction)
        sweeps = [
            (sentence(who.locale, "sweep-choice", line=sweep.text), sweep.id)
            for sweep in await self._studio.sweeps.drawing(who.user_id)
        ]
        mine = [*sweeps, *((job.text, job.id) for job in reversed(await self._studio.queue_of(who)))]
        fitting = [(text, id) for text, id in mine if current.lower() in f"{id} {text}".lower()]
        return [app_commands.Choice(name=shortened(text, 100), value=id) for text, id in fitting[:25]]

    async def _line(self, job: Job, now: float) -> str:
        line = harmless(shortened(job.text, 80))
        state = "running" if job.state is JobState.RUNNING else "waiting"
        place = await self._studio.place(job)
        when = f"<t:{int(now + place.seconds)}:R>"
        return sentence(job.locale, f"queue-{state}", line=line, ahead=place.ahead, when=when, link=jump_link(job))

    @staticmethod
    def _here(who: Requester, job: Job) -> Requester:
        """A moderator is one in this channel: for a job elsewhere, the rights there are not known."""
        return replace(who, is_moderator=who.is_moderator and job.channel_id == who.channel_id)
