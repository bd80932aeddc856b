"""What a member sees once: how to begin, three examples to press, and the rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import PREFIX, SafeButton

if TYPE_CHECKING:
    from bot.app import EaselBot

EXAMPLES = (
    "a strawberry, flat icon, on a white background",
    "a red fox, 3d render --ar 3:2",
    "a lighthouse at night --style watercolor",
)
"""Lines that every model draws, one for each thing to learn: words, a flag, a style."""


class ExampleButton(SafeButton, template=rf"^{PREFIX}:example:(?P<number>[1-3])$"):
    """Draw an example."""

    def __init__(self, number: int) -> None:
        self.line = EXAMPLES[number - 1]
        custom_id = f"{PREFIX}:example:{number}"
        super().__init__(
            discord.ui.Button(label=self.line, style=discord.ButtonStyle.primary, custom_id=custom_id, row=number - 1)
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(int(match["number"]))

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        await bot.delivery.answer(interaction, lambda who: bot.studio.imagine(who, self.line))


def welcome(locale: str = DEFAULT_LOCALE) -> dict[str, Any]:
    """The message."""
    view = discord.ui.View(timeout=None)
    for number in range(1, len(EXAMPLES) + 1):
        view.add_item(ExampleButton(number))
    return {"content": f"{sentence(locale, 'welcome')}\n\n{sentence(locale, 'rules')}", "view": view}
