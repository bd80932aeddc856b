"""The one kind of button or menu there is: its `custom_id` says all there is to know, so it works after a restart.

discord.py logs what a button raises and tells nobody; here it ends in `bot.report`. What a press does is in the
modules beside this one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import discord

from bot.requester import may_see
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.who import requester_of
from storage.errors import JobNotFound

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.requester import Requester
    from storage.models import Job

PREFIX = "easel"
JOB_ID = r"[a-z0-9]{1,16}"


def template(action: str, *, index: str = "") -> str:
    """The pattern of the custom ids of one action: `easel:<action>:<job id>[:<index>]`."""
    return rf"^{PREFIX}:{action}:(?P<job>{JOB_ID})" + (rf":(?P<index>{index})$" if index else "$")


def job_of(custom_id: str) -> str:
    """The job id in a custom id of ours, or ""."""
    match = re.match(rf"^{PREFIX}:[a-z]+:({JOB_ID})(:|$)", custom_id)
    return match[1] if match else ""


class SafeItem(discord.ui.DynamicItem[Any], template=r"(?!)"):
    """A button or menu whose press happens once, however often it is clicked, and whose errors are answered."""

    once: ClassVar[bool] = True
    """False where a press only opens a form or shows something: it may be pressed again at once."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Press it; a double click is acknowledged and does nothing more."""
        bot = cast("EaselBot", interaction.client)
        message_id = interaction.message.id if interaction.message else 0
        try:
            if self.once and bot.presses.is_repeated(interaction.user.id, (message_id, self.custom_id)):
                await interaction.response.defer()
            else:
                await self.require_seen(interaction, bot)
                await self.press(interaction, bot)
        except Exception as error:
            await bot.report(interaction, error)

    async def require_seen(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        """Raises `JobNotFound` where it is about something that is not theirs to see."""

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        """What the button does. Must answer the interaction within three seconds, or raise."""
        raise NotImplementedError


class SafeButton(SafeItem, template=r"(?!)"):
    """A button."""

    item: discord.ui.Button[discord.ui.View]


class JobButton(SafeButton, template=r"(?!)"):
    """A button about one job. Subclasses name their action and say in `press` what it does."""

    action: ClassVar[str]
    label: ClassVar[str] = ""
    """The id of a sentence; it is told `index`."""
    emoji: ClassVar[str | None] = None
    style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.secondary
    used_style: ClassVar[discord.ButtonStyle] = discord.ButtonStyle.primary
    """After it was used once, by anybody."""

    def __init__(
        self,
        job_id: str,
        index: int = 0,
        *,
        locale: str = DEFAULT_LOCALE,
        row: int | None = None,
        used: Collection[str] = (),
    ) -> None:
        self.job_id = job_id
        self.index = index
        custom_id = f"{PREFIX}:{self.action}:{job_id}" + (f":{index}" if index else "")
        super().__init__(
            discord.ui.Button(
                label=sentence(locale, self.label, index=index) if self.label else None,
                emoji=self.emoji,
                style=self.used_style if custom_id in used else self.style,
                custom_id=custom_id,
                row=row,
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed; its state is in the id alone."""
        return cls(match["job"], int(match.groupdict().get("index") or 0))


    async def require_seen(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        """A custom id says what is meant, never who may: a job of another server is no job here."""
        job = await bot.studio.find(self.job_id)
        if job and not may_see(requester_of(interaction), job):
            raise JobNotFound(job=self.job_id)


class MakingButton(JobButton, template=r"(?!)"):
    """A button that makes a job. Afterwards it shows that it was used."""

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        """Ask the studio for the job."""
        raise NotImplementedError

    async def press(self, interaction: discord.Interaction[Any], bot: EaselBot) -> None:
        await bot.delivery.answer(interaction, lambda who: self.make(bot, who))
        await bot.delivery.mark_used(self.job_id, self.custom_id)
