"""The models that are on the device: loaded when somebody asks for them, and the one unused for longest goes first.

Knows sizes and order, not how a model is loaded and not who asks.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from typing import Any

import psutil  # type: ignore[import-untyped]
import torch

from gpu.device import free_memory
from gpu.families.base import Components, Family

log = logging.getLogger(__name__)

SHARE = 0.7
"""Of a device's memory, for models; the rest is for drawing with them."""


class Pool:
    """Loaded models, within a budget of bytes. One model is always allowed, however large."""

    def __init__(
        self, load: Callable[[str], tuple[Family, int]], *, budget: float, expect: Callable[[str], int],
        device: torch.device,
    ) -> None:  # fmt: skip
        """`load` gives a model and its bytes on the device; `expect` what they will probably be, before."""
        self._load = load
        self._budget = budget
        self._expect = expect
        self._device = device
        self._models: OrderedDict[str, tuple[Family, int]] = OrderedDict()
        self._calls_of_gone = 0

    def __iter__(self) -> Iterator[str]:
        """Names, the one unused for longest first."""
        return iter(self._models)

    def __getitem__(self, name: str) -> Family:
        """A model that is loaded."""
        return self._models[name][0]

    @property
    def size(self) -> int:
        """Bytes of all models that are loaded."""
        return sum(self._bytes(name) for name in self._models)

    @property
    def unet_calls(self) -> int:
        """Of all models since the start."""
        return self._calls_of_gone + sum(family.unet_calls for family, _ in self._models.values())

    def fits(self, name: str, busy: Collection[str]) -> bool:
        """Whether a model is there, or could be beside those that are drawing."""
        if name in self._models or not busy:
            return True
        held = sum(self._bytes(other) for other in busy if other in self._models)
        return self._expect(name) + held <= self._budget

    def get(self, name: str, busy: Collection[str]) -> Family:
        """A model, loaded if need be; others that are not `busy` go if there is no room. Raises `ModelError`."""
        if name not in self._models:
            self._make_room(self._expect(name), {name, *busy})
            self._models[name] = self._load(name)
            self._make_room(0, {name, *busy})  # now its true size is known
        else:
            self._make_room(0, {name, *busy})  # they may have grown
        self._models.move_to_end(name)
        return self._models[name][0]

    def _bytes(self, name: str) -> int:
        family, size = self._models[name]
        return size + family.grown

    def _make_room(self, size: int, keep: Collection[str]) -> None:
        for name in [name for name in self._models if name not in keep]:
            if self.size + size <= self._budget:
                return
            freed = self._bytes(name)
            family, _ = self._models.pop(name)
            self._calls_of_gone += family.unet_calls
            log.info("model %s leaves the device: %d MB", name, freed // 10**6)
            del family
            free_memory(self._device)


def footprint(loaded: Any) -> int:
    """Bytes of all weights of `Components` or of a diffusers pipeline; those that are shared count once."""
    parts = vars(loaded).values() if isinstance(loaded, Components) else loaded.components.values()
    modules = [part for part in parts if isinstance(part, torch.nn.Module)]
    tensors = {id(t): t for module in modules for t in (*module.parameters(), *module.buffers())}
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())


def budget(memory_gb: float | str, device: torch.device) -> float:
    """Bytes for models: as many as are set, or a share of what the device has."""
    if not isinstance(memory_gb, str):
        return memory_gb * 1e9
    if device.type == "cuda":
        return SHARE * torch.cuda.mem_get_info(device)[1]
    return SHARE * psutil.virtual_memory().total
