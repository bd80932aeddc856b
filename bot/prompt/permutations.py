"""`a {red, blue} fox --ar {1:1, 3:2}`: one line that stands for many.

Braces hold alternatives between commas, anywhere in a line, flags included, one inside another. `\\{`, `\\}` and `\\,`
are the signs themselves; braces without a comma, or without a partner, are words. Lines are counted without being
made, and made one by one: 2¹²⁰⁰ of them are no danger. Knows nothing of what the lines mean.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import prod

_SIGN = re.compile(r"\\[{},]|[{},]")
_BACKSLASHED = re.compile(r"\\(?=[{},])")


class Chain:
    """Pieces one behind the other: texts and choices. `count` is the number of lines that it stands for."""

    __slots__ = ("count", "parts")

    def __init__(self, parts: Sequence[str | Choice]) -> None:
        self.parts = tuple(parts)
        self.count: int = prod(part.count for part in self.parts if isinstance(part, Choice))


class Choice:
    """Alternatives. `count` is the number of lines that they stand for together."""

    __slots__ = ("count", "ends", "options")

    def __init__(self, options: Iterable[Chain]) -> None:
        self.options = tuple(options)
        self.ends = list(accumulate(option.count for option in self.options))
        self.count: int = self.ends[-1]

    def option(self, index: int) -> tuple[Chain, int]:
        """The option that holds line `index`, and the line's number inside that option."""
        at = bisect_right(self.ends, index)
        return self.options[at], index - (self.ends[at - 1] if at else 0)


class Permutations:
    """Every line that a text stands for. The last braces change fastest, as in Midjourney."""

    def __init__(self, text: str) -> None:
        self._chain = _read(text)
        self.count = self._chain.count
        """How many lines; 1 where there is no choice."""

    def __iter__(self) -> Iterator[str]:
        return (self.line(index) for index in iter(range(self.count)))

    def line(self, index: int) -> str:
        """Line `index` (0 … count − 1). Raises IndexError beyond."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        made: list[str] = []
        waiting: list[tuple[str | Choice | Chain, int]] = [(self._chain, index)]
        while waiting:  # not by recursion: braces may be nested as deep as a line is long
            part, index = waiting.pop()
            if isinstance(part, str):
                made.append(part)
            elif isinstance(part, Choice):
                waiting.append(part.option(index))
            else:
                for piece in reversed(part.parts):
                    index, own = divmod(index, piece.count) if isinstance(piece, Choice) else (index, 0)
                    waiting.append((piece, own))
        return "".join(made)


def literal(text: str) -> str:
    """`text` with backslashes, so that it stands for itself alone: the only line of `Permutations(literal(text))`."""
    places = {found.end() for found in _BACKSLASHED.finditer(text)}
    if Permutations(text).count > 1:
        places |= {found.start() for found in re.finditer("{", text)}
    return "".join(f"\\{char}" if at in places else char for at, char in enumerate(text))


Option = list[str | Choice]


def _read(text: str) -> Chain:
    """The structure of a text. `opened` holds, for each brace that is still open, its options so far."""
    opened: list[list[Option]] = [[[]]]
    last = 0
    for found in _SIGN.finditer(text):
        here = opened[-1][-1]
        here.append(text[last : found.start()])
        last = found.end()
        sign, nested = found[0], len(opened) > 1
        if sign == "{":
            opened.append([[]])
        elif sign == "," and nested:
            opened[-1].append([])
        elif sign == "}" and nested:
            closed = opened.pop()
            opened[-1][-1] += _close(closed)
        else:
            here.append(sign[-1])
    opened[-1][-1].append(text[last:])
    while len(opened) > 1:  # a brace without a partner is a word
        left = opened.pop()
        opened[-1][-1] += ["{", *_joined(left)]
    return Chain(opened[0][0])


def _close(options: list[Option]) -> Option:
    """A choice between the options. Where there is only one, the braces are words, or nothing around a choice."""
    if len(options) == 1:
        holds_choice = any(isinstance(part, Choice) for part in options[0])
        return options[0] if holds_choice else ["{", *options[0], "}"]
    return [Choice(Chain(_trimmed(option)) for option in options)]


def _joined(options: list[Option]) -> Option:
    pieces = list(options[0])
    for option in options[1:]:
        pieces += [",", *option]
    return pieces


def _trimmed(option: Option) -> Option:
    """Without the spaces at both ends."""
    parts = [part for part in option if part]
    while parts and isinstance(parts[0], str) and not parts[0].strip():
        del parts[0]
    while parts and isinstance(parts[-1], str) and not parts[-1].strip():
        del parts[-1]
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return parts
