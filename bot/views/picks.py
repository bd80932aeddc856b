"""Lines to choose from, and the buttons that draw them: they read the line back from the message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.errors import PictureGone
from bot.permissions import require_in
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import PREFIX, SafeButton
from bot.views.run import FENCE
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

MOST = 5
TOTAL = 5800
"""Characters of all embeds of a message; Discord takes 6000."""
LONGEST = 4000


def pick_embeds(lines: Sequence[str]) -> list[discord.Embed]:
    """Each line in an embed of its own, under its number; those that do not fit beside the others are left out."""
    embeds: list[discord.Embed] = []
    for line in lines:
        embed = discord.Embed(title=str(len(embeds) + 1), description=f"{FENCE}{line}\n```")
        if len(line) <= LONGEST and len(embeds) < MOST and sum(map(len, (*embeds, embed))) <= TOTAL:
            embeds.append(embed)
    return embeds


def picked(message: discord.Message | None, number: int) -> str:
    """Line `number` (from 1) of such a message, or ""."""
    embeds = message.embeds if message else []
    shown = next((embed.description or "" for embed in embeds if embed.title == str(number)), "")
    return shown.removeprefix(FENCE).removesuffix("\n```")


class PickButton(SafeButton, template=rf"^{PREFIX}:pick:(?P<number>[1-5])$"):
    """Draw that line: a job of whoever presses."""

    def __init__(self, number: int) -> None:
        self.number = number
        custom_id = f"{PREFIX}:pick:{number}"
        super().__init__(discord.ui.Button(label=str(number), style=discord.ButtonStyle.secondary, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(int(match["number"]))

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        line = picked(interaction.message, self.number)
        if not line:
            raise PictureGone("error-pick-gone")
        await bot.delivery.answer(interaction, lambda who: bot.studio.imagine(who, line))


class PickAllButton(SafeButton, template=rf"^{PREFIX}:pickall$"):
    """Ask whether to draw all of them, each as a job of its own."""

    def __init__(self, locale: str = DEFAULT_LOCALE) -> None:
        label = sentence(locale, "button-pick-all")
        super().__init__(discord.ui.Button(label=label, emoji="🎉", custom_id=f"{PREFIX}:pickall", row=1))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls()

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        lines = [line for number in range(1, MOST + 1) if (line := picked(interaction.message, number))]
        if not lines:
            raise PictureGone("error-pick-gone")
        require_in(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        raise await bot.studio.sweeps.ask_all(requester_of(interaction), lines)


def picks(lines: Sequence[str], *more: SafeButton) -> dict[str, Any]:
    """Embeds and buttons of a message that offers lines; `more` are buttons beside the numbers."""
    embeds = pick_embeds(lines)
    view = discord.ui.View(timeout=None)
    for button in (*(PickButton(number) for number in range(1, len(embeds) + 1)), *more):
        view.add_item(button)
    return {"embeds": embeds, "view": view} if embeds else {}
