"""The part of a ComfyUI workflow that makes pictures larger: `--upscaler`, `--hires`, upscales of finished pictures.

Only nodes that come with ComfyUI; its folder `models/upscale_models` needs the network, under the name that its makers
gave the file, and for SD x4 its folder `models/checkpoints` the model.
"""

from __future__ import annotations

from typing import Any

from gpu.params import ENLARGERS, MOST_NOISE, NO_UPSCALER, GenerationParams, UpscalerName
from gpu.types import GenerationRequest, Task

Graph = dict[str, dict[str, Any]]
Link = list[Any]

FILES: dict[UpscalerName, str] = {
    "realesrgan": "RealESRGAN_x4plus.pth",
    "anime": "RealESRGAN_x4plus_anime_6B.pth",
    "video": "realesr-animevideov3.pth",
    "sd-x4": "x4-upscaler-ema.safetensors",
}
SCALE = 4
"""Of every upscaler."""
CREATIVE_SCALE = 2.0
"""As `gpu.enlarging` has it."""
X4 = {"steps": 30, "cfg": 9.0, "sampler_name": "ddim", "scheduler": "normal", "denoise": 1.0}
"""How SD x4 draws, as the shipped config.toml has it: the request does not say."""


def enlarged(graph: Graph, request: GenerationRequest, pixels: Link) -> Link:
    """Where the larger pictures come out: `pixels`, where none are wished for. Sampler "3" and VAE "4" are there."""
    params = request.params
    if request.task is Task.ENLARGE:
        return _larger(graph, pixels, request.upscaler, params, CREATIVE_SCALE, request.strength)
    again = params.hires_strength if params.hires > 1 else 0.0
    return _larger(graph, pixels, params.upscaler, params, params.hires, again)


def _larger(
    graph: Graph, pixels: Link, upscaler: UpscalerName, params: GenerationParams, factor: float, strength: float
) -> Link:
    if upscaler in ENLARGERS:
        pixels = _by_model(graph, pixels, upscaler, params)
    elif upscaler != NO_UPSCALER:
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


def _by_model(graph: Graph, pixels: Link, upscaler: UpscalerName, params: GenerationParams) -> Link:
    """SD x4 listens to the words, and sees the picture with noise on it."""
    graph["50"] = _node("CheckpointLoaderSimple", ckpt_name=FILES[upscaler])
    graph["51"] = _node("CLIPTextEncode", text=params.prompt, clip=["50", 1])
    graph["52"] = _node("CLIPTextEncode", text=params.negative_prompt, clip=["50", 1])
    graph["53"] = _node(
        "SD_4XUpscale_Conditioning", images=pixels, positive=["51", 0], negative=["52", 0], scale_ratio=float(SCALE),
        noise_augmentation=round(params.noise_level / MOST_NOISE, 3),
    )  # fmt: skip
    start = {"positive": ["53", 0], "negative": ["53", 1], "latent_image": ["53", 2]}
    graph["54"] = _node("KSampler", model=["50", 0], seed=params.seed, **X4, **start)
    graph["55"] = _node("VAEDecode", samples=["54", 0], vae=["50", 2])
    return ["55", 0]


def _node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}
