"""Pictures that people send along: whatever bytes they are, a plain RGB or RGBA picture or one clear sentence.

Only formats that people's programs write are opened, sizes are looked at before anything is decoded, and what comes
out is pixels alone: no metadata, no palette, no second frame. Knows no model library and no request.
"""

from __future__ import annotations

import io
import warnings
import zipfile

from PIL import Image, ImageOps, UnidentifiedImageError

from gpu.errors import InputError

MAX_BYTES = 32 * 2**20
MAX_PIXELS = 50_000_000
MAX_SIDE = 16_384
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
"""As Pillow calls them; JPEG includes those with a second picture behind them, as some phones write."""

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*")
"""How they begin; what begins so and cannot be opened is damaged."""
SIGNATURES = {
    b"PK\x03\x04": "ZIP", b"%PDF": "PDF", b"Rar!": "RAR", b"7z\xbc\xaf": "7z", b"\x1f\x8b": "gzip", b"MZ": "EXE",
    b"\x7fELF": "ELF", b"8BPS": "PSD", b"%!PS": "PostScript", b"OggS": "Ogg", b"ID3": "MP3", b"RIFF": "RIFF",
    b"\x1aE\xdf\xa3": "WebM", b"fLaC": "FLAC", b"\x00\x00\x01\x00": "ICO", b"SQLite format 3": "SQLite",
}  # fmt: skip
"""How files begin that are sent by mistake, and what to call them."""
HIDDEN = (b"%PDF-", b"<script", b"<?php", b"<html", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
"""What a picture that is a second kind of file holds beside its pixels."""
EDGE = 4096
"""Bytes at the beginning and the end that are searched for a second kind of file."""


def normalise(data: bytes) -> Image.Image:
    """The picture in `data`: upright, its first frame, 8 bit, RGB, or RGBA where it has transparency.

    Raises `InputError`, whose sentence says what is wrong with it.
    """
    if not data:
        raise InputError("error-input-empty")
    if len(data) > MAX_BYTES:
        raise InputError("error-input-bytes", size=round(len(data) / 2**20), limit=MAX_BYTES // 2**20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own limits are below Pillow's
            return _decoded(data)
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError("error-input-pixels", limit=MAX_PIXELS // 10**6, side=MAX_SIDE) from error
    except Exception as error:  # decoders raise nearly anything for broken files
        raise InputError("error-input-broken") from error


def _decoded(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        if data.startswith(PICTURES):
            raise
        raise InputError("error-input-type", found=_kind(data)) from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise InputError("error-input-pixels", limit=MAX_PIXELS // 10**6, side=MAX_SIDE)
    if _is_hybrid(data):
        raise InputError("error-input-hybrid")
    image.seek(0)
    image.load()
    return _plain(_upright(image))


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; damaged EXIF says nothing."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _plain(image: Image.Image) -> Image.Image:
    """8 bit RGB or RGBA, without anything but pixels."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    return Image.frombytes(plain.mode, plain.size, plain.tobytes())


def _eight_bit(image: Image.Image) -> Image.Image:
    """Greys of 16 or 32 bits or of floating point: 0…1, 0…255 or 0…65535, whichever the brightest one fits."""
    deep = image.convert("F")
    brightest = float(str(deep.getextrema()[1]))
    unit = image.mode == "F" and brightest <= 1.0
    scale = 255.0 if unit else 1.0 if brightest <= 255 and not image.mode.startswith("I;16") else 1 / 257
    return deep.point(lambda value: value * scale + 0.5).convert("L")


def _kind(data: bytes) -> str:
    """What the bytes probably are instead of a picture."""
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return "HEIC"
    head = data[:EDGE].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "SVG"
    if head.startswith((b"<!doctype html", b"<html")):
        return "HTML"
    return next((name for magic, name in SIGNATURES.items() if data.startswith(magic)), "unknown")


def _is_hybrid(data: bytes) -> bool:
    """Whether the file is also an archive, a document or a page."""
    edges = (data[:EDGE] + data[-EDGE:]).lower()
    return zipfile.is_zipfile(io.BytesIO(data)) or any(mark.lower() in edges for mark in HIDDEN)
