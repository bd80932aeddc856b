"""LoRA files of a folder: their names, what their headers say, and how a request names them.

`flat-lime.safetensors` is the LoRA `flat-lime`; a `flat-lime.toml` beside it may say what the header does not
(`trigger`, `licence`, `source`). Only headers are read here. Knows no model library.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gpu.errors import ModelError, NotSupported
from gpu.folders import NAME, Folder
from gpu.sources import MAX_LORA_RANK, header

WEIGHTS = (-2.0, 2.0)
"""Beyond them a picture is noise."""

Loras = tuple[tuple[str, float], ...]
"""Names and weights, in the order of the names; what weighs nothing is not among them."""

_DOWN = re.compile(r"(?:lora_A|lora_down|lora\.down)(?:\.\w+)?\.weight$")
_CROSS = re.compile(r"attn2[._]to_[kv]\.")
_TRANSFORMER = re.compile(r"(?:^|[._])(?:double_blocks|single_blocks|single_transformer_blocks|joint_blocks)[._]")
_TEXT = ("text_encoder", "lora_te")


@dataclass(frozen=True, slots=True)
class LoraFile:
    """One LoRA, as its header and the file beside it describe it."""

    name: str
    path: Path
    bytes: int
    rank: int
    width: int
    """Of the text embeddings that its cross-attention takes: 2048 for SDXL, 768 for SD 1.5; 0 where it has none."""
    transformer: bool
    """Whether it is for a model without a UNet."""
    text: bool
    """Whether it changes the text encoders, too."""
    trigger: str = ""
    """Words that are added to the prompt."""
    licence: str = ""
    source: str = ""

    def to_json(self) -> dict[str, str | int | bool]:
        """Plain values."""
        return {**asdict(self), "path": str(self.path)}


class LoraFolder(Folder[LoraFile]):
    """The LoRAs of one folder, by name."""

    def describe(self, path: Path) -> LoraFile:
        """Read a header. Raises `ModelError` for a file that is no LoRA of a sensible rank."""
        return describe(path)

    def get(self, name: str) -> LoraFile:
        """The LoRA of that name. Raises `NotSupported`."""
        if name not in self.files:
            self.refresh()
        if name not in self.files:
            raise NotSupported("error-lora-unknown", name=name)
        return self.files[name]

    def triggers(self, loras: Loras) -> list[str]:
        """The words that the named ones want in the prompt."""
        return [self.files[name].trigger for name, _ in loras if name in self.files and self.files[name].trigger]


def describe(path: Path) -> LoraFile:
    """Read a header. Raises `ModelError` for a file that is no LoRA of a sensible rank."""
    shapes, metadata = header(path)
    down = {key: shape for key, shape in shapes.items() if _DOWN.search(key) and len(shape) >= 2}
    if not down:
        raise ModelError("error-model-lora", source=path.name, file=path.name)
    rank = max(shape[0] for shape in down.values())
    if rank > MAX_LORA_RANK:
        raise ModelError("error-model-file", file=path.name, problem=f"rank {rank} > {MAX_LORA_RANK}")
    known = {**metadata, **_beside(path)}
    return LoraFile(
        name=path.stem,
        path=path,
        bytes=path.stat().st_size,
        rank=rank,
        width=next((shape[1] for key, shape in down.items() if _CROSS.search(key) and not _text(key)), 0),
        transformer=any(_TRANSFORMER.search(key) or key.startswith("transformer.") for key in down),
        text=any(_text(key) for key in down),
        trigger=_first(known, "trigger", "modelspec.trigger_phrase"),
        licence=_first(known, "licence", "modelspec.license"),
        source=_first(known, "source", "modelspec.title", "ss_output_name"),
    )


def read_loras(text: str) -> Loras:
    """`flat-lime:0.8, ink:1` as names and weights. What is no such list is empty: parameters are read leniently."""
    return tuple(sorted({name: weight for name, weight in _pairs(text) if weight}.items()))


def _pairs(text: str) -> Iterator[tuple[str, float]]:
    for item in text.split(","):
        found = re.fullmatch(rf"\s*({NAME.pattern})(?::([+-]?[\d.]+))?\s*", item)
        try:
            if found:
                yield found[1], float(found[2] or 1)
        except ValueError:
            continue


def _text(key: str) -> bool:
    return key.startswith(_TEXT)


def _beside(path: Path) -> dict[str, str]:
    """What the operator wrote beside a file; nothing where it cannot be read."""
    try:
        written = tomllib.loads(path.with_suffix(".toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in written.items() if isinstance(value, str)}


def _first(known: Mapping[str, str], *names: str) -> str:
    """The first that is there, on one line."""
    return next((" ".join(known[name].split())[:200] for name in names if known.get(name)), "")
