"""Reads a line flag by flag: which marks are flags, what their values are, which words stay, what had to be repaired.

Knows the parameter table only through its rows, and nothing of how the outcome is reported.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.prompt.foreign import BY_MIDJOURNEY, MAY_BE_BARE, reason
from bot.prompt.marks import DASHES, Evidence, Mark, find_marks, nearest_flag, quoted_whole, unescape
from bot.prompt.short import read_short
from bot.prompt.values import LEFT_OUT, Problem, Reading, Vocabulary, complaint, misread, read, read_foreign
from bot.prompt.words import CLOSING, first_word, looks_like_value, plain, shorten
from gpu.params import BY_NAME, TABLE, Param

_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]")
_COMMAND = re.compile(r"(?:/[-\w]{0,20}imagine(?: prompt\b ?:?|\b) ?)*", re.IGNORECASE)
_SEPARATORS = ",;. \t\n"
_JOINTS = ("=", ":", "-", "：", "＝")
"""What may stand between a flag and its value instead of a space: `--steps=12`."""
_TAG = re.compile(r"<(lora:)?([\w.+-]+(?::[+-]?[\d.]+)?)>")
_ASIDE = re.compile(rf"\w[{DASHES}]\s")
"""How the second dash of an aside stands: `a room —no windows— in the dark`."""


def visible(text: str) -> str:
    """Control characters, zero-width spaces and halves of characters become spaces: nothing can store or show them."""
    return _INVISIBLE.sub(" ", text)


class LineReader:
    """Reads one line piece by piece: prompt words, values, and what had to be repaired."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.words: list[str] = []
        self.lists: dict[str, list[str]] = {}
        self.sink = self.words
        """Where plain words go: to the prompt, or to the list flag that is open."""
        self.chosen: dict[str, Any] = {}
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []

    def read_line(self, text: str) -> None:
        """Cut the line at its flags and read each piece."""
        line = self.without_command(visible(text).strip())
        if quoted_whole(line) and find_marks(line):  # people paste lines that way
            line = line[1:-1]
        marks = find_marks(line)
        starts = [*(mark.start for mark in marks), len(line)]
        self.sink.append(line[: starts[0]])
        for mark, end in zip(marks, starts[1:], strict=True):
            self._read_flag(mark, line[mark.start : mark.end], line[mark.end : end])
        for name, pieces in self.lists.items():
            row = BY_NAME[name]
            self._set(row, read(row, "".join(pieces), self.vocabulary) or misread(row, "", self.vocabulary))

    def _read_flag(self, mark: Mark, written: str, after: str) -> None:
        """One flag and what stands behind it, or prose that only looked like one."""
        value = _without_joint(after)
        row, reading = self._interpret(mark, written, value)
        if mark.sure and mark.row and mark.row.kind == "list":
            self._open_list(mark.row, value)
        elif reading and _believed(mark, row, value, reading):
            self._accept(mark, row, written, value, reading)
        elif mark.sure or (mark.known and mark.evidence is Evidence.LIKELY and first_word(value).alone):
            self._take(row if mark.known else None, self._repair(mark, written, after))
        else:
            self.sink.append(written + after)

    def _accept(self, mark: Mark, row: Param | None, written: str, value: str, reading: Reading) -> None:
        """A flag that can be read; where its spelling was unusual, a note says so."""
        if row and row.kind == "list":
            self.problems += [reading.problem] if reading.problem else []
            self._open_list(row, value)
        else:
            self._take(row, reading)
        if mark.evidence is Evidence.HINT and row and reading.problem is None:
            self.notes.append(("note-prompt-read", {"written": written, "flag": row.flag}))

    def _open_list(self, row: Param, value: str) -> None:
        """Send the words to a list, up to the next flag."""
        self.sink = self.lists.setdefault(row.name, [])
        self.sink.append(f", {value}")

    def _interpret(self, mark: Mark, written: str, value: str) -> tuple[Param | None, Reading | None]:
        """The parameter that a mark means, and its value: of a known flag, a misspelt one, or one of Midjourney's."""
        if mark.row:
            reading = read(mark.row, value, self.vocabulary)
            return mark.row, reading and self._without_article(mark.row, value, reading)
        if short := BY_MIDJOURNEY.get(mark.name):
            if short.stands_for:
                return read_short(short, value, self.vocabulary)
            return None, read_foreign(mark.name, value, _foreign(mark.name, written))
        near = nearest_flag(mark.name, strict=not mark.sure)
        tail = mark.name.partition("-")[2]  # --style-anime
        readings = (read(near, text, self.vocabulary) for text in (value, f"{tail}{value}")) if near else ()
        reading = next(filter(None, readings), None)
        return near, reading and replace(reading, problem=_unknown(written, near))

    def _without_article(self, row: Param, value: str, reading: Reading) -> Reading:
        """`--sampler euler a red fox`: before the first words of a prompt, "a" is theirs and not part of `Euler a`."""
        taken = value.removesuffix(reading.rest)
        if "".join(self.words).strip() or not reading.rest.strip() or taken[-2:].lower() != " a":
            return reading
        shorter = read(row, taken[:-2], self.vocabulary)
        return replace(shorter, rest=taken[-2:] + reading.rest) if shorter else reading

    def _repair(self, mark: Mark, written: str, after: str) -> Reading:
        """What is wrong with a flag that cannot be read, and the words that stay."""
        value = _without_joint(after)
        if mark.row:
            return misread(mark.row, value, self.vocabulary)
        near = nearest_flag(mark.name) if len(mark.name) > 3 and not mark.known else None
        problem = _foreign(mark.name, written) if mark.known else _unknown(written, near)
        word = first_word(value)
        if mark.known or not word.text:
            return Reading(LEFT_OUT, value, problem)
        if value != after or looks_like_value(word.text):
            return Reading(LEFT_OUT, word.rest, problem)
        return Reading(LEFT_OUT, f" {written.lstrip(DASHES)}{value}", problem)

    def _take(self, row: Param | None, reading: Reading) -> None:
        self.notes += [reading.note] if reading.note else []
        if row:
            self._set(row, reading)
        elif reading.problem:
            self.problems.append(reading.problem)
        self._resume(reading.rest)

    def _set(self, row: Param, reading: Reading) -> None:
        """Note a value; a second, different one is a problem, and the later one wins in the corrected line."""
        if reading.problem:
            self.problems.append(reading.problem)
        if reading.value is LEFT_OUT:
            return
        first = self.chosen.get(row.name, reading.value)
        if row.kind == "loras" and first != reading.value:
            self.chosen[row.name] = f"{first}, {reading.value}"
            return
        if first != reading.value:
            facts = {"flag": row.flag, "first": shorten(plain(first)), "second": shorten(plain(reading.value))}
            self.problems.append(("error-prompt-twice", {**facts}))
        self.chosen[row.name] = reading.value

    def _resume(self, rest: str) -> None:
        """Go on with the prompt behind a value. A sign that closed the value now closes the words before the flag."""
        self.sink = self.words
        before = "".join(self.words).rstrip()
        if not rest.strip(_SEPARATORS):
            self.words.append(" ")
        elif rest[0] in CLOSING and before:
            paired = before[-1] + rest[0] in ("()", "[]", "{}", ",,")
            self.words[:] = [before[:-1], rest[before[-1] != "," :]] if paired else [before, rest]
        else:
            self.words.append(" " + rest.lstrip(_SEPARATORS if not before else None))

    def read_option(self, row: Param, value: object) -> None:
        """A typed option: the same grammar as behind the flag. A different value in the line is a problem."""
        if value is False:
            return
        text = visible(plain(value))
        reading = read(row, text, self.vocabulary)
        if reading is None or (row.kind != "bool" and reading.rest.strip()):
            reading = replace(misread(row, text, self.vocabulary), problem=complaint(row, text, self.vocabulary))
        if reading.problem:
            self.problems.append(reading.problem)
        if reading.value is LEFT_OUT:
            return
        written = self.chosen.setdefault(row.name, reading.value)
        if written != reading.value:
            facts = {"flag": row.flag, "written": shorten(plain(written)), "option": shorten(plain(reading.value))}
            self.problems.append(("error-prompt-both", {**facts}))

    def _without_tags(self, prompt: str) -> str:
        """Read `<lora:ink:0.8>`, and `<ink:0.8>` where that is a known name, as the flag; the words that are left."""
        row = next(row for row in TABLE if row.kind == "loras")

        def take(tag: re.Match[str]) -> str:
            reading = read(row, tag[2], self.vocabulary)
            if reading is None and not tag[1]:
                return tag[0]
            self._set(row, reading or misread(row, tag[2], self.vocabulary))
            return " "

        left = _TAG.sub(take, prompt)
        return prompt if left == prompt else " ".join(left.split()).replace(" ,", ",").strip(" ,")

    def prompt(self) -> str:
        """The words that belong to no flag, with single spaces."""
        return self.without_command(self._without_tags(" ".join(unescape("".join(self.words)).split())))

    def without_command(self, prompt: str) -> str:
        """Take off a pasted `/imagine prompt:`, and say so."""
        command = _COMMAND.match(prompt)
        if command and command[0]:
            self.notes.append(("note-prompt-command", {"written": command[0].strip()}))
        return prompt[command.end() :] if command else prompt


def _without_joint(after: str) -> str:
    return after[1:] if after[:1] in _JOINTS else after


def _believed(mark: Mark, row: Param | None, value: str, reading: Reading) -> bool:
    """Whether a mark that could be prose is a flag, now that its value is known."""
    if mark.sure:
        return True
    filled = not reading.rest.strip(_SEPARATORS)
    kind = "bool" if mark.name in MAY_BE_BARE else row.kind if row else ""
    if kind == "list":
        return mark.open_ended and value[:1] not in _SEPARATORS.strip() and not _ASIDE.search(value)
    if kind in ("bool", "str"):  # nothing, or any word, would fit: prose would, too
        return mark.open_ended and filled
    return filled or not mark.whole or kind == "ratio"


def _foreign(name: str, written: str) -> Problem:
    return reason(name), _unknown(written, None)[1]


def _unknown(written: str, near: Param | None) -> Problem:
    flag = f"--{shorten(written.lstrip(DASHES).strip(), 40)}"
    if near:
        return "error-prompt-flag-near", {"flag": flag, "nearest": near.flag}
    return "error-prompt-flag", {"flag": flag}
