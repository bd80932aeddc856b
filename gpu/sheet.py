"""A contact sheet: the pictures of a sweep in rows and columns, with the values of both axes beside them.

The font is the one inside Pillow, so that a sheet looks the same everywhere; it knows Latin letters. A value in other
letters is shown by its number, and whoever posts the sheet writes the values beside it. Knows Pillow only.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gpu.grid import compose
from gpu.metadata import NOTICE, PNG_LEVEL, png_info

SIDE = 4096
"""Pixels of the longest side of the part with the pictures."""
LEAST_TILE, MOST_TILE = 192, 512
"""Pixels of the longer side of one picture: smaller ones are enlarged, larger ones reduced."""
GAP = 8
LINES = 3
"""Of one label."""
TITLE_LINES = 4
PAPER, INK, FADED, EMPTY = "#f0f0f0", "black", "#555555", "#d8d8d8"

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Tile:
    """One cell: its picture files (one, or up to four as a grid), or words that say why there are none."""

    paths: tuple[Path, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The values of one axis, and what they are values of."""

    name: str = ""
    values: tuple[str, ...] = ("",)

    def shown(self, font: Font) -> list[str]:
        """`cfg 3`; by its number where the font lacks letters for it."""
        texts = [bare(f"{self.name} {value}".strip()) for value in self.values]
        return [text if drawable(text, font) else f"{self.name} #{at}" for at, text in enumerate(texts, 1)]


def contact_sheet(title: str, columns: Labels, rows: Labels, tiles: Sequence[Tile]) -> Image.Image:
    """The sheet; `tiles` go row by row, one for each column in each row. Raises `OSError` for a broken file."""
    pictures = [compose(tile.paths) if tile.paths else None for tile in tiles]
    width, height = _tile_size([p.size for p in pictures if p], max(len(columns.values), len(rows.values)))
    font = _font(max(14, min(width, height) // 12))
    across, down = columns.shown(font), rows.shown(font)
    left = _widest(down, font, width)
    heads = [_wrapped(text, font, width - 2 * GAP, LINES) for text in across]
    whole = left + len(across) * (width + GAP) + GAP
    title_lines = _wrapped(_legible(title, font), font, whole - 2 * GAP, TITLE_LINES)
    pitch = _pitch(font)
    top = pitch * (len(title_lines) + max(len(head) for head in heads)) + 3 * GAP
    sheet = Image.new("RGB", (whole, top + len(down) * (height + GAP)), PAPER)
    draw = ImageDraw.Draw(sheet)
    _write(draw, (GAP, GAP), title_lines, font, FADED)
    for at, head in enumerate(heads):
        x = left + at * (width + GAP) + width // 2
        _write(draw, (x, top - GAP - pitch * len(head)), head, font, INK, anchor="ma")
    for at, text in enumerate(down):
        lines = _wrapped(text, font, left - 2 * GAP, LINES)
        y = top + at * (height + GAP) + (height - pitch * len(lines)) // 2
        _write(draw, (left - GAP, y), lines, font, INK, anchor="ra")
    for at, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        x, y = left + at % len(across) * (width + GAP), top + at // len(across) * (height + GAP)
        if picture is None:
            _draw_empty(draw, (x, y, width, height), tile.words, font)
        else:
            fitted = _fitted(picture, (width, height))
            sheet.paste(fitted, (x + (width - fitted.width) // 2, y + (height - fitted.height) // 2))
    return sheet


def png(sheet: Image.Image) -> bytes:
    """The file. It says that a machine drew it, and carries no parameters: it is many pictures."""
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=PNG_LEVEL, pnginfo=png_info(NOTICE))
    return buffer.getvalue()


def bare(text: str) -> str:
    """Without accents: the font has none."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _legible(text: str, font: Font) -> str:
    """With a "?" for letters that the font lacks, and nothing where that would be most of it."""
    shown = "".join(char if drawable(char, font) else "?" for char in bare(text))
    return shown if 2 * (shown.count("?") - text.count("?")) <= len(shown) else ""


def drawable(text: str, font: Font | None = None) -> bool:
    """Whether the font has a glyph for each letter; what it lacks all looks like the box of a letter nobody has."""
    font = font or _font(16)
    missing = bytes(font.getmask("\U0010fffd"))
    return not any(char > "~" and bytes(font.getmask(char)) == missing for char in set(text))


def _tile_size(sizes: Sequence[tuple[int, int]], count: int) -> tuple[int, int]:
    """One size for all cells: that of the largest picture, within what is readable and what is not too much."""
    width = max((w for w, _ in sizes), default=LEAST_TILE)
    height = max((h for _, h in sizes), default=LEAST_TILE)
    longest = max(width, height)
    wanted = min(max(longest, LEAST_TILE), MOST_TILE, SIDE // count)
    return max(1, width * wanted // longest), max(1, height * wanted // longest)


def _fitted(picture: Image.Image, sides: tuple[int, int]) -> Image.Image:
    scale = min(sides[0] / picture.width, sides[1] / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)


def _draw_empty(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], words: str, font: Font) -> None:
    x, y, width, height = box
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=EMPTY)
    lines = _wrapped(words, font, width - 2 * GAP, LINES)
    _write(draw, (x + width // 2, y + (height - _pitch(font) * len(lines)) // 2), lines, font, FADED, anchor="ma")


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], lines: Sequence[str], font: Font, fill: str, anchor: str = "la"
) -> None:
    for number, line in enumerate(lines):
        draw.text((at[0], at[1] + number * _pitch(font)), line, fill=fill, font=font, anchor=anchor)


def _wrapped(text: str, font: Font, width: int, most: int) -> list[str]:
    """The text in at most `most` lines of that width; what does not fit ends in "…"."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_cut(line, font, width) for line in lines]


def _cut(line: str, font: Font, width: int) -> str:
    if font.getlength(line) <= width:
        return line
    low, high = 0, len(line)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if font.getlength(line[:middle] + "...") <= width else (low, middle - 1)
    return line[:low] + "..."


def _widest(texts: Sequence[str], font: Font, most: int) -> int:
    """Room for the labels of the rows, and none where they say nothing."""
    longest = max(int(font.getlength(text)) + 1 for text in texts)
    return min(longest, most) + 2 * GAP if longest > 1 else GAP


def _pitch(font: Font) -> int:
    return int(getattr(font, "size", 12) * 1.3)


def _font(size: int) -> Font:
    return ImageFont.load_default(size)
