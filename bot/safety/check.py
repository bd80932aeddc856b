"""The prompt check itself: text and policy in, verdict out.

Fast enough to run before the first answer to a command: no model, no network. The text is what will really be drawn;
what stands in `--no` is not part of it.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cache

from bot.errors import PromptError
from bot.prompt.parser import parse
from bot.safety.base import POLICIES, Action, Category, Policy, Verdict
from bot.safety.floor import floor
from bot.safety.lexicon import Lexicon, load
from bot.safety.matcher import Found, Reading, in_context
from bot.safety.normalise import clean, respell
from bot.text import DEFAULT_LOCALE, sentence
from gpu.weights import words

_MILD = frozenset({"mild", "suggestive"})
_JUDGED = _MILD | {"explicit", "undress", "name"}
"""The tables that count by themselves; the others only make pairs."""
_ORDER: dict[str, int] = {category: index for index, category in enumerate(Category)}


def check_prompt(text: str, policy: Policy) -> Verdict:
    """What `policy` says of a prompt. Raises nothing, whatever the text."""
    reading = Reading(clean(respell(text, lexicon().spellings)), lexicon())
    if category := floor(reading):
        return _verdict(category, Action.BLOCK)
    worst = Verdict()
    for found, category in _categories(reading):
        action = policy.action(category, mild=found.table in _MILD)
        if (action.rank, -_ORDER[category]) > (worst.action.rank, -_ORDER.get(worst.category, 0)):
            worst = _verdict(category, action)
    return worst


def findings(text: str) -> list[tuple[str, str]]:
    """What the lists find in a prompt, for moderators who want to know why: term and tag ("sexual.explicit")."""
    reading = Reading(clean(respell(words(text), lexicon().spellings)), lexicon())
    floored = [("", category)] if (category := floor(reading)) else []
    return floored + list(dict.fromkeys((found.term, found.tag) for found, _ in _categories(reading)))


def check_json(
    text: str, policy: str = "strict", *, models: Collection[str] = (), styles: Collection[str] = ()
) -> dict[str, str]:
    """The answer of `python -m bot check`: action, category and reason of a line as a user would type it.

    Its flags are read first, so that a word in `--no` does not count. A line that does not parse is checked as it is.
    """
    with suppress(PromptError):
        text = words(parse(text, models=models, styles=styles).prompt)
    verdict = check_prompt(text, POLICIES[policy])
    reason = sentence(DEFAULT_LOCALE, verdict.reason_id, **verdict.facts) if verdict.reason_id else ""
    return {"action": verdict.action.value, "category": verdict.category, "reason": reason}


@cache
def lexicon() -> Lexicon:
    """The bundled lists, read once and kept for good: the garbage collector need not walk them, nor pause a check."""
    lists = load()
    gc.freeze()
    return lists


def _categories(reading: Reading) -> Iterator[tuple[Found, Category]]:
    for found in in_context(reading, lexicon().rules, _ORDER):
        if found.table in _JUDGED:
            yield found, Category(found.list)


def _verdict(category: Category, action: Action) -> Verdict:
    return Verdict(action, category.value, f"safety-{action.value}-{category.value.replace('_', '-')}")
