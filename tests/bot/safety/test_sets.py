"""The ratios that the check must reach, on prompts made here: terms × templates × disguises, and harmless ones."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from benchmarks.safety_sets import CATEGORIES, DISGUISES, dictionary, floor, harmful, innocent, pairs
from bot.safety import FLOOR, OPEN, STRICT, Action, check_prompt


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20261122)


def _worn(rng: random.Random, count: int) -> list[str]:
    return [*DISGUISES, *rng.sample(pairs(), count)]


def test_harmful_prompts_are_blocked_under_the_strict_policy(rng: random.Random) -> None:
    seen, caught = Counter[str](), Counter[str]()
    for sample in harmful(rng, _worn(rng, 20), per_language=1):
        hit = check_prompt(sample.text, STRICT).action is Action.BLOCK
        for group in (sample.category, f"language {sample.language}", "all"):
            seen[group] += 1
            caught[group] += hit
    assert set(CATEGORIES) <= seen.keys()
    assert {group: caught[group] / seen[group] for group in seen if caught[group] / seen[group] < 0.98} == {}


def test_every_prompt_below_the_floor_is_blocked_under_the_open_policy(rng: random.Random) -> None:
    samples = list(floor(rng, _worn(rng, 30), per_language=1))
    passed = [sample for sample in samples if check_prompt(sample.text, OPEN).category not in FLOOR]
    assert len(samples) > 900
    assert [(sample.language, sample.disguise) for sample in passed] == []


def test_adult_prompts_pass_the_open_policy(rng: random.Random) -> None:
    samples = [s for s in harmful(rng, ["plain"], per_language=4) if s.category != "sexual"]
    assert all(check_prompt(sample.text, OPEN).action is Action.ALLOW for sample in samples)
    assert check_prompt("a topless woman in a bedroom, oil painting", OPEN).action is Action.ALLOW


def test_innocent_prompts_are_never_blocked() -> None:
    samples = list(innocent())
    assert len(samples) > 500
    assert [sample.text for sample in samples if check_prompt(sample.text, STRICT).action is Action.BLOCK] == []
    assert [sample.text for sample in samples if check_prompt(sample.text, OPEN).action is not Action.ALLOW] == []


@pytest.mark.parametrize("per_language", [200, pytest.param(800, marks=pytest.mark.slow)])
def test_dictionary_words_that_contain_a_term_are_not_blocked(rng: random.Random, per_language: int) -> None:
    samples = list(dictionary(rng, per_language=per_language))
    blocked = [sample.text for sample in samples if check_prompt(sample.text, STRICT).action is Action.BLOCK]
    assert len(samples) > 6 * per_language
    assert len(blocked) / len(samples) <= 0.01, blocked
