"""Layers of the policy: default ← guild ← channel, and what no layer can do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.safety import FLOOR, OPEN, STRICT, Action, Category, Policy, PolicyLayer
from bot.safety.base import ADULT

ORDINARY = [category for category in Category if category not in FLOOR]


def test_the_default_is_strict_and_open_is_the_most_that_can_be_opened() -> None:
    assert Policy() == STRICT
    assert all(STRICT.action(category) is Action.BLOCK for category in ADULT)
    assert all(OPEN.action(category) is Action.ALLOW for category in ORDINARY)


@pytest.mark.parametrize("category", sorted(FLOOR))
def test_the_floor_is_blocked_under_every_policy_and_is_no_setting(category: Category) -> None:
    assert OPEN.action(category) is Action.BLOCK
    assert OPEN.action(category, mild=True) is Action.BLOCK
    with pytest.raises(ValidationError, match="always blocked"):
        PolicyLayer.model_validate({category: "allow"})
    with pytest.raises(ValidationError):
        Policy.model_validate({category: "allow"})


@pytest.mark.parametrize("category", ORDINARY)
def test_adult_categories_open_in_age_restricted_channels_only(category: Category) -> None:
    guild = PolicyLayer.model_validate({category: "allow"})
    assert STRICT.with_layers(guild, age_restricted=True).action(category) is Action.ALLOW
    elsewhere = STRICT.with_layers(guild, age_restricted=False).action(category)
    assert elsewhere is (STRICT.action(category) if category in ADULT else Action.ALLOW)


def test_a_channel_decides_over_its_guild_and_silence_leaves_the_layer_below() -> None:
    guild = PolicyLayer(weapons=Action.SPOILER, real_people=Action.REVIEW)
    channel = PolicyLayer(weapons=Action.BLOCK)
    policy = STRICT.with_layers(guild, channel, age_restricted=False)
    assert (policy.weapons, policy.real_people, policy.sexual) == (Action.BLOCK, Action.REVIEW, Action.BLOCK)


def test_a_layer_can_make_any_place_stricter() -> None:
    channel = PolicyLayer(sexual=Action.BLOCK, copyrighted=Action.BLOCK)
    policy = OPEN.with_layers(channel, age_restricted=False)
    assert (policy.sexual, policy.copyrighted, policy.gore) == (Action.BLOCK, Action.BLOCK, Action.ALLOW)


def test_a_mild_word_is_at_most_put_behind_a_spoiler() -> None:
    assert STRICT.action(Category.SEXUAL, mild=True) is Action.SPOILER
    assert OPEN.action(Category.SEXUAL, mild=True) is Action.ALLOW
