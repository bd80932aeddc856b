"""A folder that is replaced as a whole: first everything is written beside it, then it takes its place.

Only a folder that is empty, or that holds nothing but what was written here before, is ever replaced.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from bot.errors import Refusal

LIST = "easel-gallery.json"
"""The file that says which files of the folder are ours."""


def require_ours(folder: Path) -> None:
    """Raise `Refusal` where something of somebody else would be lost."""
    if not folder.exists():
        return
    foreign = sorted(_files(folder) - _ours(folder)) if folder.is_dir() else [folder.name]
    if foreign:
        raise Refusal("error-album-folder", folder=str(folder), file=foreign[0])


@contextlib.contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """An empty folder to write into, which becomes `folder` at the end; what fails before leaves that as it was.

    Raises `Refusal` for a folder that is not ours, `OSError`.
    """
    folder = folder.resolve()
    require_ours(folder)
    new, old = (folder.with_name(f".{folder.name}.easel-{state}") for state in ("new", "old"))
    for left in (new, old):  # of an earlier attempt that was killed
        shutil.rmtree(left, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        yield new
        (new / LIST).write_text(json.dumps(sorted(_files(new)), indent=1), "utf-8")
        require_ours(folder)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    finally:
        for left in (new, old):
            shutil.rmtree(left, ignore_errors=True)


def _files(folder: Path) -> set[str]:
    """Everything in it that is no folder, links included."""
    found = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in found}


def _ours(folder: Path) -> set[str]:
    try:
        listed = json.loads((folder / LIST).read_text("utf-8"))
    except (OSError, ValueError):
        return set()
    return {LIST, *map(str, listed)} if isinstance(listed, list) else set()
