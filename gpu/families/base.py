"""What every model family provides, and the parts that it is made of.

Knows torch and the shapes of the parts; knows no files, no queue and no other job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
