"""Lists of words for pictures, and of words that say nothing: palette.toml as a value. Knows no parser and no model."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from gpu.types import Setting

FILE = Path(__file__).with_name("palette.toml")


class Palette(Setting):
    """palette.toml."""

    view: tuple[str, ...]
    light: tuple[str, ...]
    detail: tuple[str, ...]
    style: tuple[str, ...]
    filler: tuple[str, ...]
    """Phrases that cost room and change little."""
    small: tuple[str, ...]
    """Words that hold a sentence together."""


@cache
def palette() -> Palette:
    """The lists that come with Easel."""
    return Palette.model_validate(tomllib.loads(FILE.read_text("utf-8")))
