"""Completes the line that a member is typing: flags, their values, own earlier lines. Knows Discord's limits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.studio import Studio
from gpu.controls import CONTROL_KINDS
from gpu.params import QUALITY, TABLE, Param

LIMIT = 25
"""Suggestions that Discord shows."""
LENGTH = 100
"""Characters of a suggestion, and of the text that it stands for: the whole line."""

DASHES = str.maketrans({"—": "--", "–": "--"})
FLAG = re.compile(r"(?:^|\s)(--?[a-z]*)$", re.IGNORECASE)
VALUE = re.compile(r"(?:^|\s)(--[a-z]+)\s+([^-]*)$", re.IGNORECASE)


def complete(line: str, studio: Studio, recent: Sequence[str], models: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of what is shown and the whole line that it stands for; `models` are those that draw there."""
    line = line.translate(DASHES)
    if flag := FLAG.search(line):
        found = _flags(line[: flag.start(1)], flag[1].lower(), line)
    elif (value := VALUE.search(line)) and (row := _row(value[1])):
        head = line[: value.start(2)]
        found = [(f"{row.flag} {known}", head + known) for known in values_of(row, studio, value[2], models)]
    else:
        found = [(earlier, earlier) for earlier in recent]
    # Never the line as it stands: Enter would choose it again and again instead of sending it.
    new = [(_shown(name), text) for name, text in found if text.strip() != line.strip()]
    return [(name, text) for name, text in new if 0 < len(text) <= LENGTH][:LIMIT]


def values_of(row: Param, studio: Studio, typed: str, models: Sequence[str]) -> list[str]:
    """The values of a parameter that begin with, then those that contain what was typed."""
    typed = typed.strip().lower()
    fitting = [value for value in known_values(row, studio, models) if typed in value.lower()]
    return sorted(fitting, key=lambda value: not value.lower().startswith(typed))[:LIMIT]


def known_values(row: Param, studio: Studio, models: Sequence[str]) -> Sequence[str]:
    """The values that a parameter can have, or examples of them."""
    known: dict[str, Sequence[str]] = {
        "choice": row.choices,
        "model": models,
        "style": sorted(studio.styles.names),
        "quality": list(QUALITY),
        "loras": [f"{name}:1" for name in studio.loras.files],
        "controls": CONTROL_KINDS,
        "ratio": ("1:1", *row.examples),
    }
    return known.get(row.kind, row.examples)


def _flags(head: str, typed: str, line: str) -> list[tuple[str, str]]:
    """The flags that can follow: not those that the line has already."""
    used = set(line.lower().split())
    rows = [row for row in TABLE if not used & (set(row.flags) - {typed})]
    return [(f"{row.flag} · {row.help}", f"{head}{row.flag} ") for row in rows if _begins(row, typed)]


def _begins(row: Param, typed: str) -> bool:
    return any(flag.startswith(typed) for flag in row.flags)


def _row(flag: str) -> Param | None:
    return next((row for row in TABLE if flag.lower() in row.flags), None)


def _shown(name: str) -> str:
    return name if len(name) <= LENGTH else f"{name[: LENGTH - 1]}…"
