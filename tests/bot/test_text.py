"""Sentences: complete, readable, never failing."""

from __future__ import annotations

import ast
import re

import pytest

from bot.text import FOLDER, sentence, sentence_of
from gpu.errors import WorkerBug

ROOT = FOLDER.parent.parent
ENGLISH = "\n".join(path.read_text("utf-8") for path in sorted((FOLDER / "en").glob("*.ftl")))
IDS = re.findall(r"^([a-z][a-z0-9-]*) =", ENGLISH, re.MULTILINE)


def ids_in_code(folder: str) -> set[str]:
    """Every string constant in a folder that looks like the id of a sentence."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / folder).rglob("*.py")]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {str(text) for text in constants if re.fullmatch(r"(error|note)-[a-z0-9-]+[a-z0-9]", str(text))}


def test_the_prompt_grammar_has_all_its_sentences() -> None:
    assert len(ids_in_code("bot/prompt")) > 10
    assert ids_in_code("bot/prompt") <= set(IDS)


def test_no_id_stands_twice() -> None:
    assert len(IDS) == len(set(IDS)), [id for id in set(IDS) if IDS.count(id) > 1]


def test_numbers_are_written_plainly() -> None:
    assert "6001 characters" in sentence("en", "error-prompt-long", length=6001, limit=6000)
    assert "4294967295" in sentence("en", "error-prompt-long", length=4294967295, limit=6000)


@pytest.mark.parametrize("locale", ["en", "en-US", "de", "zh-CN", "", "../../etc/passwd", "xx-\x00"])
def test_every_locale_gets_a_sentence(locale: str) -> None:
    assert ("错误 7Q" if locale == "zh-CN" else "error 7Q") in sentence(locale, "error-bug", bug="7Q")
    assert sentence_of(WorkerBug(bug="7Q"), locale) == sentence(locale, "error-bug", bug="7Q")


def test_an_unknown_id_comes_back_as_it_is() -> None:
    assert sentence("en", "no-such-id", x=1) == "no-such-id"
