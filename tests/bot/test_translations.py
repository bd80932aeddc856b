"""Simplified Chinese says everything that English says, with the same facts, and Discord is told what it takes."""

from __future__ import annotations

from typing import Any

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from bot.cogs.help import flag_line
from bot.text import FOLDER, param_id, plain_ids, sentence, translated
from gpu.params import TABLE

OWN = ("param-", "command-name-")
"""Sentences that English has elsewhere, or has no need of."""
NO_WORDS = {
    "admin-limits-line", "admin-queue-line", "admin-words-line", "button-remix", "button-show", "button-upscale",
    "button-vary", "demo-example", "doctor-device", "doctor-model-failed", "doctor-optimise", "form-remix",
    "help-command", "help-flag", "job-running",
}  # fmt: skip
"""Names, numbers, and lines to draw, which are the same in every language."""


class Variables(Visitor):
    """The facts that a sentence is given."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:
        self.found.add(node.id.name)


def facts_by_id(locale: str) -> dict[str, set[str]]:
    """Every sentence of a language with its facts; fails on what Fluent cannot read, and on an id that stands twice."""
    found: dict[str, set[str]] = {}
    for path in sorted((FOLDER / locale).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text("utf-8")).body:
            assert not isinstance(entry, ast.Junk), f"{path.name}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, entry.id.name
                variables = Variables()
                variables.visit(entry)
                found[entry.id.name] = variables.found
    return found


ENGLISH = facts_by_id("en")
CHINESE = facts_by_id("zh-CN")
SHARED = {id: facts for id, facts in CHINESE.items() if not id.startswith(OWN)}


def test_chinese_has_every_sentence_and_nothing_superfluous() -> None:
    assert sorted(ENGLISH.keys() - SHARED.keys()) == []
    assert sorted(SHARED.keys() - ENGLISH.keys()) == []


def test_chinese_sentences_have_the_same_facts() -> None:
    assert {id: SHARED[id] for id in SHARED if SHARED[id] != ENGLISH.get(id)} == {}


def test_chinese_sentences_are_chinese() -> None:
    said = {id: sentence("zh-CN", id, **dict.fromkeys(SHARED[id], "1")) for id in SHARED}
    latin = {id for id, text in said.items() if not any("\u4e00" <= sign <= "\u9fff" for sign in text)}
    assert latin == NO_WORDS


def test_files_have_the_names_of_the_english_ones() -> None:
    names = [{path.name for path in (FOLDER / locale).glob("*.ftl")} for locale in ("en", "zh-CN")]
    assert names[1] - names[0] == {"params.ftl"}


def test_every_row_of_the_table_has_its_help_in_chinese() -> None:
    assert {id for id in CHINESE if id.startswith("param-")} == {param_id(row.name) for row in TABLE}


def test_help_describes_flags_in_chinese() -> None:
    steps = next(row for row in TABLE if row.name == "num_inference_steps")
    assert "去噪步数" in flag_line(steps, "zh-CN")
    assert steps.help in flag_line(steps, "en-US")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_descriptions_fit_into_what_discord_takes(locale: str) -> None:
    said = {id: sentence(locale, id) for id in plain_ids("en") if id.startswith(("command-", "option-", "menu-"))}
    said |= {row.name: translated(locale, param_id(row.name)) or row.help for row in TABLE if row.slash}
    assert {id: len(text) for id, text in said.items() if len(text) > 100} == {}
    assert {id for id in said if id.startswith("menu-") and len(said[id]) > 32} == set()


def test_only_languages_that_there_are_translate() -> None:
    assert translated("zh-CN", "command-queue") == sentence("zh-CN", "command-queue")
    others: list[Any] = [translated(locale, "command-queue") for locale in ("en-US", "de", "zh-TW", "", "../en")]
    assert others == [None] * 5
