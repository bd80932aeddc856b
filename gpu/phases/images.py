"""From latents to files, one image at a time: a batch of one decodes to the same bytes in any company."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFilter
from torch import Tensor

from gpu.gallery import Gallery
from gpu.phases.base import Phase, Work
from gpu.seamless import seamless
from gpu.types import GenerationRequest

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily

SKETCH_SIDE = 512
"""Pixels of the longer side of a finished picture in a preview."""
BLUR = 48
"""Parts of the longer side of which one is the radius of the blur before a picture that is not finished."""


@dataclass
class ImagesState:
    """A job's images, worked on one after the other."""

    key: Hashable
    work: Work
    count: int
    made: list[Any] = field(default_factory=list)
    rows: int = 1

    @property
    def done(self) -> bool:
        return len(self.made) == self.count


class Decode(Phase[ImagesState]):
    """Latents to pictures."""

    name = "decode"

    def __init__(self, family: UNetFamily, job_id: str, *, tile: bool = False) -> None:
        """`tile`: opposite edges of the pictures meet."""
        self._family = family
        self._job_id = job_id
        self._tile = tile

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first image."""
        assert work.latents is not None
        return ImagesState(("images", self._job_id), work, len(work.latents))

    def predict(self, states: Sequence[ImagesState]) -> list[Image.Image]:
        """The next picture of each state."""
        with seamless(self._family.components.vae, on=self._tile):
            return [self._family.decode(_latents(state)) for state in states]

    def advance(self, state: ImagesState, prediction: Image.Image) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """Pictures beside their latents."""
        return replace(state.work, images=tuple(state.made))

    def sketches(self, state: ImagesState) -> list[Image.Image]:
        """Those that are finished, and behind a blur what the others will be."""
        if not state.made:
            return []
        finished = [small(image) for image in state.made]
        assert state.work.latents is not None
        rough = self._family.preview(state.work.latents[len(finished) :])
        return [*finished, *(blurred(image, finished[0].size) for image in rough)]


class Save(Phase[ImagesState]):
    """Check every picture, then write it with its latents."""

    name = "save"

    def __init__(self, gallery: Gallery, request: GenerationRequest) -> None:
        self._gallery = gallery
        self._request = request

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first image."""
        return ImagesState(("images", self._request.job_id), work, len(work.images))

    def predict(self, states: Sequence[ImagesState]) -> list[dict[str, float]]:
        """What the image check says."""
        return [self._gallery.score(state.work.images[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: dict[str, float]) -> None:
        """Write. Raises `RefusedError` when the policy does not allow such scores."""
        at = len(state.made)
        first = state.work.latents if state.work.first is None else state.work.first
        latents = None if first is None else first[at]
        state.made.append(self._gallery.save(self._request, at + 1, state.work.images[at], latents, prediction))

    def finish(self, state: ImagesState) -> Work:
        """The results."""
        return Work(saved=tuple(state.made))


def small(image: Image.Image) -> Image.Image:
    """At most `SKETCH_SIDE` pixels wide and high."""
    image = image.copy()
    image.thumbnail((SKETCH_SIDE, SKETCH_SIDE))
    return image


def blurred(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Of that size, and plainly unfinished."""
    return image.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(max(size) / BLUR))


def _latents(state: ImagesState) -> Tensor:
    """[1, channels, h, w] of the next image."""
    assert state.work.latents is not None
    at = len(state.made)
    return state.work.latents[at : at + 1]
