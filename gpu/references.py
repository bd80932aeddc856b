"""Pictures that are listened to beside the words: which of a request's inputs they are, and how loud each one is.

An IP-Adapter adds to every cross-attention what the UNet hears in a picture, times a scale. Several pictures of a kind
share the scale of one by their weights. Midjourney's numbers become scales here and nowhere else:

    --iw 0 … 1 … 3        0 … 0.5 … 1      an image prompt
    --sw 0 … 100 … 1000   0 … 1 … 1.5      a style, heard by the style blocks alone
    --cw 0 … 100          0.4 … 0.8        a figure: little, as its face, or all of it

Knows no model library.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gpu.params import GenerationParams
from gpu.types import AdapterKind, GenerationRequest, InputImage, InputRole, ModelSpec

KINDS: Mapping[InputRole, AdapterKind] = {
    InputRole.PROMPT: "image", InputRole.STYLE: "style", InputRole.CHARACTER: "character",
}  # fmt: skip
"""Role of an input → the IP-Adapter that listens to it."""


class Reference(NamedTuple):
    """One picture's part."""

    kind: AdapterKind
    scale: float


SCALES: Mapping[AdapterKind, Callable[[GenerationParams], float]] = {
    "image": lambda params: _through(params.image_weight, ((0, 0), (1, 0.5), (3, 1))),
    "style": lambda params: _through(params.style_weight, ((0, 0), (100, 1), (1000, 1.5))),
    "character": lambda params: _through(params.character_weight, ((0, 0.4), (100, 0.8))),
}
"""What all pictures of a kind have together."""


def heard_by(spec: ModelSpec) -> tuple[InputRole, ...]:
    """Roles of the pictures that a model can listen to."""
    return tuple(role for role, kind in KINDS.items() if kind in spec.ip_adapters)


def read_references(request: GenerationRequest) -> list[tuple[Reference, InputImage]]:
    """The pictures that are listened to; none that says nothing."""
    found = []
    for role, kind in KINDS.items():
        images = request.of_role(role)
        whole = sum(image.weight for image in images)
        for image in images:
            scale = SCALES[kind](request.params) * image.weight / whole if whole else 0.0
            found += [(Reference(kind, round(scale, 6)), image)] if scale else []
    return found


def _through(x: float, points: tuple[tuple[float, float], ...]) -> float:
    """The value at `x` of the line through some points."""
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]
