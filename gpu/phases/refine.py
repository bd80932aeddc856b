"""Base and refiner: one model draws down to some noise, another one draws the rest.

As diffusers does it with `denoising_end` and `denoising_start`: both count the same steps, and the share is one of the
noise schedule, not of the steps, so every sampler and spacing cuts at the same noise.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from gpu.params import GenerationParams
from gpu.phases.base import Work
from gpu.phases.draw import Draw, DrawState

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily


class DrawFirst(Draw):
    """From noise down to where the refiner begins."""

    def __init__(self, family: UNetFamily, params: GenerationParams, share: float) -> None:
        """`share` of the noise schedule, 0…1. Raises `NotSupported` for steps that the scheduler cannot do."""
        super().__init__(family, params)
        self._share = share
        self.steps = len(self._remaining(family.scheduler(self._params)))

    def _remaining(self, scheduler: Any) -> Tensor:
        timesteps = super()._remaining(scheduler)
        return timesteps[timesteps >= cutoff(scheduler, self._share)]


class Refine(Draw):
    """From there to the picture, by another model."""

    name = "refine"

    def __init__(self, family: UNetFamily, params: GenerationParams, share: float) -> None:
        """`share` of the noise schedule that is drawn already, 0…1. Raises `NotSupported` like `DrawFirst`."""
        super().__init__(family, params)
        self._share = share
        self.steps = len(self._remaining(family.scheduler(self._params)))

    def prepare(self, work: Work) -> DrawState:
        """Goes on with the latents as they are: no noise is added. Raises `NotSupported`."""
        assert work.latents is not None
        family, params = self._family, self._params
        scheduler = family.scheduler(params)
        conditioning = family.conditioning(params)
        takes_noise = "generator" in inspect.signature(scheduler.step).parameters
        generators = [torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)]
        return DrawState(
            key=("refine", self._key(family.latent_shape(params), conditioning)),
            latents=work.latents.to(device=family.device, dtype=family.dtype),
            scheduler=scheduler,
            timesteps=self._remaining(scheduler),
            noise_source={"generator": generators} if takes_noise else {},
            guidance_scale=params.guidance_scale,
            conditioning=conditioning,
        )

    def _remaining(self, scheduler: Any) -> Tensor:
        """The last timesteps, as `StableDiffusionXLImg2ImgPipeline.get_timesteps` counts them."""
        count = int((scheduler.timesteps < cutoff(scheduler, self._share)).sum())
        if scheduler.order == 2 and count % 2 == 0:
            count += 1  # never between the two calls of a step
        first = len(scheduler.timesteps) - count
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
        return scheduler.timesteps[first:]


def cutoff(scheduler: Any, share: float) -> int:
    """The training timestep at which so much of the noise schedule is done."""
    trained = scheduler.config.num_train_timesteps
    return round(trained - share * trained)
