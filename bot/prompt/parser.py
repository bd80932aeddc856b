"""A line such as `a red fox --ar 3:2 --no people` into words and parameters, and back.

Flags stand anywhere in the line; what follows a flag's value belongs to the prompt again, except behind a list flag
(`--no`), which runs to the next flag. Nothing vanishes: a word is part of the prompt, part of a value, or named in the
error. A line that cannot be read is read to its end all the same, each mistake repaired on the way, so that every error
carries a corrected line. Linear in the length of the line; raises `PromptError` and nothing else.

Knows the parameter table only through its rows: no flag by name, no Discord, no model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import PromptError
from bot.prompt.brackets import explicit
from bot.prompt.marks import escape
from bot.prompt.reader import LineReader
from bot.prompt.values import Problem, Vocabulary, read
from bot.prompt.weights import read_weights
from bot.prompt.words import plain, shorten
from gpu.controls import CONTROL_KINDS
from gpu.params import BY_NAME, QUALITY, TABLE, Param

LIMIT = 6000
"""Characters of a line: the most that a slash option of Discord holds."""

EXAMPLE = "a red apple, 3d render"
"""The words that a corrected line has when none were written."""

_VISIBLE = re.compile(r"[^\s\u200c-\u200f\u2028-\u202e\u2060-\u2064\u00ad\ufe00-\ufe0f]")


@dataclass(frozen=True, slots=True)
class ParsedPrompt:
    """What a line says: its words, and exactly the parameters that were written."""

    prompt: str
    chosen: dict[str, Any]
    """Parameter name → value, in the order of the table."""
    notes: list[Problem] = field(default_factory=list)
    """Sentences about what was understood though it was not quite spelt that way."""

    @property
    def line(self) -> str:
        """The canonical line: what is shown, edited and run again."""
        return format_line(self.prompt, self.chosen)


def parse(
    text: str,
    *,
    models: Collection[str],
    styles: Collection[str],
    loras: Collection[str] = (),
    options: Mapping[str, object] | None = None,
    former_models: Collection[str] = (),
    versions: Mapping[str, str] | None = None,
    brackets: bool = False,
) -> ParsedPrompt:
    """Read a line, and the slash options beside it (parameter name → value, None for absent ones).

    Raises `PromptError`, whose `suggestion` holds the whole request, options included, as one line that parses.
    """
    names = {"model": models, "style": styles, "quality": QUALITY, "loras": loras, "controls": CONTROL_KINDS}
    vocabulary = Vocabulary(names, {"model": former_models}, versions or {})
    reader = LineReader(vocabulary)
    if len(text) > LIMIT:
        reader.problems.append(("error-prompt-long", {"length": len(text), "limit": LIMIT}))
    reader.read_line(text[: 4 * LIMIT])
    for name, value in (options or {}).items():
        if value is not None:
            reader.read_option(BY_NAME[name], value)
    return _outcome(reader, brackets)


def format_line(prompt: str, chosen: Mapping[str, Any]) -> str:
    """The canonical line of a prompt and its parameters: `parse(format_line(p, c))` gives `p` and `c` again.

    Words that look like flags get a backslash; the flags follow the words, in the order of the table.
    """
    flags = [format_flag(row, chosen[row.name]) for row in TABLE if chosen.get(row.name, False) is not False]
    return " ".join([escape(prompt), *flags]).strip()


def format_flag(row: Param, value: object) -> str:
    """One flag with its value, as `parse` reads it."""
    if row.kind == "bool":
        return row.flag
    if row.kind == "list":
        return f"{row.flag} {escape(str(value))}"
    spelt = plain(value)
    return f"{row.flag} {spelt}" if re.fullmatch(r"[\w .:+]+", spelt) else f'{row.flag} "{spelt}"'


def _outcome(reader: LineReader, brackets: bool) -> ParsedPrompt:
    """The parsed line, or the error of its first problem with a line in which all of them are repaired."""
    prompt = reader.prompt()
    chosen = {row.name: reader.chosen[row.name] for row in TABLE if row.name in reader.chosen}
    if not _VISIBLE.search(prompt):
        reader.problems.append(("error-prompt-empty", {"example": EXAMPLE}))
        prompt = EXAMPLE
    if brackets and (written := explicit(prompt)) != prompt:
        reader.notes.append(("note-prompt-brackets", {"read": shorten(written, 200)}))
        prompt = written
    weighted = read_weights(prompt)
    if not reader.problems and not weighted.problem:
        return ParsedPrompt(weighted.prompt, chosen, [*reader.notes, *weighted.notes])
    prompt = reader.without_command(weighted.prompt) or EXAMPLE  # a repaired prompt may begin like one
    if weighted.problem:
        reader.problems.append(weighted.problem)
        chosen = _with_against(chosen, weighted.against)
    id, facts = reader.problems[0]
    raise PromptError(id, suggestion=_fitting_line(prompt, chosen), **facts)


def _with_against(chosen: dict[str, Any], against: str) -> dict[str, Any]:
    """What only its weight kept out of the picture, in the list flag."""
    row = next(row for row in TABLE if row.kind == "list")
    items = read(row, escape(", ".join([chosen.get(row.name, ""), against])), Vocabulary())
    return chosen | {row.name: items.value} if items else chosen


def _fitting_line(prompt: str, chosen: dict[str, Any]) -> str:
    """The corrected line, cut at a word where it would be too long."""
    line = format_line(prompt, chosen)
    if len(line) > LIMIT:
        lists = {row.name for row in TABLE if row.kind == "list"} & chosen.keys()
        chosen = chosen | {name: _shorter_list(chosen[name]) for name in lists}
        prompt = prompt[:LIMIT]
    while prompt and len(line := format_line(prompt, chosen)) > LIMIT:
        cut = prompt[: LIMIT - len(line)]
        prompt = cut.rpartition(" ")[0] or cut
    return line


def _shorter_list(items: str) -> str:
    cut = items[: LIMIT // 4]
    return items if cut == items else cut.rpartition(",")[0] or cut
