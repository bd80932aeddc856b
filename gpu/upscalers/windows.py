"""Large tensors in windows that overlap: for networks that look far, where no margin would hide a seam.

Neighbours are blended over what they share, so that no border is seen; where memory runs out, a window is worked on in
smaller ones. A picture that fits one window is worked on as a whole, number by number as without them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from gpu.device import free_memory, ran_out_of_memory
from gpu.upscalers.base import SMALLEST_SIDE, Box

SHARED = 8
"""Neighbours share this part of a window's side: 16 of 128 pixels."""


def windows(size: tuple[int, int], side: int) -> list[Box]:
    """Boxes that cover a picture row by row, all of one size, at most `side` long; neighbours share a strip."""
    width, height = (min(length, side) for length in size)
    return [
        Box(left, top, left + width, top + height)
        for top in _starts(size[1], height, shared(side))
        for left in _starts(size[0], width, shared(side))
    ]


def shared(side: int) -> int:
    """Pixels that neighbouring windows have in common at least."""
    return max(side // SHARED, 1)


def _starts(length: int, side: int, overlap: int) -> Sequence[int]:
    count = 1 + -(-(length - side) // max(side - overlap, 1))
    return [(length - side) * number // max(count - 1, 1) for number in range(count)]


def crop(whole: Tensor, box: Box) -> Tensor:
    """The part `box` of [..., h, w]; a view."""
    return whole[..., box.top : box.bottom, box.left : box.right]


def weights(box: Box, overlap: int) -> Tensor:
    """[h, w] in 0…1: how much a window counts over what lies there already. It fades in from its left and upper
    neighbours over `overlap` pixels; at the picture's own border it counts fully.
    """
    width, height = box.size
    across, down = _rising(width, overlap if box.left else 0), _rising(height, overlap if box.top else 0)
    return torch.minimum(across[None, :], down[:, None])


def _rising(length: int, overlap: int) -> Tensor:
    ramp = (torch.arange(length) + 1) / (overlap + 1)
    return ramp.clamp(max=1)


def lay(whole: Tensor, part: Tensor, box: Box, overlap: int) -> None:
    """Blend a window into [..., h, w]; windows are laid in the order of `windows`."""
    ground = crop(whole, box)
    ground.lerp_(part, weights(box, overlap).to(whole).expand_as(ground))


class Room:
    """How large a window fits into the memory of a device, found by trying."""

    def __init__(self, side: int, device: torch.device) -> None:
        self.side = side
        self._device = device

    def work(self, call: Callable[[Tensor], Tensor], whole: Tensor, scale: int = 1) -> Tensor:
        """`call` of [..., h, w], which gives [..., scale · h, scale · w], in as many windows as memory asks for.

        Raises what `call` raises, out of memory only where the smallest window does not fit.
        """
        size = (whole.shape[-1], whole.shape[-2])
        if max(size) <= self.side:
            try:
                return call(whole)
            except Exception as error:
                if max(size) <= SMALLEST_SIDE or not ran_out_of_memory(error):
                    raise
            self.side = max(max(size) // 2, SMALLEST_SIDE)
            free_memory(self._device)
        side, joined = self.side, None
        for box in windows(size, side):
            part = self.work(call, crop(whole, box), scale)
            if joined is None:
                joined = part.new_zeros(*part.shape[:-2], size[1] * scale, size[0] * scale)
            lay(joined, part, box.times(scale), shared(side) * scale)
        assert joined is not None
        return joined
