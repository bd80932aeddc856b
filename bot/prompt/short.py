"""Midjourney's flags that are short for one of ours: `--raw`, `--draft`, `--turbo`, `--niji 6`, `--v 6.1`.

Knows the kinds of values, and the parameter table only through its rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.prompt.foreign import MidjourneyFlag
from bot.prompt.values import LEFT_OUT, Problem, Reading, Vocabulary, read
from bot.prompt.words import first_word, looks_like_value, shorten
from gpu.params import BY_FLAG, Param

MODEL = BY_FLAG["--model"]
VERSIONS = {"version": "", "niji": "niji"}
"""Flags whose number is a model of Midjourney's, and what `[versions]` of config.toml writes before it."""

_VERSION = re.compile(r"v?(\d{1,2})(?:\.0|(\.\d{1,2}))?", re.IGNORECASE)


def model_of(flag: MidjourneyFlag, after: str, versions: Mapping[str, str]) -> str:
    """The model that the operator set up for it, or ""; a bare `niji` stands for every one that has none of its own."""
    prefix = VERSIONS.get(flag.name)
    if prefix is None:
        return ""
    found = _VERSION.fullmatch(_number(flag, after)[0])
    number = f"{found[1]}{found[2] or ''}" if found else ""
    return versions.get(f"{prefix} {number}".strip(), "") or versions.get(prefix, "")


def concerns(flag: MidjourneyFlag, after: str, versions: Mapping[str, str]) -> Param | None:
    """The parameter of ours that it says something about, whatever names there are."""
    if model_of(flag, after, versions):
        return MODEL
    name, _, value = flag.stands_for.partition(" ")
    says = value or (first_word(after).text and not _number(flag, after)[0])
    return BY_FLAG.get(name) if says else None


def read_short(flag: MidjourneyFlag, after: str, vocabulary: Vocabulary) -> tuple[Param | None, Reading]:
    """The parameter that it stands for, its value, and what is left; a flag that sets nothing says so in a note."""
    name, _, value = flag.stands_for.partition(" ")
    row = BY_FLAG[name]
    written, rest = _number(flag, after)
    if model := model_of(flag, after, vocabulary.versions):
        return MODEL, Reading(model, rest)
    if not value and (named := read(row, after, vocabulary)):
        return row, named
    spelt = f"--{min(flag.names, key=len)} {shorten(written)}".strip()
    note: Problem | None = (flag.note, {"flag": spelt}) if flag.note else None
    meant = read(row, value, vocabulary) if value else None
    if meant is None:
        return None, Reading(LEFT_OUT, rest, note=note)
    return row, replace(meant, rest=rest, note=note)


def _number(flag: MidjourneyFlag, after: str) -> tuple[str, str]:
    """The number behind a flag that may have one, and what is left; "" where none stands there."""
    word = first_word(after)
    found = flag.takes == "some" and looks_like_value(word.text)
    return (word.text, word.rest) if found else ("", after)
