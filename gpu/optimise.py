"""Ways of saving memory or time, each a named function on the modules of a model that was just loaded.

`gpu/optimising.py` says which ones are wanted and which ones a machine can do; what it cannot do never gets here.
All hold for every job of the model, so jobs that share a call share them too. Knows no request.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import torch
from diffusers import AutoencoderTiny
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0

from gpu.adapters import lora_pipeline
from gpu.errors import ModelError
from gpu.families.base import Components, Family, UNetFamily
from gpu.openvino_nets import accelerate
from gpu.optimising import Optimise

TOME_DEPTH = 2
"""Levels of the UNet on which tokens are merged: SDXL has no attention on the first."""


@dataclass(frozen=True)
class Loaded:
    """A model as these functions see it."""

    family: Family
    pipeline: Any
    """diffusers' own, of the same modules."""
    settings: Optimise
    device: torch.device
    folder: Path
    """For what is kept between starts."""

    @property
    def net(self) -> Any:
        """The UNet or the transformer."""
        return getattr(self.pipeline, "unet", None) or self.pipeline.transformer


def free_bytes(device: torch.device) -> int:
    """Memory of a device that nobody uses."""
    return int(torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else psutil.virtual_memory().available)


def optimise(
    names: Sequence[str], family: Family, loaded: Any, settings: Optimise, device: torch.device, folder: Path
) -> None:
    """Apply the options to a model in the table's order. Raises `ModelError` for a tiny autoencoder that is none."""
    pipeline = lora_pipeline(loaded) if isinstance(loaded, Components) else loaded
    model = Loaded(family, pipeline, settings, device, folder)
    for name, apply in OPTIMISATIONS.items():
        if name in names:
            apply(model)


# Attention


def _sdpa(model: Loaded) -> None:
    """torch's fused attention, which diffusers takes by itself; whoever changed it gets it back."""
    net = model.net
    kinds = {type(processor) for processor in getattr(net, "attn_processors", {}).values()}
    if kinds and kinds <= {AttnProcessor, AttnProcessor2_0}:
        net.set_attn_processor(AttnProcessor2_0())


def _xformers(model: Loaded) -> None:
    model.net.enable_xformers_memory_efficient_attention()


def _sliced_attention(model: Loaded) -> None:
    """One half of the heads after the other. Transformers have nothing like it."""
    if hasattr(model.net, "set_attention_slice"):
        model.net.set_attention_slice("auto")


# The autoencoder; the starter's own is too small to be cut


def _vae_slicing(model: Loaded) -> None:
    if hasattr(model.pipeline.vae, "enable_slicing"):
        model.pipeline.vae.enable_slicing()


def _vae_tiling(model: Loaded) -> None:
    if hasattr(model.pipeline.vae, "enable_tiling"):
        model.pipeline.vae.enable_tiling()


def _tiny_previews(model: Loaded) -> None:
    if isinstance(model.family, UNetFamily) and (tiny := _tiny(model)):
        model.family.tiny = tiny


def _tiny_decoder(model: Loaded) -> None:
    if isinstance(model.family, UNetFamily) and (tiny := _tiny(model)):
        model.family.tiny, model.family.tiny_decodes = tiny, True


def _tiny(model: Loaded) -> Any:
    """The tiny autoencoder for the family, on the device; None where none is configured, or its latents differ."""
    family = model.family
    assert isinstance(family, UNetFamily)
    folder = model.settings.tiny_vae.get(family.spec.family)
    if folder is None:
        return None
    try:
        tiny = AutoencoderTiny.from_pretrained(folder, dtype=family.dtype, use_safetensors=True, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ModelError(source=str(folder), problem=str(error)[:300]) from error
    fits = tiny.config.latent_channels == family.components.vae.config.latent_channels
    return tiny.to(model.device).eval().requires_grad_(False) if fits else None


# Where the weights are, and as what


def _model_offload(model: Loaded) -> None:
    """A part is on the device while it works."""
    model.pipeline.enable_model_cpu_offload(device=model.device)


def _group_offload(model: Loaded) -> None:
    """A layer is on the device while it works, the next one on its way."""
    model.pipeline.enable_group_offload(onload_device=model.device, offload_type="leaf_level", use_stream=True)


def _sequential_offload(model: Loaded) -> None:
    """The same by accelerate, without the next one on its way: slow, and needs least."""
    model.pipeline.enable_sequential_cpu_offload(device=model.device)


def _storage(dtype: torch.dtype, model: Loaded) -> None:
    """Weights rest as `dtype` and are cast layer by layer when they work."""
    model.net.enable_layerwise_casting(storage_dtype=dtype, compute_dtype=model.net.dtype)


# Speed


def _compile(model: Loaded) -> None:
    """The blocks that a net is made of, once for all of a kind and for all sizes."""
    model.net.compile_repeated_blocks(fullgraph=True, dynamic=True)


def _tome(model: Loaded) -> None:
    """Alike tokens are merged before attention, without chance, so that a seed keeps its picture. UNets only."""
    import tomesd  # type: ignore[import-not-found, import-untyped, unused-ignore]

    if isinstance(model.family, UNetFamily):
        tomesd.apply_patch(model.net, ratio=model.settings.tome_ratio, max_downsample=TOME_DEPTH, use_rand=False)


def _openvino(model: Loaded) -> None:
    if isinstance(model.family, UNetFamily):
        accelerate(model.family.components.unet, model.family.components.vae, model.folder)


def _tensorrt(model: Loaded) -> None:
    """Through torch.compile: the package registers itself as a compiler."""
    import torch_tensorrt  # type: ignore[import-not-found]  # noqa: F401

    model.net.compile(backend="torch_tensorrt", dynamic=False)


OPTIMISATIONS: Mapping[str, Callable[[Loaded], None]] = {
    "sdpa": _sdpa,
    "xformers": _xformers,
    "attention-slicing": _sliced_attention,
    "vae-slicing": _vae_slicing,
    "vae-tiling": _vae_tiling,
    "tiny-previews": _tiny_previews,
    "tiny-decoder": _tiny_decoder,
    "fp16": functools.partial(_storage, torch.float16),
    "bf16": functools.partial(_storage, torch.bfloat16),
    "fp8": functools.partial(_storage, torch.float8_e4m3fn),
    "tome": _tome,
    "openvino": _openvino,
    "compile": _compile,
    "tensorrt": _tensorrt,
    "model-offload": _model_offload,
    "group-offload": _group_offload,
    "sequential-offload": _sequential_offload,
}
"""Name in config.toml → what it does, in the order in which they are applied."""
