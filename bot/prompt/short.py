"""Midjourney's flags that are short for one of ours: `--raw`, `--draft`, `--turbo`, `--niji 6`, `--v 6.1`.

Knows the kinds of values, and the parameter table only through its rows.
"""

from __future__ import annotations

from dataclasses import replace

from bot.prompt.foreign import MidjourneyFlag
from bot.prompt.values import LEFT_OUT, Problem, Reading, Vocabulary, read
from bot.prompt.words import first_word, looks_like_value, shorten
from gpu.params import BY_FLAG, Param


def read_short(flag: MidjourneyFlag, after: str, vocabulary: Vocabulary) -> tuple[Param | None, Reading]:
    """The parameter that it stands for, its value, and what is left; a flag that sets nothing says so in a note."""
    name, _, value = flag.stands_for.partition(" ")
    row = BY_FLAG[name]
    if not value and (named := read(row, after, vocabulary)):
        return row, named
    number = first_word(after) if flag.takes == "some" else None
    written = number.text if number and looks_like_value(number.text) else ""
    rest = number.rest if number and written else after
    note: Problem | None = (flag.note, {"flag": f"--{flag.name} {shorten(written)}".strip()}) if flag.note else None
    meant = read(row, value, vocabulary) if value else None
    if meant is None:
        return None, Reading(LEFT_OUT, rest, note=note)
    return row, replace(meant, rest=rest, note=note)
