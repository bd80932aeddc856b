"""Every sentence that a user reads, by its id.

A folder for each language, in it a file for each group of things that are said; the file names mean nothing. `en` and
`zh-CN` are complete; another language may lack ids and then falls back to English. A sentence says what is wrong, what
was written, and what to do next; an error's code is the id of its sentence, its facts are the variables. Knows Fluent,
and nothing of who reads the sentence or where it is shown.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource
from fluent.runtime.types import fluent_number
from fluent.syntax.ast import Message, Resource, TextElement

from gpu.errors import EaselError, Fact

DEFAULT_LOCALE = "en"
FOLDER = Path(__file__).parent

command_prefix: ContextVar[str] = ContextVar("command_prefix", default="")
"""What stands before every command of this bot, as config.toml says; sentences name `/imagine` as members type it.

It belongs to the context in which a bot was opened, because every sentence is said for one bot and few know which.
"""

log = logging.getLogger(__name__)


def sentence(locale: str, id: str, **facts: Fact) -> str:
    """The sentence `id` with its facts, in the language of `locale` (Discord's codes: "de", "en-US", "zh-CN").

    An id without a sentence comes back as it is and is logged: reporting an error must never fail.
    """
    for bundle in _bundles(locale):
        if bundle.has_message(id) and (pattern := bundle.get_message(id).value) is not None:
            text, problems = bundle.format_pattern(pattern, {name: _plain(fact) for name, fact in facts.items()})
            for problem in problems:
                log.warning("sentence %s: %s", id, problem)
            return str(text)
    log.warning("no sentence for %s", id)
    return id


def sentence_of(error: EaselError, locale: str = DEFAULT_LOCALE) -> str:
    """What `error` says to a user: what is wrong, what was written, what to do next."""
    return sentence(locale, error.id, **error.facts)


def translated(locale: str, id: str) -> str | None:
    """The sentence `id`, which has no facts, in the language of `locale`; None if it is English or lacks it."""
    names = (name for name in (locale, locale.partition("-")[0]) if name in locales() - {DEFAULT_LOCALE})
    return next((sentence(name, id) for name in names if id in ids(name)), None)


def param_id(name: str) -> str:
    """The id of what a row of the parameter table helps with; the English words stand in the table."""
    return f"param-{name}"


def _plain(fact: Fact) -> object:
    """Numbers without thousands separators (a seed is copied, not read aloud), still usable for plural forms."""
    if isinstance(fact, int | float):
        return fluent_number(fact, useGrouping=False, maximumFractionDigits=6)
    return fact


def _bundles(locale: str) -> tuple[FluentBundle, ...]:
    """The bundles to look in, nearest first: `pt-BR`, then `pt`, then English."""
    wanted = dict.fromkeys((locale, locale.partition("-")[0], DEFAULT_LOCALE))
    return tuple(_bundle(name, command_prefix.get()) for name in wanted if name in locales())


@cache
def locales() -> frozenset[str]:
    """The languages there are sentences in."""
    return frozenset(path.parent.name for path in FOLDER.glob("*/*.ftl"))


@cache
def ids(locale: str) -> frozenset[str]:
    """The ids that a language has sentences for itself."""
    entries = (entry for resource in _resources(locale) for entry in resource.body)
    return frozenset(entry.id.name for entry in entries if isinstance(entry, Message))


@cache
def plain_ids(locale: str) -> frozenset[str]:
    """Of these, the sentences without facts: they can be said before anybody asks."""
    entries = (entry for resource in _resources(locale) for entry in resource.body)
    messages = [entry for entry in entries if isinstance(entry, Message) and entry.value]
    return frozenset(m.id.name for m in messages if all(isinstance(e, TextElement) for e in m.value.elements))


@cache
def commands() -> frozenset[str]:
    """The commands that have a description, without a prefix."""
    named = (id.removeprefix("command-") for id in ids(DEFAULT_LOCALE) if id.startswith("command-"))
    return frozenset(name for name in named if name.isalpha())


def _with_prefix(text: str, prefix: str) -> str:
    if not prefix:
        return text
    named = rf"(?<![A-Za-z0-9_/.])/(?=(?:{'|'.join(commands())})(?![A-Za-z0-9_-]))"
    return re.sub(named, f"/{prefix}", text)


@cache
def _bundle(name: str, prefix: str) -> FluentBundle:
    bundle = FluentBundle([name], use_isolating=False)
    for resource in _resources(name, prefix):
        bundle.add_resource(resource)
    return bundle


@cache
def _resources(name: str, prefix: str = "") -> tuple[Resource, ...]:
    files = sorted((FOLDER / name).glob("*.ftl"))
    return tuple(FluentResource(_with_prefix(path.read_text("utf-8"), prefix)) for path in files)
