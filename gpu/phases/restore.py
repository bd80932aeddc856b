"""Where a picture was not to be redrawn, its own pixels return; and the new ones are made to meet them.

The autoencoder changes every pixel a little, so the new part would not meet the old one at the border. What the old
part lost there is carried over the border and fades out: a membrane, as in seamless cloning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from PIL import Image, ImageChops, ImageFilter
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from gpu.phases.base import Phase, Work
from gpu.phases.images import ImagesState
from gpu.preview import to_images, to_pixels

REACH = 12
"""The membrane reaches this part of the shorter side."""
FEATHER = 64
"""The mask fades in over two of these parts of the shorter side, inside of its border."""
LEAST_FEATHER = 4
"""Pixels: with it the mask fades in over one patch of the autoencoder."""


class Restore(Phase[ImagesState]):
    """Old pixels where the mask is black, new ones where it is white."""

    name = "restore"

    def __init__(self, job_id: str, old: Image.Image, mask: Image.Image) -> None:
        """`old` RGB and `mask` L of one size."""
        self._job_id = job_id
        self._old = old
        self._mask = mask

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first picture."""
        return ImagesState(("images", self._job_id), work, len(work.images))

    def predict(self, states: Sequence[ImagesState]) -> list[Image.Image]:
        """The next picture of each state, joined with the old one."""
        return [join(self._old, state.work.images[len(state.made)], self._mask) for state in states]

    def advance(self, state: ImagesState, prediction: Image.Image) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """The joined pictures."""
        return replace(state.work, images=tuple(state.made))


def join(old: Image.Image, new: Image.Image, mask: Image.Image) -> Image.Image:
    """`old` byte for byte where `mask` (L) is black, elsewhere `new`, corrected where they meet."""
    if mask.getextrema() == (255, 255):
        return new
    kept = to_pixels(mask.convert("RGB"))[:, :1] <= -1
    before, after = to_pixels(old), to_pixels(new)
    corrected = after + membrane(before - after, kept.float())
    return Image.composite(to_images(corrected)[0], old, feathered(mask))


def feathered(mask: Image.Image) -> Image.Image:
    """The mask fading in from where it begins: what is black stays black."""
    radius = max(min(mask.size) // FEATHER, LEAST_FEATHER)
    begun = mask.point(lambda value: 255 if value else 0)
    soft = _eroded(begun, radius).filter(ImageFilter.GaussianBlur(radius / 2))
    return ImageChops.darker(mask, soft)


def _eroded(mask: Image.Image, radius: int) -> Image.Image:
    """White pixels within `radius` of a black one turn black; the border of the picture is no border of the mask."""
    for _ in range(radius):
        mask = mask.filter(ImageFilter.MinFilter(3))
    return mask


def membrane(difference: Tensor, kept: Tensor) -> Tensor:
    """The `difference` [1, 3, h, w] of the `kept` pixels [1, 1, h, w], carried over their border, fading out."""
    radius = max(min(difference.shape[-2:]) // REACH, 1)
    fade = kept
    for size, padding in (((1, 2 * radius + 1), (0, radius)), ((2 * radius + 1, 1), (radius, 0))):
        fade = max_pool2d(fade, size, stride=1, padding=padding)
    for size, padding in (((1, 2 * radius + 1), (0, radius)), ((2 * radius + 1, 1), (radius, 0))):
        fade = avg_pool2d(fade, size, stride=1, padding=padding, count_include_pad=False)
    return _spread(difference * kept, kept) * fade


def _spread(total: Tensor, weight: Tensor) -> Tensor:
    """The values where there is weight, and elsewhere what a coarser picture of them says."""
    own = total / weight.clamp(min=1e-6)
    if min(total.shape[-2:]) <= 1 or bool((weight > 0).all()):
        return own
    coarse = _spread(avg_pool2d(total, 2, ceil_mode=True), avg_pool2d(weight, 2, ceil_mode=True))
    return torch.where(weight > 0, own, interpolate(coarse, total.shape[-2:], mode="bilinear"))
