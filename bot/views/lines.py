"""What is said of a picture, and a line with its words marked. Sends nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.describing import Description
from bot.prompt.shortening import IMPORTANT, Word
from bot.text import sentence
from bot.views.message import harmless

LONGEST = 1500


def described(found: Description, locale: str) -> str:
    """A few lines: what is known of the picture, and where the suggestions come from."""
    seen = found.look
    parts = [
        sentence(locale, "describe-facts", source=found.source or "none", width=found.width, height=found.height,
                 format=found.format, ratio=seen.ratio)
    ]  # fmt: skip
    parts.append(
        sentence(locale, "describe-colours", colours=", ".join(seen.colours) or "none", light=seen.light or "none")
    )
    if not found.captioned:
        parts.append(sentence(locale, "describe-blind"))
    for number, suggestion in enumerate(found.suggestions, 1):
        parts.append(f"-# {number} · {sentence(locale, f'describe-from-{suggestion.origin}')}")
    return "\n".join(parts)


def emphasised(words: Sequence[Word]) -> str:
    """Words that carry the picture in bold, those that do not struck out."""
    marked: list[str] = []
    length = 0
    for word in words:
        text = harmless(word.text)
        if word.filler:
            text = f"~~{text}~~"
        elif word.importance >= IMPORTANT:
            text = f"**{text}**"
        length += len(text) + 1
        if length > LONGEST:
            return " ".join([*marked, "…"])
        marked.append(text)
    return " ".join(marked)
