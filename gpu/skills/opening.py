"""The skills there are, by name. Each imports its libraries when it is opened, never before.

Only the worker imports this module.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gpu.errors import ModelError, NotSupported
from gpu.skills.base import Skill, SkillName, packaged


def _embed(folder: Path, data_dir: Path) -> Skill:
    from gpu.skills.embed import Embedder

    return Embedder(folder)


def _caption(folder: Path, data_dir: Path) -> Skill:
    from gpu.skills.caption import Captioner

    return Captioner(folder, data_dir)


def _translate(folder: Path, data_dir: Path) -> Skill:
    from gpu.skills.translate import Translator

    return Translator(folder)


def _write(folder: Path, data_dir: Path) -> Skill:
    from gpu.skills.write import Writer

    return Writer(folder)


SKILLS: dict[SkillName, Callable[[Path, Path], Skill]] = {
    "embed": _embed, "caption": _caption, "translate": _translate, "write": _write,
}  # fmt: skip


def open_skill(skill: SkillName, folder: str, data_dir: Path) -> Skill:
    """Load a skill. Raises `NotSupported` where nothing is configured, `ModelError` for what cannot be loaded."""
    path = Path(folder) if folder else packaged(skill)
    if path is None:
        raise NotSupported("error-skill-missing", skill=skill)
    if not (path / "config.json").is_file():
        raise ModelError("error-skill-folder", skill=skill, folder=path.name)
    try:
        return SKILLS[skill](path, data_dir)
    except Exception as error:  # every library raises its own kinds for broken files
        raise ModelError("error-skill-broken", skill=skill, problem=str(error)[:200]) from error
