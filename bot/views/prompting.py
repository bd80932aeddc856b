"""The form that writes a line. What was filled in is read from what Discord sends, so that a form that was open when
the bot was restarted still works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.prompt.palette import palette
from bot.prompt.writing import Form
from bot.text import sentence
from bot.views.base import PREFIX
from gpu.params import QUALITY

FORM_ID = f"{PREFIX}:prompt"
MOST_WORDS = 4
"""Of view and light together."""
MAX_SUBJECT, MAX_DETAILS = 3000, 1000


class PromptForm(discord.ui.Modal):
    """Five fields, the most that Discord shows: view and light share one."""

    def __init__(self, styles: Sequence[str], locale: str) -> None:
        super().__init__(title=sentence(locale, "modal-prompt"), custom_id=FORM_ID)
        long = discord.TextStyle.paragraph
        self._add("subject", discord.ui.TextInput(style=long, custom_id="subject", max_length=MAX_SUBJECT), locale)
        self._add("style", _select("style", [discord.SelectOption(label=name) for name in styles[:25]], locale), locale)
        self._add("scene", _select("scene", _scene(locale), locale, most=MOST_WORDS), locale)
        details: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=long, custom_id="details", required=False, max_length=MAX_DETAILS
        )
        self._add("details", details, locale)
        self._add("quality", _select("quality", [discord.SelectOption(label=name) for name in QUALITY], locale), locale)

    def _add(self, name: str, component: discord.ui.Item[Any], locale: str) -> None:
        more = sentence(locale, f"modal-prompt-{name}-more") if name in ("subject", "details") else None
        label = sentence(locale, f"modal-prompt-{name}")
        self.add_item(discord.ui.Label(text=label, description=more, component=component))


def _select(name: str, options: list[discord.SelectOption], locale: str, most: int = 1) -> discord.ui.Select[Any]:
    return discord.ui.Select(
        custom_id=name, options=options, required=False, min_values=0, max_values=most,
        placeholder=sentence(locale, "modal-prompt-any"),
    )  # fmt: skip


def _scene(locale: str) -> list[discord.SelectOption]:
    words = palette()
    kinds = {"modal-prompt-view": words.view, "modal-prompt-light": words.light}
    return [
        discord.SelectOption(label=sentence(locale, id, word=word), value=word)
        for id, listed in kinds.items()
        for word in listed
    ]


def filled_in(data: Mapping[str, Any]) -> Form:
    """What stands in the form, from the data of its interaction."""
    fields = [row.get("component", row) for row in data.get("components", ())]
    values = {str(one.get("custom_id")): one.get("values", one.get("value", "")) for one in fields}

    def first(name: str) -> str:
        return next(iter(values.get(name) or ()), "")

    return Form(
        subject=str(values.get("subject", ""))[:MAX_SUBJECT],
        scene=tuple(word for word in values.get("scene") or () if word in palette().view + palette().light),
        details=str(values.get("details", ""))[:MAX_DETAILS],
        settings={"style": first("style"), "quality": first("quality")},
    )
