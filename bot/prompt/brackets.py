"""A1111's brackets, for members who are used to them: `(fox)` counts 1.1 times as much, `[fox]` 1.1 times less.

Off by default, where brackets are text. Here each becomes the parentheses with a weight that stand for it, so that
everything behind knows one spelling. Linear; what has no partner, a weight of its own or a backslash stays as it is.
"""

from __future__ import annotations

import re

MORE, LESS = "1.1", "0.909"
"""What one bracket is worth in A1111's web UI: a factor of 1.1, and its inverse."""

_SIGN = re.compile(r"\\[()\[\]]|[()\[\]]")
_WEIGHTED = re.compile(r":\s?[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$")
_PARTNER = {")": "(", "]": "["}


def explicit(prompt: str) -> str:
    """The prompt with the weights of its brackets written out."""
    pieces: list[str] = []
    opened: list[int] = []
    last = 0
    for found in _SIGN.finditer(prompt):
        pieces += [prompt[last : found.start()], found[0]]
        last = found.end()
        if found[0] in "([":
            opened.append(len(pieces) - 1)
        elif opened and pieces[opened[-1]] == _PARTNER.get(found[0]):
            _close(pieces, opened.pop())
    return "".join([*pieces, prompt[last:]])


def _close(pieces: list[str], start: int) -> None:
    """Give the bracket that opened at `start` and closes with the last piece its weight."""
    empty = len(pieces) - start == 3 and not pieces[-2].strip()
    if empty or _WEIGHTED.search(pieces[-2]):
        return
    weight = MORE if pieces[start] == "(" else LESS
    pieces[start], pieces[-1] = "(", f":{weight})"
