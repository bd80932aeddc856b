"""What the groups of /admin share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord import app_commands

from bot.cogs.help import pages
from bot.requester import Requester
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.who import requester_of
from gpu.errors import Fact

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
T = TypeVar("T")
NOBODY = discord.AllowedMentions.none()
REASON = 300
"""Characters of a reason."""

Reason = app_commands.Range[str, 0, REASON]


class AdminCommands(app_commands.Group):
    """A group of commands with the bot at hand."""

    def __init__(self, bot: EaselBot) -> None:
        super().__init__()
        self.bot = bot


def described(**names: str) -> Callable[[T], T]:
    """Describe options: option → the part of a sentence's id after `admin-option-`."""
    texts = {option: sentence(DEFAULT_LOCALE, f"admin-option-{id}") for option, id in names.items()}
    return app_commands.describe(**texts)


async def say(interaction: Interaction, id: str, **facts: Fact) -> None:
    """Answer with a sentence that only the moderator sees."""
    await tell(interaction, sentence(str(interaction.locale), id, **facts))


async def tell(interaction: Interaction, text: str, **options: Any) -> None:
    """The same with a text."""
    if interaction.response.is_done():
        await interaction.followup.send(text[:2000], ephemeral=True, allowed_mentions=NOBODY, **options)
    else:
        await interaction.response.send_message(text[:2000], ephemeral=True, allowed_mentions=NOBODY, **options)


async def show(interaction: Interaction, lines: Iterable[str], empty: str) -> None:
    """Answer with lines on the first page that they fill, or with the sentence `empty`."""
    found = list(lines)
    if not found:
        await say(interaction, empty)
        return
    embed = discord.Embed(description=pages(found)[0])
    await interaction.response.send_message(embed=embed, ephemeral=True, allowed_mentions=NOBODY)


def who_of(interaction: Interaction) -> Requester:
    """The moderator."""
    return requester_of(interaction)
