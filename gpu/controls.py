"""What `--control` says: which control images are followed, how closely, and in which part of the steps.

    canny          canny:0.8          canny:0.8:0-0.6          canny:ready          depth:0.5, pose

The canonical text is what the parameter table stores. Knows no model library and no picture.
"""

from __future__ import annotations

import re
from typing import NamedTuple

CONTROL_KINDS = ("canny", "softedge", "depth", "normal", "seg", "pose", "scribble", "tile")
"""What a control image can say; `gpu/control` has the preprocessor of each."""
READY = "ready"
"""Written behind the kind of a picture that is a control image already."""
MOST_WEIGHT = 2.0

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
ITEM = rf"(?:{'|'.join(CONTROL_KINDS)})(?::{READY})?(?::{_NUMBER})?(?::{_NUMBER}-{_NUMBER})?"
"""One control, as people write it."""
_ITEM = re.compile(
    rf"(?P<kind>\w+?)(?P<ready>:{READY})?(?::(?P<weight>{_NUMBER}))?(?::(?P<start>{_NUMBER})-(?P<end>{_NUMBER}))?"
)


class Control(NamedTuple):
    """One control image's part in a picture."""

    kind: str
    weight: float = 1.0
    start: float = 0.0
    """Share of the steps, 0…1, from which it counts."""
    end: float = 1.0
    """Share of the steps, 0…1, after which it no longer counts."""
    ready: bool = False
    """The picture is a control image already."""

    @property
    def legal(self) -> bool:
        """Whether its numbers are within their ranges."""
        return 0 <= self.weight <= MOST_WEIGHT and 0 <= self.start < self.end <= 1

    def mended(self) -> Control:
        """The nearest legal one."""
        legal_part = 0 <= self.start < self.end <= 1
        start, end = (self.start, self.end) if legal_part else (0.0, 1.0)
        return self._replace(weight=min(self.weight, MOST_WEIGHT), start=start, end=end)

    def keep(self, step: int, steps: int) -> float:
        """Its weight in `step` (0…) of `steps`: stock pipelines' rule, and 0 outside of its part."""
        outside = step / steps < self.start or (step + 1) / steps > self.end
        return 0.0 if outside else self.weight

    def __str__(self) -> str:
        part = "" if (self.start, self.end) == (0, 1) else f":{self.start:g}-{self.end:g}"
        return f"{self.kind}{f':{READY}' if self.ready else ''}:{self.weight:g}{part}"


Controls = tuple[Control, ...]


def read_controls(text: str) -> Controls:
    """The controls that a parameter names, in order; what cannot be read is left out."""
    found = (_ITEM.fullmatch(item.strip().lower()) for item in text.split(","))
    return tuple(
        Control(
            match["kind"], float(match["weight"] or 1), float(match["start"] or 0),
            float(match["end"]) if match["end"] else 1.0, bool(match["ready"]),
        )
        for match in found
        if match and match["kind"] in CONTROL_KINDS
    )  # fmt: skip


def spell_controls(controls: Controls) -> str:
    """The canonical text."""
    return ", ".join(map(str, controls))
