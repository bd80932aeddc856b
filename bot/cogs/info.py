"""/info: everything about one job."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import facts, jump_link
from bot.views.run import line_embeds
from bot.views.who import requester_of
from storage.errors import JobNotFound
from storage.models import Job

Interaction = discord.Interaction[Any]


class InfoCog(commands.Cog):
    """What a picture was made of."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    @app_commands.describe(job=sentence(DEFAULT_LOCALE, "option-job"))
    async def info(self, interaction: Interaction, job: str) -> None:
        """Show a job's line, parameters, state and origin."""
        who = requester_of(interaction)
        found = await self._studio.job(job.strip().lower())
        if not _may_see(who, found):
            raise JobNotFound(job=found.id)
        parts = [facts(found, who.locale), _state(found, who.locale), await self._origin(found, who.locale)]
        text = "\n".join(part for part in parts if part)
        await interaction.response.send_message(text, embeds=line_embeds(found.text), ephemeral=True)

    async def _origin(self, job: Job, locale: str) -> str:
        """Which picture it was made from."""
        if not job.parent_id:
            return ""
        parent = await self._studio.job(job.parent_id)
        return sentence(locale, "info-parent", job=parent.id, index=job.parent_index, link=jump_link(parent) or "-")


def _may_see(who: Requester, job: Job) -> bool:
    """One's own jobs, and those of the server one is in; another member's direct messages stay private."""
    return job.user_id == who.user_id or (job.guild_id != 0 and job.guild_id == who.guild_id)


def _state(job: Job, locale: str) -> str:
    cost = f"{job.cost:.1f}"
    return sentence(
        locale, "info-state", state=job.state, user=f"<@{job.user_id}>", when=f"<t:{int(job.created_at)}:f>",
        cost=cost, link=jump_link(job) or "-",
    )  # fmt: skip
