"""Stable Diffusion 1.5 and every model of its architecture: fine-tunes, inpainting, full LCM."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from compel import ReturnedEmbeddingsType
from PIL import Image
from torch import Tensor

from gpu.conditioning import PromptEncoder
from gpu.embeddings import EmbeddingFolder
from gpu.families.base import Components, UNetFamily
from gpu.loras import LoraFolder, read_loras
from gpu.params import GenerationParams
from gpu.preview import sketch
from gpu.types import ModelSpec

RGB = ((0.298, 0.207, 0.208), (0.187, 0.286, 0.173), (-0.158, 0.189, 0.264), (-0.184, -0.271, -0.473))
"""What each latent channel adds to red, green and blue."""


class SD15(UNetFamily):
    """One text encoder, and nothing beside the prompt."""

    def __init__(
        self,
        spec: ModelSpec,
        components: Components,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
    ) -> None:
        super().__init__(spec, components, loras, embeddings)
        self.prompts = PromptEncoder(
            self._encoders(components),
            self.device,
            voice=lambda: self.adapters.voice,
            layer=ReturnedEmbeddingsType.LAST_HIDDEN_STATES_NORMALIZED,
            inversion=self.inversion,
        )

    @torch.no_grad()
    def conditioning(self, params: GenerationParams) -> dict[str, Tensor]:
        """Embeddings [rows, length, width]."""
        self.adapters.use(read_loras(params.lora))
        if self.guided(params):
            wanted, unwanted = self.prompts.encode_pair(params.prompt, params.negative_prompt, zeros_if_empty=False)
            sides = [unwanted, wanted]
        else:
            sides = [self.prompts.encode(params.prompt)]
        return {
            "encoder_hidden_states": torch.cat([side.tokens.expand(params.num_images, -1, -1) for side in sides]),
            **self.guidance_embedding(params),
        }

    def unet(self, rows: Mapping[str, Tensor]) -> Tensor:
        """Noise [rows, channels, h, w]."""
        return self.components.unet(
            rows["sample"],
            rows["timestep"],
            encoder_hidden_states=rows["encoder_hidden_states"],
            timestep_cond=rows.get("timestep_cond"),
            **self.nets.residuals(rows),
            added_cond_kwargs=self.ip_adapters.arguments(rows),
            return_dict=False,
        )[0]

    @torch.no_grad()
    def sketch(self, latents: Tensor) -> list[Image.Image]:
        """Latents [n, 4, h, w] to rough pictures."""
        return sketch(latents, self.components.vae, RGB)
