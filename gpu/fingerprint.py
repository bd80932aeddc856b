"""What a picture looks like, in 56 bytes that stay nearly the same when it is encoded anew or made smaller.

Shapes: 64 signs of the low frequencies of a cosine transform against their median, the "pHash" of C. Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), 3.2.1, on 32 × 32 greys as there. Colours:
the means of 4 × 4 fields, since a red heart and a blue one have the same shapes. Knows Pillow only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from statistics import median

from PIL import Image, ImageStat

SIDE = 32
"""Pixels of the picture that is transformed; what its size and its shape were before does not matter."""
FIELDS = 4
"""Of colours, on each side."""
LEAST_CONTRAST = 0.5
"""Standard deviation of the greys, of 255, below which a picture is a plain area, and its signs would be noise."""
REACH = 7
"""Signs of 64 that may differ. `storage.fingerprints` finds everything up to 7."""
SHADE = 3.0
"""How far colours may be apart, of 255, on average. What both bounds do was measured: docs/moderation.md."""

COSINES = [[math.cos(math.pi * rate * (2 * at + 1) / (2 * SIDE)) for at in range(SIDE)] for rate in range(1, 9)]
"""Rows 1…8 of the transform DCT-II; row 0, the mean, says how bright a picture is, and nothing of its shapes."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of one picture."""

    hash: int
    """The signs as a signed 64-bit number, as SQLite stores it."""
    colours: bytes
    """Red, green, blue of each field, row by row."""

    def distance(self, other: Fingerprint) -> int:
        """Signs that differ."""
        return hamming(self.hash, other.hash)

    def resembles(self, other: Fingerprint) -> bool:
        """Whether both are probably the same picture."""
        apart = sum(abs(one - two) for one, two in zip(self.colours, other.colours, strict=True))
        return self.distance(other) <= REACH and apart <= SHADE * len(self.colours)


def fingerprint(image: Image.Image) -> Fingerprint | None:
    """None for a picture that shows nothing. Blocks for about a millisecond beyond the resizing."""
    plain = image.convert("RGB")
    greys = plain.convert("L").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    if ImageStat.Stat(greys).stddev[0] < LEAST_CONTRAST:
        return None
    colours = plain.resize((FIELDS, FIELDS), Image.Resampling.BOX).tobytes()
    return Fingerprint(_signs(greys.tobytes()), colours)


def hamming(one: int, other: int) -> int:
    """How many of 64 bits differ."""
    return ((one ^ other) & 2**64 - 1).bit_count()


def _signs(greys: bytes) -> int:
    rows = [greys[at : at + SIDE] for at in range(0, SIDE * SIDE, SIDE)]
    across = [[_dot(cosine, row) for row in rows] for cosine in COSINES]
    waves = [_dot(cosine, line) for line in across for cosine in COSINES]
    middle = median(waves)
    bits = sum((wave > middle) << at for at, wave in enumerate(waves))
    return bits - 2**64 if bits >= 2**63 else bits


def _dot(one: Sequence[float], other: Sequence[float]) -> float:
    return sum(map(mul, one, other))
