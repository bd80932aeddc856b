"""Pictures whose edges meet: while `seamless` is open, every convolution goes on at the other side.

A convolution that pads with the opposite edge instead of with zeros, and attention that knows no place, make rolling
the latents and rolling the picture the same. Transformers that number their patches cannot do that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def seamless(*modules: nn.Module, on: bool = True) -> Iterator[None]:
    """Let the convolutions of `modules` pad around the edges; afterwards they pad as before."""
    padded = [part for module in modules for part in module.modules() if isinstance(part, nn.Conv2d)] if on else []
    whole = [module for module in modules if on and getattr(module, "use_tiling", False)]
    before = [convolution.padding_mode for convolution in padded]
    try:
        for convolution in padded:
            convolution.padding_mode = "circular"
        for module in whole:  # a part of a picture has other neighbours than its own edges
            module.use_tiling = False
        yield
    finally:
        for convolution, mode in zip(padded, before, strict=True):
            convolution.padding_mode = mode
        for module in whole:
            module.use_tiling = True
