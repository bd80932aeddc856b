"""The question before all data of a member are erased. The member stands in the custom id, so it outlives a restart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.errors import NotYours
from bot.text import sentence
from bot.views.base import JobButton, template

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.privacy import Erased

Interaction = discord.Interaction[Any]


class EraseButton(JobButton, template=template("pe", index=r"[12]")):
    """Erase everything; index 2: the messages too, 1: they stay."""

    action, label, style = "pe", "button-erase", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        require_asked(interaction, self.job_id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        withdraw = bot.delivery.withdraw if self.index == 2 else None
        erased = await bot.privacy.erase(interaction.user.id, withdraw=withdraw)
        bot.delivery.forget(interaction.user.id)
        await interaction.followup.send(told(erased, str(interaction.locale)), ephemeral=True)


class KeepButton(JobButton, template=template("pk")):
    """Everything stays."""

    action, label = "pk", "button-erase-nothing"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        require_asked(interaction, self.job_id)
        text = sentence(str(interaction.locale), "privacy-kept")
        await interaction.response.edit_message(content=text, view=None)


PRIVACY_BUTTONS: list[type[JobButton]] = [EraseButton, KeepButton]


def require_asked(interaction: Interaction, name: str) -> None:
    """Raises `NotYours` where somebody else presses it."""
    if name != named(interaction.user.id):
        raise NotYours


def named(user_id: int) -> str:
    """The member as a custom id has them: 64 bits in at most 16 hexadecimal digits."""
    return f"{user_id:x}"


def question(user_id: int, locale: str, *, messages: bool) -> discord.ui.View:
    """The two answers."""
    view = discord.ui.View(timeout=None)
    view.add_item(EraseButton(named(user_id), 1 + messages, locale=locale))
    view.add_item(KeepButton(named(user_id), locale=locale))
    return view


def told(erased: Erased, locale: str) -> str:
    """What is gone, with the proof."""
    lines = [
        sentence(
            locale, "privacy-erased", rows=erased.rows, files=erased.files, messages=erased.messages,
            backups=erased.backups, left=erased.left,
        )
    ]  # fmt: skip
    lines += [sentence(locale, "privacy-erased-kept")] if erased.kept else []
    return "\n".join(lines)
