"""Weights in a prompt as a member writes them: what is refused, and what is read though it is spelt otherwise.

The grammar itself is `gpu.weights`; here each mistake gets a sentence and is repaired, as the parser repairs flags.
Knows no encoder and no flag by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.prompt.values import Problem
from bot.prompt.words import plain, shorten
from gpu.weights import EMPHASIS, SIGN, Weighted, prompts, sensible

_BARE = re.compile(r"(?<![^,])(\s*)([^,:()\\]*[^,:()\\\d\s])\s?:\s?([01]?\.\d{1,6}|2\.0{1,6})(?=\s*(?:,|$))")
"""`phrase:0.8` between commas. Only with a decimal point: `at 10:30` and `ratio 3:2` are words."""

_BARE_END = re.compile(r":\s?(?:[01]?\.\d{1,6}|2\.0{1,6})\s*(?:,|$)")
"""How such a phrase ends: found at once, where `_BARE` has to look at every phrase."""

_BAR = re.compile(r"(?<!\S)\|(?!\S)")


@dataclass(frozen=True, slots=True)
class WeightedPrompt:
    """A prompt whose weights can be drawn. With a problem, it is the correction."""

    prompt: str
    against: str = ""
    """What the picture must not show: parts that only their weights kept out, with nothing to draw beside them."""
    notes: list[Problem] = field(default_factory=list)
    problem: Problem | None = None


def read_weights(prompt: str) -> WeightedPrompt:
    """The prompt in the one spelling that encoders read, and how it was read where that is a matter of taste.

    With several problems the first one is told, and all are repaired.
    """
    weighted = _read_once(prompt)
    while weighted.problem and (again := _read_once(weighted.prompt)) != WeightedPrompt(weighted.prompt):
        against = ", ".join(filter(None, (weighted.against, again.against)))
        weighted = WeightedPrompt(again.prompt, against, problem=weighted.problem)
    return weighted


def _read_once(prompt: str) -> WeightedPrompt:
    """The same as far as the first problem."""
    prompt, notes = _bracketed(prompt)
    if problem := _emphasis_problem(prompt):
        return WeightedPrompt(SIGN.sub(_sensible, prompt), notes=notes, problem=problem)
    parts = prompts(prompt)
    if parts and (total := sum(part.weight for part in parts)) <= 0:
        return _without_direction(parts, total)
    if len(parts) > 1 and _BAR.search(prompt):
        prompt = format_prompts(parts)
        notes.append(("note-prompt-mixed", {"read": shorten(prompt, 200)}))
    return WeightedPrompt(prompt, notes=notes)


def format_prompts(parts: list[Weighted]) -> str:
    """The line of several prompts: `gpu.weights.prompts` gives them again."""
    texts = [part.text.replace("::", "\\::") for part in parts]
    if all(part.weight == 1 for part in parts):
        return ":: ".join(texts)
    return " ".join(f"{text}::{plain(part.weight)}" for text, part in zip(texts, parts, strict=True))


def _bracketed(prompt: str) -> tuple[str, list[Problem]]:
    """`phrase:0.8` as `(phrase:0.8)`, with a note on each."""
    notes: list[Problem] = []
    if not _BARE_END.search(prompt):
        return prompt, notes

    def bracket(found: re.Match[str]) -> str:
        if float(found[3]) == 0:
            return found[0]
        read = f"({found[2].strip()}:{found[3]})"
        notes.append(("note-prompt-weight", {"written": shorten(found[0].strip()), "read": shorten(read)}))
        return found[1] + read

    return _BARE.sub(bracket, prompt), notes


def _emphasis_problem(prompt: str) -> Problem | None:
    low, high = EMPHASIS
    depth = 0
    for found in SIGN.finditer(prompt):
        weight = found[1] or found[2]
        if depth and weight and not low <= float(weight) <= high:
            return "error-prompt-emphasis", {"written": weight, "low": plain(low), "high": plain(high)}
        if found[0][0] != "\\":
            depth = depth + 1 if found[0] == "(" else max(depth - 1, 0)
    return None


def _sensible(found: re.Match[str]) -> str:
    """The same sign with a weight that is legal."""
    weight = found[1] or found[2]
    return f":{plain(sensible(float(weight)))})" if weight else found[0]


def _without_direction(parts: list[Weighted], total: float) -> WeightedPrompt:
    """Weights that add up to nothing: there is no direction to draw in."""
    wanted = [part for part in parts if part.weight > 0]
    against = ", ".join(part.text for part in parts if part.weight < 0)
    problem: Problem = "error-prompt-weights", {"sum": plain(round(total, 6))}
    if not wanted:
        return WeightedPrompt(", ".join(part.text.replace("::", "\\::") for part in parts), problem=problem)
    return WeightedPrompt(format_prompts(wanted), against, problem=problem)
