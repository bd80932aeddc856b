"""Menus of more values than Discord shows at a time: a part of them, and a last entry that shows the next part."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import discord

from bot.text import sentence
from bot.views.message import shortened

SHOWN = 23
"""Values that a menu shows at a time; Discord takes 25 entries, and two have other uses."""
LONGEST = 99
"""Characters of a value; Discord takes 100, with the sign before it."""
NOTHING, MORE, VALUE = "-", ">", "="
"""What is chosen: no value, the next part, or, with this before it, a value."""

Menu = discord.ui.Select[Any]


def menu(
    custom_id: str, values: Sequence[str], chosen: Collection[str], *, window: int, locale: str, label: str,
    nothing: str = "", several: bool = False,
) -> Menu:  # fmt: skip
    """A menu of part `window` of the values. `nothing`: what the entry for none of them says; "": it has none."""
    part = part_of(values, window)
    options = [discord.SelectOption(label=value, value=VALUE + value, default=value in chosen) for value in part]
    if nothing:
        options.insert(0, discord.SelectOption(label=nothing[:100], value=NOTHING, default=not chosen))
    if window or part_of(values, 1):
        options.append(discord.SelectOption(label=sentence(locale, "menu-more"), value=MORE, emoji="➡️"))
    return discord.ui.Select(
        custom_id=custom_id, options=options, placeholder=shortened(label, 150),
        min_values=0 if several else 1, max_values=len(options) if several else 1,
    )  # fmt: skip


def part_of(values: Sequence[str], window: int) -> list[str]:
    """What such a menu shows."""
    values = [value for value in values if len(value) <= LONGEST]
    return values[window * SHOWN : (window + 1) * SHOWN]


def following(window: int, values: Sequence[str]) -> int:
    """The part behind part `window`; behind the last, the first."""
    return window + 1 if part_of(values, window + 1) else 0


def picked(values: Sequence[str]) -> list[str]:
    """The values among what was chosen."""
    return [value.removeprefix(VALUE) for value in values if value.startswith(VALUE)]
