"""The buttons under a job: cancel while it runs; U1 to U4, V1 to V4, re-roll and delete under its pictures.

Also what stands where under each kind of message: Discord shows five rows of five.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import discord

from bot.views.base import JobButton, MakingButton, template
from bot.views.forms import prefilled
from bot.views.hints import HintsButton
from bot.views.keeping import KEEPING, CopyButton, FavouriteButton, OriginalButton
from bot.views.region import RegionButton
from bot.views.reporting import ReportButton
from bot.views.single import (
    SINGLE,
    CreativeButton,
    CustomZoomButton,
    PanDownButton,
    PanLeftButton,
    PanRightButton,
    PanUpButton,
    RemixButton,
    SameSeedButton,
    SquareButton,
    SubtleButton,
    VaryStrongButton,
    VarySubtleButton,
    ZoomButton,
    ZoomLessButton,
)
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.requester import Requester
    from storage.models import Job

Interaction = discord.Interaction[Any]


class CancelButton(JobButton, template=template("c")):
    """Stop a waiting or running job."""

    action, label, style = "c", "button-cancel", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.defer()
        await bot.studio.cancel(requester_of(interaction), self.job_id)


class UpscaleButton(MakingButton, template=template("u", index="[1-4]")):
    """Post one picture alone."""

    action, label = "u", "button-upscale"

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.upscale(who, self.job_id, self.index)


class VaryButton(MakingButton, template=template("v", index="[1-4]")):
    """Draw variations of one picture; whoever prefers to remix changes the line first."""

    action, label = "v", "button-vary"
    used_style = discord.ButtonStyle.success

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.vary(who, self.job_id, self.index)

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        if not await remixes(interaction, bot, self.job_id, self.index):
            await super().press(interaction, bot)


class RerollButton(MakingButton, template=template("r")):
    """Draw the same line again with a new seed; whoever prefers to remix changes the line first."""

    action, emoji = "r", "🔄"

    async def make(self, bot: EaselBot, who: Requester) -> Job:
        return await bot.studio.reroll(who, self.job_id)

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        if not await remixes(interaction, bot, self.job_id, 0):
            await super().press(interaction, bot)


async def remixes(interaction: Interaction, bot: EaselBot, job_id: str, index: int) -> bool:
    """Open the remix form for whoever prefers that."""
    wanted = await bot.wants_remix(interaction.user.id)
    if wanted:
        await interaction.response.send_modal(await prefilled("remix", bot, job_id, index, interaction))
    return wanted


class DeleteButton(JobButton, template=template("d")):
    """Remove the pictures and the message."""

    action, emoji = "d", "🗑️"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.defer()
        if not await bot.delivery.delete(requester_of(interaction), self.job_id):
            with contextlib.suppress(discord.HTTPException):  # where the bot is no member, only this token can
                await interaction.delete_original_response()


BUTTONS: list[type[JobButton]] = [
    CancelButton, UpscaleButton, VaryButton, RerollButton, DeleteButton, HintsButton, RegionButton,
    ReportButton, *SINGLE, *KEEPING,
]  # fmt: skip
"""Every kind of job button; the bot listens for these, also on messages of its earlier lives."""

LARGER = (SubtleButton, CreativeButton, VarySubtleButton, VaryStrongButton, RegionButton)
FARTHER = (ZoomButton, ZoomLessButton, CustomZoomButton)
SIDES = (PanLeftButton, PanRightButton, PanUpButton, PanDownButton)


def waiting_view(job_id: str, locale: str) -> discord.ui.View:
    """Under a job that has not ended."""
    return _view(CancelButton(job_id, locale=locale))


def pictures_view(
    job_id: str, locale: str, pictures: int, *, used: Collection[str] = (), square: bool = True
) -> discord.ui.View:
    """Under pictures: U and V as in Midjourney; under one that stands alone, everything that can be done with it."""
    if pictures == 1:
        return _single_view(job_id, locale, used, square)
    indices = range(1, pictures + 1)
    upscales = [UpscaleButton(job_id, index, locale=locale, row=0, used=used) for index in indices]
    variations = [VaryButton(job_id, index, locale=locale, row=1, used=used) for index in indices]
    again, delete = RerollButton(job_id, row=0, used=used), DeleteButton(job_id, row=1)
    return _view(*upscales, again, *variations, delete, *_keeping(job_id, locale, 2))


def _single_view(job_id: str, locale: str, used: Collection[str], square: bool) -> discord.ui.View:
    """Five rows at most."""

    def row(number: int, *kinds: type[JobButton]) -> list[JobButton]:
        return [kind(job_id, 1, locale=locale, row=number, used=used) for kind in kinds]

    farther = row(1, *FARTHER, *(() if square else (SquareButton,)))
    again = [RerollButton(job_id, row=3, used=used), DeleteButton(job_id, row=3)]
    remakes = row(3, RemixButton, SameSeedButton)
    return _view(*row(0, *LARGER), *farther, *row(2, *SIDES), *remakes, *again, *_keeping(job_id, locale, 4))


def _keeping(job_id: str, locale: str, row: int) -> list[JobButton]:
    kinds = (FavouriteButton, CopyButton, OriginalButton, HintsButton, ReportButton)
    return [kind(job_id, locale=locale, row=row) for kind in kinds]


def sheet_view(job_id: str) -> discord.ui.View:
    """Under a contact sheet: its pictures have buttons of their own."""
    return _view(DeleteButton(job_id))


def ended_view(job_id: str) -> discord.ui.View:
    """Under a job that ended without pictures: try again, or clear away."""
    return _view(RerollButton(job_id), DeleteButton(job_id))


def _view(*buttons: JobButton) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    return view
