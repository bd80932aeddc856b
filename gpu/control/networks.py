"""Depth, normals and segments, by networks that the operator names in `[control]` of config.toml.

Each is a folder (or a repository in the hub's cache) that a transformers pipeline can read. Normals come from the
depth unless a network of their own is named. Only safetensors are read.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from gpu.control.base import Setting
from gpu.errors import ModelError, NotSupported

STEEPNESS = 6.0
"""How much a change of depth tilts a normal; depth is in 0…1 over the picture, lengths in shorter sides."""
PALETTE = 150
"""Different colours of segments: as many as ADE20K has classes."""


class Depth:
    """Near is white, far is black."""

    def __init__(self, setting: Setting) -> None:
        self._pipeline = _pipeline("depth-estimation", "depth", setting)

    def __call__(self, image: Image.Image) -> Image.Image:
        """Depth, stretched to the whole range."""
        return Image.fromarray((self.numbers(image) * 255).round().astype("uint8")).convert("RGB")

    def numbers(self, image: Image.Image) -> np.ndarray[Any, Any]:
        """[h, w] in 0 (far) … 1 (near)."""
        depth = self._pipeline(image.convert("RGB"))["predicted_depth"].squeeze().float().cpu().numpy()
        low, high = float(depth.min()), float(depth.max())
        scaled = Image.fromarray(((depth - low) / max(high - low, 1e-6)).astype(np.float32))
        return np.clip(np.array(scaled.resize(image.size, Image.Resampling.BICUBIC)), 0, 1)


class Normal:
    """Which way a surface looks: red to the right, green up, blue towards the viewer."""

    def __init__(self, setting: Setting) -> None:
        self._depth = Depth(setting)

    def __call__(self, image: Image.Image) -> Image.Image:
        """Normals."""
        return normals(self._depth.numbers(image))


class Segments:
    """One flat colour for everything of a kind."""

    def __init__(self, setting: Setting) -> None:
        self._pipeline = _pipeline("image-segmentation", "seg", setting)

    def __call__(self, image: Image.Image) -> Image.Image:
        """Colours by label."""
        labels = self._pipeline.model.config.label2id
        canvas = np.zeros((image.height, image.width, 3), dtype=np.uint8)
        for found in self._pipeline(image.convert("RGB")):
            mask = np.array(found["mask"].resize(image.size, Image.Resampling.NEAREST)) > 127
            canvas[mask] = colour(int(labels.get(found["label"], 0)))
        return Image.fromarray(canvas)


def normals(depth: np.ndarray[Any, Any]) -> Image.Image:
    """The normal map of a depth map [h, w] in 0 (far) … 1 (near)."""
    down, right = np.gradient(depth * STEEPNESS * min(depth.shape) / 10)
    vectors = np.stack([-right, down, np.ones_like(depth)], axis=-1)
    vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
    return Image.fromarray(((vectors + 1) * 127.5).round().astype("uint8"))


def colour(label: int) -> tuple[int, int, int]:
    """A colour for a class, by the bits of its number (the rule of PASCAL VOC's colour map)."""
    parts, number = [0, 0, 0], label % PALETTE + 1
    for bit in range(8):
        for part in range(3):
            parts[part] |= ((number >> part) & 1) << (7 - bit)
        number >>= 3
    return parts[0], parts[1], parts[2]


def _pipeline(task: str, kind: str, setting: Setting) -> Any:
    source = setting.sources.get(kind, "")
    if not source:
        raise NotSupported("error-control-folder", kind=kind)
    from transformers import pipeline

    try:
        return pipeline(
            task, model=source, device=setting.device,
            model_kwargs={"use_safetensors": True, "local_files_only": True},
        )  # fmt: skip
    except (OSError, ValueError, KeyError, ImportError, RuntimeError) as error:
        problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelError(source=source, problem=problem[:300]) from error
