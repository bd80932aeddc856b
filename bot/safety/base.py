"""The words of prompt safety: categories, actions, a policy and its layers, a verdict.

A policy says what happens to each category that a server may decide about. The two floor categories are no fields of
it, so nothing that an operator, a role or a channel can write lowers them. Knows no Discord and no term list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import model_validator

from gpu.errors import Fact
from gpu.types import Setting


class Action(StrEnum):
    """What happens to a prompt, from mild to strict."""

    ALLOW = "allow"
    SPOILER = "spoiler"
    """Drawn, and shown behind a spoiler."""
    REVIEW = "review"
    """Drawn, and held back until a moderator has seen it."""
    BLOCK = "block"

    @property
    def rank(self) -> int:
        """0 (allow) … 3 (block); of two actions the one with the higher rank wins."""
        return list(Action).index(self)


class Category(StrEnum):
    """What a prompt can be about. The order is the order in which a verdict names them."""

    SEXUAL_MINORS = "sexual_minors"
    SEXUAL_REAL_PERSON = "sexual_real_person"
    SEXUAL = "sexual"
    SELF_HARM = "self_harm"
    HATE = "hate"
    GORE = "gore"
    HARASSMENT = "harassment"
    DRUGS = "drugs"
    WEAPONS = "weapons"
    REAL_PEOPLE = "real_people"
    COPYRIGHTED = "copyrighted"
    LIVING_ARTISTS = "living_artists"


FLOOR = frozenset({Category.SEXUAL_MINORS, Category.SEXUAL_REAL_PERSON})
"""Always blocked. No policy has a field for them."""

ADULT = frozenset(
    {Category.SEXUAL, Category.SELF_HARM, Category.HATE, Category.GORE, Category.HARASSMENT, Category.DRUGS}
)
"""Can be opened in an age-restricted channel only."""


class Policy(Setting):
    """Category → action, complete. The defaults are the strict policy: safe for work everywhere."""

    sexual: Action = Action.BLOCK
    self_harm: Action = Action.BLOCK
    hate: Action = Action.BLOCK
    gore: Action = Action.BLOCK
    harassment: Action = Action.BLOCK
    drugs: Action = Action.BLOCK
    weapons: Action = Action.BLOCK
    real_people: Action = Action.ALLOW
    copyrighted: Action = Action.ALLOW
    living_artists: Action = Action.ALLOW

    def action(self, category: Category, *, mild: bool = False) -> Action:
        """What happens to a prompt of that category. A mild word ("sexy", "pistol") is at most put behind a spoiler."""
        if category in FLOOR:
            return Action.BLOCK
        action: Action = getattr(self, category.value)
        return min(action, Action.SPOILER, key=lambda a: a.rank) if mild else action

    def with_layers(self, *layers: PolicyLayer, age_restricted: bool) -> Policy:
        """This default with a guild's and then a channel's layer on it.

        Outside an age-restricted channel a layer can make an adult category stricter, never milder.
        """
        chosen = {category.value: getattr(self, category.value) for category in Category if category not in FLOOR}
        for layer in layers:
            for name, action in layer.chosen().items():
                closed = Category(name) in ADULT and not age_restricted
                chosen[name] = max(action, getattr(self, name), key=lambda a: a.rank) if closed else action
        return Policy(**chosen)


class PolicyLayer(Setting):
    """What a guild or a channel says about some categories; None leaves the layer below as it is."""

    sexual: Action | None = None
    self_harm: Action | None = None
    hate: Action | None = None
    gore: Action | None = None
    harassment: Action | None = None
    drugs: Action | None = None
    weapons: Action | None = None
    real_people: Action | None = None
    copyrighted: Action | None = None
    living_artists: Action | None = None

    @model_validator(mode="before")
    @classmethod
    def _floor_is_no_setting(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and (floor := sorted(FLOOR & raw.keys())):
            raise ValueError(f"{', '.join(floor)} is always blocked and cannot be set")
        return raw

    def chosen(self) -> dict[str, Action]:
        """The categories that this layer decides."""
        return {name: action for name, action in self if action is not None}


STRICT = Policy()
OPEN = Policy(**{name: Action.ALLOW for name in Policy.model_fields})
"""The most that anyone could open: what is still blocked under it is the floor."""

POLICIES = {"strict": STRICT, "open": OPEN}
"""The policies that have a name on the command line."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of a prompt. Never holds the word that was found."""

    action: Action = Action.ALLOW
    category: str = ""
    """A `Category`; empty when nothing was found that the policy minds."""
    reason_id: str = ""
    """The id of the sentence that the user reads."""
    facts: dict[str, Fact] = field(default_factory=dict)
