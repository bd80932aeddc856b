"""The floor: sexual content with minors or with real people. Always blocked, whatever a policy says.

It judges what was found before any rule about context, so that neither an art word nor a claim of fiction opens it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.safety.base import Category
from bot.safety.matcher import Found, Reading

SEXUAL = ("sexual.explicit", "sexual.suggestive", "sexual.undress")
"""Together with a minor or a real person: the floor."""
HINT = "sexual.hint"
"""Harmless with adults ("bikini", "underwear"); beside a minor it counts."""
_NEAR = 4
"""Words between a hint and the minor it is about."""
_AUTHOR = re.compile(r"\b(by|style of|à la|works? of|paintings? of)\s+$", re.IGNORECASE)
"""Before a name: it is whose work, not whom it shows. Does not count for a listed name."""
_NEXT_WORD = re.compile(r"[ ]([^\W\d_]{3,})")
_SURNAME = re.compile(
    r"..(ova|eva|ska|sky|ski|wicz|ovic|enko|escu|opoulos|sson|stein|berg|mann|ez|elli|etti|ucci|yan|shvili|ов|ова|ев|ева|ин|ина"
    r"|ский|ская|енко|ук|юк|ич)$",
    re.IGNORECASE,
)
"""Endings of surnames."""


def floor(reading: Reading) -> Category | None:
    """The floor category that the text falls under, if any."""
    if reading.tagged("minors.sexual") or _sexual_minor(reading):
        return Category.SEXUAL_MINORS
    if reading.tagged("real_people.sexual") or (reading.tagged(*SEXUAL) and any(_real_people(reading))):
        return Category.SEXUAL_REAL_PERSON
    return None


def _sexual_minor(reading: Reading) -> bool:
    minors = reading.tagged("minors.minor")
    if not reading.tagged("minors.grown"):
        minors += reading.tagged("minors.youth")
        if not reading.tagged("minors.adult"):
            minors += reading.tagged("minors.young")
    if not minors:
        return False
    hints = reading.tagged(HINT)
    return bool(reading.tagged(*SEXUAL)) or any(reading.distance(h, m) <= _NEAR for h in hints for m in minors)


def _real_people(reading: Reading) -> Iterator[Found]:
    """Listed people, words for real people, and first names with a surname."""
    yield from reading.tagged("real_people.name", "real_people.role")
    authors = reading.tagged("living_artists.explicit", "copyrighted.explicit")
    for first in reading.tagged("names.first", "names.word_first"):
        known = any(a.start <= first.start < a.end for a in authors) or _AUTHOR.search(reading.text, 0, first.start)
        if not known and _has_surname(reading, first):
            yield first


def _has_surname(reading: Reading, first: Found) -> bool:
    """Whether a surname follows a first name. Where both are plain words too, capital letters tell them apart."""
    plain = first.tag == "names.word_first"
    capital = reading.is_capital(first.start)
    for last in reading.following(first.end, "names.last", "names.word_last"):
        if not plain or last.tag == "names.last" or (capital and reading.is_capital(last.start)):
            return True
    written = _NEXT_WORD.match(reading.text, first.end)
    return bool(written and not plain and (_SURNAME.search(written[1]) or (capital and written[1][0].isupper())))
