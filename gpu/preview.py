"""Cheap pictures of unfinished latents: a linear map from latent channels to colours, no decoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

SDXL_FACTORS = (
    (0.3816, 0.4930, 0.5320),
    (-0.3753, 0.1631, 0.1739),
    (0.1770, 0.3588, -0.2048),
    (-0.4350, -0.2644, -0.4289),
)
"""Least-squares fit of colours in [-1, 1] to SDXL's four latent channels (InvokeAI's step_callback.py, Apache-2.0)."""


def sketch(latents: Tensor, vae: Any, factors: tuple[tuple[float, ...], ...] = SDXL_FACTORS) -> list[Image.Image]:
    """Latents [n, channels, h, w] to n small pictures, by the autoencoder's own linear part or else by `factors`."""
    if hasattr(vae, "preview"):
        pixels = vae.preview(latents.to(vae.dtype))
    else:
        matrix = torch.tensor(factors, device=latents.device, dtype=torch.float32)
        pixels = torch.einsum("nkhw,kc->nchw", latents.float(), matrix)
    return to_images(pixels)


def to_pixels(image: Image.Image) -> Tensor:
    """A picture to [1, 3, h, w] in [-1, 1], as diffusers' image processor does it."""
    numbers = torch.from_numpy(np.array(image.convert("RGB"), dtype=np.float32) / 255)
    return 2 * numbers.permute(2, 0, 1)[None] - 1


def binary(mask: Image.Image) -> Tensor:
    """A grey picture to [1, 1, h, w]: 1 where it is at least half white."""
    numbers = torch.from_numpy(np.array(mask.convert("L"), dtype=np.float32) / 255)
    return (numbers >= 0.5).float()[None, None]


def to_images(pixels: Tensor) -> list[Image.Image]:
    """[n, 3, h, w] in [-1, 1] to pictures, rounding as diffusers' image processor does."""
    scaled = (pixels.float() / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(picture) for picture in (scaled * 255).round().astype("uint8")]
