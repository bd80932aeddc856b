"""The one kind of button there is: its `custom_id` says all there is to know, so it works after a restart.

discord.py logs what a button raises and tells nobody; here it ends in `bot.report`. What a press does is in the
modules beside this one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import discord

from bot.text import DEFAULT_LOCALE, sentence

if TYPE_CHECKING:
    from bot.app import EaselBot

PREFIX = "easel"
JOB_ID = r"[a-z0-9]{1,16}"


def template(action: str, *, index: str = "") -> str:
    """The pattern of the custom ids of one action: `easel:<action>:<job id>[:<index>]`."""
    return rf"^{PREFIX}:{action}:(?P<job>{JOB_ID})" + (rf":(?P<index>{index})$" if index else "$")


def job_of(custom_id: str) -> str:
    """The job id in a custom id of ours, or ""."""
    match = re.match(rf"^{PREFIX}:[a-z]+:({JOB_ID})(:|$)", custom_id)
    return match[1] if match else ""


class SafeButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"(?!)"):
    """A button whose press happens once, however often it is clicked, and whose errors are answered."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Press it; a double click is acknowledged and does nothing more."""
        bot = cast("EaselBot", interaction.client)
        message_id = interaction.message.id if interaction.message else 0
        try:
            if bot.presses.is_repeated(interaction.user.id, (message_id, self.custom_id)):
                await interaction.response.defer()
            else:
                await self.press(interaction, bot)
        except Exception as error:
            await bot.report(interaction, error)

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        """What the button does. Must answer the interaction within three seconds, or raise."""
        raise NotImplementedError


class JobButton(SafeButton, template=r"(?!)"):
    """A button about one job. Subclasses name their action and say in `press` what it does."""

    action: ClassVar[str]
    label: ClassVar[str] = ""
    """The id of a sentence; it is told `index`."""
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary

    def __init__(self, job_id: str, index: int = 0, *, locale: str = DEFAULT_LOCALE, row: int | None = None) -> None:
        self.job_id = job_id
        self.index = index
        super().__init__(
            discord.ui.Button(
                label=sentence(locale, self.label, index=index) if self.label else None,
                emoji=self.emoji,
                style=self.style,
                custom_id=f"{PREFIX}:{self.action}:{job_id}" + (f":{index}" if index else ""),
                row=row,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed; its state is in the id alone."""
        return cls(match["job"], int(match.groupdict().get("index") or 0))
