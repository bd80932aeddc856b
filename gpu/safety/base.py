"""What every image check is, and what a policy says to its scores. Knows Pillow only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from gpu.types import CheckerSource, SafetyPolicy


@dataclass(frozen=True)
class Setup:
    """What a check may need that is made."""

    sources: Mapping[str, CheckerSource] = field(default_factory=dict)
    """Name of a check → where the operator's weights for it are."""
    device: str = "cpu"
    on_progress: Callable[[int, int], None] = lambda done, total: None
    """Called with bytes done and bytes in all while something is downloaded."""


class ImageCheck(Protocol):
    """Looks at a picture. Made once per worker, used by one thread."""

    categories: tuple[str, ...]
    """The categories that `score` answers for."""

    def score(self, image: Image.Image) -> dict[str, float]:
        """Category → how surely the picture shows it, 0…1. Any size and mode."""
        ...


class Ensemble:
    """Several checks as one: a category's score is the highest that any of the checks that know it gives.

    The highest, not the mean, because each is blind where another sees: open_nsfw in drawings, nsfwjs in details.
    """

    def __init__(self, checks: Mapping[str, ImageCheck]) -> None:
        """`checks`: by their names in `IMAGE_CHECKS`."""
        self._checks = checks
        self.categories = tuple(dict.fromkeys(name for check in checks.values() for name in check.categories))

    def score(self, image: Image.Image) -> dict[str, float]:
        """The categories, and beside them what each check said: `sexual`, `open_nsfw.sexual`, `nsfwjs.sexual` …"""
        said = {name: check.score(image) for name, check in self._checks.items()}
        highest: dict[str, float] = {}
        for scores in said.values():
            for category, score in scores.items():
                highest[category] = max(score, highest.get(category, 0.0))
        return highest | {f"{name}.{c}": score for name, scores in said.items() for c, score in scores.items()}


def refused(scores: Mapping[str, float], policy: SafetyPolicy) -> str:
    """The category that the policy refuses most clearly, or "" when the picture may be shown."""
    excess = {name: scores[name] - limit for name, limit in policy.thresholds.items() if name in scores}
    worst = max(excess, key=lambda name: excess[name], default="")
    return worst if worst and excess[worst] >= 0 else ""
