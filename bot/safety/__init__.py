"""The prompt check: what may be drawn, decided before anything is queued."""

from bot.safety.base import OPEN, STRICT, Action, Category, Policy, PolicyLayer, Verdict
from bot.safety.check import check_json, check_prompt

__all__ = ["OPEN", "STRICT", "Action", "Category", "Policy", "PolicyLayer", "Verdict", "check_json", "check_prompt"]
