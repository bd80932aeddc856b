"""Merging of model files: a weighted sum of checkpoints or of LoRAs, of one family and shape.

    weighted sum      A · (1 − w) + B · w
    add difference    A + w · (B − C)       what B learned beyond C, added to A

Tensors are read from the files one by one as they are written, so a merge of 7 GB files takes little more memory than
their largest tensor. LoRAs are laid side by side, rank by rank: that is exact, where a sum of their factors is not.
The result's metadata says what it was made of. Knows arrays and files, no model library.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu.errors import ModelError
from gpu.sources import header

Array = NDArray[np.float32]

DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
"""Types that can be added; others (counters, masks) come from the first file as they are."""
FACTORS = (("lora_A", "lora_B"), ("lora_down", "lora_up"), ("lora.down", "lora.up"))
"""How the two factors of a LoRA's layer are named."""


@dataclass(frozen=True, slots=True)
class Term:
    """One file of a sum."""

    path: Path
    weight: float


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a tensor stands in its file, and what it is."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class Tensors:
    """A `.safetensors` file, read tensor by tensor. Raises `ModelError` when it is none."""

    def __init__(self, path: Path) -> None:
        self.metadata = header(path)[1]  # checks the file, too
        self._path = path
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            listed = json.loads(file.read(size))
        listed.pop("__metadata__", None)
        self.entries = {
            name: Entry(info["dtype"], tuple(info["shape"]), *(8 + size + at for at in info["data_offsets"]))
            for name, info in listed.items()
        }

    def raw(self, name: str) -> bytes:
        """A tensor's bytes."""
        entry = self.entries[name]
        with self._path.open("rb") as file:
            file.seek(entry.start)
            return file.read(entry.end - entry.start)

    def array(self, name: str) -> Array:
        """A tensor's numbers. Raises `ModelError` for a type that cannot be added."""
        entry = self.entries[name]
        if entry.dtype not in DTYPES:
            raise ModelError("error-merge-type", file=self._path.name, tensor=name, type=entry.dtype)
        stored = np.frombuffer(self.raw(name), DTYPES[entry.dtype]).reshape(entry.shape)
        if entry.dtype == "BF16":  # the upper half of a 32-bit number
            return (stored.astype("<u4") << 16).view("<f4")
        return stored.astype(np.float32)


def weighted_sum(first: Path, second: Path, weight: float, target: Path) -> None:
    """Write A · (1 − weight) + B · weight. Raises `ModelError`."""
    _merge("weighted sum", [Term(first, 1 - weight), Term(second, weight)], target)


def add_difference(first: Path, second: Path, base: Path, weight: float, target: Path) -> None:
    """Write A + weight · (B − C). Raises `ModelError`."""
    _merge("add difference", [Term(first, 1.0), Term(second, weight), Term(base, -weight)], target)


def _merge(mode: str, terms: Sequence[Term], target: Path) -> None:
    files = [(Tensors(term.path), term.weight) for term in terms]
    loras = [any(_layer(name) for name in file.entries) for file, _ in files]
    if len(set(loras)) > 1:
        raise ModelError("error-merge-mixed")
    plan = _lora_shapes(files) if loras[0] else _same_shapes(files, terms)
    made = {"mode": mode, "of": [{"file": t.path.name, "weight": t.weight, "sha256": _digest(t.path)} for t in terms]}
    metadata = {**files[0][0].metadata, "easel.merge": json.dumps(made)}
    _write(target, plan, metadata, _lora_sums(files, plan) if loras[0] else _sums(files, plan))


# Checkpoints


def _same_shapes(files: Sequence[tuple[Tensors, float]], terms: Sequence[Term]) -> dict[str, tuple[str, Sequence[int]]]:
    """Name → type and shape of the result. Raises `ModelError` where the files are not of one kind."""
    first = files[0][0].entries
    for (file, _), term in zip(files[1:], terms[1:], strict=True):
        names = first.keys() | file.entries.keys()
        different = {name for name in names if _shape(first, name) != _shape(file.entries, name)}
        if different:
            raise _different(terms[0].path.name, term.path.name, len(different), min(different))
    return {name: (entry.dtype, entry.shape) for name, entry in first.items()}


def _different(first: str, second: str, count: int, tensor: str) -> ModelError:
    return ModelError("error-merge-different", first=first, second=second, count=count, tensor=tensor)


def _shape(entries: Mapping[str, Entry], name: str) -> tuple[int, ...] | None:
    return entries[name].shape if name in entries else None


def _sums(files: Sequence[tuple[Tensors, float]], plan: Mapping[str, tuple[str, Sequence[int]]]) -> Iterator[bytes]:
    for name, (dtype, _) in plan.items():
        if dtype not in DTYPES:
            yield files[0][0].raw(name)
            continue
        total = files[0][0].array(name) * np.float32(files[0][1])
        for file, weight in files[1:]:
            total += file.array(name) * np.float32(weight)
        yield _bytes(total, dtype)


# LoRAs


def _layer(name: str) -> tuple[str, str, str] | None:
    """The names of a layer's two factors and of its alpha, by that of the first factor."""
    for down, up in FACTORS:
        if f".{down}." in name:
            return name, name.replace(f".{down}.", f".{up}."), f"{name.partition(f'.{down}.')[0]}.alpha"
    return None


def _lora_shapes(files: Sequence[tuple[Tensors, float]]) -> dict[str, tuple[str, Sequence[int]]]:
    """Every layer that one of the files has, with the ranks of all that have it. Raises `ModelError`."""
    plan: dict[str, tuple[str, Sequence[int]]] = {}
    for file, _ in files:
        for layer in filter(None, map(_layer, file.entries)):
            if layer[1] not in file.entries:
                raise ModelError("error-merge-half", tensor=layer[0])
            down, up = file.entries[layer[0]], file.entries[layer[1]]
            rank = down.shape[0] + (plan[layer[0]][1][0] if layer[0] in plan else 0)
            shapes = (rank, *down.shape[1:]), (up.shape[0], rank, *up.shape[2:])
            if layer[0] in plan and plan[layer[0]][1][1:] != shapes[0][1:]:
                raise _different("A", "B", 1, layer[0])
            plan |= {layer[0]: ("F32", shapes[0]), layer[1]: ("F32", shapes[1])}
    return plan


def _lora_sums(files: Sequence[tuple[Tensors, float]], plan: Mapping[str, Any]) -> Iterator[bytes]:
    """Factors side by side; a file's weight, and its alpha, go into the second one."""
    layers = [layer for layer in map(_layer, plan) if layer]
    ups = {layer[1]: layer for layer in layers}
    for name in plan:
        having = [(file, weight) for file, weight in files if name in file.entries]
        if name in ups:
            factors = [file.array(name) * _scale(file, ups[name], weight) for file, weight in having]
        else:
            factors = [file.array(name) for file, _ in having]
        yield _bytes(np.concatenate(factors, axis=1 if name in ups else 0), "F32")


def _scale(file: Tensors, layer: tuple[str, str, str], weight: float) -> np.float32:
    down, _, alpha = layer
    rank = file.entries[down].shape[0]
    return np.float32(weight * (float(file.array(alpha)) / rank if alpha in file.entries else 1.0))


# Files


def _write(
    target: Path, plan: Mapping[str, tuple[str, Sequence[int]]], metadata: Mapping[str, str], tensors: Iterator[bytes]
) -> None:
    """A `.safetensors` file, complete or not there at all."""
    listed: dict[str, Any] = {"__metadata__": metadata}
    at = 0
    for name, (dtype, shape) in plan.items():
        size = int(np.prod(shape, dtype=np.int64)) * _width(dtype)
        listed[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    head = json.dumps(listed).encode()
    head += b" " * (-len(head) % 8)
    partial = target.with_name(f"{target.name}.tmp")
    try:
        with partial.open("wb") as file:
            file.write(len(head).to_bytes(8, "little") + head)
            for tensor in tensors:
                file.write(tensor)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _width(dtype: str) -> int:
    """Bytes of a number."""
    bits = "".join(char for char in dtype.partition("_")[0] if char.isdigit())
    return int(bits) // 8 if bits else 1


def _bytes(array: Array, dtype: str) -> bytes:
    if dtype == "BF16":  # rounded to the nearest, ties to even
        bits = array.astype("<f4").view("<u4")
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype("<u2").tobytes()
    return array.astype(DTYPES[dtype]).tobytes()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
