"""Stable Diffusion XL and every model of its architecture: the starter, fine-tunes, LCM, Turbo, Lightning."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from gpu.conditioning import PromptEncoder
from gpu.embeddings import EmbeddingFolder
from gpu.errors import NotSupported
from gpu.families.base import Components, Plan, UNetFamily
from gpu.gallery import Gallery
from gpu.loras import LoraFolder, read_loras
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, ModelSpec


class SDXL(UNetFamily):
    """Two text encoders side by side; a pooled embedding and six numbers about size and crop beside the prompt."""

    def __init__(
        self,
        spec: ModelSpec,
        components: Components,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
    ) -> None:
        super().__init__(spec, components, loras, embeddings)
        self.prompts = PromptEncoder(
            self._encoders(components), self.device, voice=lambda: self.adapters.voice, inversion=self.inversion
        )

    @torch.no_grad()
    def conditioning(self, params: GenerationParams) -> dict[str, Tensor]:
        """Embeddings [rows, length, width], pooled [rows, projection], time ids [rows, 6]."""
        self.adapters.use(read_loras(params.lora))
        if self.guided(params):
            zeros = self.components.force_zeros_for_empty_prompt
            wanted, unwanted = self.prompts.encode_pair(params.prompt, params.negative_prompt, zeros_if_empty=zeros)
            sides = [unwanted, wanted]
        else:
            sides = [self.prompts.encode(params.prompt)]
        time_ids = torch.tensor(self.time_ids(params, len(sides)), device=self.device, dtype=self.dtype)
        return {
            "encoder_hidden_states": torch.cat([side.tokens.expand(params.num_images, -1, -1) for side in sides]),
            "text_embeds": torch.cat([side.pooled.expand(params.num_images, -1) for side in sides]),
            "time_ids": time_ids.repeat_interleave(params.num_images, dim=0),
            **self.guidance_embedding(params),
        }

    def time_ids(self, params: GenerationParams, sides: int) -> list[list[float]]:
        """What is said of the picture beside the words, for each of the sides: original size, crop, size."""
        size = (params.height, params.width)
        return [[*size, 0, 0, *size]] * sides

    def unet(self, rows: Mapping[str, Tensor]) -> Tensor:
        """Noise [rows, channels, h, w]."""
        return self.components.unet(
            rows["sample"],
            rows["timestep"],
            encoder_hidden_states=rows["encoder_hidden_states"],
            timestep_cond=rows.get("timestep_cond"),
            **self.nets.residuals(rows),
            added_cond_kwargs={
                **{name: rows[name] for name in ("text_embeds", "time_ids")},
                **self.ip_adapters.arguments(rows),
            },
            return_dict=False,
        )[0]


class SDXLRefiner(SDXL):
    """The refiner: the second text encoder only, and a score of beauty instead of the size to draw.

    Scores as in diffusers' `StableDiffusionXLImg2ImgPipeline`: 6 is wanted, 2.5 is not.
    """

    WANTED, UNWANTED = 6.0, 2.5

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """It only goes on with what another model began. Raises `NotSupported`."""
        raise NotSupported("error-refiner-alone", model=self.spec.name)

    def time_ids(self, params: GenerationParams, sides: int) -> list[list[float]]:
        """Original size, crop, beauty; the unwanted side first."""
        scores = (self.UNWANTED, self.WANTED)[-sides:]
        return [[params.height, params.width, 0, 0, score] for score in scores]
