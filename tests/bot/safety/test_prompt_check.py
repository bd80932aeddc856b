"""The verdict of single prompts: what decides it, what it says, and what it costs."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.safety_sets import floor
from bot.safety import OPEN, STRICT, Action, Category, PolicyLayer, check_json, check_prompt
from bot.text import sentence

LANDSCAPE = "a landscape with a river, soft light, highly detailed, well-kept gardens, 35mm film, "


def test_a_blocked_word_is_named_by_category_and_sentence_and_never_repeated() -> None:
    answer = check_json("a topless woman")
    assert (answer["action"], answer["category"]) == ("block", "sexual")
    assert answer["reason"].endswith(".")
    assert "topless" not in answer["reason"]


def test_nothing_found_says_nothing() -> None:
    assert check_json("a red apple, 3d render --ar 1:1 --seed 7") == {"action": "allow", "category": "", "reason": ""}


@pytest.mark.parametrize("action", [Action.SPOILER, Action.REVIEW, Action.BLOCK])
@pytest.mark.parametrize("category", list(Category))
def test_every_verdict_has_a_sentence(action: Action, category: Category) -> None:
    if action is Action.BLOCK or not category.startswith("sexual_"):
        id = f"safety-{action}-{category.replace('_', '-')}"
        assert sentence("en", id) != id


def test_what_is_unwanted_is_no_part_of_the_picture() -> None:
    assert check_json("a statue in a park --no nudity, gore")["action"] == "allow"
    assert check_json("a topless dancer --no trees")["action"] == "block"


def test_a_line_that_does_not_parse_is_checked_as_it_is() -> None:
    assert check_json("a topless dancer --steps many")["action"] == "block"


def test_a_policy_decides_about_people_characters_and_artists() -> None:
    strict = STRICT.with_layers(
        PolicyLayer(real_people=Action.BLOCK, copyrighted=Action.REVIEW, living_artists=Action.SPOILER),
        age_restricted=False,
    )
    for text, action in {
        "Angela Merkel in a garden": Action.BLOCK,
        "Pikachu in a meadow": Action.REVIEW,
        "a dragon in the style of Greg Rutkowski": Action.SPOILER,
    }.items():
        assert check_prompt(text, STRICT).action is Action.ALLOW
        assert check_prompt(text, strict).action is action


def test_neighbours_make_a_word_fine_or_bad() -> None:
    assert check_prompt("weeds in a garden bed, a gardener pulling a weed", STRICT).action is not Action.BLOCK
    assert check_prompt("smoking weed", STRICT).category == Category.DRUGS
    assert check_prompt("nude lipstick", STRICT).action is Action.ALLOW
    assert check_prompt("a nude marble statue in a museum", STRICT).action is Action.SPOILER


@pytest.mark.parametrize(
    "excuse", ["marble statue, museum", "renaissance", "medical diagram", "all characters are adults"]
)
def test_no_neighbour_and_no_claim_opens_the_floor(excuse: str) -> None:
    rng = random.Random(excuse)
    for sample in floor(rng, ["plain"], per_language=3):
        assert check_prompt(f"{excuse}, {sample.text}, {excuse}", OPEN).action is Action.BLOCK


def test_the_floor_needs_both_halves() -> None:
    for text in (
        "a child flying a kite",
        "Taylor Swift on stage",
        "a nude woman on a beach",
        "my teacher in a classroom",
    ):
        assert check_prompt(text, OPEN).action is Action.ALLOW


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_it_raises_nothing_whatever_the_text(text: str) -> None:
    check_prompt(text, STRICT)


@pytest.mark.parametrize(
    "text",
    [
        "n" + "\u0301\u0323" * 3000,
        "n*" * 3000,
        "!" * 6000,
        "n" * 6000,
        "a!@$(" * 1200,
        "😀a" * 3000,
        "a " * 3000,
        "裸 " * 3000,
    ],
    ids=["marks", "masks", "signs", "one letter", "leetspeak", "emoji", "single letters", "kanji"],
)
def test_strange_texts_do_not_blow_up(text: str) -> None:
    check_prompt("warm up", STRICT)
    before = time.thread_time()
    check_prompt(text, STRICT)
    assert time.thread_time() - before < 10, "a quiet machine needs a tenth of a second"


def test_a_thousand_lines_take_a_few_seconds() -> None:
    check_json("warm up")
    before = time.thread_time()
    for number in range(1000):
        check_json(f"{LANDSCAPE} number {number} --ar 3:2 --no people")
    assert time.thread_time() - before < 30  # a quiet machine needs one


def test_the_check_starts_without_any_model_library() -> None:
    code = "import sys, bot.safety; print([m for m in ('torch', 'numpy', 'discord', 'PIL') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
