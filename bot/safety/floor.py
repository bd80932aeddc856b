"""The floor: sexual content with minors or with real people. Always blocked, whatever a policy says.

It judges what was found before any rule about context, so that neither an art word nor a claim of fiction opens it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.safety.base import Category
from bot.safety.matcher import Found, Reading

SEXUAL = ("sexual.explicit", "sexual.suggestive", "sexual.undress")
"""Together with a minor or a real person: the floor."""
HINT = "sexual.hint"
"""Harmless with adults ("bikini", "underwear"); beside a minor it counts."""
_NEAR = 4
"""Words between a hint and the minor it is about."""
ADULTS_ONLY = 18


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
    for first in reading.tagged("names.first"):
        if any(_is_surname(reading, first, word.start, word.word) for word in reading.follows(first.end)):
            yield first


def _is_surname(reading: Reading, first: Found, start: int, word: str) -> bool:
    return False
