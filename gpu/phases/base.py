"""What a phase is, and what one hands to the next. Knows no kind of work."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu.references import Reference
from gpu.types import ImageResult


@dataclass(frozen=True)
class Encoded:
    """What the autoencoder makes of a picture: a distribution of latents, or the latents where it has no doubt."""

    mean: Tensor
    """[1 or n, channels, h, w], scaled as the UNet takes it."""
    std: Tensor | None = None

    def sample(self, generators: Sequence[torch.Generator]) -> Tensor:
        """One draw for each generator, [n, channels, h, w]; of one code, or of as many."""
        if self.std is None:
            return self.mean.expand(len(generators), -1, -1, -1)
        shape = (len(generators), *self.mean.shape[1:])
        noise = randn_tensor(shape, generator=list(generators), device=self.mean.device, dtype=self.mean.dtype)
        return self.mean + self.std * noise


@dataclass(frozen=True)
class Seen:
    """A picture as a UNet listens to it."""

    reference: Reference
    wanted: Tensor
    """[1, width] or [1, tokens, width]"""
    unwanted: Tensor
    """The same of no picture, for guidance."""


@dataclass(frozen=True)
class Work:
    """What one phase hands to the next."""

    latents: Tensor | None = None
    """[n, channels, h, w]"""
    start: Encoded | None = None
    """What to start from instead of noise."""
    masked: Encoded | None = None
    """For an inpainting UNet: what it may see of the start."""
    first: Tensor | None = None
    """The latents of the pictures before they were enlarged, for variations."""
    controls: tuple[Image.Image, ...] = ()
    """Control images, one for each control of the request."""
    seen: tuple[Seen, ...] = ()
    """What the UNet listens to beside the words."""
    images: tuple[Image.Image, ...] = ()
    saved: tuple[ImageResult, ...] = ()


class State(Protocol):
    """Where a phase of one job stands."""

    @property
    def key(self) -> Hashable:
        """Everything that is not per row: states of equal keys share a `predict`."""
        ...

    @property
    def rows(self) -> int:
        """The share of a call's cost that this state causes."""
        ...

    @property
    def done(self) -> bool:
        """Whether nothing is left to predict."""
        ...


S = TypeVar("S", bound=State)


class Phase(ABC, Generic[S]):
    """One kind of work on one job."""

    name: ClassVar[str]
    """As in `Progress.phase`."""
    steps: int = 0
    """Denoising steps, for the progress bar."""

    @abstractmethod
    def prepare(self, work: Work) -> S:
        """Begin on what the phase before handed over."""

    @abstractmethod
    def predict(self, states: Sequence[S]) -> list[Any]:
        """The next expensive result for each state, in one call for all. Changes no state."""

    @abstractmethod
    def advance(self, state: S, prediction: Any) -> None:
        """Move one state on by its prediction."""

    @abstractmethod
    def finish(self, state: S) -> Work:
        """What the next phase gets."""

    def sketches(self, state: S) -> list[Image.Image]:
        """The pictures so far, small and rough; none when there is nothing to see yet."""
        return []

    def drop(self, state: S) -> None:
        """The job ended before the phase did: let go of what does not go by itself."""
