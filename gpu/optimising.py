"""`[optimise]` of config.toml: which ways of saving memory or time are wanted. Loads no model library."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from gpu.types import Setting

Name = Literal[
    "sdpa", "xformers", "attention-slicing", "vae-slicing", "vae-tiling", "model-offload", "group-offload",
    "sequential-offload", "fp16", "bf16", "fp8", "compile", "tome", "tiny-previews", "tiny-decoder", "openvino",
    "tensorrt",
]  # fmt: skip
"""As in `gpu.optimise.OPTIMISATIONS`."""

OFFLOADS = ("model-offload", "group-offload", "sequential-offload")
SMALL_CARD = 12_000_000_000
"""Bytes of free memory below which decoding a large picture in one piece may not fit beside a model."""
ROOM_TO_DRAW = 1.4
"""Free memory, in sizes of a model, from which the whole model and its activations fit."""
LITTLE_ROOM = 0.8
"""The same, below which not even its largest part does."""


class Optimise(Setting):
    """`[optimise]`"""

    use: Literal["auto"] | tuple[Name, ...] = "auto"
    tome_ratio: float = Field(0.5, gt=0, le=0.75)
    tiny_vae: Mapping[str, Path] = {}
    """Family → a folder with a diffusers `AutoencoderTiny` for its latents."""

    @property
    def named(self) -> tuple[Name, ...]:
        """What the configuration asks for by name."""
        return () if self.use == "auto" else self.use


@dataclass(frozen=True)
class Needs:
    """What an option cannot do without."""

    devices: tuple[str, ...] = ()
    """Types of torch devices; empty: any."""
    package: str = ""
    install: str = ""


NEEDS: Mapping[str, Needs] = {
    "xformers": Needs(("cuda",), "xformers", "pip install --no-deps xformers"),
    "model-offload": Needs(("cuda",)),
    "group-offload": Needs(("cuda",)),
    "sequential-offload": Needs(("cuda",)),
    "compile": Needs(("cuda",)),
    "tome": Needs((), "tomesd", "pip install --no-deps -r requirements-gpu.txt"),
    "openvino": Needs(("cpu",), "openvino", "pip install -r requirements-openvino.txt"),
    "tensorrt": Needs(("cuda",), "torch_tensorrt", "pip install torch-tensorrt"),
}


def missing(names: Sequence[str], device: str) -> dict[str, str]:
    """Of the options, those that a machine with this type of device cannot do → what they need."""
    found = {}
    for name in names:
        needs = NEEDS.get(name, Needs())
        if needs.devices and device not in needs.devices:
            found[name] = " / ".join(needs.devices)
        elif needs.package and importlib.util.find_spec(needs.package) is None:
            found[name] = needs.install
    return found


def chosen(settings: Optimise, device: str, *, size: int, free: int) -> tuple[str, ...]:
    """The options for a model of `size` bytes on a device with `free` bytes; of named ones, those that work here."""
    if settings.use != "auto":
        lost = missing(settings.use, device)
        return tuple(name for name in settings.use if name not in lost)
    names = ["sdpa", *(["tiny-previews"] if settings.tiny_vae else [])]
    if device == "cuda":
        names += ["vae-tiling"] if free < SMALL_CARD else []
        if free < LITTLE_ROOM * size:
            names.append("group-offload")
        elif free < ROOM_TO_DRAW * size:
            names.append("model-offload")
    return tuple(names)
