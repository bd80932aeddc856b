"""The starter model's autoencoder: a linear code of 8×8 patches with a small convolutional correction.

Same surface as diffusers' `AutoencoderKL`, so the families and the stock pipelines take it as a `vae`.
Its weights come as they are in `gpu/starter/autoencoder/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers.configuration_utils import FrozenDict
from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTinyOutput
from diffusers.models.autoencoders.vae import DecoderOutput
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle, silu

PIPELINE_CONFIG = {"scaling_factor": 1.0, "force_upcast": False, "block_out_channels": (1, 1, 1, 1)}
"""What pipelines ask of a `vae.config`; of the last they take the length: each but the first halves the size."""


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class _Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = _conv(channels, channels)
        self.conv2 = _conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(silu(self.conv1(silu(x))))


class PatchAutoencoder(nn.Module):
    """Pixels [n, 3, 8h, 8w] in [-1, 1] ↔ latents [n, 8, h, w] of unit scale. The code of a picture is deterministic."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        super().__init__()
        self.config = FrozenDict({**PIPELINE_CONFIG, **config})
        channels, hidden, smooth = config["latent_channels"], config["hidden_channels"], config["smooth_channels"]
        numbers = 3 * config["patch_size"] ** 2
        self.register_buffer("patch_mean", torch.zeros(numbers))
        self.register_buffer("patch_basis", torch.zeros(numbers, channels))
        self.register_buffer("latent_scale", torch.ones(channels))
        self.conv_in = _conv(channels, hidden)
        self.blocks = nn.ModuleList(_Block(hidden) for _ in range(config["blocks"]))
        self.conv_out = _conv(hidden, numbers)
        self.smooth_in = _conv(3, smooth)
        self.smooth_out = _conv(smooth, 3)

    @classmethod
    def load(cls, folder: Path) -> PatchAutoencoder:
        """Read `config.json` and `model.safetensors` of a folder."""
        autoencoder = cls(json.loads((folder / "config.json").read_text("utf-8")))
        autoencoder.load_state_dict(load_file(folder / "model.safetensors"))
        return autoencoder.eval()

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights, and so of what `encode` and `decode` take."""
        return self.patch_mean.dtype

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.patch_mean.device

    def encode(self, x: Tensor, return_dict: bool = True) -> AutoencoderTinyOutput | tuple[Tensor]:
        """Pixels [n, 3, 8h, 8w] in [-1, 1] to latents [n, 8, h, w]."""
        patches = pixel_unshuffle(x, self.config.patch_size)  # channel-major: (channel, row, column)
        n, _, h, w = patches.shape
        patches = patches.reshape(n, 3, -1, h, w).transpose(1, 2).reshape(n, -1, h, w)  # (row, column, channel)
        centred = patches - self.patch_mean[:, None, None]
        latents = torch.einsum("nphw,pk->nkhw", centred, self.patch_basis) / self.latent_scale[:, None, None]
        return AutoencoderTinyOutput(latents=latents) if return_dict else (latents,)

    def decode(self, z: Tensor, return_dict: bool = True, **_: Any) -> DecoderOutput | tuple[Tensor]:
        """Latents [n, 8, h, w] to pixels [n, 3, 8h, 8w], about [-1, 1]."""
        x = self.conv_in(z)
        for block in self.blocks:
            x = block(x)
        image = self._pixels(self.conv_out(silu(x)) + self._linear(z))
        image = image + self.smooth_out(silu(self.smooth_in(image)))
        return DecoderOutput(sample=image) if return_dict else (image,)

    def preview(self, z: Tensor) -> Tensor:
        """Latents [n, 8, h, w] to pixels [n, 3, 8h, 8w] by the linear part alone: coarse, and almost free."""
        return self._pixels(self._linear(z))

    def _linear(self, z: Tensor) -> Tensor:
        patches = torch.einsum("nkhw,pk->nphw", z * self.latent_scale[:, None, None], self.patch_basis)
        return patches + self.patch_mean[:, None, None]

    def _pixels(self, patches: Tensor) -> Tensor:
        """[n, (row, column, channel), h, w] to [n, 3, 8h, 8w]."""
        n, _, h, w = patches.shape
        channel_major = patches.reshape(n, -1, 3, h, w).transpose(1, 2).reshape(n, -1, h, w)
        return pixel_shuffle(channel_major, self.config.patch_size)
