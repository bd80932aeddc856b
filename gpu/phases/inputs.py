"""What happens to the pictures that a job starts from: they are checked, then encoded, one in each tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image
from torch import Tensor

from gpu.gallery import Gallery
from gpu.phases.base import Encoded, Phase, Work
from gpu.phases.images import ImagesState
from gpu.types import GenerationRequest

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


class Check(Phase[ImagesState]):
    """Ask the image check about every picture and mask that was sent along; the engine puts it before all others."""

    name = "check"

    def __init__(self, gallery: Gallery, request: GenerationRequest, pictures: Sequence[Image.Image]) -> None:
        self._gallery = gallery
        self._request = request
        self._pictures = pictures

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first one."""
        return ImagesState(("images", self._request.job_id), work, len(self._pictures))

    def predict(self, states: Sequence[ImagesState]) -> list[dict[str, float]]:
        """What the image check says."""
        return [self._gallery.score(self._pictures[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: dict[str, float]) -> None:
        """Go on. Raises `RefusedError` when the policy does not allow such scores."""
        self._gallery.require(prediction, self._request)
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """As it was."""
        return state.work


class Encode(Phase[ImagesState]):
    """A picture to latents; for an inpainting UNet also what is left of it under the mask."""

    name = "encode"

    def __init__(self, family: UNetFamily, job_id: str, picture: Image.Image, mask: Tensor | None = None) -> None:
        """`mask` [1, 1, h, w] in pixels, 1 where the picture is hidden from an inpainting UNet."""
        self._family = family
        self._job_id = job_id
        self._picture = picture
        self._kept = [None] if mask is None else [None, 1 - mask]

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the whole picture."""
        return ImagesState(("images", self._job_id), work, len(self._kept))

    def predict(self, states: Sequence[ImagesState]) -> list[Encoded]:
        """The next one."""
        return [self._family.encode(self._picture, self._kept[len(state.made)]) for state in states]

    def advance(self, state: ImagesState, prediction: Encoded) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """The latents to start from."""
        return replace(state.work, start=state.made[0], masked=state.made[1] if len(state.made) > 1 else None)
