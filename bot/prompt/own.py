"""What a member puts into every line: flags of their own, written out, and a suffix.

Pure functions on text; the parameter table is known through its rows only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from bot.prompt.foreign import BY_MIDJOURNEY
from bot.prompt.marks import Mark, find_marks
from bot.prompt.permutations import Permutations
from bot.prompt.short import concerns
from gpu.params import Param

ADDED_UP = frozenset({"list", "loras"})
"""Kinds of which a line may have several flags."""

NO_VERSIONS: Mapping[str, str] = {}


def expanded(text: str, own: Mapping[str, str]) -> str:
    """The line with flags of one's own (name without dashes → words and flags) written out."""
    if not own:
        return text
    names = "|".join(map(re.escape, own))
    flag = re.compile(rf"(?<!\S)(?:--|—|–)({names})(?![\w-])", re.IGNORECASE)
    return flag.sub(lambda found: own[found[1].lower()], text)


def with_suffix(
    text: str, suffix: str, said: Collection[str] = (), versions: Mapping[str, str] = NO_VERSIONS
) -> str:
    """Its words stand before the flags of the line, as `--no` runs to the next flag; its flags behind them.

    What the line says itself wins, and what is `said` beside it. A line that has the suffix already, such as a
    corrected one, stays as it is.
    """
    if not suffix:
        return text
    head, flags = _cut(text)
    words, more = _cut(suffix)
    said = {*said, *named(flags, versions)}
    added = [flag for flag, row in _flags(more, versions) if not _stands(flag, row, flags, said)]
    whole = head if f" {head}".endswith(f" {words}") else f"{head} {words}"
    return " ".join(part for part in (whole.strip(), flags, *added) if part)


def named(text: str, versions: Mapping[str, str] = NO_VERSIONS) -> set[str]:
    """The parameters that a line says something about, also by Midjourney's spellings; `versions` as in config.toml."""
    line = Permutations(text).line(0) if "{" in text else text
    return {row.name for _, row in _flags(line, versions) if row}


def _cut(text: str) -> tuple[str, str]:
    """Words, and the flags behind them."""
    marks = find_marks(text)
    at = marks[0].start if marks else len(text)
    return text[:at].strip(), text[at:].strip()


def _flags(text: str, versions: Mapping[str, str]) -> Iterator[tuple[str, Param | None]]:
    """Each flag with what stands behind it, and the parameter that it says something about."""
    marks = find_marks(text)
    starts = [*(mark.start for mark in marks), len(text)]
    for mark, end in zip(marks, starts[1:], strict=True):
        yield text[mark.start : end].strip(), _row(mark, text[mark.end : end].lstrip("=:"), versions)


def _stands(flag: str, row: Param | None, flags: str, said: Collection[str]) -> bool:
    return flag in flags if row is None or row.kind in ADDED_UP else row.name in said


def _row(mark: Mark, after: str, versions: Mapping[str, str]) -> Param | None:
    short = BY_MIDJOURNEY.get(mark.name)
    return concerns(short, after, versions) if short and short.stands_for and not mark.row else mark.row
