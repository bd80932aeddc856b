"""A corrected line that can be copied, and the button that runs it: it reads the line back from the message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import PREFIX, SafeButton

if TYPE_CHECKING:
    from bot.app import EaselBot

LINE_PART = 4000
"""Characters of a line in one embed; all embeds of a message take 6000."""
LINE_LIMIT = 5900
FENCE = "```\n"


def line_embeds(line: str) -> list[discord.Embed]:
    """A line that can be copied, and read back by `line_of`."""
    parts = [line[start : start + LINE_PART] for start in range(0, len(line), LINE_PART)]
    return [discord.Embed(description=f"{FENCE}{part}\n```") for part in parts]


def line_of(message: discord.Message | None) -> str:
    """The line that `line_embeds` put into one of our messages."""
    shown = [embed.description or "" for embed in message.embeds] if message else []
    return "".join(part.removeprefix(FENCE).removesuffix("\n```") for part in shown)


class RunButton(SafeButton, template=rf"^{PREFIX}:run$"):
    """Draw the line that stands above."""

    def __init__(self, locale: str = DEFAULT_LOCALE, label: str = "button-run") -> None:
        label = sentence(locale, label)
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=f"{PREFIX}:run"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls()

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        line = line_of(interaction.message)
        await bot.delivery.answer(interaction, lambda who: bot.studio.imagine(who, line))


def run_view(locale: str, label: str = "button-run") -> discord.ui.View:
    """The button under a corrected line, or under one that a picture carried."""
    return discord.ui.View(timeout=None).add_item(RunButton(locale, label))
