"""The lines of a request that draws more than one job: braces, `--repeat`, and the axes of a sweep.

Pure functions on text; `parse` is the studio's own. Every line that comes out is canonical and parses alone. What is
wrong in one of many lines is told without a corrected line: running that one alone is not what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from bot.errors import PromptError, Refusal
from bot.prompt.parser import ParsedPrompt, format_line
from bot.prompt.permutations import Permutations, literal
from gpu.params import BY_FLAG, BY_NAME, MAX_SEED
from storage.sweeps import Axis

Parse = Callable[[str, Mapping[str, object]], ParsedPrompt]

PROMPT = "prompt"
AXES = (PROMPT, "cfg", "steps", "sampler", "model", "lora")
"""What a sweep can vary."""
NOTHING = "none"
"""A value of the axis `lora`: without any."""
COUNTABLE = 1_000_000

_AXIS = re.compile(r"\s*-{0,2}([a-z]+)\s*[:=\s]\s*(.*)", re.DOTALL | re.IGNORECASE)


def lines_of(text: str, options: Mapping[str, object], parse: Parse, *, limit: int, repeat_limit: int) -> list[str]:
    """Every line that a text with its options stands for, the options folded in.

    Raises `Refusal` for more than `limit` lines or `repeat_limit` repeats, and `PromptError` for a single line that
    cannot be read; nothing is made before it is counted.
    """
    moved = {name: value for name, value in options.items() if isinstance(value, str) and Permutations(value).count > 1}
    text = " ".join([text, *(f"{BY_NAME[name].flag} {value}" for name, value in moved.items())])
    rest = {name: value for name, value in options.items() if name not in moved}
    many = Permutations(text)
    if many.count > limit:
        raise Refusal("error-sweep-many", count=_counted(many.count), limit=limit)
    if many.count == 1:
        return _repeated(_single(many.line(0), rest, parse), limit, repeat_limit)
    found = [line for one in many for line in _repeated(_one_of_many(one, rest, parse), limit, repeat_limit)]
    if len(found) > limit:
        raise Refusal("error-sweep-many", count=_counted(len(found)), limit=limit)
    return found


def read_axis(text: str, limit: int) -> Axis:
    """`cfg 3, 5, 7` as an axis. Values are cut at commas; `\\,` is a comma. Raises `Refusal`."""
    found = _AXIS.fullmatch(text)
    flag = BY_FLAG.get(f"--{found[1].lower()}") if found else None
    name = flag.flag.strip("-") if flag else (found[1].lower() if found else "")
    if found is None or name not in AXES:
        raise Refusal("error-sweep-axis", written=text[:60], names=", ".join(AXES))
    many = Permutations("{" + found[2] + ",}")
    if many.count > limit + 1:
        raise Refusal("error-sweep-many", count=_counted(many.count - 1), limit=limit)
    values = tuple(dict.fromkeys(value for value in many if value))
    if not values:
        raise Refusal("error-sweep-axis", written=text[:60], names=", ".join(AXES))
    return Axis(name=name, values=values)


def grid(
    text: str, axes: Sequence[Axis], parse: Parse, options: Mapping[str, object], *, seed: int, limit: int
) -> tuple[str, list[str]]:
    """The canonical line of a sweep with its options, and the line of each cell, row by row: the last axis is the rows.

    Every cell has the same seed, and one picture where the line does not say otherwise. Raises `Refusal`,
    `PromptError`.
    """
    if Permutations(text).count > 1:
        raise Refusal("error-sweep-braces")
    count = len(axes[0].values) * (len(axes[1].values) if len(axes) > 1 else 1)
    if count > limit:
        raise Refusal("error-sweep-many", count=count, limit=limit)
    if len({axis.name for axis in axes}) < len(axes):
        raise Refusal("error-sweep-twice", name=axes[0].name)
    parsed = parse(Permutations(text).line(0), options)
    chosen = {"seed": seed, "num_images": 1, **parsed.chosen}
    chosen.pop("repeat", None)
    whole = format_line(parsed.prompt, {name: chosen[name] for name in BY_NAME if name in chosen})
    rows = axes[1].values if len(axes) > 1 else ("",)
    made = [_cell(parsed.prompt, chosen, axes, values, parse) for values in product(rows, axes[0].values)]
    return whole, made


def title(line: str, axes: Sequence[Axis]) -> str:
    """How a sweep is shown: its line and its axes."""
    shown = [f"{letter}: {axis.name} {', '.join(axis.values)}" for letter, axis in zip("xy", axes, strict=False)]
    return f"{line} ({'; '.join(shown)})"


def _cell(prompt: str, chosen: Mapping[str, Any], axes: Sequence[Axis], values: tuple[str, ...], parse: Parse) -> str:
    chosen, added = dict(chosen), []
    for axis, value in zip(reversed(axes), values if len(axes) > 1 else values[1:], strict=True):
        if axis.name == PROMPT:
            prompt = _worded(prompt, axis.values[0], value)
            continue
        row = BY_FLAG[f"--{axis.name}"]
        chosen.pop(row.name, None)
        if not (axis.name == "lora" and value == NOTHING):
            added.append(f"{row.flag} {value}")
    return _one_of_many(" ".join([format_line(prompt, chosen), *added]), {}, parse).line


def _worded(prompt: str, first: str, value: str) -> str:
    """Search and replace where the first value stands in the prompt, else one more phrase."""
    return prompt.replace(first, value) if first in prompt else f"{prompt}, {value}"


def _single(text: str, options: Mapping[str, object], parse: Parse) -> ParsedPrompt:
    try:
        return parse(text, options)
    except PromptError as error:
        error.suggestion = literal(error.suggestion)
        raise


def _one_of_many(text: str, options: Mapping[str, object], parse: Parse) -> ParsedPrompt:
    try:
        return parse(text, options)
    except PromptError as error:
        raise Refusal(error.id, **error.facts) from error


def _repeated(parsed: ParsedPrompt, limit: int, repeat_limit: int) -> list[str]:
    """The line as often as `--repeat` says; a written seed goes on where the pictures before it end."""
    chosen = dict(parsed.chosen)
    times = chosen.pop("repeat", 1)
    if times > min(limit, repeat_limit):
        raise Refusal("error-sweep-many", count=times, limit=min(limit, repeat_limit))
    step = chosen.get("num_images", BY_NAME["num_images"].default)
    seeds = [{"seed": (chosen["seed"] + at * step) % (MAX_SEED + 1)} if "seed" in chosen else {} for at in range(times)]
    return [format_line(parsed.prompt, {**chosen, **seed}) for seed in seeds]


def _counted(count: int) -> str | int:
    return count if count <= COUNTABLE else f"{COUNTABLE}+"
