"""Weights in a prompt, as Midjourney and the open models' users write them.

    multi_prompt    `cat::2 dog::-0.5`, `cat | dog`     several prompts mixed by weight (the sum must be above 0)
    chunks          `a castle BREAK at night`           pieces that are encoded one by one and laid end to end
    emphasis        `a (red:1.3) fox`, nested           pieces of one prompt that count more or less

A prompt is read in that order: prompts, their chunks, the emphasis in each. Every function is linear and keeps every
word; what only looks like a weight (`(16:9)`, `std\\::vector`) stays text. Knows no encoder.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.errors import PromptError
from bot.prompt.words import plain

EMPHASIS = (0.0, 3.0)
"""Weights that an encoder can follow; others come out as noise."""

_NUMBER = r"[+-]?(?:\d{1,6}(?:\.\d{0,6})?|\.\d{1,6})"
_PROMPT_END = re.compile(rf"(?<!\\)::(?:({_NUMBER})(?![\w.]))?|(?<!\S)\|(?!\S)")
_SIGN = re.compile(rf"\\[()]|\(|(?:(?<!\d):\s?({_NUMBER})|:\s?([+-]?\d{{0,6}}\.\d{{1,6}}))\)|\)")
_BREAK = re.compile(r"(?<!\S)BREAK(?!\S)")


@dataclass(frozen=True, slots=True)
class Weighted:
    """A piece of a prompt and how much it counts; 1 is plain."""

    text: str
    weight: float = 1.0


def multi_prompt(prompt: str) -> list[Weighted]:
    """The prompts that `::` or ` | ` separates; one where there is neither.

    A weight follows its `::` without a space, 1 where there is none. Raises `PromptError` when the weights add up to
    nothing: then there is no direction to draw in.
    """
    parts: list[Weighted] = []
    last = 0
    for found in _PROMPT_END.finditer(prompt):
        parts.append(Weighted(prompt[last : found.start()], float(found[1] or 1)))
        last = found.end()
    parts.append(Weighted(prompt[last:]))
    plain_parts = [Weighted(" ".join(part.text.replace("\\::", "::").split()), part.weight) for part in parts]
    named = [part for part in plain_parts if part.text]
    if named and sum(part.weight for part in named) <= 0:
        raise _no_direction(named)
    return named


def format_multi_prompt(parts: list[Weighted]) -> str:
    """The line of several prompts: `multi_prompt` gives them again."""
    texts = [part.text.replace("::", "\\::") for part in parts]
    if all(part.weight == 1 for part in parts):
        return ":: ".join(texts)
    return " ".join(f"{text}::{plain(part.weight)}" for text, part in zip(texts, parts, strict=True))


def chunks(prompt: str) -> list[str]:
    """The pieces between the words BREAK (in capitals); empty ones are left out."""
    return [" ".join(piece.split()) for piece in _BREAK.split(prompt) if piece.strip()]


def emphasis(prompt: str) -> list[Weighted]:
    """The pieces of a prompt with their weights; parentheses inside one another multiply.

    Only parentheses that name a weight count: `(a fox)` is text, and so are `(16:9)` and `\\(a fox:1.2\\)`. Raises
    `PromptError` for a weight outside `EMPHASIS`.
    """
    opened: list[list[Weighted]] = [[]]
    last = 0
    for found in _SIGN.finditer(prompt):
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
            opened[-1] += _times(inner, _legal(float(weight), prompt)) if weight else _between(inner)
    opened[-1].append(Weighted(prompt[last:]))
    while len(opened) > 1:  # a parenthesis without a partner is text
        left = opened.pop()
        opened[-1] += [Weighted("("), *left]
    return _merged(opened[0])


def _times(pieces: list[Weighted], factor: float) -> list[Weighted]:
    return [Weighted(piece.text, piece.weight * factor) for piece in pieces]


def _between(pieces: list[Weighted]) -> list[Weighted]:
    return [Weighted("("), *pieces, Weighted(")")]


def _merged(pieces: list[Weighted]) -> list[Weighted]:
    """Neighbours of one weight as one piece."""
    merged: list[tuple[list[str], float]] = []
    for piece in pieces:
        if piece.text and merged and merged[-1][1] == piece.weight:
            merged[-1][0].append(piece.text)
        elif piece.text:
            merged.append(([piece.text], piece.weight))
    return [Weighted("".join(texts), weight) for texts, weight in merged]


def _legal(weight: float, prompt: str) -> float:
    low, high = EMPHASIS
    if low <= weight <= high:
        return weight
    facts = {"written": plain(weight), "low": plain(low), "high": plain(high)}
    raise PromptError("error-prompt-emphasis", suggestion=_SIGN.sub(_clamped, prompt), **facts)


def _clamped(found: re.Match[str]) -> str:
    """The same sign with a weight that is legal."""
    weight = found[1] or found[2]
    return f":{plain(min(max(float(weight), EMPHASIS[0]), EMPHASIS[1]))})" if weight else found[0]


def _no_direction(parts: list[Weighted]) -> PromptError:
    """The error for a sum of nothing. In the corrected line, what counts against the picture goes to `--no`."""
    wanted = [part for part in parts if part.weight > 0]
    against = ", ".join(part.text for part in parts if part.weight < 0)
    line = f"{format_multi_prompt(wanted)} --no {against}" if wanted else ", ".join(part.text for part in parts)
    total = plain(round(sum(part.weight for part in parts), 6))
    return PromptError("error-prompt-weights", suggestion=line, sum=total)
