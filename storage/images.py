"""Where pictures lie on disk. Knows no database; its methods block, so async code calls them in a thread.

    images/<first 2 of id>/<job id>/<k>.png, <k>.latents.safetensors, preview-<n>.jpg
    inputs/<job id>/…
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gpu.files import write_whole
from storage.errors import DiskFull
from storage.models import StoredImage

JOB_ID = re.compile(r"[a-z0-9]{1,16}")
MEGABYTE = 2**20
STALE_SECONDS = 3600.0


class ImageFiles:
    """The files below one data directory."""

    def __init__(self, root: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._clock = clock

    def directory(self, job_id: str) -> Path:
        """The job's folder, relative to the root. Raises ValueError for what is no job id, such as `../x`."""
        if not JOB_ID.fullmatch(job_id):
            raise ValueError(f"not a job id: {job_id!r}")
        return Path("images", job_id[:2], job_id)

    def inputs(self, job_id: str) -> Path:
        """The folder of what a user sent along, relative to the root."""
        return Path("inputs", self.directory(job_id).name)

    def store_input(self, job_id: str, number: int, png: bytes) -> Path:
        """Keep picture `number` of what the job draws from; returns its path relative to the root."""
        path = self.inputs(job_id) / f"{number}.png"
        write_whole(self.absolute(path), png)
        return path

    def copy_input(self, source: Path, job_id: str, number: int) -> Path:
        """Give the job an input of another one. Raises FileNotFoundError when that is gone."""
        path = self.inputs(job_id) / f"{number}.png"
        self.absolute(path.parent).mkdir(parents=True, exist_ok=True)
        return Path(self._link(source.as_posix(), path))

    def absolute(self, path: str | Path) -> Path:
        """A stored path on this machine. Raises ValueError when it leads out of the root."""
        root = self.root.resolve()
        found = (root / path).resolve()
        if not found.is_relative_to(root):
            raise ValueError(f"outside of the data directory: {path}")
        return found

    def exists(self, path: str | Path) -> bool:
        """Whether that file is (still) there."""
        return self.absolute(path).is_file()

    def copy(self, image: StoredImage, job_id: str) -> StoredImage:
        """Give the job `job_id` this picture as its image 1, with its latents if they are still there.

        Pictures are never written twice, so a second name of the same file is as good as a copy.
        """
        folder = self.directory(job_id)
        self.absolute(folder).mkdir(parents=True, exist_ok=True)
        path = self._link(image.path, folder / f"1{Path(image.path).suffix}")
        latents = ""
        if image.latents and self.exists(image.latents):
            latents = self._link(image.latents, folder / f"1{''.join(Path(image.latents).suffixes)}")
        return image.model_copy(update={"job_id": job_id, "index": 1, "path": path, "latents": latents})

    def remove(self, job_id: str) -> None:
        """Delete everything of one job; fine when there is nothing."""
        for folder in (self.directory(job_id), self.inputs(job_id)):
            shutil.rmtree(self.absolute(folder), ignore_errors=True)

    def of_jobs(self, job_ids: Iterable[str]) -> Iterator[tuple[str, Path, int]]:
        """Every file of these jobs: its name relative to the root, where it is, and its bytes."""
        for job_id in job_ids:
            for folder in (self.directory(job_id), self.inputs(job_id)):
                for path in sorted(self.absolute(folder).rglob("*")):
                    if path.is_file():
                        yield (folder / path.name).as_posix(), path, path.stat().st_size

    def job_ids(self) -> list[str]:
        """The ids under which there are any files."""
        folders = [*self.root.glob("images/*/*"), *self.root.glob("inputs/*")]
        return sorted({folder.name for folder in folders if folder.is_dir() and JOB_ID.fullmatch(folder.name)})

    def sweep(self, older_than: float = STALE_SECONDS) -> int:
        """Delete half-written files that nobody has touched for `older_than` seconds; returns how many."""
        stale = [file for file in self._temporary() if file.stat().st_mtime < self._clock() - older_than]
        for file in stale:
            file.unlink(missing_ok=True)
        return len(stale)

    def check_space(self, needed: int = 500 * MEGABYTE) -> None:
        """Raise `DiskFull` when fewer than `needed` bytes are free."""
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise DiskFull(free=free // MEGABYTE, needed=needed // MEGABYTE)

    def _temporary(self) -> Iterator[Path]:
        for folder in ("images", "inputs"):
            yield from (self.root / folder).rglob("*.tmp")

    def _link(self, source: str, target: Path) -> str:
        destination = self.absolute(target)
        with contextlib.suppress(FileNotFoundError):
            destination.unlink()
        try:
            os.link(self.absolute(source), destination)
        except OSError:  # another file system, or one without links
            shutil.copy2(self.absolute(source), destination)
        return target.as_posix()
