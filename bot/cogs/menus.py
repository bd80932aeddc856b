"""Apps in the menu of a message: cancel, report, use as image prompt, show parameters, mail.

Discord sends the message along, with its attachments, so no privileged intent is needed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.info import InfoCog
from bot.delivery import Delivery
from bot.errors import NotYours, Refusal
from bot.requester import Requester, may_see
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.forms import ImageForm
from bot.views.message import harmless, shortened
from bot.views.who import requester_of
from storage.models import Job

Interaction = discord.Interaction[Any]


class MenusCog(commands.Cog):
    """What can be done with a message."""

    def __init__(self, studio: Studio, delivery: Delivery, info: InfoCog) -> None:
        self._studio = studio
        self._delivery = delivery
        self._info = info

    @property
    def menus(self) -> list[app_commands.ContextMenu]:
        """The apps; the bot adds them to its tree."""
        actions: dict[str, Callable[[Interaction, discord.Message], Awaitable[None]]] = {
            "menu-cancel": self.cancel, "menu-report": self.report, "menu-image": self.image,
            "menu-parameters": self.parameters, "menu-mail": self.mail,
        }  # fmt: skip
        return [_menu(sentence(DEFAULT_LOCALE, id), action) for id, action in actions.items()]

    async def cancel(self, interaction: Interaction, message: discord.Message) -> None:
        """Stop the job of the message."""
        who = requester_of(interaction)
        cancelled = await self._studio.cancel(who, (await self._job(who, message)).id)
        text = sentence(who.locale, f"cancel-{cancelled.state}", line=harmless(shortened(cancelled.text, 200)))
        await interaction.response.send_message(text, ephemeral=True)

    async def report(self, interaction: Interaction, message: discord.Message) -> None:
        """Tell moderators that its pictures are not all right."""
        who = requester_of(interaction)
        await self._studio.guard.moderation.report(who, await self._job(who, message))
        await interaction.response.send_message(sentence(who.locale, "report-thanks"), ephemeral=True)

    async def image(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask for a line, and draw it from the first picture of the message, whoever sent it."""
        kinds = [file for file in message.attachments if (file.content_type or "image/").startswith("image/")]
        if not kinds:
            raise Refusal("error-menu-no-picture")
        await interaction.response.send_modal(ImageForm(kinds[0].url, str(interaction.locale)))

    async def parameters(self, interaction: Interaction, message: discord.Message) -> None:
        """Show those of the job, or those that the picture carries."""
        who = requester_of(interaction)
        job = await self._studio.job_of_message(message.id)
        if job and may_see(who, job):
            await self._info.show_job(interaction, who, job)
        elif message.attachments:
            await self._info.read_picture(interaction, message.attachments[0], who)
        else:
            raise Refusal("error-menu-no-job")

    async def mail(self, interaction: Interaction, message: discord.Message) -> None:
        """Send the owner the pictures one by one."""
        who = requester_of(interaction)
        job = await self._job(who, message)
        if job.user_id != who.user_id:
            raise NotYours("error-mail-others")
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._delivery.mail(job)
        await interaction.followup.send(sentence(who.locale, "mail-sent"), ephemeral=True)

    async def _job(self, who: Requester, message: discord.Message) -> Job:
        job = await self._studio.job_of_message(message.id)
        if job is None or not may_see(who, job):
            raise Refusal("error-menu-no-job")
        return job


def _menu(name: str, action: Callable[[Interaction, discord.Message], Awaitable[None]]) -> app_commands.ContextMenu:
    async def callback(interaction: Interaction, message: discord.Message) -> None:
        await action(interaction, message)

    callback.__annotations__ = {"interaction": discord.Interaction, "message": discord.Message}
    return app_commands.ContextMenu(name=name, callback=callback)
