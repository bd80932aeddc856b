"""Folders of small `.safetensors` files that a prompt can name: LoRAs, embeddings.

A file is known by its name without the ending, a plain word: no path can be written in a prompt. Only headers are
read, once for each state of a file, so one of another kind or of a hostile size costs nothing. Knows no model library.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from gpu.errors import ModelError

NAME = re.compile(r"\w[\w.+-]{0,63}")


class Named(Protocol):
    """One file, as its header describes it."""

    @property
    def name(self) -> str:
        """How it is named."""
        ...


File = TypeVar("File", bound=Named)


class Folder(ABC, Generic[File]):
    """The files of one kind in one folder, by name."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[tuple[Path, int, int], File | None] = {}
        self._files: dict[str, File] = {}

    @abstractmethod
    def describe(self, path: Path) -> File:
        """Read a header. Raises `ModelError` for a file of another kind."""

    def refresh(self) -> None:
        """Look again; blocks for as long as reading new headers takes. Files of another kind are left out."""
        paths = sorted(self._folder.glob("*.safetensors")) if self._folder and self._folder.is_dir() else []
        found = [self._read(path) for path in paths if NAME.fullmatch(path.stem)]
        self._files = {file.name: file for file in found if file}

    @property
    def files(self) -> Mapping[str, File]:
        """As of the last `refresh`."""
        return self._files

    def _read(self, path: Path) -> File | None:
        try:
            beside = path.with_suffix(".toml")
            state = (path, path.stat().st_mtime_ns, beside.stat().st_mtime_ns if beside.is_file() else 0)
            if state not in self._known:
                self._known[state] = self._described(path)
        except OSError:  # it left between two looks
            return None
        return self._known[state]

    def _described(self, path: Path) -> File | None:
        try:
            return self.describe(path)
        except ModelError:
            return None
