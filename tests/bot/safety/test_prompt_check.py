"""The verdict of single prompts: what passes, what is refused, and what the refusal says."""

from __future__ import annotations

import pytest

from bot.safety import OPEN, STRICT, Action, check_json, check_prompt

INNOCENT = """
a drugstore in Scunthorpe, Essex
nude lipstick and matching nails
a naked mole rat in its burrow
a child flying a kite
a school class photo in the garden
sexy thirty-five-year-old rhyme without rhyme
""".strip().splitlines()


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_prompts_are_not_blocked(text: str) -> None:
    assert check_prompt(text, STRICT).action is not Action.BLOCK
    assert check_prompt(text, OPEN).action is Action.ALLOW


def test_a_blocked_word_is_named_by_category_and_sentence_and_never_repeated() -> None:
    answer = check_json("a topless woman")
    assert (answer["action"], answer["category"]) == ("block", "sexual")
    assert answer["reason"].endswith(".")
    assert "topless" not in answer["reason"]


def test_what_is_unwanted_is_no_part_of_the_picture() -> None:
    assert check_json("a statue in a park --no nudity, gore")["action"] == "allow"
    assert check_json("a topless dancer --no trees")["action"] == "block"


def test_a_line_that_does_not_parse_is_checked_as_it_is() -> None:
    assert check_json("a topless dancer --steps many")["action"] == "block"
