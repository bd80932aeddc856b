"""Stable Diffusion's x4 upscaler: a diffusion model that draws a picture anew, four times as large, by its words.

Its latents have as many pixels as the small picture, which stands beside them in three further channels, with some
noise on it; the UNet is told how much. It draws nothing alone: `gpu.enlarging` puts it behind what drew the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import torch
from diffusers import DDPMScheduler
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch import Tensor

from gpu.abilities import capabilities_of
from gpu.backend import ModelCapabilities
from gpu.embeddings import EmbeddingFolder
from gpu.errors import NotSupported
from gpu.families.base import Components, Plan
from gpu.families.sd15 import SD15
from gpu.gallery import Gallery
from gpu.loras import LoraFolder
from gpu.params import GenerationParams
from gpu.phases import DecodeLarger, DrawLarger, Phase
from gpu.preview import to_images
from gpu.types import GenerationRequest, ModelSpec, Size
from gpu.upscalers.windows import Room


class SDX4(SD15):
    """One text encoder, the small picture beside the latents, and the noise level as a class."""

    def __init__(
        self,
        spec: ModelSpec,
        components: Components,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
    ) -> None:
        super().__init__(spec, components, loras, embeddings)
        self.drawing = Room(round(spec.pixels**0.5), self.device)
        """Windows of the small picture that the UNet takes; the first size is what it was trained on."""
        self._decoding = Room(self.drawing.side, self.device)

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """It only makes larger what is there. Raises `NotSupported`."""
        raise NotSupported("error-enlarger-alone", model=self.spec.name)

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """Nothing is tried: it draws nothing alone."""
        return capabilities_of(self.spec)

    def enlarge(self, request: GenerationRequest, pictures: int, size: Size, to: Size | None) -> list[Phase[Any]]:
        """So many pictures of one size, larger; `to`: the size of the result, None: four times as large."""
        params = self._own(request.params, pictures, size)
        return [DrawLarger(self, params), DecodeLarger(self, request.job_id, pictures, size, to)]

    def _own(self, params: GenerationParams, pictures: int, size: Size) -> GenerationParams:
        """The words and seeds of a request with this model's settings."""
        spec, neutral = self.spec, GenerationParams()
        plain = {name: getattr(neutral, name) for name in ("lora", "control", "chaos", "stop", "tile")}
        settings = {name: getattr(spec, name) for name in ("num_inference_steps", "guidance_scale", "scheduler")}
        shape = {"width": size[0], "height": size[1], "num_images": pictures}
        return params.model_copy(update={**plain, **settings, **shape, "model": spec.name})

    @property
    def scale(self) -> int:
        """How many times as large."""
        return self._reduction

    def latent_shape(self, params: GenerationParams) -> tuple[int, int, int, int]:
        """[images, channels, h, w] of the small picture; any size will do."""
        return params.num_images, self._vae.config.latent_channels, params.height, params.width

    def conditioning(self, params: GenerationParams) -> dict[str, Tensor]:
        """Embeddings [rows, length, width], and the noise level of each row."""
        found = super().conditioning(params)
        rows = len(found["encoder_hidden_states"])
        return {**found, "class_labels": torch.full((rows,), params.noise_level, device=self.device)}

    def unet(self, rows: Mapping[str, Tensor]) -> Tensor:
        """Noise [rows, channels, h, w] for latents with the small picture below them."""
        return self.components.unet(
            rows["sample"],
            rows["timestep"],
            encoder_hidden_states=rows["encoder_hidden_states"],
            class_labels=rows["class_labels"],
            return_dict=False,
        )[0]

    def beside(self, pixels: Tensor, level: int, generators: Sequence[torch.Generator]) -> Tensor:
        """Small pictures [n, 3, h, w] in [-1, 1] with noise of that level of its schedule, as the UNet sees them."""
        pixels = pixels.to(device=self.device, dtype=self.dtype)
        noise = randn_tensor(pixels.shape, generator=list(generators), device=self.device, dtype=self.dtype)
        scheduler = DDPMScheduler.from_config(dict(self.components.low_res_scheduler_config))
        return scheduler.add_noise(pixels, noise, torch.full((len(pixels),), level, device=self.device))

    def predict(self, key: Hashable, rows: Mapping[str, Tensor]) -> Tensor:
        """As other UNets; where a single row does not fit into memory, its window is drawn in smaller ones."""
        predict = super().predict
        return self.drawing.work(
            lambda sample: predict((key, sample.shape[-2:]), {**rows, "sample": sample}), rows["sample"]
        )

    @torch.no_grad()
    def decode(self, latents: Tensor) -> Image.Image:
        """Latents [1, channels, h, w] to a picture; in windows where memory asks for them."""
        return to_images(self._decoding.work(self._pixels, latents.to(self._vae.dtype), self.scale))[0]

    def _pixels(self, latents: Tensor) -> Tensor:
        offset, scale = self._latent_scale(latents)
        decoded: Tensor = self._vae.decode(latents / scale + offset, return_dict=False)[0]
        return decoded
