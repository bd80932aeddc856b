"""The question before several jobs of one line, its answers, and the button that stops them all.

What was asked lies in the database under the id in the custom id, so an answer may come after a restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import Confirmation
from bot.text import sentence
from bot.views.base import JobButton, template
from bot.views.message import harmless, shortened
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]

SHOWN = 12
"""Lines of a question; all of them would not fit a message."""
LINE = 160
"""Characters of each."""


class DrawAllButton(JobButton, template=template("sy")):
    """Queue all of them."""

    action, label, style = "sy", "button-draw-all", discord.ButtonStyle.primary

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        jobs = await bot.delivery.spread(interaction, lambda who: bot.studio.sweeps.confirm(who, self.job_id))
        text = sentence(str(interaction.locale), "sweep-queued", jobs=len(jobs), job=self.job_id)
        await _answer(interaction, text, CancelAllButton(self.job_id, locale=str(interaction.locale)))


class DrawNoneButton(JobButton, template=template("sn")):
    """Forget the question."""

    action, label = "sn", "button-draw-none"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.studio.sweeps.decline(requester_of(interaction), self.job_id)
        await _answer(interaction, sentence(str(interaction.locale), "sweep-declined"))


class CancelAllButton(JobButton, template=template("sc")):
    """Stop those that have not ended."""

    action, label, style = "sc", "button-cancel-all", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        count = await bot.studio.sweeps.cancel(requester_of(interaction), self.job_id)
        await _answer(interaction, sentence(str(interaction.locale), "sweep-cancelled", count=count))


SWEEP_BUTTONS: list[type[JobButton]] = [DrawAllButton, DrawNoneButton, CancelAllButton]


def question(error: Confirmation, locale: str) -> dict[str, Any]:
    """What the question shows beside its sentence: the first lines, and the answers."""
    lines = [f"`{at}` {harmless(shortened(line, LINE))}" for at, line in enumerate(error.lines[:SHOWN], 1)]
    if more := len(error.lines) - SHOWN:
        lines += [sentence(locale, "confirm-sweep-more", count=more)] if more > 0 else []
    view = discord.ui.View(timeout=None)
    view.add_item(DrawAllButton(error.sweep_id, locale=locale))
    view.add_item(DrawNoneButton(error.sweep_id, locale=locale))
    return {"embeds": [discord.Embed(description=shortened("\n".join(lines), 4096))], "view": view}


async def _answer(interaction: Interaction, text: str, button: JobButton | None = None) -> None:
    """Put the answer where the question stood."""
    view = discord.ui.View(timeout=None).add_item(button) if button else None
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text, embeds=[], view=view)
    else:
        await interaction.response.edit_message(content=text, embeds=[], view=view)
