"""Weights in a prompt, as Midjourney and the open models' users write them.

    prompts     `cat::2 dog::-0.5`, `cat | dog`     several prompts mixed by weight
    chunks      `a castle BREAK at night`           pieces that are encoded one by one and laid end to end
    emphasis    `a (red:1.3) fox`, nested           pieces of one prompt that count more or less

A prompt is read in that order: prompts, their chunks, the emphasis in each. Every function is linear, keeps every word
and raises nothing: what only looks like a weight (`(16:9)`, `[x]`, `C++`, `std\\::vector`) stays text, and a weight
beyond reason is cut to the nearest sensible one. Knows no encoder, and nothing of how mistakes are told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EMPHASIS = (0.0, 3.0)
"""Weights that an encoder can follow; others come out as noise."""

_NUMBER = r"[+-]?(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})"
_PROMPT_END = re.compile(rf"(?<!\\)::(?:({_NUMBER})(?![\w.]))?|(?<!\S)\|(?!\S)")
SIGN = re.compile(rf"\\[()]|\(|(?:(?<!\d):\s?({_NUMBER})|:\s?([+-]?\d{{0,6}}\.\d{{1,6}}))\)|\)")
"""A parenthesis of a prompt, with its weight where it closes with one."""
_BREAK = re.compile(r"(?<!\S)BREAK(?!\S)")


@dataclass(frozen=True, slots=True)
class Weighted:
    """A piece of a prompt and how much it counts; 1 is plain."""

    text: str
    weight: float = 1.0


def prompts(prompt: str) -> list[Weighted]:
    """The prompts that `::` or ` | ` separates; one where there is neither, none where there are no words.

    A weight follows its `::` without a space, 1 where there is none.
    """
    parts: list[Weighted] = []
    last = 0
    for found in _PROMPT_END.finditer(prompt) if "::" in prompt or "|" in prompt else ():
        parts.append(Weighted(prompt[last : found.start()], float(found[1] or 1)))
        last = found.end()
    parts.append(Weighted(prompt[last:]))
    plain = [Weighted(" ".join(part.text.replace("\\::", "::").split()), part.weight) for part in parts]
    return [part for part in plain if part.text]


def shares(parts: list[Weighted]) -> list[Weighted]:
    """The same with weights that add up to 1; equal ones where they add up to nothing."""
    total = sum(part.weight for part in parts)
    if total <= 0:
        return [Weighted(part.text, 1 / len(parts)) for part in parts]
    return [Weighted(part.text, part.weight / total) for part in parts if part.weight]


def chunks(prompt: str) -> list[str]:
    """The pieces between the words BREAK (in capitals); empty ones are left out."""
    return [" ".join(piece.split()) for piece in _BREAK.split(prompt) if piece.strip()]


def emphasis(prompt: str) -> list[Weighted]:
    """The pieces of a prompt with their weights; parentheses inside one another multiply.

    Only parentheses that name a weight count: `(a fox)` is text, and so are `(16:9)` and `\\(a fox:1.2\\)`.
    """
    opened: list[list[Weighted]] = [[]]
    last = 0
    for found in SIGN.finditer(prompt):
        opened[-1].append(Weighted(prompt[last : found.start()]))
        last = found.end()
        sign, weight = found[0], found[1] or found[2]
        if sign == "(":
            opened.append([])
        elif sign[0] == "\\":
            opened[-1].append(Weighted(sign[1]))
        elif len(opened) == 1:
            opened[-1].append(Weighted(sign))
        else:
            inner = opened.pop()
            opened[-1] += _times(inner, sensible(float(weight))) if weight else _between(inner)
    opened[-1].append(Weighted(prompt[last:]))
    pieces = opened[0]
    for left in opened[1:]:  # a parenthesis without a partner is text
        pieces += [Weighted("("), *left]
    return _merged(pieces)


def sensible(weight: float) -> float:
    """The nearest weight that an encoder can follow."""
    low, high = EMPHASIS
    return min(max(weight, low), high)


def words(prompt: str) -> str:
    """What a prompt says, without weights: the text that is shown to a check."""
    return " ".join(
        "".join(piece.text for piece in emphasis(chunk)) for part in prompts(prompt) for chunk in chunks(part.text)
    )


def _times(pieces: list[Weighted], factor: float) -> list[Weighted]:
    return [Weighted(piece.text, piece.weight * factor) for piece in pieces]


def _between(pieces: list[Weighted]) -> list[Weighted]:
    """Merged at once, so that many parentheses inside one another stay few pieces."""
    return _merged([Weighted("("), *pieces, Weighted(")")])


def _merged(pieces: list[Weighted]) -> list[Weighted]:
    """Neighbours of one weight as one piece."""
    merged: list[tuple[list[str], float]] = []
    for piece in pieces:
        if piece.text and merged and merged[-1][1] == piece.weight:
            merged[-1][0].append(piece.text)
        elif piece.text:
            merged.append(([piece.text], piece.weight))
    return [Weighted("".join(texts), weight) for texts, weight in merged]
