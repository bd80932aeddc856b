"""Whatever people send: a plain picture, or one clear sentence. Every file is made here."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from bot.text import sentence_of
from gpu.errors import InputError
from gpu.inputs import MAX_BYTES, normalise
from tests.gpu.pictures import photo


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(width: int, height: int, depth: int = 8, colour: int = 2, pixels: bytes = b"", extra: bytes = b"") -> bytes:
    """A PNG by hand: says what it likes about its size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + extra + body


def rotated(orientation: int) -> bytes:
    """A picture that is upright only when its EXIF is obeyed: its top left is red."""
    upright = Image.new("RGB", (60, 40), "blue")
    upright.paste("red", (0, 0, 30, 20))
    turn = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    flip = {2: Image.Transpose.FLIP_LEFT_RIGHT, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
            7: Image.Transpose.TRANSVERSE}  # fmt: skip
    how = {**turn, **flip}.get(orientation)
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(upright if how is None else upright.transpose(how), "JPEG", exif=exif, quality=95)


def animated(format: str) -> bytes:
    frames = [Image.new("RGB", (32, 24), colour) for colour in ("red", "green", "blue")]
    return saved(frames[0], format, save_all=True, append_images=frames[1:], duration=50)


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("evil.txt", "x")
    return buffer.getvalue()


def sixteen_bit(format: str) -> bytes:
    ramp = np.tile(np.linspace(0, 65535, 32).astype(np.uint16), (24, 1))
    return saved(Image.fromarray(ramp), format)


def numbers(high: float, kind: type = np.float32) -> bytes:
    ramp = np.tile(np.linspace(0, high, 32).astype(kind), (24, 1))
    return saved(Image.fromarray(ramp), "TIFF")


def cut(format: str, share: float) -> Callable[[], bytes]:
    def make() -> bytes:
        whole = saved(photo((200, 150)), format)
        return whole[: int(len(whole) * share)]

    return make


def with_exif(exif: bytes) -> bytes:
    return saved(photo(), "JPEG", exif=exif)


GOOD: dict[str, tuple[Callable[[], bytes], str, tuple[int, int]]] = {
    "png": (lambda: saved(photo((70, 50)), "PNG"), "RGB", (70, 50)),
    "jpeg": (lambda: saved(photo((70, 50)), "JPEG"), "RGB", (70, 50)),
    "progressive jpeg": (lambda: saved(photo((70, 50)), "JPEG", progressive=True), "RGB", (70, 50)),
    "webp": (lambda: saved(photo((70, 50)), "WEBP"), "RGB", (70, 50)),
    "lossless webp": (lambda: saved(photo((70, 50), "RGBA"), "WEBP", lossless=True), "RGB", (70, 50)),
    "gif": (lambda: saved(photo((70, 50)), "GIF"), "RGB", (70, 50)),
    "bmp": (lambda: saved(photo((70, 50)), "BMP"), "RGB", (70, 50)),
    "tiff": (lambda: saved(photo((70, 50)), "TIFF"), "RGB", (70, 50)),
    "compressed tiff": (lambda: saved(photo((70, 50)), "TIFF", compression="tiff_lzw"), "RGB", (70, 50)),
    "mpo": (lambda: saved(photo((70, 50)), "MPO", save_all=True, append_images=[photo()]), "RGB", (70, 50)),
    "one pixel": (lambda: saved(Image.new("RGB", (1, 1), "red"), "PNG"), "RGB", (1, 1)),
    "one pixel gif": (lambda: saved(Image.new("P", (1, 1)), "GIF"), "RGB", (1, 1)),
    "a long line": (lambda: saved(Image.new("RGB", (5000, 1), "red"), "PNG"), "RGB", (5000, 1)),
    "a tall line": (lambda: saved(Image.new("L", (1, 5000), 9), "PNG"), "RGB", (1, 5000)),
    "prime sides": (lambda: saved(photo((127, 61)), "PNG"), "RGB", (127, 61)),
    "black and white": (lambda: saved(photo((40, 30), "1"), "PNG"), "RGB", (40, 30)),
    "grey": (lambda: saved(photo((40, 30), "L"), "PNG"), "RGB", (40, 30)),
    "grey jpeg": (lambda: saved(photo((40, 30), "L"), "JPEG"), "RGB", (40, 30)),
    "grey with alpha": (lambda: saved(Image.new("LA", (40, 30), (9, 90)), "PNG"), "RGBA", (40, 30)),
    "alpha": (lambda: saved(Image.new("RGBA", (40, 30), (9, 9, 9, 90)), "PNG"), "RGBA", (40, 30)),
    "opaque alpha": (lambda: saved(photo((40, 30), "RGBA"), "PNG"), "RGB", (40, 30)),
    "alpha webp": (lambda: saved(Image.new("RGBA", (40, 30), (9, 9, 9, 0)), "WEBP"), "RGBA", (40, 30)),
    "palette": (lambda: saved(photo((40, 30)).quantize(16), "PNG"), "RGB", (40, 30)),
    "two colours": (lambda: saved(photo((40, 30)).quantize(2), "PNG", bits=1), "RGB", (40, 30)),
    "transparent palette": (lambda: saved(photo((40, 30)).quantize(16), "PNG", transparency=0), "RGBA", (40, 30)),
    "transparent palette by entry": (
        lambda: saved(photo((40, 30)).quantize(4), "PNG", transparency=b"\x00\x80\xff\xff"),
        "RGBA",
        (40, 30),
    ),
    "transparent gif": (lambda: saved(photo((40, 30)).quantize(16), "GIF", transparency=0), "RGBA", (40, 30)),
    "transparent colour": (lambda: saved(Image.new("RGB", (9, 9)), "PNG", transparency=(0, 0, 0)), "RGBA", (9, 9)),
    "cmyk jpeg": (lambda: saved(photo((40, 30), "CMYK"), "JPEG"), "RGB", (40, 30)),
    "cmyk tiff": (lambda: saved(photo((40, 30), "CMYK"), "TIFF"), "RGB", (40, 30)),
    "16 bit png": (lambda: sixteen_bit("PNG"), "RGB", (32, 24)),
    "16 bit tiff": (lambda: sixteen_bit("TIFF"), "RGB", (32, 24)),
    "16 bit colour": (lambda: raw_png(2, 1, 16, pixels=b"\0" + b"\xff\xff" * 6), "RGB", (2, 1)),
    "16 bit colour with alpha": (lambda: raw_png(1, 1, 16, 6, b"\0" + b"\x80\x80" * 4), "RGBA", (1, 1)),
    "float tiff": (lambda: numbers(1.0), "RGB", (32, 24)),
    "float tiff up to 255": (lambda: numbers(255.0), "RGB", (32, 24)),
    "32 bit tiff": (lambda: numbers(255, np.int32), "RGB", (32, 24)),
    "animated gif": (lambda: animated("GIF"), "RGB", (32, 24)),
    "animated webp": (lambda: animated("WEBP"), "RGB", (32, 24)),
    "animated png": (lambda: animated("PNG"), "RGB", (32, 24)),
    "pages of a tiff": (lambda: animated("TIFF"), "RGB", (32, 24)),
    "a comment": (lambda: saved(photo(), "GIF", comment=b"hello"), "RGB", (64, 64)),
    "broken exif": (lambda: with_exif(b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff\xff"), "RGB", (64, 64)),
    "no exif at all": (lambda: with_exif(b"Exif\0\0"), "RGB", (64, 64)),
    "a colour profile that is none": (lambda: saved(photo(), "PNG", icc_profile=b"nonsense"), "RGB", (64, 64)),
    **{f"exif {n}": (lambda n=n: rotated(n), "RGB", (60, 40)) for n in range(1, 9)},  # type: ignore[misc]
}

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "error-input-empty"),
    "one byte": (lambda: b"\x89", "error-input-type"),
    "text": (lambda: b"a red fox", "error-input-type"),
    "noise": (lambda: bytes(range(256)) * 40, "error-input-type"),
    "zeros": (lambda: bytes(5000), "error-input-type"),
    "svg": (lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "error-input-type"),
    "svg with a mark": (lambda: b"\xef\xbb\xbf<svg onload='x()'/>", "error-input-type"),
    "html": (lambda: b"<!DOCTYPE html><html></html>", "error-input-type"),
    "zip": (archive, "error-input-type"),
    "gzip": (lambda: gzip.compress(b"x" * 100), "error-input-type"),
    "pdf": (lambda: b"%PDF-1.7\n%", "error-input-type"),
    "program": (lambda: b"MZ" + bytes(200), "error-input-type"),
    "elf": (lambda: b"\x7fELF" + bytes(200), "error-input-type"),
    "heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(200), "error-input-type"),
    "ico": (lambda: saved(photo(), "ICO"), "error-input-type"),
    "psd": (lambda: b"8BPS\0\x01" + bytes(200), "error-input-type"),
    "eps": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "error-input-type"),
    "ppm": (lambda: saved(photo(), "PPM"), "error-input-type"),
    "sound": (lambda: b"RIFF\x24\0\0\0WAVEfmt ", "error-input-type"),
    "half a png": (cut("PNG", 0.5), "error-input-broken"),
    "head of a png": (lambda: saved(photo(), "PNG")[:33], "error-input-broken"),
    "half a jpeg": (cut("JPEG", 0.5), "error-input-broken"),
    "half a webp": (cut("WEBP", 0.5), "error-input-broken"),
    "half a gif": (cut("GIF", 0.5), "error-input-broken"),
    "half a bmp": (cut("BMP", 0.5), "error-input-broken"),
    "half a tiff": (cut("TIFF", 0.5), "error-input-broken"),
    "wrong checksum": (lambda: saved(photo(), "PNG").replace(b"IHDR", b"IHDX"), "error-input-broken"),
    "damaged pixels": (lambda: raw_png(64, 64, pixels=b"\x09" * 500), "error-input-broken"),
    "no pixels": (lambda: raw_png(64, 64), "error-input-broken"),
    "a bomb of black": (lambda: raw_png(30_000, 30_000, pixels=bytes(10_000_000)), "error-input-pixels"),
    "a small bomb": (lambda: raw_png(8_000, 8_000, 1, 0, pixels=bytes(8_000 * 1_001)), "error-input-pixels"),
    "huge on paper": (lambda: raw_png(2**31 - 1, 2**31 - 1), "error-input-pixels"),
    "a wide line": (lambda: raw_png(20_000, 1, pixels=bytes(60_001)), "error-input-pixels"),
    "huge gif on paper": (
        lambda: b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\2\2L\1\0;",
        "error-input-pixels",
    ),
    "a bomb of text": (
        lambda: raw_png(1, 1, pixels=bytes(4), extra=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000)))),
        "error-input-broken",
    ),
    "too many bytes": (lambda: saved(photo(), "PNG") + bytes(MAX_BYTES), "error-input-bytes"),
    "png and zip": (lambda: saved(photo(), "PNG") + archive(), "error-input-hybrid"),
    "jpeg and zip": (lambda: saved(photo(), "JPEG") + archive(), "error-input-hybrid"),
    "gif and script": (lambda: saved(photo(), "GIF") + b"<script>alert(1)</script>", "error-input-hybrid"),
    "gif with php in a comment": (lambda: saved(photo(), "GIF", comment=b"<?php x(); ?>"), "error-input-hybrid"),
    "jpeg and pdf": (lambda: saved(photo(), "JPEG", comment=b"%PDF-1.4"), "error-input-hybrid"),
    "png and rar": (lambda: saved(photo(), "PNG") + b"Rar!\x1a\x07\x01\0", "error-input-hybrid"),
}


@pytest.mark.parametrize("name", GOOD)
def test_pictures_become_plain(name: str) -> None:
    make, mode, size = GOOD[name]
    image = normalise(make())
    assert (image.mode, image.size) == (mode, size)
    assert image.info == {}
    assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("name", BAD)
def test_everything_else_is_one_clear_sentence(name: str) -> None:
    make, code = BAD[name]
    with pytest.raises(InputError) as refused:
        normalise(make())
    assert refused.value.id == code
    words = sentence_of(refused.value)
    assert words != code
    assert "{" not in words
    assert words.endswith(".")


def test_there_are_many_of_them() -> None:
    assert len(GOOD) + len(BAD) >= 60


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright(orientation: int) -> None:
    image = normalise(rotated(orientation))
    red, _, blue = image.getpixel((10, 8))
    assert red > 200 > blue
    red, _, blue = image.getpixel((50, 32))
    assert blue > 200 > red


def test_the_first_frame_is_taken() -> None:
    for format in ("GIF", "WEBP", "PNG", "TIFF"):
        red, green, blue = normalise(animated(format)).getpixel((16, 12))
        assert red > 200 > 60 > max(green, blue)


@pytest.mark.parametrize("make", [lambda: sixteen_bit("PNG"), lambda: numbers(1.0), lambda: numbers(255.0)])
def test_deep_greys_keep_their_whole_range(make: Callable[[], bytes]) -> None:
    greys = np.array(normalise(make()))[0, :, 0].astype(int)
    assert abs(greys - np.linspace(0, 255, 32)).max() <= 1.5


def test_cmyk_has_its_colours() -> None:
    ours = np.array(normalise(saved(photo((40, 30), "CMYK"), "JPEG", quality=95))).astype(int)
    assert abs(ours - np.array(photo((40, 30))).astype(int)).mean() < 4
