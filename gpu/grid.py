"""Put a job's pictures on one sheet, and fit a sheet into the bytes that a place allows. Knows Pillow only."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from gpu.errors import PictureTooLarge
from gpu.metadata import PNG_LEVEL, exif, png_info, xmp
from gpu.types import GenerationRequest

SMALL_TILE = 256
"""Pixels of the longer side below which pictures are enlarged: a chat client would show stamps, or blur them."""
SHEET_SIDE = 512
"""Pixels of the longer side that the sheet of such pictures gets at least."""
QUALITIES = (95, 90, 80, 65, 45, 25, 10)
SHRINK = 0.75
"""When the lowest quality is still too large, both sides shrink by this."""


def compose(paths: Sequence[Path]) -> Image.Image:
    """The sheet of 1…4 picture files of one size, in the order of the buttons. Raises `OSError`."""
    return arrange([_load(path) for path in paths])


def arrange(pictures: Sequence[Image.Image]) -> Image.Image:
    """One picture alone, two side by side, three or four as 2 x 2; small ones are enlarged in whole steps."""
    width, height = pictures[0].size
    columns = min(len(pictures), 2)
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "black")
    for at, picture in enumerate(pictures):
        sheet.paste(picture, (at % columns * width, at // columns * height))
    if max(width, height) >= SMALL_TILE:
        return sheet
    factor = -(-SHEET_SIDE // max(sheet.size))
    return sheet.resize((sheet.width * factor, sheet.height * factor), Image.Resampling.LANCZOS)


def _load(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def encode(
    image: Image.Image, limit_bytes: int, parameters: str, request: GenerationRequest | None = None, index: int = 0
) -> tuple[bytes, str]:
    """The best file of at most `limit_bytes`, and its suffix: PNG, else WebP, else JPEG, else smaller.

    Every form carries the `parameters` text and which picture of the `request` it is (`index`, 0: all on one sheet), a
    PNG also the whole request. Raises `PictureTooLarge` when not even a thumbnail fits.
    """
    for data, suffix in _forms(image.convert("RGB"), parameters, request, index):
        if len(data) <= limit_bytes:
            return data, suffix
    raise PictureTooLarge(limit=limit_bytes)


def _forms(
    image: Image.Image, parameters: str, request: GenerationRequest | None, index: int
) -> Iterator[tuple[bytes, str]]:
    """Encodings from best to smallest, each made only when asked for."""
    yield _save(image, "PNG", pnginfo=png_info(parameters, request, index), compress_level=PNG_LEVEL), ".png"
    described = {"exif": exif(parameters), "xmp": xmp(request, index).encode()}
    while min(image.size) >= 64:
        for quality in QUALITIES:
            if max(image.size) <= 16_383:  # the largest side that WebP has
                yield _save(image, "WEBP", quality=quality, method=4, **described), ".webp"
        yield _save(image, "JPEG", quality=QUALITIES[-1], **described), ".jpg"
        image = image.resize((int(image.width * SHRINK), int(image.height * SHRINK)), Image.Resampling.LANCZOS)


def _save(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
