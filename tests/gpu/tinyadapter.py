"""Random IP-Adapters of the real architectures with tiny widths, in files as people have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

EYES = 24
"""Width of the encoder of pictures."""
TOKENS = 4


def write_adapters(folder: Path, unet: Any) -> Path:
    """`plain` and `other` hear a picture as a whole, `plus` hears its parts; one encoder sees for all of them."""
    torch.manual_seed(4)
    config = CLIPVisionConfig(
        hidden_size=EYES, projection_dim=EYES, intermediate_size=37, num_attention_heads=4, num_hidden_layers=3,
        image_size=32, patch_size=8,
    )  # fmt: skip
    CLIPVisionModelWithProjection(config).save_pretrained(folder / "image_encoder", safe_serialization=True)
    width = unet.config.cross_attention_dim
    for name, projection in (("plain", _whole(width)), ("other", _whole(width)), ("plus", _resampler(width))):
        parts = {"image_proj": projection, "ip_adapter": _attention(unet)}
        tensors = {f"{part}.{key}": tensor for part, found in parts.items() for key, tensor in found.items()}
        save_file(tensors, folder / f"{name}.safetensors")
    return folder


def _attention(unet: Any) -> dict[str, Tensor]:
    """Keys and values of every cross-attention, under the odd numbers that they have in such files."""
    found: dict[str, Tensor] = {}
    sizes = [module.to_k.weight.shape for name, module in _attentions(unet) if name.endswith("attn2")]
    for number, (inner, width) in enumerate(sizes):
        for part in "kv":
            found[f"{2 * number + 1}.to_{part}_ip.weight"] = torch.randn(inner, width) / width**0.5
    return found


def _attentions(unet: Any) -> list[tuple[str, Any]]:
    """In the order in which diffusers counts them."""
    names = [name.removesuffix(".processor") for name in unet.attn_processors]
    return [(name, unet.get_submodule(name)) for name in names]


def _whole(width: int) -> dict[str, Tensor]:
    return {
        "proj.weight": torch.randn(TOKENS * width, EYES), "proj.bias": torch.randn(TOKENS * width),
        "norm.weight": torch.rand(width) + 0.5, "norm.bias": torch.randn(width) / 4,
    }  # fmt: skip


def _resampler(width: int, hidden: int = 16, head: int = 64) -> dict[str, Tensor]:
    shapes: dict[str, tuple[int, ...]] = {
        "latents": (1, TOKENS, hidden), "proj_in.weight": (hidden, EYES), "proj_in.bias": (hidden,),
        "proj_out.weight": (width, hidden), "proj_out.bias": (width,), "norm_out.weight": (width,),
        "norm_out.bias": (width,),
    }  # fmt: skip
    for layer in range(4):
        start = f"layers.{layer}"
        norms = [f"{start}.{name}.{end}" for name in ("0.norm1", "0.norm2", "1.0") for end in ("weight", "bias")]
        shapes |= {name: (hidden,) for name in norms}
        shapes |= {
            f"{start}.0.to_q.weight": (head, hidden), f"{start}.0.to_kv.weight": (2 * head, hidden),
            f"{start}.0.to_out.weight": (hidden, head), f"{start}.1.1.weight": (4 * hidden, hidden),
            f"{start}.1.3.weight": (hidden, 4 * hidden),
        }  # fmt: skip
    return {name: torch.randn(shape) / shape[-1] ** 0.5 for name, shape in shapes.items()}
