"""Words as they stand behind a flag, and how names and numbers are spelt. Knows no flag and no kind of value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.prompt.foreign import WORDS
from bot.prompt.marks import QUOTES

CLOSING = ",;.!?*)]}>'’…`" + QUOTES
"""Signs at the end of a word that do not belong to it."""
_WORD = re.compile(rf"\s*+(?:[{QUOTES}]([^{QUOTES}]*+)[{QUOTES}]|['‘’]([^'‘’]*+)['‘’](?!\w)|(\S++))")
_VALUE_LIKE = re.compile(r"(?:[+-]?[\d.]|<?https?://)\S*|[a-z]*\d\w*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or one quoted phrase, of what stands behind a flag."""

    text: str
    rest: str
    """What follows it, beginning with the punctuation that closed it."""

    @property
    def closed(self) -> bool:
        """Whether a name cannot go on behind it, because of a comma or the end."""
        return not self.rest[:1].isspace()

    @property
    def alone(self) -> bool:
        """Whether no other word follows."""
        return not self.rest.strip(CLOSING + " \t\n")


def words(after: str) -> Iterator[Word]:
    """The words of `after`, one by one: quotes are taken off, punctuation at the end goes to what follows."""
    at = 0
    while found := _WORD.match(after, at):
        at = found.end()
        quoted = found[1] if found[1] is not None else found[2]
        if quoted is not None:
            yield Word(quoted.strip(), after[at:])
        else:
            text = found[3].rstrip(CLOSING)
            yield Word(text.lstrip(QUOTES + "'‘’"), after[found.start(3) + len(text) :])


def first_word(after: str) -> Word:
    """The first word of `after`; an empty one where there is none."""
    return next(words(after), Word("", after))


def looks_like_value(word: str) -> bool:
    """Whether a word behind an unknown flag is its value rather than a word of the prompt."""
    return bool(_VALUE_LIKE.fullmatch(word)) or word.lower() in WORDS


def plain(value: object) -> str:
    """A value as it is written behind its flag: numbers without exponents or needless zeros."""
    if isinstance(value, float):
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def shorten(written: str, limit: int = 60) -> str:
    """What was written, short enough to be repeated in a sentence."""
    return written if len(written) <= limit else written[: limit - 1] + "…"


@lru_cache(maxsize=1024)
def fold(name: str) -> str:
    """Letters, digits and pluses of a name, in one spelling: `dpmpp_2m` is `DPM++ 2M`, `euler_ancestral` `Euler a`."""
    letters = (char for char in unicodedata.normalize("NFKC", name).lower() if char.isalnum() or char == "+")
    return "".join(letters).replace("pp", "++").replace("ancestral", "a")
