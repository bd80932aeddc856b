"""Weights in a prompt as a member writes them: what is refused, what is read though it is spelt otherwise.

The grammar itself is `gpu.weights`; here it answers a mistake with a `PromptError` and a corrected line. Knows no
encoder and no flags.
"""

from __future__ import annotations

import re

from bot.errors import PromptError
from bot.prompt.values import Problem
from bot.prompt.words import plain, shorten
from gpu import weights
from gpu.weights import EMPHASIS, SIGN, Weighted

_BARE = re.compile(r"(?<![^,])(\s*)([^,:()\\]*[^,:()\\\d\s])\s?:\s?([01]?\.\d{1,6}|2\.0{1,6})(?=\s*(?:,|$))")
"""`phrase:0.8` between commas. Only with a decimal point: `at 10:30` and `ratio 3:2` are words."""


def read_weights(prompt: str) -> tuple[str, list[Problem]]:
    """The prompt in the spelling that encoders read, and how it was read where that is a matter of taste.

    Raises `PromptError` for weights that nothing can be drawn from.
    """
    prompt, bare = _bracketed(prompt)
    parts = multi_prompt(prompt)
    for part in parts:
        emphasis(part.text)
    mixed = ", ".join(f"“{shorten(part.text)}” × {plain(part.weight)}" for part in parts)
    notes: list[Problem] = [("note-prompt-mixed", {"parts": mixed})] if len(parts) > 1 else []
    return prompt, [*bare, *notes]


def multi_prompt(prompt: str) -> list[Weighted]:
    """The prompts that `::` or ` | ` separates; one where there is neither.

    Raises `PromptError` when their weights add up to nothing: then there is no direction to draw in.
    """
    parts = weights.prompts(prompt)
    if parts and sum(part.weight for part in parts) <= 0:
        raise _no_direction(parts)
    return parts


def format_multi_prompt(parts: list[Weighted]) -> str:
    """The line of several prompts: `multi_prompt` gives them again."""
    texts = [part.text.replace("::", "\\::") for part in parts]
    if all(part.weight == 1 for part in parts):
        return ":: ".join(texts)
    return " ".join(f"{text}::{plain(part.weight)}" for text, part in zip(texts, parts, strict=True))


def emphasis(prompt: str) -> list[Weighted]:
    """The pieces of a prompt with their weights. Raises `PromptError` for a weight outside `EMPHASIS`."""
    low, high = EMPHASIS
    for found in SIGN.finditer(prompt):
        weight = float(found[1] or found[2] or 1)
        if not low <= weight <= high:
            facts = {"written": plain(weight), "low": plain(low), "high": plain(high)}
            raise PromptError("error-prompt-emphasis", suggestion=SIGN.sub(_sensible, prompt), **facts)
    return weights.emphasis(prompt)


def _bracketed(prompt: str) -> tuple[str, list[Problem]]:
    """`phrase:0.8` as `(phrase:0.8)`, with a note on each."""
    notes: list[Problem] = []

    def bracket(found: re.Match[str]) -> str:
        if float(found[3]) == 0:
            return found[0]
        read = f"({found[2].strip()}:{found[3]})"
        notes.append(("note-prompt-weight", {"written": shorten(found[0].strip()), "read": shorten(read)}))
        return found[1] + read

    return _BARE.sub(bracket, prompt), notes


def _sensible(found: re.Match[str]) -> str:
    """The same sign with a weight that is legal."""
    weight = found[1] or found[2]
    return f":{plain(weights.sensible(float(weight)))})" if weight else found[0]


def _no_direction(parts: list[Weighted]) -> PromptError:
    """The error for a sum of nothing. In the corrected line, what counts against the picture goes to `--no`."""
    wanted = [part for part in parts if part.weight > 0]
    against = ", ".join(part.text for part in parts if part.weight < 0)
    line = f"{format_multi_prompt(wanted)} --no {against}" if wanted else ", ".join(part.text for part in parts)
    total = plain(round(sum(part.weight for part in parts), 6))
    return PromptError("error-prompt-weights", suggestion=line, sum=total)
