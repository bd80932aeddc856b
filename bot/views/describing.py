"""What /describe answers, and 🔄 under it: the picture hangs on the message, so it can be described at any time."""

from __future__ import annotations

import asyncio
import io
import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.attachments import read_attachment
from bot.describing import copy_of
from bot.errors import PictureGone
from bot.prompt.permutations import literal
from bot.views.base import PREFIX, SafeButton
from bot.views.lines import described
from bot.views.picks import PickAllButton, picks
from bot.views.who import requester_of

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.studio import Studio

Interaction = discord.Interaction[Any]
LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES


class AgainButton(SafeButton, template=rf"^{PREFIX}:describe:(?P<wording>\d{{1,4}})$"):
    """Describe the picture of the message in other words."""

    def __init__(self, wording: int) -> None:
        self.wording = wording
        super().__init__(discord.ui.Button(emoji="🔄", custom_id=f"{PREFIX}:describe:{wording}", row=1))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed; its number is the wording that it asks for."""
        return cls(int(match["wording"]))

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        """Change the message where only its reader sees it; else answer whoever presses, alone."""
        message = interaction.message
        if message is None or not message.attachments:
            raise PictureGone("error-describe-gone")
        private = message.flags.ephemeral
        await interaction.response.defer(ephemeral=True, thinking=not private)
        data = await read_attachment(message.attachments[0])
        reply = await description(interaction, bot.studio, data, self.wording)
        if private:
            await interaction.edit_original_response(**{"embeds": [], "view": None, **reply})
        else:
            await interaction.followup.send(**reply, file=await _file(data), ephemeral=True)


async def describe(interaction: Interaction, studio: Studio, data: bytes) -> None:
    """Answer a deferred interaction with the picture and what can be said of it. Raises like `Describer.describe`."""
    reply = await description(interaction, studio, data, 0)
    await interaction.followup.send(**reply, file=await _file(data), ephemeral=True)


async def description(interaction: Interaction, studio: Studio, data: bytes, wording: int) -> dict[str, Any]:
    """What is said, without the picture."""
    locale = str(interaction.locale)
    found = await studio.describer.describe(requester_of(interaction), data, wording)
    lines = [literal(suggestion.line) for suggestion in found.suggestions]
    following = AgainButton(wording + 1 if wording < 9999 else 0)
    return {"content": described(found, locale), **picks(lines, following, PickAllButton(locale))}


async def _file(data: bytes) -> discord.File:
    name, shown = await asyncio.to_thread(copy_of, data, LIMIT)
    return discord.File(io.BytesIO(shown), name)
