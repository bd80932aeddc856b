"""What a preprocessor is, and what it may need of the operator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import torch
from PIL import Image

from gpu.types import ControlMakers


class Preprocessor(Protocol):
    """Makes a control image of a picture."""

    def __call__(self, image: Image.Image) -> Image.Image:
        """An RGB picture of the same size. Raises `NotSupported` when something must be installed first."""
        ...


@dataclass(frozen=True)
class Setting:
    """Where preprocessors run and what they may load."""

    device: torch.device
    makers: ControlMakers = field(default_factory=ControlMakers)
    """What the operator has named in `[control]`."""
