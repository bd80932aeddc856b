"""Where a model's weights are: which files of a folder, of a single file or of a hub repository make up a model.

Refuses, before anything is loaded, what could not be loaded or must not be: pickles, missing parts, broken files,
another family. Knows no model library, no network and no device; `gpu/hub.py` fetches, `gpu/loading.py` loads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from safetensors import SafetensorError, safe_open

from gpu.errors import ModelError
from gpu.layouts import FINGERPRINTS, LAYOUTS, PIPELINES, Layout, Part
from gpu.types import AdapterSpec, CheckerSource, LoraSpec, ModelSpec, NetSpec

CONFIGS = Path(__file__).parent / "families" / "configs"
"""Folders that describe the parts of a single file, by family."""

PICKLES = (".ckpt", ".bin", ".pt", ".pth", ".pkl")
"""Files that run code when they are opened; they are never read."""

PREPARES = "preprocessor_config.json"
"""How transformers prepares pictures for a network."""

DESCRIPTIONS = (".json", ".txt", ".jinja", ".model")
"""Files of parts without weights."""

MAX_LORA_RANK = 512

MOVED = {
    "runwayml/stable-diffusion-v1-5": "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "runwayml/stable-diffusion-inpainting": "stable-diffusion-v1-5/stable-diffusion-inpainting",
}
"""Repositories that are gone from the hub → where the same files are now."""

_WEIGHTS = re.compile(
    r"(?:model|diffusion_pytorch_model)(?:\.(?P<variant>\w+))?(?:-\d{5}-of-(?P<shards>\d{5}))?\.safetensors"
)
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Local:
    """A folder or a file on this disk."""

    path: Path


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the model hub; an empty revision is its main branch."""

    repo: str
    revision: str

    @property
    def pinned(self) -> bool:
        """Whether the revision can never change."""
        return bool(re.fullmatch(r"[0-9a-f]{40}", self.revision))


@dataclass(frozen=True, slots=True)
class Choice:
    """The files of one part, relative to the model's folder, and the variant that they are."""

    folder: str
    files: tuple[str, ...]
    variant: str = ""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this disk, complete and checked. `single` holds the weights of all parts where it is set."""

    root: Path
    parts: Mapping[str, Choice]
    single: Path | None = None

    @property
    def size(self) -> int:
        """Bytes that the files take."""
        paths = [self.root / name for choice in self.parts.values() for name in choice.files]
        return sum(path.stat().st_size for path in {*paths, *([self.single] if self.single else [])})


@dataclass(frozen=True, slots=True)
class AdapterFiles:
    """An IP-Adapter on this disk, complete and checked."""

    weights: Path
    encoder: Path
    """The folder of the encoder of pictures."""
    variant: str
    """Of the encoder's weights."""
    size: int
    """Bytes that the files take."""


def where(spec: ModelSpec | LoraSpec | NetSpec | AdapterSpec | CheckerSource) -> Local | Hub:
    """Read `spec.source`. Raises `ModelError` for a path at which nothing is."""
    path = Path(spec.source).expanduser()
    if path.exists():
        return Local(path)
    if _HUB_ID.fullmatch(spec.source) and path.suffix not in (".safetensors", *PICKLES):
        return Hub(MOVED.get(spec.source, spec.source), spec.revision)
    raise ModelError("error-model-missing", source=spec.source)


def layout_of(family: str) -> Layout:
    """What models of `family` consist of. Raises `ModelError` for an unknown one."""
    if family not in LAYOUTS:
        raise ModelError("error-model-family-unknown", family=family, families=", ".join(LAYOUTS))
    return LAYOUTS[family]


def local_files(spec: ModelSpec, path: Path) -> ModelFiles:
    """The checked files of a model that lies at `path`, a folder or a single file. Raises `ModelError`."""
    return _folder(spec, path) if path.is_dir() else _single(spec, path)


def choose(names: Iterable[str], layout: Layout, variant: str, source: str) -> dict[str, Choice]:
    """Pick the files of every part out of the files of a folder or repository. Raises `ModelError` for a missing part.

    Where a part lacks the wanted variant, its plain weights are taken, and where it lacks those, fp16.
    """
    files: dict[str, set[str]] = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        files.setdefault(folder, set()).add(file)
    return {part.name: _choose_part(part, files, variant, source) for part in layout.parts}


def choose_net(names: Iterable[str], spec: NetSpec) -> Choice:
    """The same for a part in a folder of its own, with what prepares pictures for it. Raises `ModelError`."""
    names = set(names)
    choice = choose(names, Layout((Part("net", ("",)),), ()), spec.variant, spec.source)["net"]
    if lost := [name for name in choice.files if name not in names]:
        raise ModelError("error-model-part", source=spec.source, part=lost[0], folder="/")
    return replace(choice, files=(*choice.files, *({PREPARES} & names)))


def _choose_part(part: Part, files: Mapping[str, Collection[str]], variant: str, source: str) -> Choice:
    for folder in part.folders:
        here = files.get(folder, ())
        plain = sorted(file for file in here if file.endswith(DESCRIPTIONS) and ".index." not in file)
        if not part.weights and plain:
            return Choice(folder, tuple(_below(folder, file) for file in plain))
        for wanted in dict.fromkeys((variant, "", "fp16")) if part.weights else ():
            if weights := _weights(here, wanted):
                return Choice(folder, tuple(_below(folder, file) for file in ("config.json", *weights)), wanted)
        if pickle := next((file for file in sorted(here) if part.weights and file.endswith(PICKLES)), ""):
            raise ModelError("error-model-pickle", source=source, file=_below(folder, pickle))
    raise ModelError("error-model-part", source=source, part=part.name, folder=part.folders[0] or "/")


def _below(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder else file


def _weights(files: Collection[str], variant: str) -> list[str]:
    """The weight files of one variant, with their index if they are shards; none when a shard is missing."""
    found = {file: match for file in sorted(files) if (match := _WEIGHTS.fullmatch(file))}
    whole = [file for file, match in found.items() if (match["variant"] or "") == variant and not match["shards"]]
    if whole:
        return whole[:1]
    shards = [file for file, match in found.items() if (match["variant"] or "") == variant and match["shards"]]
    if not shards or len(shards) != int(found[shards[0]]["shards"] or 0):
        return []
    index = f".safetensors.index.{variant}.json" if variant else ".safetensors.index.json"
    return [*shards, *(file for file in files if file.endswith(index))]


def _folder(spec: ModelSpec, root: Path) -> ModelFiles:
    layout = layout_of(spec.family)
    _expect_family(spec, _family_of_folder(root))
    names = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    parts = choose(names, layout, spec.variant, spec.source)
    for name in (name for choice in parts.values() for name in choice.files if name.endswith(".safetensors")):
        keys(root / name)
    return ModelFiles(root, parts)


def _single(spec: ModelSpec, path: Path) -> ModelFiles:
    layout = layout_of(spec.family)
    found = keys(path)
    _expect_family(spec, next((family for start, family in FINGERPRINTS if _any_starts(found, start)), ""))
    missing = next((prefix for prefix in layout.prefixes if not _any_starts(found, prefix)), "")
    if missing:
        raise ModelError("error-model-part", source=spec.source, part=missing.rstrip("."), folder=path.name)
    config = Path(spec.config) if spec.config else CONFIGS / spec.family
    if not config.is_dir():
        raise ModelError("error-model-missing", source=str(config))
    names = {part.name: next((f for f in part.folders if (config / f).is_dir()), "") for part in layout.parts}
    if absent := next((name for name, folder in names.items() if not folder), ""):
        raise ModelError("error-model-part", source=str(config), part=absent, folder=absent)
    return ModelFiles(config, {name: Choice(folder, ()) for name, folder in names.items()}, single=path)


def _any_starts(names: Iterable[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in names)


def _family_of_folder(root: Path) -> str:
    """The family that a folder says it is, or "" where it does not say."""
    parts = read_json(root / "model_index.json")
    index = parts.get("_class_name")
    if isinstance(index, str):
        if index.startswith("StableDiffusionXL") and parts.get("text_encoder") == [None, None]:
            return "sdxl-refiner"
        known = max((start for start in PIPELINES if index.startswith(start)), key=len, default="")
        return PIPELINES.get(known, index)
    unet = read_json(root / "unet" / "config.json")
    return "sd15" if unet and unet.get("addition_embed_type") != "text_time" else ""


def _expect_family(spec: ModelSpec, found: str) -> None:
    if found and found != spec.family:
        raise ModelError("error-model-family", source=spec.source, family=spec.family, found=found)


def read_json(path: Path) -> dict[str, object]:
    """A JSON object of a model's folder, {} where there is no such file. Raises `ModelError` for a broken one."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ModelError("error-model-file", file=str(path), problem=str(error)) from error
    return content if isinstance(content, dict) else {}


def keys(path: Path) -> list[str]:
    """The names of the tensors of a `.safetensors` file, by its header alone, which must cover the whole file."""
    with _opened(path) as file:
        return list(file.keys())


def header(path: Path) -> tuple[dict[str, list[int]], dict[str, str]]:
    """The shapes of a `.safetensors` file's tensors, and its metadata, by its header. Raises `ModelError`."""
    with _opened(path) as file:
        shapes = {key: file.get_slice(key).get_shape() for key in file.keys()}  # noqa: SIM118
        return shapes, file.metadata() or {}


def check_lora(path: Path, source: str) -> None:
    """Refuse a file that is not a LoRA of a sensible rank. Raises `ModelError`."""
    with _opened(path) as file:
        ranks = [min(file.get_slice(key).get_shape()[:2]) for key in file.keys() if _is_lora(key)]  # noqa: SIM118
    if not ranks:
        raise ModelError("error-model-lora", source=source, file=path.name)
    if max(ranks) > MAX_LORA_RANK:
        raise ModelError("error-model-file", file=str(path), problem=f"rank {max(ranks)} > {MAX_LORA_RANK}")


def _is_lora(key: str) -> bool:
    return key.endswith(".weight") and ("lora_" in key or ".lora." in key)


def adapter_names(spec: AdapterSpec, names: Iterable[str]) -> list[str]:
    """The files of an IP-Adapter among those of its folder or repository. Raises `ModelError` for a missing part."""
    names = list(names)
    weights = f"{spec.subfolder}/{spec.weight_name}".strip("/")
    if weights not in names:
        raise ModelError("error-model-part", source=spec.source, part=spec.weight_name, folder=spec.subfolder or "/")
    return [weights, *_encoder(spec, names).files]


def adapter_files(spec: AdapterSpec, root: Path) -> AdapterFiles:
    """The same, checked, below `root`. Raises `ModelError`."""
    names = adapter_names(spec, (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
    if Path(names[0]).suffix in PICKLES:
        raise ModelError("error-model-pickle", source=spec.source, file=names[0])
    for name in (name for name in names if name.endswith(".safetensors")):
        keys(root / name)
    if not all(_any_starts(keys(root / names[0]), f"{part}.") for part in ("image_proj", "ip_adapter")):
        raise ModelError("error-model-file", file=names[0], problem="no IP-Adapter")
    choice = _encoder(spec, names)
    size = sum((root / name).stat().st_size for name in names)
    return AdapterFiles(root / names[0], root / choice.folder, choice.variant, size)


def _encoder(spec: AdapterSpec, names: Iterable[str]) -> Choice:
    folder = spec.image_encoder if "/" in spec.image_encoder else f"{spec.subfolder}/{spec.image_encoder}"
    layout = Layout((Part("encoder", (folder.strip("/"),)),), ())
    return choose(names, layout, "", spec.source)["encoder"]


@contextmanager
def _opened(path: Path) -> Iterator[safe_open]:
    if path.suffix in PICKLES:
        raise ModelError("error-model-pickle", source=str(path), file=path.name)
    try:
        with safe_open(path, framework="np") as file:
            yield file
    except (SafetensorError, OSError) as error:
        raise ModelError("error-model-file", file=str(path), problem=str(error)) from error
