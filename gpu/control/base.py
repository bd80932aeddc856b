"""What a preprocessor is, and what it may need of the operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import torch
from PIL import Image


class Preprocessor(Protocol):
    """Makes a control image of a picture."""

    def __call__(self, image: Image.Image) -> Image.Image:
        """An RGB picture of the same size. Raises `NotSupported` when something must be installed first."""
        ...


@dataclass(frozen=True)
class Setting:
    """Where preprocessors run and what they may load."""

    device: torch.device
    sources: Mapping[str, str] = field(default_factory=dict)
    """Kind → folder or hub repository of a network, from `[control]` of config.toml; "" where there is none."""
