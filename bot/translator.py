"""What Discord shows of a command in a member's own language: descriptions of commands and options, names of menus.

Every such text is an English sentence already, so its id is found by its words. Command and option names stay English,
as people read of them everywhere, unless a language has a sentence `command-name-COMMAND`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as At

from bot.text import DEFAULT_LOCALE, param_id, plain_ids, sentence, translated
from gpu.params import TABLE

DESCRIBED = (At.command_description, At.group_description)
NAMED = (At.command_name, At.group_name)
MENU_NAME = 32
"""Characters that Discord takes as the name of a menu."""


class BotTranslator(app_commands.Translator):
    """The sentences of bot/text for Discord; None where a language lacks one, and Discord shows English."""

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Discord asks this for every text of every command, in each of its languages, when commands are synced."""
        if context.location in NAMED:
            return _name(string.message, locale.value, context.data)
        # Descriptions of commands are set when they are added, later than `string` was made.
        text = getattr(context.data, "description", "") if context.location in DESCRIBED else string.message
        id = ids_by_words().get(text)
        return translated(locale.value, id) if id else None


def _name(name: str, locale: str, command: Any) -> str | None:
    """A menu's name, or a command's where it has one in that language; the bot's own prefix stays before it."""
    is_menu = isinstance(command, app_commands.ContextMenu)
    id = ids_by_words().get(name) if is_menu else f"command-name-{name}"
    said = translated(locale, id) if id else None
    return f"{command.name.removesuffix(name)}{said}"[:MENU_NAME] if said else None


@cache
def ids_by_words() -> dict[str, str]:
    """The id of every English sentence that Discord can be told in advance, by its words."""
    said = {sentence(DEFAULT_LOCALE, id): id for id in sorted(plain_ids(DEFAULT_LOCALE))}
    return said | {row.help: param_id(row.name) for row in TABLE}
