"""What every image check is, and what a policy says to its scores. Knows Pillow only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from PIL import Image

from gpu.types import CheckerSource, SafetyPolicy


@dataclass(frozen=True)
class Setup:
    """What a check may need that is made."""

    source: CheckerSource = field(default_factory=CheckerSource)
    """Where the checks that have weights of their own find them."""
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


class Together:
    """Several checks as one: of each category the highest number counts."""

    def __init__(self, checks: Sequence[ImageCheck]) -> None:
        self._checks = checks
        self.categories = tuple(dict.fromkeys(name for check in checks for name in check.categories))

    def score(self, image: Image.Image) -> dict[str, float]:
        """What any of them says."""
        scores: dict[str, float] = {}
        for check in self._checks:
            for name, number in check.score(image).items():
                scores[name] = max(scores.get(name, 0.0), number)
        return scores


def refused(scores: Mapping[str, float], policy: SafetyPolicy) -> str:
    """The category that the policy refuses most clearly, or "" when the picture may be shown."""
    excess = {name: scores[name] - limit for name, limit in policy.thresholds.items() if name in scores}
    worst = max(excess, key=lambda name: excess[name], default="")
    return worst if worst and excess[worst] >= 0 else ""
