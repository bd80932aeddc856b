"""The image check of nsfwjs: drawings, too, which Yahoo's open_nsfw was never shown.

Five classes that add up to 1: drawing, hentai, neutral, porn, sexy. Scores equal those of nsfwjs itself; README.md
beside this file says how that was checked. Weights MIT.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional
from transformers import MobileNetV2Config, MobileNetV2Model

WEIGHTS = Path(__file__).with_name("model.safetensors")
SIDE = 224
OWN_EDGE, EDGE = 0.9, 0.7
"""The share from which its word counts, and the number that stands for it, as in every check: the usual threshold.

At 0.7 of its own it refused a croissant among 300 pictures of the starter, and one of 300 masks of random shapes.
"""
CLASSES = ("drawing", "hentai", "neutral", "porn", "sexy")
"""In the order of the network's outputs (`nsfw_classes.js` of the package)."""


class Network(nn.Module):
    """MobileNetV2 and three dense layers: [n, 3, 224, 224] of 0…1 → [n, 5], shares of the classes."""

    def __init__(self) -> None:
        super().__init__()
        self.body = MobileNetV2Model(MobileNetV2Config())
        widths = (1280, 256, 128, len(CLASSES))
        layers = [layer for pair in itertools.pairwise(widths) for layer in (nn.Linear(*pair), nn.ReLU())]
        self.head = nn.Sequential(*layers[:-1])

    def forward(self, pixels: Tensor) -> Tensor:
        """Softmax of the last layer."""
        return self.head(self.body(pixels).pooler_output).softmax(dim=-1)


class NsfwJs:
    """It sees the whole picture, squeezed to a square of 224 pixels."""

    categories: tuple[str, ...] = ("sexual", "suggestive")

    def __init__(self, device: str = "cpu") -> None:
        network = Network()
        network.load_state_dict(_values(), strict=False)  # all but the counters that training keeps
        self._device = torch.device(device)
        self._network = network.eval().requires_grad_(False).to(self._device)

    def score(self, image: Image.Image) -> dict[str, float]:
        """Photographed or drawn alike is sexual, 0.7 where the share is 0.9; little clothing is suggestive."""
        classes = self.classes(image)
        return {"sexual": _scaled(classes["porn"] + classes["hentai"]), "suggestive": classes["sexy"]}

    @torch.inference_mode()
    def classes(self, image: Image.Image) -> dict[str, float]:
        """Class → its share, 0…1."""
        pixels = torch.from_numpy(np.array(image.convert("RGB"))).to(self._device).permute(2, 0, 1)[None].float() / 255
        square = functional.interpolate(pixels, (SIDE, SIDE), mode="bilinear", align_corners=True)
        return dict(zip(CLASSES, self._network(square)[0].tolist(), strict=True))


def _scaled(share: float) -> float:
    """0 → 0, its own edge → the usual one, 1 → 1, straight lines between."""
    if share < OWN_EDGE:
        return share * EDGE / OWN_EDGE
    return min(EDGE + (share - OWN_EDGE) * (1 - EDGE) / (1 - OWN_EDGE), 1.0)


def _values() -> dict[str, Tensor]:
    """Name → tensor: smallest value + step · stored byte."""
    with safe_open(WEIGHTS, "pt") as file:
        steps: dict[str, tuple[float, float]] = json.loads(file.metadata()["steps"])
        return {
            name: (smallest + step * file.get_tensor(name).double()).float()
            for name, (smallest, step) in steps.items()
        }
