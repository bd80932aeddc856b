"""Denoising: the phase that most of the time is spent in."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu.errors import NotSupported
from gpu.params import GenerationParams
from gpu.phases.base import Phase, Work

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


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
