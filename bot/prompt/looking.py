"""What can be said of a picture without a model: its colours in words, its light, its shape, what it resembles.

Works on Pillow images; blocks, so it is called in a thread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PIL import Image, ImageStat

COLOURS = {
    "black": (15, 15, 15), "white": (245, 245, 245), "grey": (128, 128, 128), "red": (205, 30, 35),
    "dark red": (110, 15, 20), "orange": (240, 130, 25), "brown": (115, 70, 35), "beige": (222, 200, 165),
    "yellow": (245, 215, 50), "gold": (200, 150, 40), "olive": (110, 115, 40), "lime green": (150, 215, 50),
    "green": (50, 145, 60), "dark green": (20, 70, 40), "teal": (20, 130, 130), "turquoise": (70, 205, 195),
    "sky blue": (130, 190, 235), "blue": (40, 90, 200), "navy blue": (20, 30, 85), "purple": (115, 50, 155),
    "lavender": (185, 165, 225), "magenta": (205, 45, 145), "pink": (245, 165, 190), "salmon": (240, 135, 115),
}  # fmt: skip
"""Names that open models know well, in sRGB."""
SHAPES = ("1:1", "5:4", "4:5", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "2:1", "1:2", "21:9", "9:21", "3:1", "1:3")
SAMPLE = 64
SIDE = 4
"""A signature has so many patches on a side."""
SHADES = 6
LEAST_SHARE = 0.06


@dataclass(frozen=True, slots=True)
class Look:
    """What a picture looks like, in words."""

    colours: tuple[str, ...]
    """The largest first."""
    light: str
    """dark, dim, bright, or ""."""
    ratio: str
    """As `--ar` spells it."""


def look(image: Image.Image) -> Look:
    """An RGB picture in words."""
    small = image.convert("RGB").resize((SAMPLE, SAMPLE), Image.Resampling.BOX)
    return Look(_colours(small), _light(small), _shape(image.width / image.height))


def signature(image: Image.Image) -> tuple[float, ...]:
    """Colours of the patches of a picture, from 0 to 1: what is alike from far away has a like one."""
    tiny = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    return tuple(value / 255 for value in tiny.tobytes())


def unlike(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """From 0 (the same) to 1 (black and white)."""
    return math.dist(one, other) / math.sqrt(len(one))


def _colours(small: Image.Image) -> tuple[str, ...]:
    shades = small.quantize(SHADES, method=Image.Quantize.MEDIANCUT)
    palette = shades.getpalette() or []
    shares: dict[str, int] = {}
    for at, count in enumerate(shades.histogram()):
        if count:
            name = _name(tuple(palette[3 * at : 3 * at + 3]))
            shares[name] = shares.get(name, 0) + count
    large = [name for name in sorted(shares, key=lambda name: -shares[name]) if shares[name] > LEAST_SHARE * SAMPLE**2]
    return tuple(large[:4])


def _name(colour: tuple[int, ...]) -> str:
    """The nearest name, by a distance that weighs green as the eye does (Riemersma's "redmean")."""

    def distance(other: tuple[int, int, int]) -> float:
        red = (colour[0] + other[0]) / 2
        r, g, b = (x - y for x, y in zip(colour, other, strict=True))
        return (2 + red / 256) * r * r + 4 * g * g + (2 + (255 - red) / 256) * b * b

    return min(COLOURS, key=lambda name: distance(COLOURS[name]))


def _shape(ratio: float) -> str:
    """The nearest shape that has a name."""

    def far(shape: str) -> float:
        width, height = shape.split(":")
        return abs(math.log(ratio * int(height) / int(width)))

    return min(SHAPES, key=far)


def _light(small: Image.Image) -> str:
    mean = ImageStat.Stat(small.convert("L")).mean[0]
    return "dark" if mean < 50 else "dim" if mean < 90 else "bright" if mean > 190 else ""
