"""From a `ModelSpec` to loaded `Components`.

Reads a local folder: the diffusers layout (`model_index.json`), or the starter's, which has a patch autoencoder in
`autoencoder/` and shares one tokenizer. Knows nothing of requests.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from gpu.autoencoder import PatchAutoencoder
from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.types import ModelSpec

OnLoading = Callable[[int, int], None]
"""Called with (done, total), in bytes or parts."""


def load_components(
    spec: ModelSpec, device: torch.device, dtype: torch.dtype, on_progress: OnLoading = lambda done, total: None
) -> Components:
    """Load every part of a model onto `device` as `dtype`. Raises `ModelError`."""
    folder = Path(spec.source)
    if not folder.is_dir():
        raise ModelError("error-model-missing", model=spec.name, source=spec.source)

    def part(cls: Any, name: str) -> Any:
        model = cls.from_pretrained(folder / name, dtype=dtype, use_safetensors=True, local_files_only=True)
        return model.to(device).eval()

    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    own = folder / "tokenizer_2"
    return Components(
        unet=part(UNet2DConditionModel, "unet"),
        vae=_patch_autoencoder(folder, device, dtype) or part(AutoencoderKL, "vae"),
        text_encoder=part(CLIPTextModel, "text_encoder"),
        text_encoder_2=part(CLIPTextModelWithProjection, "text_encoder_2"),
        tokenizer=tokenizer,
        tokenizer_2=CLIPTokenizer.from_pretrained(own) if own.is_dir() else tokenizer,
        scheduler_config=json.loads((folder / "scheduler" / "scheduler_config.json").read_text("utf-8")),
        force_zeros_for_empty_prompt=_model_index(folder).get("force_zeros_for_empty_prompt", False),
    )


def _patch_autoencoder(folder: Path, device: torch.device, dtype: torch.dtype) -> Any:
    part = folder / "autoencoder"
    return PatchAutoencoder.load(part).to(device=device, dtype=dtype) if part.is_dir() else None


def _model_index(folder: Path) -> dict[str, Any]:
    index = folder / "model_index.json"
    return dict(json.loads(index.read_text("utf-8"))) if index.is_file() else {}
