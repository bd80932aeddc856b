"""The phases of a job: what is done to it, tick by tick.

A phase describes work; its state is where the work stands. `predict` is the expensive part: one call for the states of
all jobs that may share it (equal `key`). It changes none of them, so it can be repeated after a failure. `advance`
then moves each state on alone. Knows no queue, no clock and no other job.

Every technique is a list of phases; this file has those of text to image and of variations: Draw → Decode → Save.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu.errors import NotSupported
from gpu.gallery import Gallery
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, ImageResult

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


@dataclass(frozen=True)
class Work:
    """What one phase hands to the next."""

    latents: Tensor | None = None
    """[n, channels, h, w]"""
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


# Denoising


@dataclass
class DrawState:
    """Latents on their way from noise to picture."""

    key: Hashable
    latents: Tensor
    """[n, channels, h, w]"""
    scheduler: Any
    timesteps: Tensor
    noise_source: Mapping[str, Any]
    """The generators, for schedulers that add noise at every step; one for each image, as in stock pipelines."""
    guidance_scale: float
    conditioning: Mapping[str, Tensor]
    """The UNet's further arguments. Rows are images; with guidance, all unwanted sides, then all wanted ones."""
    step: int = 0
    denoised: Tensor | None = None
    """The scheduler's guess of the finished latents."""

    @property
    def rows(self) -> int:
        return len(self.conditioning["encoder_hidden_states"])

    @property
    def done(self) -> bool:
        return self.step >= len(self.timesteps)

    def unet_rows(self) -> dict[str, Tensor]:
        """The UNet's arguments for the next step; the first dimension of each is rows."""
        timestep = self.timesteps[self.step]
        latents = torch.cat([self.latents] * (self.rows // len(self.latents)))
        sample = self.scheduler.scale_model_input(latents, timestep)
        return {"sample": sample, "timestep": timestep.float().expand(self.rows), **self.conditioning}

    def apply(self, noise: Tensor) -> None:
        """Take the UNet's rows: guide, then let the scheduler step."""
        if self.rows > len(self.latents):
            unwanted, wanted = noise.chunk(2)
            noise = unwanted + self.guidance_scale * (wanted - unwanted)
        output = self.scheduler.step(noise, self.timesteps[self.step], self.latents, **self.noise_source)
        self.latents = output.prev_sample.to(self.latents.dtype)
        self.denoised = _denoised(self.scheduler, output)
        self.step += 1


class Draw(Phase[DrawState]):
    """Denoise with a UNet: from noise, or from latents of before mixed with noise.

    The latents equal the stock diffusers pipeline's: the same noise in the same order, the same timesteps.
    """

    name = "draw"

    def __init__(self, family: UNetFamily, params: GenerationParams, strength: float = 1.0) -> None:
        """`strength`: share of the steps that is drawn anew, 0 (none) … 1 (all, and the start does not matter)."""
        self._family = family
        self._params = params
        self._skipped = skipped_steps(params.num_inference_steps, strength)
        self.steps = params.num_inference_steps - self._skipped

    def prepare(self, work: Work) -> DrawState:
        """Raises `NotSupported` for a start of another size, or steps that the scheduler cannot do."""
        family, params = self._family, self._params
        shape = family.latent_shape(params)
        scheduler = family.scheduler(params)
        timesteps = self._remaining(scheduler)
        generators = [torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)]
        noise = randn_tensor(shape, generator=generators, device=family.device, dtype=family.dtype)
        conditioning = family.conditioning(params)
        takes_noise = "generator" in inspect.signature(scheduler.step).parameters
        return DrawState(
            key=(family.spec.name, *shape[1:], conditioning["encoder_hidden_states"].shape[1]),
            latents=self._start(work.latents, noise, scheduler, timesteps),
            scheduler=scheduler,
            timesteps=timesteps,
            noise_source={"generator": generators} if takes_noise else {},
            guidance_scale=params.guidance_scale,
            conditioning=conditioning,
        )

    def predict(self, states: Sequence[DrawState]) -> list[Tensor]:
        """One UNet call for all rows of all states."""
        rows = [state.unet_rows() for state in states]
        together = {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
        noise = self._family.predict(states[0].key, together)
        return list(noise.split([state.rows for state in states]))

    def advance(self, state: DrawState, prediction: Tensor) -> None:
        """The scheduler's step."""
        state.apply(prediction)

    def finish(self, state: DrawState) -> Work:
        """The final latents."""
        return Work(latents=state.latents)

    def sketches(self, state: DrawState) -> list[Image.Image]:
        """What the scheduler believes the pictures will be."""
        return [] if state.denoised is None else self._family.sketch(state.denoised)

    def _remaining(self, scheduler: Any) -> Tensor:
        """The timesteps that are drawn, counted as img2img counts them."""
        first = self._skipped * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        return scheduler.timesteps[first:]

    def _start(self, given: Tensor | None, noise: Tensor, scheduler: Any, timesteps: Tensor) -> Tensor:
        if given is None or not self._skipped:
            return noise * scheduler.init_noise_sigma
        if given.shape[1:] != noise.shape[1:]:
            raise NotSupported("error-latents-shape", model=self._params.model)
        start = given.to(noise).expand_as(noise)
        return scheduler.add_noise(start, noise, timesteps[:1].repeat(len(noise))) if len(timesteps) else start


def skipped_steps(steps: int, strength: float) -> int:
    """Steps that img2img leaves out. A strength above 0 keeps at least one, however few there are."""
    drawn = min(max(int(steps * strength), 1), steps) if strength > 0 else 0
    return steps - drawn


def _denoised(scheduler: Any, output: Any) -> Tensor:
    """Single-step schedulers say what they think the picture will be; multi-step ones remember it."""
    for name in ("denoised", "pred_original_sample"):
        if (guess := getattr(output, name, None)) is not None:
            return guess
    return scheduler.model_outputs[-1]


# From latents to files, one image at a time: a batch of one decodes to the same bytes in any company


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

    def __init__(self, family: UNetFamily, job_id: str) -> None:
        self._family = family
        self._job_id = job_id

    def prepare(self, work: Work) -> ImagesState:
        """Begin with the first image."""
        assert work.latents is not None
        return ImagesState(("images", self._job_id), work, len(work.latents))

    def predict(self, states: Sequence[ImagesState]) -> list[Image.Image]:
        """The next picture of each state."""
        return [self._family.decode(_latents(state)) for state in states]

    def advance(self, state: ImagesState, prediction: Image.Image) -> None:
        """Keep it."""
        state.made.append(prediction)

    def finish(self, state: ImagesState) -> Work:
        """Pictures beside their latents."""
        return Work(latents=state.work.latents, images=tuple(state.made))


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
        latents = _latents(state)[0]
        state.made.append(self._gallery.save(self._request, at + 1, state.work.images[at], latents, prediction))

    def finish(self, state: ImagesState) -> Work:
        """The results."""
        return Work(saved=tuple(state.made))


def _latents(state: ImagesState) -> Tensor:
    """[1, channels, h, w] of the next image."""
    assert state.work.latents is not None
    at = len(state.made)
    return state.work.latents[at : at + 1]
