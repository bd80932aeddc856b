"""The answer to a button that no version of the bot still knows, instead of Discord's "This interaction failed"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.text import sentence
from bot.views.appeal import APPEAL_BUTTONS
from bot.views.base import PREFIX, SafeButton, SafeItem
from bot.views.confirm import CONFIRM_BUTTONS
from bot.views.describing import AgainButton
from bot.views.grid import BUTTONS
from bot.views.panel import PANEL_ITEMS
from bot.views.picks import PickAllButton, PickButton
from bot.views.privacy import PRIVACY_BUTTONS
from bot.views.region import PartButton
from bot.views.review import REVIEW_BUTTONS
from bot.views.run import RunButton
from bot.views.shelf import PageButton, ShowButton
from bot.views.sweep import SWEEP_BUTTONS
from bot.views.welcome import ExampleButton

if TYPE_CHECKING:
    from bot.app import EaselBot


def _unnamed(pattern: str) -> str:
    """A pattern without group names, so that several fit into one."""
    return re.sub(r"\?P<\w+>", "?:", pattern)


KINDS: list[type[SafeItem]] = [
    RunButton, PickButton, PickAllButton, AgainButton, PartButton, PageButton, ShowButton, ExampleButton,
    *BUTTONS, *SWEEP_BUTTONS,
    *REVIEW_BUTTONS, *APPEAL_BUTTONS, *CONFIRM_BUTTONS,
    *PRIVACY_BUTTONS, *PANEL_ITEMS,
]  # fmt: skip
KNOWN = "|".join(_unnamed(kind.__discord_ui_compiled_template__.pattern) for kind in KINDS)


class UnknownButton(SafeButton, template=rf"^(?!{KNOWN}){PREFIX}:.*$"):
    """Any custom id of ours that no other button takes."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(discord.ui.Button(custom_id=match[0]))

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        await interaction.response.send_message(sentence(str(interaction.locale), "button-unknown"), ephemeral=True)
