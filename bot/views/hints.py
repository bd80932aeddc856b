"""What could be better: the hints that fit a picture, for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.prompt.hints import advice, drawn
from bot.text import sentence
from bot.views.base import JobButton, template

if TYPE_CHECKING:
    from bot.app import EaselBot


class HintsButton(JobButton, template=template("h")):
    """Say what helps against what usually goes wrong."""

    action, label, emoji = "h", "button-hints", "💡"

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        job = await bot.studio.job(self.job_id)
        locale = str(interaction.locale)
        found = advice(drawn(job.request.params, bot.config.specs, bot.config.default_model))
        lines = [sentence(locale, "hint-title"), *(f"- {sentence(locale, id, **facts)}" for id, facts in found)]
        await interaction.response.send_message("\n".join(lines)[:2000], ephemeral=True)
