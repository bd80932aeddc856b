"""The prompt check: what may be drawn, decided before anything is queued."""

from bot.safety.base import FLOOR, OPEN, STRICT, Action, Category, Policy, PolicyLayer, Verdict
from bot.safety.check import check_json, check_prompt

__all__ = [
    "FLOOR",
    "OPEN",
    "STRICT",
    "Action",
    "Category",
    "Policy",
    "PolicyLayer",
    "Verdict",
    "check_json",
    "check_prompt",
]
