"""Larger latents: what highres fix draws over when nothing is decoded and encoded in between."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torch import Tensor
from torch.nn.functional import interpolate

from gpu.params import GenerationParams
from gpu.phases.base import Encoded, Phase, Work

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


@dataclass
class LatentsState:
    """Latents that one call enlarges."""

    key: Hashable
    work: Work
    made: Tensor | None = None
    rows: int = 1

    @property
    def done(self) -> bool:
        return self.made is not None


class StretchLatents(Phase[LatentsState]):
    """The latents that this job has made so far, resized, as a start for drawing at that size."""

    name = "enlarge"

    def __init__(self, family: UNetFamily, job_id: str, params: GenerationParams) -> None:
        """`params` have the larger size."""
        self._job_id = job_id
        self._size = family.latent_shape(params)[2:]

    def prepare(self, work: Work) -> LatentsState:
        """Begin with all of them."""
        return LatentsState(("latents", self._job_id), work)

    def predict(self, states: Sequence[LatentsState]) -> list[Tensor]:
        """[n, channels, h, w] of each state, larger."""
        return [self._larger(state.work.latents) for state in states]

    def advance(self, state: LatentsState, prediction: Tensor) -> None:
        """Keep them."""
        state.made = prediction

    def finish(self, state: LatentsState) -> Work:
        """A start for each picture; variations begin at the small ones, which the model was made for."""
        assert state.made is not None
        first = state.work.latents if state.work.first is None else state.work.first
        return replace(state.work, start=Encoded(state.made), masked=None, first=first)

    def _larger(self, latents: Tensor | None) -> Tensor:
        assert latents is not None
        return interpolate(latents.float(), size=self._size, mode="bicubic", antialias=True).to(latents.dtype)
