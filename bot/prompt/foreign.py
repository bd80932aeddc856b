"""Midjourney's flags: midjourney.toml as a value. Which are short for one of ours, and why others cannot be.

A line copied from there keeps its meaning as far as there is one; of a flag that has none, the suggestion loses exactly
the flag and its value. A flag that moves into the parameter table needs no change here. Knows no reader and no model.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from gpu.params import BY_FLAG
from gpu.types import Setting

FILE = Path(__file__).with_name("midjourney.toml")


class MidjourneyFlag(Setting):
    """One line of midjourney.toml."""

    name: str
    aliases: tuple[str, ...] = ()
    takes: Literal["bare", "one", "some", "many"]
    range: str
    """As in Midjourney."""
    default: str
    does: str
    """What becomes of it here."""
    stands_for: str = ""
    """The flag of ours, with its value, that it is short for; without a value, what follows is it."""
    note: str = ""
    reason: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every spelling, without dashes."""
        return (self.name, *self.aliases)

    @property
    def ours(self) -> bool:
        """Whether the parameter table has it."""
        return f"--{self.name}" in BY_FLAG


@cache
def midjourney() -> tuple[MidjourneyFlag, ...]:
    """The whole table, in its order."""
    raw = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(MidjourneyFlag(name=name, **row) for name, row in raw.items())


BY_MIDJOURNEY = {name: flag for flag in midjourney() for name in flag.names if f"--{name}" not in BY_FLAG}
"""Spelling without dashes → the flag, where it is not one of ours."""

FOREIGN = frozenset(BY_MIDJOURNEY)

BARE = frozenset(name for name, flag in BY_MIDJOURNEY.items() if flag.takes == "bare")
"""Take no value."""

MAY_BE_BARE = frozenset(name for name, flag in BY_MIDJOURNEY.items() if flag.takes in ("bare", "some"))

MANY = frozenset(name for name, flag in BY_MIDJOURNEY.items() if flag.takes == "many")
"""Take links and codes until the first other word."""

WORDS = frozenset({"random", "low", "high", "none"})
"""Values that look like words."""


def reason(name: str) -> str:
    """The id of the sentence that says why there is no such flag here."""
    flag = BY_MIDJOURNEY.get(name)
    return f"error-prompt-mj-{flag.reason}" if flag and flag.reason else "error-prompt-flag"
