"""Downloads beside the drawing: what a job needs and is not on this disk yet is fetched in a thread of its own.

Nobody else's job waits for it. Knows no model library: loading happens where all model work does.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from gpu.errors import ModelError
from gpu.hub import HubCache
from gpu.sources import Hub, where
from gpu.types import AdapterSpec, LoraSpec, ModelSpec, NetSpec

OnLoading = Callable[[str, int, int], None]


class Fetcher:
    """Brings models and nets of the hub onto this disk, each once at a time."""

    def __init__(self, hub: HubCache, on_loading: OnLoading) -> None:
        """`on_loading` is called from other threads."""
        self._hub = hub
        self._on_loading = on_loading
        self._running: dict[str, Thread] = {}
        self._failed: dict[str, Exception] = {}
        self._here: set[str] = set()

    def ready(self, spec: ModelSpec | NetSpec) -> bool:
        """Whether nothing is missing; else it is being fetched. Raises `ModelError` once a download has failed."""
        if spec.name in self._here:  # looking at all files again would take a while
            return True
        thread = self._running.get(spec.name)
        if thread and thread.is_alive():
            return False
        if thread:
            del self._running[spec.name]
            if error := self._failed.pop(spec.name, None):
                raise error
        if thread or not self._missing(spec):
            self._here.add(spec.name)
            return True
        thread = self._running[spec.name] = Thread(target=self._fetch, args=(spec,), name=spec.name, daemon=True)
        thread.start()
        return False

    def size(self, spec: ModelSpec | NetSpec) -> int:
        """Bytes of its files as far as this disk can tell."""
        try:
            return HubCache(self._hub.folder, offline=True).look(spec).size
        except ModelError:
            return 0

    def _missing(self, spec: ModelSpec | NetSpec) -> bool:
        """Whether the hub must be asked. What is wrong with files that are here, loading says."""
        beside: tuple[LoraSpec | AdapterSpec, ...] = ()
        if isinstance(spec, ModelSpec):
            beside = (*spec.loras, *spec.ip_adapters.values())
        try:
            return any(isinstance(where(part), Hub) for part in (spec, *beside)) and not self.size(spec)
        except ModelError:
            return False

    def _fetch(self, spec: ModelSpec | NetSpec) -> None:
        try:
            self._hub.fetch(spec, lambda done, total: self._on_loading(spec.name, done, total))
        except Exception as error:  # reported where the job is
            self._failed[spec.name] = error
