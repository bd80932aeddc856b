"""Longer lines: style, view, light and details that a prompt lacks, from tables. Knows no Discord and no model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.prompt.palette import palette
from bot.prompt.parser import ParsedPrompt, format_line

LINES = 4


def expanded(parsed: ParsedPrompt, count: int = LINES) -> list[str]:
    """Lines with the same flags; the same prompt always gets the same words. What it has already is not said again."""
    tables = [palette().view, palette().light, palette().detail]
    if "style" not in parsed.chosen:
        tables = [palette().style, *tables]
    said = parsed.prompt.lower()
    fresh = [table for table in tables if not any(word in said for word in table)] or [palette().detail]
    return [line(parsed, [_pick(table, parsed.prompt, number) for table in fresh]) for number in range(count)]


def line(parsed: ParsedPrompt, added: Sequence[str]) -> str:
    """The line with words behind its own."""
    return format_line(", ".join([parsed.prompt.rstrip(" ,."), *added]), parsed.chosen)


def _pick(table: Sequence[str], prompt: str, number: int) -> str:
    """Another one for each number, beginning where the prompt says."""
    start = hashlib.sha256(f"{table[0]} {prompt}".encode()).digest()[0]
    return table[(start + number) % len(table)]
