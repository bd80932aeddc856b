"""The parts of README.md that are made from the code: `python -m bot.docs` writes them, a test holds them true."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bot.prompt.aspect import MAX_RATIO
from bot.prompt.foreign import MidjourneyFlag, midjourney
from bot.prompt.styles import bundled_styles
from bot.prompt.words import plain
from gpu.controls import CONTROL_KINDS
from gpu.params import QUALITY, TABLE, Param

MIDJOURNEY = Path(__file__).resolve().parent.parent / "docs" / "midjourney.md"
README = Path(__file__).resolve().parent.parent / "README.md"
_BLOCK = re.compile(r"(<!-- flags:[^>]*-->\n).*?(<!-- /flags -->)", re.DOTALL)


def flag_table() -> str:
    """A Markdown table with one line for each parameter."""
    lines = [f"| {_code(row.flags)} | {values(row)} | {row.help} |" for row in TABLE]
    return "\n".join(["| Flag | Values | What it does |", "| --- | --- | --- |", *lines, ""])


def midjourney_table() -> str:
    """A Markdown table with one line for each flag of Midjourney."""
    lines = [f"| {_code(_dashed(flag))} | {flag.range} | {flag.default} | {_becomes(flag)} |" for flag in midjourney()]
    return "\n".join(["| Flag | In Midjourney | Default there | Here |", "| --- | --- | --- | --- |", *lines, ""])


def _dashed(flag: MidjourneyFlag) -> list[str]:
    return [f"--{name}" for name in flag.names]


def _becomes(flag: MidjourneyFlag) -> str:
    here = flag.ours or flag.stands_for or flag.reason
    return flag.does if here else "Not here: the answer says so, with the line that can be drawn."


def values(row: Param) -> str:
    """What may stand behind the flag."""
    numbers = "" if row.low is None else f"{plain(row.low)}–{plain(row.high)}"
    words = {
        "ratio": f"`3:2`, `16:9` … from 1:{MAX_RATIO} to {MAX_RATIO}:1",
        "list": "a comma list; `none` drops the defaults",
        "model": "a model of `config.toml`",
        "style": _code(bundled_styles()),
        "loras": f"`name:weight` of the folder `loras/`, weights {numbers}; `/loras` lists them",
        "controls": f"{_code(CONTROL_KINDS)}; `kind:weight:start-end`, weights {numbers}, or `kind:ready`",
        "weights": f"a weight {numbers} for each picture, such as {_code(row.examples)}",
        "quality": f"{_code(QUALITY)}, or {numbers}",
        "str": f"such as {_code(row.examples)}",
    }
    return words.get(row.kind) or (_code(row.choices) if row.choices else numbers)


def update(text: str, table: str = "") -> str:
    """`text` with a fresh table between its markers: that of our flags, or the given one."""
    return _BLOCK.sub(lambda block: block[1] + (table or flag_table()) + block[2], text)


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    README.write_text(update(README.read_text("utf-8")), "utf-8")
    MIDJOURNEY.write_text(update(MIDJOURNEY.read_text("utf-8"), midjourney_table()), "utf-8")
