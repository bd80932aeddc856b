"""Yes or no before something dangerous. The question lies in the database, so an answer may come after a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord

from bot.requester import Requester
from bot.rights import allowed
from bot.text import sentence
from bot.views.base import JobButton, template
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]

Deed = Callable[["EaselBot", Requester, dict[str, Any]], Awaitable[str]]
"""Does what was confirmed, and returns the sentence that says so."""


class YesButton(JobButton, template=template("confirm-yes")):
    """Do it."""

    action, label, style = "confirm-yes", "button-yes", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = await allowed(interaction)
        question = await bot.operation.answered(who, self.job_id)
        level, deed = bot.deeds[question.action]
        await allowed(interaction, level)  # again: rights may have gone since the question
        working = sentence(who.locale, "confirm-working")
        await interaction.response.edit_message(content=working, embeds=[], view=None)
        text = await deed(bot, who, question.facts)
        await interaction.edit_original_response(content=text[:2000], allowed_mentions=discord.AllowedMentions.none())


class NoButton(JobButton, template=template("confirm-no")):
    """Leave it."""

    action, label = "confirm-no", "button-no"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = requester_of(interaction)
        await bot.operation.answered(who, self.job_id)
        text = sentence(who.locale, "confirm-left")
        await interaction.response.edit_message(content=text, embeds=[], view=None)


CONFIRM_BUTTONS: list[type[JobButton]] = [YesButton, NoButton]


async def confirm(interaction: Interaction, bot: EaselBot, action: str, question: str, **facts: Any) -> None:
    """Ask before `action`, a key of `bot.deeds`, is done with these facts."""
    who = requester_of(interaction)
    id = bot.operation.new_id()
    await bot.operation.ask(id, who, action, facts)
    view = discord.ui.View(timeout=None)
    view.add_item(YesButton(id, locale=who.locale)).add_item(NoButton(id, locale=who.locale))
    await interaction.response.send_message(
        question[:2000], view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
    )
