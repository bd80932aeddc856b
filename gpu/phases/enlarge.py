"""Larger pictures: tile by tile, so that no tick is long, and back to latents for drawing details into them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from PIL import Image

from gpu.phases.base import Encoded, Phase, Work
from gpu.phases.images import ImagesState
from gpu.types import Size
from gpu.upscalers import Box, Upscaler, tiles

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


@dataclass
class EnlargeState:
    """Pictures of which some tiles are enlarged."""

    key: Hashable
    work: Work
    todo: list[tuple[int, Box]]
    """Which picture, and which part of it; the next one is the last."""
    canvases: list[Image.Image]
    rows: int = field(default=1)

    @classmethod
    def begin(cls, job_id: str, work: Work, parts: Sequence[Box], size: Size, scale: int) -> EnlargeState:
        """All parts of pictures of that size, and empty canvases `scale` times as large."""
        todo = [(index, box) for index in range(len(work.images)) for box in parts]
        canvases = [Image.new("RGB", (size[0] * scale, size[1] * scale)) for _ in work.images]
        return cls(("enlarge", job_id), work, todo[::-1], canvases)

    @property
    def done(self) -> bool:
        return not self.todo

    def next_part(self) -> tuple[Image.Image, Box]:
        """The picture whose turn it is, and the part of it."""
        index, box = self.todo[-1]
        return self.work.images[index], box


class Enlarge(Phase[EnlargeState]):
    """Every picture through an upscaler, a tile in each tick."""

    name = "enlarge"

    def __init__(self, job_id: str, upscaler: Upscaler, pictures: int, size: Size, to: Size | None = None) -> None:
        """For so many `pictures` of one `size`. `to`: the size of the result; None: whatever the upscaler makes."""
        self._job_id = job_id
        self._upscaler = upscaler
        self._to = to
        self._size = size
        self._tiles = list(tiles(size, upscaler.side))
        self.steps = pictures * len(self._tiles)

    def prepare(self, work: Work) -> EnlargeState:
        """Begin with the first tile of the first picture."""
        assert all(image.size == self._size for image in work.images)
        return EnlargeState.begin(self._job_id, work, self._tiles, self._size, self._upscaler.scale)

    def predict(self, states: Sequence[EnlargeState]) -> list[Image.Image]:
        """The next tile of each state."""
        return [self._upscaler.tile(*state.next_part()) for state in states]

    def advance(self, state: EnlargeState, prediction: Image.Image) -> None:
        """Put it where it belongs."""
        index, box = state.todo.pop()
        large = box.times(self._upscaler.scale)
        state.canvases[index].paste(prediction, (large.left, large.top))

    def finish(self, state: EnlargeState) -> Work:
        """The large pictures."""
        return replace(kept(state.work), images=tuple(resized(canvas, self._to) for canvas in state.canvases))


class Stretch(Phase[ImagesState]):
    """Every picture resized, where no upscaler was asked for."""

    name = "enlarge"

    def __init__(self, job_id: str, to: Size) -> None:
        self._job_id = job_id
        self._to = to

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first picture."""
        return ImagesState(("images", self._job_id), work, len(work.images))

    def predict(self, states: Sequence[ImagesState]) -> list[Image.Image]:
        """The next picture of each state."""
        return [resized(state.work.images[len(state.made)], self._to) for state in states]

    def advance(self, state: ImagesState, prediction: Image.Image) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """The large pictures."""
        return replace(kept(state.work), images=tuple(state.made))


class EncodeMade(Phase[ImagesState]):
    """The pictures that this job has made so far, to latents to start from."""

    name = "encode"

    def __init__(self, family: UNetFamily, job_id: str) -> None:
        self._family = family
        self._job_id = job_id

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first picture."""
        return ImagesState(("images", self._job_id), work, len(work.images))

    def predict(self, states: Sequence[ImagesState]) -> list[Encoded]:
        """The next one of each state."""
        return [self._family.encode(state.work.images[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: Encoded) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """A start for each picture."""
        mean = torch.cat([code.mean for code in state.made])
        stds = [code.std for code in state.made if code.std is not None]
        return replace(state.work, start=Encoded(mean, torch.cat(stds) if stds else None), masked=None)


def resized(image: Image.Image, to: Size | None) -> Image.Image:
    """As it is where it has that size."""
    return image if to is None or to == image.size else image.resize(to, Image.Resampling.LANCZOS)


def kept(work: Work) -> Work:
    """Variations start from the latents of the small picture: they are what the model was made for."""
    return work if work.first is not None else replace(work, first=work.latents)
