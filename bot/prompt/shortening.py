"""Shorter lines: which words of a prompt carry it, by tables or by what a sentence encoder says. Knows no Discord."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import Refusal
from bot.prompt.palette import palette
from bot.prompt.parser import ParsedPrompt, format_line
from gpu.weights import emphasis, prompts

MAX_WORDS = 80
"""Longer prompts are looked at up to here; what follows is the first to go."""
IMPORTANT = 0.6
"""Of the greatest importance; words above it are bold."""
LEVELS = (1.0, 0.7, 0.5, 0.35, 0.2)
"""Shares of the words that carry something; each gives one shorter prompt."""
FILLER, SMALL = 0.0, 0.1


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was written, and how much it carries from 0 to 1."""

    text: str
    importance: float

    @property
    def filler(self) -> bool:
        """Whether the picture is the same without it."""
        return self.importance == FILLER


def shortenable(parsed: ParsedPrompt) -> list[str]:
    """The words of a line. Raises `Refusal` for weights and `--no`, whose meaning would be lost."""
    weighted = len(prompts(parsed.prompt)) > 1 or any(piece.weight != 1 for piece in emphasis(parsed.prompt))
    if weighted or "::" in parsed.prompt or "negative_prompt" in parsed.chosen:
        raise Refusal("error-shorten-weights")
    return parsed.prompt.split()[:MAX_WORDS]


def by_tables(words: Sequence[str]) -> list[Word]:
    """Filler carries nothing, small words little; of the others, earlier and longer ones carry more."""
    filler = _filler(words)
    small = frozenset(palette().small)
    found = []
    for at, text in enumerate(words):
        plain = _plain(text)
        value = 1 - 0.5 * at / len(words) - (0.2 if len(plain) < 4 else 0)
        found.append(Word(text, FILLER if at in filler else SMALL if plain in small or not plain else round(value, 3)))
    return found


def by_likeness(words: Sequence[str], likeness: Sequence[float]) -> list[Word]:
    """`likeness`: how alike the prompt without each word is to the whole. The tables still know filler and small words.
    """
    known = by_tables(words)
    lost = [
        max(0.0, 1 - alike) if word.importance > SMALL else 0.0
        for alike, word in zip(likeness, known, strict=True)
    ]
    most = max(lost, default=0.0) or 1.0
    carried = (round(max(value / most, 0.15), 3) for value in lost)
    return [
        word if word.importance <= SMALL else Word(word.text, value)
        for word, value in zip(known, carried, strict=True)
    ]


def without_each(words: Sequence[str]) -> list[str]:
    """The prompt without its first word, without its second …"""
    return [" ".join([*words[:at], *words[at + 1 :]]) for at in range(len(words))]


def shorter(words: Sequence[Word], parsed: ParsedPrompt) -> list[str]:
    """Up to five lines with the flags of the old one, each shorter than the one before."""
    carrying = sorted((word.importance for word in words if word.importance > SMALL), reverse=True)
    lines: list[str] = []
    for level in LEVELS if carrying else ():
        least = carrying[max(1, round(level * len(carrying))) - 1]
        prompt = _kept(words, least)
        line = format_line(prompt, parsed.chosen)
        if prompt and prompt != parsed.prompt and line not in lines:
            lines.append(line)
    return lines


def _kept(words: Sequence[Word], least: float) -> str:
    """Words of at least that importance, with the small ones that join them and the commas between."""
    kept: list[str] = []
    waiting: list[str] = []
    for word in words:
        if word.importance == SMALL:
            waiting.append(word.text)
        elif word.importance >= least:
            kept += [*waiting, word.text] if kept or len(waiting) < 2 else [waiting[-1], word.text]
            waiting = []
        else:
            waiting = []
            if word.text.endswith(",") and kept:
                kept[-1] = kept[-1].rstrip(",") + ","
    return " ".join(kept).strip(" ,")


def _filler(words: Sequence[str]) -> set[int]:
    """Places of words that belong to a phrase of the table."""
    plain = [_plain(word) for word in words]
    phrases = [phrase.split() for phrase in palette().filler]
    return {
        at + further
        for phrase in phrases
        for at in range(len(plain) - len(phrase) + 1)
        if plain[at : at + len(phrase)] == phrase
        for further in range(len(phrase))
    }


def _plain(word: str) -> str:
    return re.sub(r"[^\w-]", "", word.lower()).replace("_", "")


