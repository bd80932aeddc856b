"""From a `ModelSpec` to loaded `Components`: a folder, a hub snapshot or a single file, with the LoRAs of the spec.

Only `.safetensors` files are read and no code of a model is ever run. What the files are, and whether they are whole,
`gpu/sources.py` has said before; here a weight that is absent from them is an error too, not a random number.
Knows nothing of requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from gpu.autoencoder import PatchAutoencoder
from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.hub import HubCache
from gpu.sources import Choice, ModelFiles, read_json
from gpu.types import ModelSpec

OnLoading = Callable[[int, int], None]
"""Called with bytes done and bytes in all: first of a download, if there is one, then of loading."""

CLASSES: dict[str, Any] = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}
"""Part → class, in the order of loading."""


def load_components(
    spec: ModelSpec,
    device: torch.device,
    dtype: torch.dtype,
    on_progress: OnLoading = lambda done, total: None,
    hub: HubCache | None = None,
) -> Components:
    """Load every part of a model onto `device` as `dtype`, downloading what is missing. Raises `ModelError`.

    An autoencoder that overflows in float16 stays float32, as diffusers does it.
    """
    hub = hub or HubCache.from_environment()
    files = hub.model(spec, on_progress)
    loras = [hub.lora(lora, on_progress) for lora in spec.loras]
    with _readable(spec.source):
        modules = _single(files, dtype) if files.single else _folder(files, dtype, on_progress)
        for module in modules.values():
            module.to(device)
        tokenizer, tokenizer_2 = _tokenizers(files)
        components = Components(
            **modules,
            tokenizer=tokenizer,
            tokenizer_2=tokenizer_2,
            scheduler_config=_scheduler_config(files) | dict(spec.scheduler_config),
            force_zeros_for_empty_prompt=bool(
                read_json(files.root / "model_index.json").get("force_zeros_for_empty_prompt", False)
            ),
        )
    if loras:
        _add_loras(spec, components, loras)
    for module in modules.values():
        module.eval().requires_grad_(False)
    on_progress(files.size, files.size)
    return components


def _scheduler_config(files: ModelFiles) -> dict[str, Any]:
    return dict(read_json(files.root / files.parts["scheduler"].folder / "scheduler_config.json"))


def _folder(files: ModelFiles, dtype: torch.dtype, on_progress: OnLoading) -> dict[str, Any]:
    done, modules = 0, {}
    for name, cls in CLASSES.items():
        choice = files.parts[name]
        modules[name] = _module(cls, files.root / choice.folder, choice, dtype)
        done += sum((files.root / file).stat().st_size for file in choice.files)
        on_progress(min(done, files.size), files.size)
    return modules


def _module(cls: Any, folder: Path, choice: Choice, dtype: torch.dtype) -> Any:
    if choice.folder == "autoencoder":  # the starter's own kind
        return PatchAutoencoder.load(folder).to(dtype=dtype)
    module, info = cls.from_pretrained(
        folder,
        variant=choice.variant or None,
        dtype=_dtype(folder, dtype),
        use_safetensors=True,
        local_files_only=True,
        output_loading_info=True,
    )
    if lost := sorted(info["missing_keys"]):
        raise ModelError("error-model-weights", file=str(folder), count=len(lost), example=str(lost[0]))
    return module


def _single(files: ModelFiles, dtype: torch.dtype) -> dict[str, Any]:
    """All modules out of one file with the original names of its tensors."""
    tokenizer, tokenizer_2 = _tokenizers(files)
    pipeline = StableDiffusionXLPipeline.from_single_file(
        str(files.single),
        config=str(files.root),
        local_files_only=True,
        dtype=dtype,
        add_watermarker=False,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        scheduler=EulerDiscreteScheduler.from_pretrained(files.root / files.parts["scheduler"].folder),
    )
    modules = {name: getattr(pipeline, name) for name in CLASSES}
    modules["vae"].to(dtype=_dtype(files.root / files.parts["vae"].folder, dtype))
    return modules


def _dtype(folder: Path, dtype: torch.dtype) -> torch.dtype:
    upcast = dtype is torch.float16 and read_json(folder / "config.json").get("force_upcast", False)
    return torch.float32 if upcast else dtype


def _tokenizers(files: ModelFiles) -> tuple[CLIPTokenizer, CLIPTokenizer]:
    """Both; a second one without a vocabulary of its own is the first one with other settings, or the first one."""
    folder, folder_2 = (files.root / files.parts[name].folder for name in ("tokenizer", "tokenizer_2"))
    first = CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    if folder_2 == folder:
        return first, first
    if any((folder_2 / name).exists() for name in ("vocab.json", "tokenizer.json")):
        return first, CLIPTokenizer.from_pretrained(folder_2, local_files_only=True)
    pad = read_json(folder_2 / "tokenizer_config.json").get("pad_token", first.pad_token)
    return first, CLIPTokenizer.from_pretrained(folder, local_files_only=True, pad_token=pad)


def _add_loras(spec: ModelSpec, components: Components, paths: list[Path]) -> None:
    """Put the LoRAs into the modules, where they stay: they are part of this model."""
    pipeline = StableDiffusionXLPipeline(
        **{name: getattr(components, name) for name in (*CLASSES, "tokenizer", "tokenizer_2")},
        scheduler=EulerDiscreteScheduler.from_config(dict(components.scheduler_config)),
        add_watermarker=False,
    )
    names = [f"{spec.name}-{index}" for index in range(len(paths))]
    for lora, path, name in zip(spec.loras, paths, names, strict=True):
        try:
            pipeline.load_lora_weights(
                str(path.parent), weight_name=path.name, adapter_name=name, use_safetensors=True, local_files_only=True
            )
        except (RuntimeError, ValueError, KeyError) as error:
            raise ModelError("error-model-lora", source=lora.source, file=path.name) from error
    pipeline.set_adapters(names, [lora.weight for lora in spec.loras])


@contextmanager
def _readable(source: str) -> Iterator[None]:
    """What the libraries say of files that they cannot use, as a `ModelError`; a full device stays what it is."""
    try:
        yield
    except (ModelError, torch.OutOfMemoryError):
        raise
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelError(source=source, problem=problem[:300]) from error
