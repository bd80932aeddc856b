"""Aspect ratios: how people write them, and the legal size of a picture that has one.

Knows numbers only: the pixel budget and the multiple come from the model's description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import log

MAX_RATIO = 4
"""The longer side is at most this many times the shorter one: beyond it models draw the same thing twice."""

COMMON = ("1:1", "3:2", "2:3", "16:9", "9:16", "4:3", "3:4", "5:4", "4:5", "21:9", "2:1", "1:2", "7:5", "8:5")
"""The ratios that people mean when they write half of one; also what autocomplete offers."""

NAMED = {"square": "1:1", "portrait": "2:3", "landscape": "3:2", "wide": "16:9", "widescreen": "16:9", "tall": "9:16"}
"""Shapes in words. They are suggested, not understood: `--ar portrait of a queen` would lose a word."""

_NUMBER = r"(\d{1,9}(?:\.\d{1,6})?|\.\d{1,6})"
_RATIO = re.compile(rf"\s*{_NUMBER}\s{{0,2}}[:/x*-]\s{{0,2}}{_NUMBER}")
_DECIMAL = re.compile(r"\s*(\d{0,6}\.\d{1,6})")
_TWO = re.compile(r"\s*(\d{1,5})\s+(?:by |to |x )?(\d{1,5})\b")
_TYPO = re.compile(r"\s*(\d{1,2})[.,;](\d{1,2})\b")
_END = re.compile(r"[^\w:/\s]*(?:\s|$)")

# Wide digits and colons of an East Asian keyboard, and the signs that stand for "by"; one character each.
_PLAIN = str.maketrans("０１２３４５６７８９：∶／×✕Xｘ．", "0123456789::/xxxx.")


def find_ratio(text: str) -> tuple[str, int] | None:
    """Read a ratio at the start of `text`: `3:2`, `16/9`, `16 x 9`, `1.5:1`, `1.5`, `1920x1080`.

    Returns its canonical spelling and where it ends, or None when something else, or a zero, stands there.
    """
    plain = text.translate(_PLAIN)
    found = _RATIO.match(plain)
    if found and _END.match(plain, found.end()):
        width, height = found.groups()
    elif (found := _DECIMAL.match(plain)) and _END.match(plain, found.end()) and not _typo(found[1]):
        width, height = found[1], "1"
    else:
        return None
    spelt = _spell(width, height)
    return (spelt, found.end()) if spelt else None


def guess_ratio(text: str) -> tuple[str, int] | None:
    """The ratio that was probably meant by something that is none: `16 9`, `16`, `16:9-ish`; and where that ends."""
    plain = text.translate(_PLAIN).replace("-", " ", 1) if text.lstrip()[:1] == "-" else text.translate(_PLAIN)
    if (found := _RATIO.match(plain) or _TWO.match(plain) or _TYPO.match(plain)) and (spelt := _spell(*found.groups())):
        return spelt, _rest_of_word(plain, found.end())
    width = re.match(r"\s*(\d{1,2})\b", plain)
    half = next((ratio for ratio in COMMON if width and ratio.startswith(f"{width[1]}:")), None)
    return (half, _rest_of_word(plain, width.end())) if width and half else None


def fraction(ratio: str) -> Fraction:
    """Width ÷ height of a canonical spelling such as `3:2`."""
    width, height = ratio.split(":")
    return Fraction(int(width), int(height))


def clamp(ratio: str) -> str:
    """The nearest ratio that is not too long."""
    value = fraction(ratio)
    if value > MAX_RATIO:
        return f"{MAX_RATIO}:1"
    return f"1:{MAX_RATIO}" if value < Fraction(1, MAX_RATIO) else ratio


def size(ratio: str, pixels: int, multiple: int) -> tuple[int, int]:
    """Width and height for `ratio`: both multiples of `multiple`, with an area near `pixels`.

    Being off the ratio costs most; staying below the area costs half as much, exceeding it twice (memory, and SDXL's
    own training sizes never do). That rule gives 1344×768 for 16:9 and 1216×832 for 3:2 at 1024×1024.
    """
    target = fraction(ratio)
    if target < 1:
        height, width = size(_turned(ratio), pixels, multiple)
        return width, height
    ideal = (pixels * target) ** 0.5 / multiple
    columns = range(max(1, int(ideal * 0.8)), int(ideal * 1.2) + 2)
    sizes = [(w, h) for w in columns for h in {int(w / target), int(w / target) + 1} if h > 0]

    def cost(side: tuple[int, int]) -> float:
        width, height = side
        area = log(width * height * multiple * multiple / pixels)
        return abs(log(width / height / target)) + max(2 * area, -area / 2)

    width, height = min(sorted(sizes), key=cost)
    return width * multiple, height * multiple


def nearest(ratio: str, sizes: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The one of `sizes` whose shape is nearest to `ratio`; of equal ones the first."""
    target = fraction(ratio)
    return min(sizes, key=lambda sides: abs(log(sides[0] / sides[1] / target)))


def _typo(decimal: str) -> bool:
    """Whether a point was meant as a colon: 16.9 is not 16.9:1."""
    return decimal.replace(".", ":") in COMMON


def _rest_of_word(text: str, at: int) -> int:
    found = re.compile(r"\S*").match(text, at)
    return found.end() if found else at


def _spell(width: str, height: str) -> str | None:
    """`16:10` stays as it was written; decimals and pixel counts become small whole numbers."""
    if not float(width) or not float(height):
        return None
    if width.isdigit() and height.isdigit() and max(int(width), int(height)) <= 100:
        return f"{int(width)}:{int(height)}"
    value = Fraction(width) / Fraction(height)
    return _simplest(value) if value >= 1 else _turned(_simplest(1 / value))


def _turned(ratio: str) -> str:
    return ":".join(reversed(ratio.split(":")))


def _simplest(value: Fraction) -> str:
    """Small whole numbers for `value` (at least 1): a well-known ratio within 0.4 %, else 239:100 and the like."""
    known = (ratio for ratio in COMMON if abs(fraction(ratio) - value) <= value / 250)
    near = value if value.denominator <= 100 else value.limit_denominator(150)
    return next(known, f"{near.numerator}:{near.denominator}")
