"""The part of a ComfyUI workflow that makes pictures larger: `--upscaler`, `--hires`, upscales of finished pictures.

Only nodes that come with ComfyUI; its folder `models/upscale_models` needs the network, under the name that its makers
gave the file.
"""

from __future__ import annotations

from typing import Any

from gpu.params import NO_UPSCALER, UpscalerName
from gpu.types import GenerationRequest, Task

Graph = dict[str, dict[str, Any]]
Link = list[Any]

FILES: dict[UpscalerName, str] = {
    "realesrgan": "RealESRGAN_x4plus.pth",
    "anime": "RealESRGAN_x4plus_anime_6B.pth",
    "video": "realesr-animevideov3.pth",
}
SCALE = 4
"""Of every upscaler."""
CREATIVE_SCALE = 2.0
"""As `gpu.enlarging` has it."""


def enlarged(graph: Graph, request: GenerationRequest, pixels: Link) -> Link:
    """Where the larger pictures come out: `pixels`, where none are wished for. Sampler "3" and VAE "4" are there."""
    params = request.params
    if request.task is Task.ENLARGE:
        return _larger(graph, pixels, request.upscaler, CREATIVE_SCALE, request.strength)
    return _larger(graph, pixels, params.upscaler, params.hires, params.hires_strength if params.hires > 1 else 0.0)


def _larger(graph: Graph, pixels: Link, upscaler: UpscalerName, factor: float, strength: float) -> Link:
    if upscaler != NO_UPSCALER:
        graph["40"] = _node("UpscaleModelLoader", model_name=FILES[upscaler])
        graph["41"] = _node("ImageUpscaleWithModel", upscale_model=["40", 0], image=pixels)
        pixels = ["41", 0]
    if not strength:
        return pixels
    by = factor / SCALE if upscaler != NO_UPSCALER else factor
    graph["42"] = _node("ImageScaleBy", image=pixels, upscale_method="bicubic", scale_by=by)
    graph["43"] = _node("VAEEncode", pixels=["42", 0], vae=["4", 2])
    again = {**graph["3"]["inputs"], "latent_image": ["43", 0], "denoise": strength}
    graph["44"] = _node("KSampler", **again)
    graph["45"] = _node("VAEDecode", samples=["44", 0], vae=["4", 2])
    return ["45", 0]


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}
