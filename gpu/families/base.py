"""What every model family provides, the parts that it is made of, and what all UNet families share.

A family knows one loaded model: how to turn a request into phases, text into UNet arguments, latents into pictures.
It knows no files, no queue and no other job.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import torch
from diffusers.models.embeddings import get_timestep_embedding
from PIL import Image
from torch import Tensor

from gpu.backend import ModelCapabilities
from gpu.device import free_memory, ran_out_of_memory
from gpu.errors import NotSupported
from gpu.gallery import Gallery
from gpu.measure import measure
from gpu.params import GenerationParams
from gpu.phases import Decode, Draw, Phase, Save, Work
from gpu.preview import sketch, to_images
from gpu.schedulers import build
from gpu.types import GenerationRequest, ModelSpec, Task

CALL_PIXELS = 8 * 128 * 128
"""Latent pixels of one UNet call at most: 8 rows of 1024 × 1024, where larger calls are hardly faster any more.

Not measured: the rows of a call decide which kernels run, and the same request must give the same bytes tomorrow.
"""


@dataclass(frozen=True)
class Components:
    """The loaded parts of a model, on their device, in evaluation mode.

    `scheduler_config` is the model's original one: every sampler is built from it, never from another sampler.
    `text_encoder_2` and `tokenizer_2` are None in families with one text encoder.
    """

    unet: Any
    """diffusers' `UNet2DConditionModel`."""
    vae: Any
    """diffusers' `AutoencoderKL`, or `gpu.autoencoder.PatchAutoencoder`."""
    text_encoder: Any
    tokenizer: Any
    scheduler_config: Mapping[str, Any]
    text_encoder_2: Any = None
    tokenizer_2: Any = None
    force_zeros_for_empty_prompt: bool = False
    """As in the pipeline's `model_index.json`: no negative prompt means zeros, not the encoded empty text."""


class Plan(NamedTuple):
    """How a request is drawn."""

    work: Work
    """What the first phase begins on."""
    phases: list[Phase[Any]]


class Family(Protocol):
    """A loaded model, as the engine sees it."""

    spec: ModelSpec
    unet_calls: int

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """The phases of a request. Raises `NotSupported`."""
        ...

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """What it can do on this device, by trying."""
        ...


class UNetFamily(ABC):
    """A latent diffusion model with a UNet."""

    def __init__(self, spec: ModelSpec, components: Components) -> None:
        self.spec = spec
        self.components = components
        self.device: torch.device = components.unet.device
        self.dtype: torch.dtype = components.unet.dtype
        self.unet_calls = 0
        """How often the UNet ran for jobs."""
        self._fits: dict[Hashable, int] = {}
        self._vae = components.vae
        self._reduction = 2 ** (len(self._vae.config.block_out_channels) - 1)

    @abstractmethod
    def conditioning(self, params: GenerationParams) -> dict[str, Tensor]:
        """The UNet's arguments beside sample and timestep, per row; with guidance, first the unwanted sides."""

    @abstractmethod
    def unet(self, rows: Mapping[str, Tensor]) -> Tensor:
        """One UNet call: noise [rows, channels, h, w] for arguments whose first dimension is rows."""

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """Text to image, or variations of stored latents. Raises `NotSupported`."""
        finish: list[Phase[Any]] = [Decode(self, request.job_id), Save(gallery, request)]
        if request.task is Task.IMAGINE:
            return Plan(Work(), [Draw(self, request.params), *finish])
        if request.task is Task.VARY and request.start_latents is not None:
            start = Work(latents=gallery.latents(request.start_latents))
            return Plan(start, [Draw(self, request.params, request.strength), *finish])
        raise NotSupported("error-task", task=str(request.task), model=self.spec.name)

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """What it can do on this device, by trying."""
        return measure(self, gallery, clock)

    def scheduler(self, params: GenerationParams) -> Any:
        """A scheduler of its own for one job, with its timesteps. Raises `NotSupported` for steps it cannot do."""
        scheduler = build(params.scheduler, self.components.scheduler_config)
        try:
            scheduler.set_timesteps(params.num_inference_steps, device=self.device)
        except ValueError as error:  # LCM has at most the steps that it was distilled from
            raise NotSupported("error-steps", sampler=params.scheduler, steps=params.num_inference_steps) from error
        return scheduler

    def latent_shape(self, params: GenerationParams) -> tuple[int, int, int, int]:
        """[images, channels, h, w]. Raises `NotSupported` for a size between the autoencoder's patches."""
        if params.width % self._reduction or params.height % self._reduction:
            raise NotSupported("error-size", width=params.width, height=params.height, multiple=self.spec.multiple)
        channels = self._vae.config.latent_channels
        return params.num_images, channels, params.height // self._reduction, params.width // self._reduction

    def guided(self, params: GenerationParams) -> bool:
        """Whether each image takes two rows. Distilled UNets take the guidance scale as a number instead."""
        return params.guidance_scale > 1 and self.components.unet.config.time_cond_proj_dim is None

    def guidance_embedding(self, params: GenerationParams) -> dict[str, Tensor]:
        """The argument by which a distilled UNet hears the guidance scale; empty for others."""
        width = self.components.unet.config.time_cond_proj_dim
        if width is None:
            return {}
        scales = torch.full((params.num_images,), (params.guidance_scale - 1) * 1000.0)
        embedding = get_timestep_embedding(scales, width, downscale_freq_shift=1)
        return {"timestep_cond": embedding.to(device=self.device, dtype=self.dtype)}

    def max_rows(self, key: Hashable, latent_pixels: int) -> int:
        """Rows of one call for states of `key`: a fixed number per size, lower only where memory has run out."""
        return self._fits.get(key, max(CALL_PIXELS // latent_pixels, 1))

    @torch.no_grad()
    def predict(self, key: Hashable, rows: Mapping[str, Tensor]) -> Tensor:
        """The UNet over any number of rows, in calls of `max_rows`.

        A call that runs out of memory halves that and tries again, down to single rows; the lesson is kept.
        """
        count = len(rows["sample"])
        limit = min(self.max_rows(key, rows["sample"][0, 0].numel()), count)
        try:
            return torch.cat([self._call(rows, start, limit) for start in range(0, count, limit)])
        except Exception as error:
            if limit == 1 or not ran_out_of_memory(error):
                raise
        self._fits[key] = (limit + 1) // 2
        free_memory(self.device)
        return self.predict(key, rows)

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Image.Image:
        """Latents [1, channels, h, w] to a picture."""
        config = self._vae.config
        latents = latents.to(self._vae.dtype)
        mean, std = getattr(config, "latents_mean", None), getattr(config, "latents_std", None)
        if mean is not None and std is not None:
            mean, std = (latents.new_tensor(numbers).view(1, -1, 1, 1) for numbers in (mean, std))
            latents = latents * std / config.scaling_factor + mean
        else:
            latents = latents / config.scaling_factor
        return to_images(self._vae.decode(latents, return_dict=False)[0])[0]

    @torch.no_grad()
    def sketch(self, latents: Tensor) -> list[Image.Image]:
        """Latents [n, channels, h, w] to rough pictures, almost for free."""
        return sketch(latents, self._vae)

    def _call(self, rows: Mapping[str, Tensor], start: int, count: int) -> Tensor:
        self.unet_calls += 1
        return self.unet({name: row[start : start + count] for name, row in rows.items()})
