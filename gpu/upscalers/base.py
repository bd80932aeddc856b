"""What an upscaler is, and how a picture of any size goes through one: in tiles that overlap. Knows no job."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from gpu.device import free_memory, ran_out_of_memory

SMALLEST_SIDE = 16
"""A tile of this size that does not fit into memory will not fit at all."""


class Box(NamedTuple):
    """Left, top, right, bottom in pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.left, self.bottom - self.top

    def grown(self, by: int, limits: tuple[int, int]) -> Box:
        """With as much around it as the picture has, at most `by`."""
        width, height = limits
        return Box(
            max(self.left - by, 0), max(self.top - by, 0), min(self.right + by, width), min(self.bottom + by, height)
        )

    def times(self, factor: int) -> Box:
        """The same box in the enlarged picture."""
        return Box(*(side * factor for side in self))

    def halves(self) -> tuple[Box, Box]:
        """Cut across the longer side."""
        width, height = self.size
        if width >= height:
            middle = self.left + width // 2
            return self._replace(right=middle), self._replace(left=middle)
        middle = self.top + height // 2
        return self._replace(bottom=middle), self._replace(top=middle)


def tiles(size: tuple[int, int], side: int) -> Iterator[Box]:
    """Boxes of nearly equal size, at most `side` long, that cover a picture exactly, row by row."""
    across, down = (_cuts(length, side) for length in size)
    for top, bottom in pairwise(down):
        for left, right in pairwise(across):
            yield Box(left, top, right, bottom)


def _cuts(length: int, side: int) -> list[int]:
    parts = -(-length // side)
    return [length * part // parts for part in range(parts + 1)]


class Upscaler(ABC):
    """Makes pictures `scale` times as large, one tile at a time."""

    scale: int = 4
    side: int
    """Of one tile; chosen so that a tile takes about a second, and halved where it does not fit into memory."""
    overlap: int = 10
    """Pixels around a tile that are looked at and not kept, so that no seam is seen."""
    device: torch.device

    @abstractmethod
    def network(self, pixels: Tensor) -> Tensor:
        """Pixels [1, 3, h, w] in [0, 1] to [1, 3, scale · h, scale · w], about [0, 1], on any device."""

    def tile(self, picture: Image.Image, box: Box) -> Image.Image:
        """The enlarged part `box` of an RGB picture. What does not fit into memory is done in halves."""
        if max(box.size) <= self.side:
            try:
                return self._whole(picture, box)
            except Exception as error:
                if max(box.size) <= SMALLEST_SIDE or not ran_out_of_memory(error):
                    raise
            self.side = max(max(box.size) // 2, SMALLEST_SIDE)
            free_memory(self.device)
        joined = Image.new("RGB", (box.size[0] * self.scale, box.size[1] * self.scale))
        for half in box.halves():
            at = ((half.left - box.left) * self.scale, (half.top - box.top) * self.scale)
            joined.paste(self.tile(picture, half), at)
        return joined

    @torch.no_grad()
    def _whole(self, picture: Image.Image, box: Box) -> Image.Image:
        seen = box.grown(self.overlap, picture.size)
        numbers = np.array(picture.crop(seen).convert("RGB"), dtype=np.float32) / 255
        enlarged = self.network(torch.from_numpy(numbers).permute(2, 0, 1)[None])[0]
        found = enlarged.float().clamp(0, 1).mul(255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
        inner = Box(box.left - seen.left, box.top - seen.top, box.right - seen.left, box.bottom - seen.top)
        return Image.fromarray(found).crop(inner.times(self.scale))
