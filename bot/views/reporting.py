"""The button under pictures for members who mind them; the reaction 🙈 and the message menu do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import NoSuchThing
from bot.requester import may_see
from bot.text import sentence
from bot.views.base import JobButton, template
from bot.views.who import requester_of
from storage.models import JobState

if TYPE_CHECKING:
    from bot.app import EaselBot


class ReportButton(JobButton, template=template("report")):
    """Tell moderators."""

    action, emoji = "report", "🙈"

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        who = requester_of(interaction)
        job = await bot.studio.job(self.job_id)
        if not may_see(who, job) or not job.guild_id or job.state is not JobState.DONE:
            raise NoSuchThing("error-report-nothing")
        await interaction.response.defer(ephemeral=True, thinking=True)
        await bot.studio.guard.moderation.report(who, job)
        await interaction.followup.send(sentence(who.locale, "report-thanks"), ephemeral=True)
