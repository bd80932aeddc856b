"""Stand-ins for the skills without models, for `--engine fake`: the same questions, answers made of the words."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gpu.errors import NotSupported
from gpu.skills.base import Answer, Question, Skill, SkillName

SIZE = 64


@dataclass
class FakeSkill:
    """Answers any question."""

    data_dir: Path

    def answer(self, question: Question) -> Answer:
        """Vectors are bags of words, captions name the size, translations and lines show that they were made."""
        if question.skill == "embed":
            return Answer(vectors=tuple(_vector(text) for text in question.texts))
        if question.skill == "caption":
            with Image.open(self.data_dir / (question.path or "")) as picture:
                size = f"{picture.width} by {picture.height}"
            first = question.wording * question.count + 1
            return Answer(texts=tuple(f"a picture of {size}, caption {first + n}" for n in range(question.count)))
        if question.skill == "translate":
            return Answer(texts=tuple(f"in English: {_ascii(text)}" for text in question.texts))
        return Answer(texts=tuple(f"{text}, written {n}" for text in question.texts for n in range(question.count)))


def open_fake(skill: SkillName, folder: str, data_dir: Path) -> Skill:
    """A stand-in; for what is not configured, the same refusal as the real one's."""
    if not folder:
        raise NotSupported("error-skill-missing", skill=skill)
    return FakeSkill(data_dir)


def _vector(text: str) -> tuple[float, ...]:
    row = [0.0] * SIZE
    for word in text.lower().replace(",", " ").split():
        row[hashlib.sha256(word.encode()).digest()[0] % SIZE] += 1
    length = math.hypot(*row) or 1.0
    return tuple(value / length for value in row)


def _ascii(text: str) -> str:
    return " ".join("".join(char if char.isascii() else " " for char in text).split()) or "words"
