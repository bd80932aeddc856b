"""Stable Diffusion XL and every model of its architecture: the starter, fine-tunes, LCM, Turbo, Lightning."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from gpu.conditioning import PromptEncoder
from gpu.families.base import Components, UNetFamily
from gpu.loras import LoraFolder, read_loras
from gpu.params import GenerationParams
from gpu.types import ModelSpec


class SDXL(UNetFamily):
    """Two text encoders side by side; a pooled embedding and six numbers about size and crop beside the prompt."""

    def __init__(self, spec: ModelSpec, components: Components, loras: LoraFolder | None = None) -> None:
        super().__init__(spec, components, loras)
        self.prompts = PromptEncoder(
            [
                (components.tokenizer, components.text_encoder),
                (components.tokenizer_2, components.text_encoder_2),
            ],
            self.device,
            voice=lambda: self.adapters.voice,
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
        size = (params.height, params.width)
        time_ids = torch.tensor([*size, 0, 0, *size], device=self.device, dtype=self.dtype)
        return {
            "encoder_hidden_states": torch.cat([side.tokens.expand(params.num_images, -1, -1) for side in sides]),
            "text_embeds": torch.cat([side.pooled.expand(params.num_images, -1) for side in sides]),
            "time_ids": time_ids.repeat(len(sides) * params.num_images, 1),
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
            added_cond_kwargs={name: rows[name] for name in ("text_embeds", "time_ids")},
            return_dict=False,
        )[0]
