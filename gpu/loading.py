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

import diffusers
import torch
import transformers
from diffusers import (
    AutoencoderKL,
    DDPMScheduler,
    EulerDiscreteScheduler,
    StableDiffusionPipeline,
    StableDiffusionUpscalePipeline,
    StableDiffusionXLImg2ImgPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from gpu.autoencoder import PatchAutoencoder
from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.hub import HubCache
from gpu.sources import CONFIGS, Choice, ModelFiles, read_json
from gpu.types import ModelSpec

OnLoading = Callable[[int, int], None]
"""Called with bytes done and bytes in all: first of a download, if there is one, then of loading."""

CLASSES: dict[str, Any] = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}
"""Part → class, in the order of loading. No family has them all."""

LIBRARIES = {"diffusers": diffusers, "transformers": transformers}
"""Whose classes a `model_index.json` may name."""

UNUSED = ("image_encoder", "feature_extractor")
"""Parts of pipelines for what requests cannot ask of them."""

PIPELINES: dict[str, tuple[Any, dict[str, Any]]] = {
    "sdxl": (StableDiffusionXLPipeline, {"add_watermarker": False}),
    "sdxl-refiner": (
        StableDiffusionXLImg2ImgPipeline, {
            "add_watermarker": False, "requires_aesthetics_score": True, "text_encoder": None, "tokenizer": None,
        },
    ),
    "sd15": (
        StableDiffusionPipeline,
        {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False},
    ),
    "sd-x4": (StableDiffusionUpscalePipeline, {}),
}
"""Family → diffusers' pipeline, which reads single files and LoRAs, and its further arguments."""


def load_components(
    spec: ModelSpec,
    device: torch.device,
    dtype: torch.dtype,
    on_progress: OnLoading = lambda done, total: None,
    hub: HubCache | None = None,
) -> Any:
    """Load every part of a model onto `device` as `dtype`, downloading what is missing. Raises `ModelError`.

    `Components` for families of UNets, a pipeline of diffusers for the others. An autoencoder that overflows in float16
    stays float32, as diffusers does it.
    """
    hub = hub or HubCache.from_environment()
    files = hub.model(spec, on_progress)
    if spec.family not in PIPELINES:
        if spec.loras:
            raise ModelError("error-model-lora", source=spec.loras[0].source, file=spec.family)
        with _readable(spec.source):
            return _whole(files, device, dtype, on_progress)
    loras = [hub.lora(lora, on_progress) for lora in spec.loras]
    with _readable(spec.source):
        modules = _single(spec.family, files, dtype) if files.single else _folder(files, dtype, on_progress)
        for module in modules.values():
            module.to(device)
        components = Components(
            **modules,
            **_tokenizers(files),
            scheduler_config=_scheduler_config(files, "scheduler") | dict(spec.scheduler_config),
            low_res_scheduler_config=_scheduler_config(files, "low_res_scheduler"),
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


def _scheduler_config(files: ModelFiles, part: str) -> dict[str, Any]:
    """{} where the family has no such part."""
    choice = files.parts.get(part)
    return dict(read_json(files.root / choice.folder / "scheduler_config.json")) if choice else {}


def _folder(files: ModelFiles, dtype: torch.dtype, on_progress: OnLoading) -> dict[str, Any]:
    done, modules = 0, {}
    for name in (name for name in CLASSES if name in files.parts):
        choice, cls = files.parts[name], CLASSES[name]
        modules[name] = _module(cls, files.root / choice.folder, choice, dtype)
        done += sum((files.root / file).stat().st_size for file in choice.files)
        on_progress(min(done, files.size), files.size)
    return modules


def _whole(files: ModelFiles, device: torch.device, dtype: torch.dtype, on_progress: OnLoading) -> Any:
    """The pipeline that a folder describes, of classes that diffusers and transformers have."""
    index: dict[str, Any] = read_json(files.root / "model_index.json")
    done, parts = 0, {}
    for name, choice in files.parts.items():
        cls, folder = _class(*index[name]), files.root / choice.folder
        if issubclass(cls, torch.nn.Module):
            parts[name] = _module(cls, folder, choice, dtype).to(device).eval().requires_grad_(False)
        else:
            parts[name] = cls.from_pretrained(folder, local_files_only=True)
        done += sum((files.root / file).stat().st_size for file in choice.files)
        on_progress(min(done, files.size), files.size)
    return _class("diffusers", str(index["_class_name"]))(**parts, **{part: None for part in UNUSED if part in index})


def _class(library: str, name: str) -> Any:
    if library not in LIBRARIES:
        raise ModelError("error-model-file", file="model_index.json", problem=f"{library}.{name}")
    return getattr(LIBRARIES[library], name)


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


def _single(family: str, files: ModelFiles, dtype: torch.dtype) -> dict[str, Any]:
    """All modules out of one file with the original names of its tensors."""
    cls, extra = PIPELINES[family]
    pipeline = cls.from_single_file(
        str(files.single),
        config=str(files.root),
        local_files_only=True,
        dtype=dtype,
        scheduler=EulerDiscreteScheduler.from_config(_scheduler_config(files, "scheduler")),
        **_tokenizers(files),
        **extra,
    )
    modules = {name: getattr(pipeline, name) for name in CLASSES if name in files.parts}
    modules["vae"].to(dtype=_dtype(files.root / files.parts["vae"].folder, dtype))
    return modules


def _dtype(folder: Path, dtype: torch.dtype) -> torch.dtype:
    upcast = dtype is torch.float16 and read_json(folder / "config.json").get("force_upcast", False)
    return torch.float32 if upcast else dtype


def _tokenizers(files: ModelFiles) -> dict[str, CLIPTokenizer]:
    """One for each text encoder. A folder with settings and no vocabulary shares the first one's, or CLIP's own."""
    if "tokenizer" not in files.parts:
        folder_2 = files.root / files.parts["tokenizer_2"].folder
        return {"tokenizer_2": _tokenizer(folder_2, CONFIGS / "sdxl" / "tokenizer")}
    folder = files.root / files.parts["tokenizer"].folder
    first = _tokenizer(folder, CONFIGS / "sdxl" / "tokenizer")
    if "tokenizer_2" not in files.parts:
        return {"tokenizer": first}
    folder_2 = files.root / files.parts["tokenizer_2"].folder
    return {"tokenizer": first, "tokenizer_2": first if folder_2 == folder else _tokenizer(folder_2, folder)}


def _tokenizer(folder: Path, vocabulary: Path) -> CLIPTokenizer:
    if any((folder / name).exists() for name in ("vocab.json", "tokenizer.json")):
        return CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    pad = read_json(folder / "tokenizer_config.json").get("pad_token", "<|endoftext|>")
    return CLIPTokenizer.from_pretrained(vocabulary, local_files_only=True, pad_token=pad)


def as_pipeline(family: str, components: Components) -> Any:
    """diffusers' own pipeline of the same parts."""
    cls, extra = PIPELINES[family]
    names = [name for name in (*CLASSES, "tokenizer", "tokenizer_2") if getattr(components, name) is not None]
    scheduler = EulerDiscreteScheduler.from_config(dict(components.scheduler_config))
    if components.low_res_scheduler_config:
        extra = {**extra, "low_res_scheduler": DDPMScheduler.from_config(dict(components.low_res_scheduler_config))}
    return cls(**{name: getattr(components, name) for name in names}, scheduler=scheduler, **extra)


def _add_loras(spec: ModelSpec, components: Components, paths: list[Path]) -> None:
    """Put the LoRAs into the modules, where they stay: they are part of this model."""
    pipeline = as_pipeline(spec.family, components)
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
