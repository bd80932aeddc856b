"""Sheets of pictures, and encodings that fit."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from PIL import Image

from gpu.errors import PictureTooLarge
from gpu.grid import arrange, compose, encode
from gpu.metadata import NOTICE, parameters
from gpu.params import GenerationParams
from tests.gpu.public_reader import found_in

COLOURS = [(220, 30, 30), (30, 160, 30), (30, 30, 220), (230, 200, 20)]
TEXT = parameters(GenerationParams(prompt="four foxes", seed=7, model="starter"))


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (300, 300)) -> Image.Image:
    return Image.new("RGB", size, colour)


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))


@pytest.mark.parametrize(("count", "size"), [(1, (300, 300)), (2, (600, 300)), (3, (600, 600)), (4, (600, 600))])
def test_the_sheet_reads_like_the_buttons(count: int, size: tuple[int, int]) -> None:
    sheet = arrange([plain(colour) for colour in COLOURS[:count]])
    assert sheet.size == size
    centres = [(150, 150), (450, 150), (150, 450), (450, 450)]
    assert [sheet.getpixel(centre) for centre in centres[:count]] == COLOURS[:count]


@pytest.mark.parametrize(
    ("tile", "count", "size"),
    [
        ((128, 128), 4, (512, 512)),
        ((128, 128), 1, (512, 512)),
        ((104, 152), 4, (416, 608)),
        ((152, 104), 2, (608, 208)),
        ((256, 256), 1, (256, 256)),
        ((1024, 576), 4, (2048, 1152)),
    ],
)
def test_only_stamps_are_enlarged_and_only_by_whole_factors(
    tile: tuple[int, int], count: int, size: tuple[int, int]
) -> None:
    assert arrange([plain((9, 9, 9), tile)] * count).size == size


def test_pictures_come_from_files_of_any_mode(tmp_path: Path) -> None:
    paths = []
    for k, mode in enumerate(("RGB", "RGBA", "L", "P")):
        paths.append(tmp_path / f"{k}.png")
        plain(COLOURS[k]).convert(mode).save(paths[-1])
    assert compose(paths).mode == "RGB"


def test_what_fits_stays_lossless() -> None:
    picture = noise(64, 64)
    data, suffix = encode(picture, 100_000, TEXT)
    assert suffix == ".png"
    assert Image.open(io.BytesIO(data)).tobytes() == picture.tobytes()


@pytest.mark.parametrize(
    ("limit", "suffix"), [(2_000_000, ".png"), (600_000, ".webp"), (40_000, ".jpg"), (9_000, ".jpg")]
)
def test_the_limit_is_never_exceeded(limit: int, suffix: str) -> None:
    data, found = encode(noise(512, 512), limit, TEXT)
    assert len(data) <= limit
    assert found == suffix
    assert Image.open(io.BytesIO(data)).format == {".png": "PNG", ".webp": "WEBP", ".jpg": "JPEG"}[suffix]


def test_pictures_too_wide_for_webp_become_jpeg() -> None:
    data, suffix = encode(noise(16_400, 64), 800_000, TEXT)
    assert suffix == ".jpg"
    assert len(data) <= 800_000


def test_a_hopeless_limit_is_a_typed_error() -> None:
    with pytest.raises(PictureTooLarge) as caught:
        encode(noise(128, 128), 300, TEXT)
    assert caught.value.facts == {"limit": 300}


@pytest.mark.parametrize("limit", [2_000_000, 600_000])
def test_every_form_carries_the_parameters_and_the_notice(limit: int) -> None:
    data, _ = encode(noise(512, 512), limit, TEXT)
    picture = Image.open(io.BytesIO(data))
    found = found_in(picture)
    assert [prompt.value for prompt in found.prompts] == ["four foxes"]
    assert NOTICE in {picture.info.get("Source"), picture.getexif().get(270)}
    xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
    assert "trainedAlgorithmicMedia" in (xmp if isinstance(xmp, str) else xmp.decode())
