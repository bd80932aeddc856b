"""The buttons under a job: cancel while it runs; U1 to U4, V1 to V4, re-roll and delete under its pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.enlarging import Wish
from bot.views.base import JobButton, template
from bot.views.hints import HintsButton
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]


class CancelButton(JobButton, template=template("c")):
    """Stop a waiting or running job."""

    action, label, style = "c", "button-cancel", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.defer()
        await bot.studio.cancel(requester_of(interaction), self.job_id)


class UpscaleButton(JobButton, template=template("u", index="[1-4]")):
    """Post one picture alone."""

    action, label = "u", "button-upscale"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.delivery.answer(interaction, lambda who: bot.studio.upscale(who, self.job_id, self.index))


class SubtleButton(JobButton, template=template("us", index="[1-4]")):
    """Enlarge one picture."""

    action, label = "us", "button-upscale-subtle"
    creative = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        wish = Wish(bot.config.upscale.upscaler, self.creative)
        await bot.delivery.answer(interaction, lambda who: bot.studio.upscale(who, self.job_id, self.index, wish))


class CreativeButton(SubtleButton, template=template("uc", index="[1-4]")):
    """Enlarge one picture, and draw details into it."""

    action, label = "uc", "button-upscale-creative"
    creative = True


class VaryButton(JobButton, template=template("v", index="[1-4]")):
    """Draw variations of one picture."""

    action, label = "v", "button-vary"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.delivery.answer(interaction, lambda who: bot.studio.vary(who, self.job_id, self.index))


class RerollButton(JobButton, template=template("r")):
    """Draw the same line again with a new seed."""

    action, emoji = "r", "🔄"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.delivery.answer(interaction, lambda who: bot.studio.reroll(who, self.job_id))


class DeleteButton(JobButton, template=template("d")):
    """Remove the pictures and the message."""

    action, emoji = "d", "🗑️"

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await interaction.response.defer()
        await bot.delivery.delete(requester_of(interaction), self.job_id)


BUTTONS: list[type[JobButton]] = [
    CancelButton, UpscaleButton, SubtleButton, CreativeButton, VaryButton, RerollButton, DeleteButton, HintsButton,
]  # fmt: skip
"""Every kind of job button; the bot listens for these, also on messages of its earlier lives."""


def waiting_view(job_id: str, locale: str) -> discord.ui.View:
    """Under a job that has not ended."""
    return _view(CancelButton(job_id, locale=locale))


def pictures_view(job_id: str, locale: str, pictures: int) -> discord.ui.View:
    """Under pictures, in two rows as in Midjourney; in one where a picture stands alone and needs no U."""
    indices = range(1, pictures + 1)
    hints = HintsButton(job_id, locale=locale, row=4)
    variations = [VaryButton(job_id, index, locale=locale, row=1) for index in indices]
    if pictures == 1:
        larger = [button(job_id, 1, locale=locale, row=0) for button in (SubtleButton, CreativeButton)]
        again = (RerollButton(job_id, row=1), DeleteButton(job_id, row=1))
        return _view(*larger, *variations, *again, hints)
    upscales = [UpscaleButton(job_id, index, locale=locale, row=0) for index in indices]
    return _view(*upscales, RerollButton(job_id, row=0), *variations, DeleteButton(job_id, row=1), hints)


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
