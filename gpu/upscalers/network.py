"""Networks in ncnn's files, run by torch: for devices that ncnn does not reach, with the same numbers.

`.param` is a list of layers in text, `.bin` their weights one after the other. Only the layers that Real-ESRGAN
consists of are known.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate, leaky_relu, pixel_shuffle, prelu

HALF = 0x01306B47
"""Stands before weights in half precision."""
LEAKY, SLOPE, COEFFICIENTS = 2, -23310, -23301
"""ncnn's numbers: an activation, and the keys of two lists."""


class Weights:
    """Reads one layer's numbers after the other."""

    def __init__(self, file: Path) -> None:
        self._data = file.read_bytes()
        self._at = 0

    def tagged(self, count: int) -> Tensor:
        """Numbers after a tag that says how they are stored. Raises `ValueError` for a tag of another kind."""
        (tag,) = struct.unpack_from("<I", self._data, self._at)
        self._at += 4
        if tag == HALF:
            return self._take(count, "<f2")
        if tag:
            raise ValueError(f"weights stored as {tag:#x} are not known")
        return self.plain(count)

    def plain(self, count: int) -> Tensor:
        """Numbers without a tag, in single precision."""
        return self._take(count, "<f4")

    def _take(self, count: int, kind: str) -> Tensor:
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += -(-found.nbytes // 4) * 4
        return torch.from_numpy(found.astype(np.float32))


@dataclass(frozen=True)
class Layer:
    """One line of a `.param` file, with its weights."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    settings: Mapping[int, float | list[float]]
    weights: tuple[Tensor, ...] = ()

    def number(self, key: int, default: float = 0) -> float:
        """A setting that is one number."""
        found = self.settings.get(key, default)
        assert not isinstance(found, list)
        return found


class TorchNetwork:
    """A network of one input and one output."""

    def __init__(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype = torch.float32) -> None:
        """Read `name`.param and `name`.bin. Raises `OSError`, `ValueError`; `KeyError` for an unknown layer."""
        self._device, self._dtype = device, dtype
        weights = Weights(folder / f"{name}.bin")
        lines = (folder / f"{name}.param").read_text("ascii").splitlines()[2:]
        self._layers = [self._layer(line.split(), weights) for line in lines if line.strip()]

    def __call__(self, pixels: Tensor) -> Tensor:
        """What the last layer makes of `pixels` [1, channels, h, w]."""
        pixels = pixels.to(self._device, self._dtype)
        values: dict[str, Tensor] = {}
        readers = self._readers()
        for layer in self._layers:
            inputs = [values[name] for name in layer.inputs] or [pixels]
            values |= dict.fromkeys(layer.outputs, LAYERS[layer.kind](layer, inputs))
            for name in layer.inputs:  # a large picture has no room for what nobody reads any more
                readers[name] -= 1
                if not readers[name]:
                    del values[name]
        return values[self._layers[-1].outputs[0]]

    def _readers(self) -> dict[str, int]:
        names = [name for layer in self._layers for name in layer.inputs]
        return {name: names.count(name) for name in names}

    def _layer(self, words: list[str], weights: Weights) -> Layer:
        kind, _, inputs, outputs = words[:4]
        names, at = words[4:], int(inputs)
        settings = dict(_setting(word) for word in names[at + int(outputs) :])
        layer = Layer(kind, tuple(names[:at]), tuple(names[at : at + int(outputs)]), settings)
        read = WEIGHTS[kind](layer, weights) if kind in WEIGHTS else ()
        return replace(layer, weights=tuple(tensor.to(self._device, self._dtype) for tensor in read))


def _setting(word: str) -> tuple[int, float | list[float]]:
    """`0=64`, or a list with its length first: `-23310=1,0.2`."""
    key, value = word.split("=")
    if int(key) > -23300:
        return int(key), float(value)
    return int(key), [float(number) for number in value.split(",")[1:]]


def _convolution_weights(layer: Layer, weights: Weights) -> tuple[Tensor, ...]:
    outputs, side = int(layer.number(0)), int(layer.number(1))
    kernel = weights.tagged(int(layer.number(6))).reshape(outputs, -1, side, side)
    return (kernel, weights.plain(outputs)) if layer.number(5) else (kernel,)


def _convolution(layer: Layer, inputs: list[Tensor]) -> Tensor:
    made = conv2d(inputs[0], *layer.weights, padding=int(layer.number(4)))
    slope = layer.settings.get(SLOPE)
    return leaky_relu(made, slope[0]) if layer.number(9) == LEAKY and isinstance(slope, list) else made


def _weighted_sum(layer: Layer, inputs: list[Tensor]) -> Tensor:
    factors = layer.settings.get(COEFFICIENTS)
    assert isinstance(factors, list)
    return sum((tensor * factor for tensor, factor in zip(inputs, factors, strict=True)), torch.zeros_like(inputs[0]))


WEIGHTS: Mapping[str, Callable[[Layer, Weights], tuple[Tensor, ...]]] = {
    "Convolution": _convolution_weights,
    "PReLU": lambda layer, weights: (weights.plain(int(layer.number(0))),),
}
LAYERS: Mapping[str, Callable[[Layer, list[Tensor]], Tensor]] = {
    "Input": lambda layer, inputs: inputs[0],
    "Split": lambda layer, inputs: inputs[0],
    "Convolution": _convolution,
    "PReLU": lambda layer, inputs: prelu(inputs[0], layer.weights[0]),
    "Concat": lambda layer, inputs: torch.cat(inputs, dim=1),
    "Eltwise": _weighted_sum,
    "BinaryOp": lambda layer, inputs: inputs[0] + inputs[1],
    "Interp": lambda layer, inputs: interpolate(inputs[0], scale_factor=layer.number(1)),
    "PixelShuffle": lambda layer, inputs: pixel_shuffle(inputs[0], int(layer.number(0))),
}
