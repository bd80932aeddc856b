"""Jobs that listen to pictures, and what the stock pipelines draw with the same IP-Adapters."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionXLPipeline

from gpu.families.base import Components
from gpu.schedulers import build
from gpu.types import AdapterSpec, GenerationRequest, InputImage, InputRole, ModelSpec, NetSpec
from tests.gpu.bench import Bench, request
from tests.gpu.pictures import photo, png

STYLE = {"up": {"block_0": [0.0, 1.0, 0.0]}}
"""InstantStyle's own words for "style only" in SDXL."""
STYLE_SD15 = {"up": {"block_1": 1.0}}
"""`target_blocks=["up_blocks.1"]` in InstantStyle's `infer_style_sd15.py`."""
PICTURES = {name: photo((70, 50)).rotate(angle) for name, angle in {"a": 0, "b": 120, "c": 250}.items()}
ROLES = {"image": InputRole.PROMPT, "style": InputRole.STYLE, "character": InputRole.CHARACTER}
Wanted = Sequence[tuple[str, str, float]]
"""Kind, picture, weight."""


def adapters(folder: Path) -> dict[str, AdapterSpec]:
    names = {"image": "plain", "style": "other", "character": "plus"}
    return {kind: AdapterSpec(source=str(folder), weight_name=f"{name}.safetensors") for kind, name in names.items()}


def bench_of(
    path: Path, model: Components, folder: Path, family: str = "sdxl", nets: Mapping[str, Path] | None = None,
    **options: Any,
) -> Bench:  # fmt: skip
    """With modules of its own: adapters come into them."""
    bench = Bench(path, {"tiny": copy.deepcopy(model)}, **options)
    spec = ModelSpec(
        name="tiny",
        family=family,
        source="x",
        pixels=64**2,
        multiple=8,
        ip_adapters=adapters(folder),  # type: ignore[arg-type]
        controlnets={kind: NetSpec(source=str(path)) for kind, path in (nets or {}).items()},
    )
    bench.engine._specs = {"tiny": spec}
    return bench


def wish(bench: Bench, job_id: str, *wanted: tuple[str, str, float], **wishes: Any) -> GenerationRequest:
    """A request whose pictures lie where the studio would put them."""
    (bench.folder / "inputs" / job_id).mkdir(parents=True, exist_ok=True)
    inputs = [*wishes.pop("inputs", ())]
    for number, (kind, name, weight) in enumerate(wanted):
        path = Path("inputs", job_id, f"r{number}.png")
        (bench.folder / path).write_bytes(png(PICTURES[name]))
        inputs.append(InputImage(role=ROLES[kind], path=path, weight=weight))
    return request(job_id, inputs=tuple(inputs), **wishes)


def with_stock(
    model: Components, folder: Path, job: GenerationRequest, wanted: Wanted, scales: Sequence[Any],
    cls: Any = StableDiffusionXLPipeline, beside: Mapping[str, Any] | None = None, **more: Any,
) -> Any:  # fmt: skip
    """What the stock pipeline draws with one adapter for each picture; `beside` are further parts of it."""
    parts = copy.deepcopy(model)
    kwargs = {name: getattr(parts, name) for name in ("unet", "vae", "text_encoder", "tokenizer")}
    kwargs |= {"scheduler": build(job.params.scheduler, parts.scheduler_config), **(beside or {})}
    if parts.text_encoder_2 is None:
        kwargs |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    else:
        kwargs |= {"text_encoder_2": parts.text_encoder_2, "tokenizer_2": parts.tokenizer_2, "add_watermarker": False}
    pipeline = cls(**kwargs)
    pipeline.set_progress_bar_config(disable=True)
    if lora := job.params.lora:
        pipeline.load_lora_weights(str(folder), weight_name=f"{lora.partition(':')[0]}.safetensors")
    files = {kind: spec.weight_name for kind, spec in adapters(folder).items()}
    if wanted:
        pipeline.load_ip_adapter(str(folder), subfolder="", weight_name=[files[kind] for kind, _, _ in wanted])
        pipeline.set_ip_adapter_scale(list(scales))
        more |= {"ip_adapter_image": [PICTURES[name] for _, name, _ in wanted]}
    params = job.params
    size = {} if "image" in more else {"height": params.height, "width": params.width}
    return pipeline(
        prompt=params.prompt, negative_prompt=params.negative_prompt or None, num_images_per_prompt=params.num_images,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale, output_type="latent",
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
        **size, **more,
    ).images  # fmt: skip


def times(blocks: Any, scale: float) -> Any:
    if isinstance(blocks, dict):
        return {name: times(value, scale) for name, value in blocks.items()}
    return [value * scale for value in blocks]
