"""The upscalers: the name in `--upscaler` → what makes pictures larger by it. See README.md for how to add one."""

from collections.abc import Callable, Mapping
from functools import partial

import torch

from gpu.errors import NotSupported
from gpu.upscalers.base import Box, Upscaler, tiles
from gpu.upscalers.realesrgan import RealESRGAN, weights_folder

__all__ = ["UPSCALERS", "Box", "Upscaler", "Upscalers", "tiles"]

UPSCALERS: Mapping[str, Callable[[torch.device], Upscaler]] = {
    "realesrgan": partial(RealESRGAN, "REALESRGAN_X4PLUS_UP4X", 64),
    "anime": partial(RealESRGAN, "REALESRGAN_X4PLUSANIME_UP4X", 96),
    "video": partial(RealESRGAN, "REALESRGAN_ANIMAVIDEOV3_UP4X", 256),
}
"""Names are those of `gpu.params.UpscalerName`; each is made for a device, when it is first asked for."""


class Upscalers:
    """The upscalers of one device, each loaded when it is first used."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._loaded: dict[str, Upscaler] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Those that can be used here."""
        return tuple(UPSCALERS) if weights_folder() else ()

    def get(self, name: str) -> Upscaler:
        """Raises `NotSupported` for a name that is none, `ModelError` where its weights are missing."""
        if name not in UPSCALERS:
            raise NotSupported("error-upscaler-unknown", upscaler=name, upscalers=", ".join(UPSCALERS))
        if name not in self._loaded:
            self._loaded[name] = UPSCALERS[name](self._device)
        return self._loaded[name]
