"""What a policy says of a finished picture: scores and policy in, action out.

The rule for a category with a score: from its threshold on, what the policy says of the category happens; a blocked
category is put before a moderator already from a little below the threshold on, since classifiers are unsure there.
The strictest category decides. Knows no picture and no file.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.safety.base import Action, Category, Policy, Verdict
from gpu.types import SafetyPolicy

_NAMES = {category.value: category for category in Category}


def judge(
    scores: Mapping[str, float], policy: Policy, thresholds: Mapping[str, float], borderline: Mapping[str, float]
) -> Verdict:
    """What happens to a picture. `thresholds` and `borderline`: category → score 0…1."""
    worst = Verdict()
    for name, score in scores.items():
        action = _action(name, score, policy, thresholds, borderline) if name in thresholds else Action.ALLOW
        if action.rank > worst.action.rank:
            worst = Verdict(action, name, f"safety-{action.value}-{name.replace('_', '-')}")
    return worst


def worker_policy(policy: Policy, thresholds: Mapping[str, float]) -> SafetyPolicy:
    """What the worker may not even write: blocked categories, from their threshold on."""
    blocked = {name: limit for name, limit in thresholds.items() if _says(policy, name) is Action.BLOCK}
    return SafetyPolicy(thresholds=blocked)


def _action(
    name: str, score: float, policy: Policy, thresholds: Mapping[str, float], borderline: Mapping[str, float]
) -> Action:
    action = _says(policy, name)
    if score >= thresholds[name]:
        return action
    if action is Action.BLOCK and score >= borderline.get(name, thresholds[name]):
        return Action.REVIEW
    return Action.ALLOW


def _says(policy: Policy, name: str) -> Action:
    """A category that no policy knows (an operator's own classifier) is blocked."""
    return policy.action(_NAMES[name]) if name in _NAMES else Action.BLOCK
