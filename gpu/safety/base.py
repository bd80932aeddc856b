"""What every image check is, and what a policy says to its scores. Knows Pillow only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PIL import Image

from gpu.types import SafetyPolicy


class ImageCheck(Protocol):
    """Looks at a picture. Made once per worker, used by one thread."""

    categories: tuple[str, ...]
    """The categories that `score` answers for."""

    def score(self, image: Image.Image) -> dict[str, float]:
        """Category → how surely the picture shows it, 0…1. Any size and mode."""
        ...


def refused(scores: Mapping[str, float], policy: SafetyPolicy) -> str:
    """The category that the policy refuses most clearly, or "" when the picture may be shown."""
    excess = {name: scores[name] - limit for name, limit in policy.thresholds.items() if name in scores}
    worst = max(excess, key=lambda name: excess[name], default="")
    return worst if worst and excess[worst] >= 0 else ""
