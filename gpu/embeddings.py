"""Embeddings (textual inversion): words that a model was taught later, one file each, named in the prompt itself.

`easynegative.safetensors` is the word `easynegative`; `<easynegative>` is the same. What people share is one tensor for
SD 1.5 (`emb_params`, or the token of diffusers), and one for each text encoder of SDXL (`clip_l` and `clip_g`, or
`text_encoders_0` and `_1`). Only headers are read here; `gpu/inversion.py` teaches them to a model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gpu.errors import ModelError
from gpu.folders import Folder
from gpu.sources import header

KINDS: Mapping[str, str] = {"sdxl": "sdxl", "sdxl-refiner": "sdxl", "sd15": "sd15"}
"""Family → the kind of embeddings that it can learn. Others read their names as plain words."""
MAX_VECTORS = 75
"""Of one embedding: more would not fit into one chunk of the text encoder."""

_PAIRS = (("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1"))


@dataclass(frozen=True, slots=True)
class EmbeddingFile:
    """One embedding, as its header describes it."""

    name: str
    path: Path
    kind: str
    """`sdxl` or `sd15`."""
    keys: tuple[str, ...]
    """Its tensors, [vectors, width] each, in the order of the model's text encoders."""
    widths: tuple[int, ...]
    """Of each tensor: 768 and 1280 for SDXL, 768 for SD 1.5."""
    vectors: int
    """How many tokens it stands for."""
    changed: int
    """When the file was written, in nanoseconds: another one, another word."""

    def to_json(self) -> dict[str, str | int]:
        """Plain values."""
        return {"name": self.name, "path": str(self.path), "kind": self.kind, "vectors": self.vectors}


class EmbeddingFolder(Folder[EmbeddingFile]):
    """The embeddings of one folder, by name."""

    def describe(self, path: Path) -> EmbeddingFile:
        """Read a header. Raises `ModelError` for a file that is no embedding."""
        shapes, _ = header(path)
        keys = _keys(shapes)
        matrices = [shapes[key] if len(shapes[key]) == 2 else [1, *shapes[key]] for key in keys]
        counts = {shape[0] for shape in matrices}
        if len(counts) != 1 or any(len(shape) != 2 for shape in matrices):
            raise ModelError("error-model-embedding", file=path.name)
        (vectors,) = counts
        if not 1 <= vectors <= MAX_VECTORS:
            raise ModelError("error-model-file", file=path.name, problem=f"{vectors} vectors > {MAX_VECTORS}")
        return EmbeddingFile(
            name=path.stem,
            path=path,
            kind="sdxl" if len(keys) == 2 else "sd15",
            keys=keys,
            widths=tuple(shape[1] for shape in matrices),
            vectors=vectors,
            changed=path.stat().st_mtime_ns,
        )

    def of(self, kind: str) -> Mapping[str, EmbeddingFile]:
        """Those that a model of that kind can learn, as of the last `refresh`."""
        return {name: file for name, file in self.files.items() if file.kind == kind}


def named(text: str, files: Mapping[str, EmbeddingFile]) -> tuple[EmbeddingFile, ...]:
    """The embeddings that a text names, each once, in the order of the text."""
    found: dict[str, EmbeddingFile] = {}
    replaced(text, files, lambda file: found.setdefault(file.name, file).name)
    return tuple(found.values())


def replaced(text: str, files: Mapping[str, EmbeddingFile], put: Callable[[EmbeddingFile], str]) -> str:
    """The text with something else for every name: whole words of any case, with or without `<` and `>`."""
    if not files:
        return text
    by_name = {name.casefold(): file for name, file in files.items()}
    return _pattern(files).sub(lambda match: put(by_name[(match[1] or match[2]).casefold()]), text)


def _pattern(names: Iterable[str]) -> re.Pattern[str]:
    choices = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"<({choices})>|(?<![\w-])({choices})(?![\w-])", re.IGNORECASE)


def _keys(shapes: Mapping[str, list[int]]) -> tuple[str, ...]:
    """The tensors of an embedding among those of a file; none in a file of another kind."""
    pair = next((pair for pair in _PAIRS if set(pair) <= shapes.keys()), None)
    return pair or (tuple(shapes) if len(shapes) == 1 else ())
