"""Help with lines: translates, shortens, expands, describes. Small models of the worker help where there are some.

Every use case works without them, in a form that says what it is. Knows no Discord and no model library.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.config import Config
from bot.errors import PromptBlocked
from bot.prompt import expanding, shortening
from bot.prompt.parser import ParsedPrompt, format_line
from bot.prompt.scripts import foreign_script
from bot.prompt.weights import format_prompts
from bot.prompt.words import shorten
from bot.safety import OPEN, Action, check_prompt
from gpu.errors import BackendError
from gpu.skills.base import Answer, Question, SkillName
from gpu.types import ModelSpec, Note
from gpu.weights import Weighted, prompts, words

log = logging.getLogger(__name__)

Ask = Callable[[Question], Awaitable[Answer]]
PATIENCE = 30.0
"""Seconds for an answer of a skill; then the reduced form has to do."""
REMEMBERED = 256
"""Translations that are kept: a sweep asks for the same words again and again."""


@dataclass(frozen=True, slots=True)
class Shortened:
    """The words of a line with their importance, and shorter lines."""

    words: list[shortening.Word]
    lines: list[str]
    measured: bool
    """By a sentence encoder; else by tables."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """Longer lines."""

    lines: list[str]
    written: bool
    """By a language model; else from tables."""


class Assistant:
    """All help that there is with lines."""

    def __init__(self, config: Config, ask: Ask, patience: float = PATIENCE) -> None:
        self._config = config
        self._asked = ask
        self._patience = patience
        self._translations: dict[str, str] = {}

    def has(self, skill: SkillName) -> bool:
        """Whether there is a model for it."""
        return skill in self._config.skills

    async def ask(self, question: Question) -> Answer | None:
        """What a skill answers; None where there is no model, or no answer in time."""
        if not self.has(question.skill):
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await self._asked(question)
        except (BackendError, TimeoutError) as error:
            log.warning("no answer from %s: %s", question.skill, error or "it took too long")
            return None

    # --- Translating ----------------------------------------------------------------------------------------------

    async def spoken(self, parsed: ParsedPrompt, spec: ModelSpec) -> tuple[ParsedPrompt, tuple[Note, ...]]:
        """The line in words that the model's encoder knows, and a note that says what it became.

        Where no translation model is configured, or it does not answer, the line stays. Raises `PromptBlocked`
        for what no place allows: a translation could hide it. What will be drawn is checked like any prompt, later.
        """
        negative = str(parsed.chosen.get("negative_prompt", ""))
        if not self.has("translate") or not foreign_script(f"{parsed.prompt} {negative}", spec.family):
            return parsed, ()
        verdict = check_prompt(words(parsed.prompt), OPEN)
        if verdict.action is Action.BLOCK:
            raise PromptBlocked(verdict.reason_id, category=verdict.category)
        parts = prompts(parsed.prompt)
        said = await self._in_english([*(words(part.text) for part in parts), *([negative] if negative else [])], spec)
        if said is None:
            return parsed, (Note(id="note-translate-failed"),)
        weighted = [Weighted(text, part.weight) for text, part in zip(said, parts, strict=False)]
        prompt = format_prompts(weighted) if len(weighted) > 1 else weighted[0].text.replace("::", ":")
        chosen = parsed.chosen | ({"negative_prompt": said[-1]} if negative else {})
        note = Note(id="note-translated", facts={"text": shorten(prompt, 300)})
        return replace(parsed, prompt=prompt, chosen=chosen), (note,)

    async def _in_english(self, texts: list[str], spec: ModelSpec) -> list[str] | None:
        """Each of the texts; those that need no translation as they are. None: there is no answer."""
        new = [t for t in dict.fromkeys(texts) if foreign_script(t, spec.family) and t not in self._translations]
        if new:
            answer = await self.ask(Question(skill="translate", texts=tuple(new)))
            if answer is None or len(answer.texts) != len(new) or not all(answer.texts):
                return None
            self._translations |= dict(zip(new, answer.texts, strict=True))
            while len(self._translations) > REMEMBERED:
                del self._translations[next(iter(self._translations))]
        return [self._translations.get(text, text) for text in texts]

    # --- Shorter and longer ---------------------------------------------------------------------------------------

    async def shorten(self, parsed: ParsedPrompt) -> Shortened:
        """Which words carry a line, and lines without the others. Raises `Refusal` for `::`, weights and `--no`."""
        written = shortening.shortenable(parsed)
        found = shortening.by_tables(written)
        others = shortening.without_each(written) if len(written) > 2 else []
        likeness = await self.likeness(" ".join(written), others) if others else None
        if likeness is not None:
            found = shortening.by_likeness(written, likeness)
        return Shortened(found, shortening.shorter(found, parsed), likeness is not None)

    async def expand(self, parsed: ParsedPrompt) -> Expanded:
        """Longer lines: by a language model where there is one, else by the tables of style, view, light, details."""
        count = expanding.LINES
        answer = await self.ask(Question(skill="write", texts=(words(parsed.prompt),), count=count))
        if answer and (texts := [text for text in answer.texts if text.strip() != words(parsed.prompt).strip()]):
            return Expanded([format_line(text, parsed.chosen) for text in texts[:count]], written=True)
        return Expanded(expanding.expanded(parsed, count), written=False)

    async def likeness(self, text: str, others: list[str]) -> list[float] | None:
        """How alike texts are to one, from -1 to 1; None where no sentence encoder answers."""
        answer = await self.ask(Question(skill="embed", texts=(text, *others)))
        if answer is None or len(answer.vectors) != len(others) + 1:
            return None
        first, *rest = answer.vectors
        return [sum(a * b for a, b in zip(first, row, strict=True)) for row in rest]
