"""The model hub and its cache on this disk: finds what was downloaded, says what is missing, fetches exactly that.

A pinned revision that is in the cache needs no network at all. Knows no model library; what the files of a model are,
`gpu/sources.py` knows. Raises only `ModelError`.
"""

from __future__ import annotations

import errno
import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

from gpu.errors import ModelError
from gpu.layouts import Layout
from gpu.sources import (
    AdapterFiles,
    Choice,
    Hub,
    Local,
    ModelFiles,
    adapter_files,
    adapter_names,
    check_lora,
    choose,
    choose_net,
    keys,
    layout_of,
    local_files,
    where,
)
from gpu.types import AdapterSpec, CheckerSource, LoraSpec, ModelSpec, NetSpec

OnProgress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, from several threads."""

PATIENCE = 15.0
"""Seconds to wait for the hub's answer about a repository."""

LORA_FILE = "pytorch_lora_weights.safetensors"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a model before it is loaded. Sizes in bytes."""

    size: int
    """All of its files."""
    missing: int
    """What must be downloaded at first use; 0 where everything is on this disk."""
    free: int
    """Room where it would be downloaded to."""


@dataclass(frozen=True, slots=True)
class HubCache:
    """The hub at `endpoint`, with its downloads in `folder`."""

    folder: Path
    offline: bool
    endpoint: str = ""
    """Empty: the public hub, or what HF_ENDPOINT says."""

    @classmethod
    def from_environment(cls) -> HubCache:
        """As HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE say."""
        from huggingface_hub import constants

        return cls(Path(constants.HF_HUB_CACHE), bool(constants.HF_HUB_OFFLINE))

    @classmethod
    def here(cls) -> HubCache:
        """What is on this disk alone: where downloading would hold up everybody's drawing."""
        return replace(cls.from_environment(), offline=True)

    def look(self, spec: ModelSpec | NetSpec) -> Look:
        """Check a net, or a model with its LoRAs and IP-Adapters, without downloading anything. Raises `ModelError`."""
        looks = [self._look_net(spec)] if isinstance(spec, NetSpec) else [
            self._look_model(spec),
            *(self._look_lora(lora) for lora in spec.loras),
            *(self._look_adapter(adapter) for adapter in spec.ip_adapters.values()),
        ]
        return Look(sum(x.size for x in looks), sum(x.missing for x in looks), self.free())

    def fetch(self, spec: ModelSpec | NetSpec, on_progress: OnProgress) -> None:
        """Download what `look` finds missing. Raises `ModelError`."""
        if isinstance(spec, NetSpec):
            self.net(spec, on_progress)
            return
        self.model(spec, on_progress)
        for lora in spec.loras:
            self.lora(lora, on_progress)
        for adapter in spec.ip_adapters.values():
            self.ip_adapter(adapter, on_progress)

    def model(self, spec: ModelSpec, on_progress: OnProgress) -> ModelFiles:
        """The checked files of a model, after downloading those that are missing. Raises `ModelError`."""
        source = where(spec)
        if isinstance(source, Local):
            return local_files(spec, source.path)
        if found := self._cached_model(spec, source):
            return found
        sizes = self._listing(source)
        folder = self._download(source, _files_of(spec, sizes), spec.licence, on_progress)
        return local_files(spec, folder)

    def lora(self, spec: LoraSpec, on_progress: OnProgress) -> Path:
        """The checked file of a LoRA, after downloading it if need be. Raises `ModelError`."""
        source = where(spec)
        name = spec.weight_name or LORA_FILE
        if isinstance(source, Local):
            path = source.path / name if source.path.is_dir() else source.path
        elif not (path := self._snapshot(source) / name).exists():
            sizes = self._listing(source)
            path = self._download(source, _only(sizes, name, spec.source), "", on_progress) / name
        check_lora(path, spec.source)
        return path

    def net(self, spec: NetSpec, on_progress: OnProgress) -> tuple[Path, Choice]:
        """The folder of a network beside a model, and its checked files. Raises `ModelError`."""
        source = where(spec)
        if isinstance(source, Local):
            return source.path, _net_in(source.path, spec)
        if choice := self._cached_net(source, spec):
            return self._snapshot(source), choice
        sizes = self._listing(source)
        wanted = {name: sizes[name] for name in choose_net(sizes, spec).files}
        folder = self._download(source, wanted, "", on_progress)
        return folder, _net_in(folder, spec)

    def parts(self, spec: CheckerSource, layout: Layout, on_progress: OnProgress) -> Path:
        """A folder that has the parts of `layout`, after downloading them if need be. Raises `ModelError`."""
        source = where(spec)
        if isinstance(source, Local):
            choose(_below(source.path), layout, "", spec.source)
            return source.path
        folder = self._snapshot(source)
        with suppress(ModelError):  # nothing, or an interrupted download
            choose(_below(folder), layout, "", spec.source)
            return folder
        sizes = self._listing(source)
        wanted = {name for choice in choose(sizes, layout, "", spec.source).values() for name in choice.files}
        return self._download(source, {name: sizes[name] for name in wanted}, "", on_progress)

    def ip_adapter(self, spec: AdapterSpec, on_progress: OnProgress) -> AdapterFiles:
        """The checked files of an IP-Adapter, after downloading them if need be. Raises `ModelError`."""
        source = where(spec)
        if isinstance(source, Local):
            return adapter_files(spec, source.path)
        if self._has_adapter(source, spec):
            return adapter_files(spec, self._snapshot(source))
        sizes = self._listing(source)
        wanted = {name: sizes[name] for name in adapter_names(spec, sizes)}
        return adapter_files(spec, self._download(source, wanted, "", on_progress))

    def free(self) -> int:
        """Bytes that fit on the disk of the cache."""
        existing = next(path for path in (self.folder, *self.folder.parents) if path.exists())
        return shutil.disk_usage(existing).free

    # --- What is here -----------------------------------------------------------------------------------------------

    def _snapshot(self, source: Hub) -> Path:
        """The folder of that revision in the cache, whether it exists or not."""
        repo = self.folder / f"models--{source.repo.replace('/', '--')}"
        ref = repo / "refs" / (source.revision or "main")
        return repo / "snapshots" / (ref.read_text().strip() if ref.is_file() else source.revision or "main")

    def _cached_model(self, spec: ModelSpec, source: Hub) -> ModelFiles | None:
        folder = self._snapshot(source)
        if not folder.is_dir():
            return None
        try:
            return local_files(spec, folder)
        except ModelError as error:
            if error.id == "error-model-part":  # an interrupted download
                return None
            raise

    def _look_model(self, spec: ModelSpec) -> Look:
        source = where(spec)
        layout_of(spec.family)
        if isinstance(source, Local):
            return Look(local_files(spec, source.path).size, 0, 0)
        if found := self._cached_model(spec, source):
            return Look(found.size, 0, 0)
        return self._look_remote(source, _files_of(spec, self._listing(source)))

    def _look_lora(self, spec: LoraSpec) -> Look:
        source = where(spec)
        name = spec.weight_name or LORA_FILE
        if isinstance(source, Local) or (self._snapshot(source) / name).exists():
            return Look(self.lora(spec, lambda done, total: None).stat().st_size, 0, 0)
        return self._look_remote(source, _only(self._listing(source), name, spec.source))

    def _look_adapter(self, spec: AdapterSpec) -> Look:
        source = where(spec)
        if isinstance(source, Local) or self._has_adapter(source, spec):
            return Look(self.ip_adapter(spec, lambda done, total: None).size, 0, 0)
        sizes = self._listing(source)
        return self._look_remote(source, {name: sizes[name] for name in adapter_names(spec, sizes)})

    def _look_net(self, spec: NetSpec) -> Look:
        source = where(spec)
        if isinstance(source, Local) or self._cached_net(source, spec):
            folder, choice = self.net(spec, lambda done, total: None)
            return Look(sum((folder / name).stat().st_size for name in choice.files), 0, 0)
        sizes = self._listing(source)
        return self._look_remote(source, {name: sizes[name] for name in choose_net(sizes, spec).files})

    def _cached_net(self, source: Hub, spec: NetSpec) -> Choice | None:
        try:
            return _net_in(self._snapshot(source), spec)
        except ModelError as error:
            if error.id == "error-model-part":  # nothing, or an interrupted download
                return None
            raise

    def _has_adapter(self, source: Hub, spec: AdapterSpec) -> bool:
        """Whether all of it is here; an interrupted download is not."""
        try:
            return bool(adapter_files(spec, self._snapshot(source)))
        except ModelError as error:
            if error.id == "error-model-part":
                return False
            raise

    def _look_remote(self, source: Hub, sizes: Mapping[str, int]) -> Look:
        return Look(sum(sizes.values()), sum(self._missing(source, sizes).values()), 0)

    def _missing(self, source: Hub, sizes: Mapping[str, int]) -> dict[str, int]:
        snapshot = self._snapshot(source)
        return {name: size for name, size in sizes.items() if not (snapshot / name).exists()}

    # --- What is there ----------------------------------------------------------------------------------------------

    def _listing(self, source: Hub) -> dict[str, int]:
        """The files of a repository and their sizes."""
        if self.offline:
            raise ModelError("error-model-offline", source=source.repo, revision=source.revision or "main")
        from huggingface_hub import HfApi

        with self._errors_of(source):  # unlike the listing of a tree, this request is not repeated for a minute
            about = HfApi(self.endpoint or None).model_info(
                source.repo, revision=source.revision or None, files_metadata=True, timeout=PATIENCE
            )
            return {file.rfilename: file.size or 0 for file in about.siblings or ()}

    def _download(self, source: Hub, sizes: Mapping[str, int], licence: str, on_progress: OnProgress) -> Path:
        from huggingface_hub import snapshot_download

        missing, total = sum(self._missing(source, sizes).values()), sum(sizes.values())
        self._expect_room(source, missing)
        log.warning(  # so that the operator sees it
            "Downloading %s: %s of %s to %s, %s free. Licence: %s",
            source.repo, size(missing), size(total), self.folder, size(self.free()), licence or "see its page",
        )  # fmt: skip
        on_progress(total - missing, total)
        with self._errors_of(source):
            folder = snapshot_download(
                source.repo,
                revision=source.revision or None,
                cache_dir=self.folder,
                endpoint=self.endpoint or None,
                allow_patterns=list(sizes),
                tqdm_class=_counting(total - missing, total, on_progress),
                max_workers=4,
            )
        on_progress(total, total)
        return Path(folder)

    def _expect_room(self, source: Hub, needed: int) -> None:
        if needed > (free := self.free()):
            raise ModelError(
                "error-model-disk", source=source.repo, needed=size(needed), free=size(free), folder=str(self.folder)
            )

    @contextmanager
    def _errors_of(self, source: Hub) -> Iterator[None]:
        """The hub's exceptions as `ModelError`s."""
        from httpx2 import HTTPError
        from huggingface_hub import errors

        facts = {"source": source.repo, "revision": source.revision or "main"}
        try:
            yield
        except errors.GatedRepoError as error:
            raise ModelError("error-model-gated", **facts) from error
        except (errors.RepositoryNotFoundError, errors.HFValidationError) as error:
            raise ModelError("error-model-repo", **facts) from error
        except errors.RevisionNotFoundError as error:
            raise ModelError("error-model-revision", **facts) from error
        except errors.HfHubHTTPError as error:
            raise ModelError("error-model-hub", problem=str(error.response.status_code), **facts) from error
        except (HTTPError, ConnectionError, errors.LocalEntryNotFoundError, errors.RevisionResolutionError) as error:
            raise ModelError("error-model-offline", **facts) from error
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            room = {"needed": "", "free": size(self.free()), "folder": str(self.folder)}
            raise ModelError("error-model-disk-full", source=source.repo, **room) from error


def size(count: int) -> str:
    """Bytes as a person reads them: `6.9 GB`."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.1f} {unit}" if value < 100 and unit not in ("B", "kB") else f"{value:.0f} {unit}"


def _below(folder: Path) -> list[str]:
    """The names of all files in a folder, as a repository lists them."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _net_in(folder: Path, spec: NetSpec) -> Choice:
    """The checked files of a net that lies in a folder."""
    choice = choose_net([name for name in _below(folder) if "/" not in name], spec)
    for name in (name for name in choice.files if name.endswith(".safetensors")):
        keys(folder / name)
    return choice


def _files_of(spec: ModelSpec, sizes: Mapping[str, int]) -> dict[str, int]:
    """Exactly the files that the model needs."""
    parts = choose(sizes, layout_of(spec.family), spec.variant, spec.source)
    names = {name for choice in parts.values() for name in choice.files} | {"model_index.json"}
    return {name: size for name, size in sizes.items() if name in names}


def _only(sizes: Mapping[str, int], name: str, source: str) -> dict[str, int]:
    if name not in sizes:
        raise ModelError("error-model-part", source=source, part=name, folder=name)
    return {name: sizes[name]}


def _counting(done: int, total: int, on_progress: OnProgress) -> type:
    """A progress bar that draws nothing and tells `on_progress` every percent."""
    from tqdm.auto import tqdm

    lock = Lock()
    told = [done]

    class Counting(tqdm):
        def __init__(self, iterable: Iterable[Any] | None = None, **settings: Any) -> None:
            self.bytes = 0
            self.counts = settings.get("unit") == "B"
            super().__init__(iterable, **settings | {"disable": True})

        def update(self, n: float | None = 1) -> None:
            """Bytes arrived; the bars of received and of written bytes count the same ones, the furthest is told."""
            with lock:
                self.bytes += int(n or 0)
                now = min(done + self.bytes, total)
                if not self.counts or now - told[0] < total / 100:
                    return
                told[0] = now
            on_progress(now, total)

    return Counting
