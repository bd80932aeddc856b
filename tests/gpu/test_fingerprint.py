"""A picture is known again after it was encoded anew and made smaller, and is taken for no other one."""

from __future__ import annotations

import io
import itertools
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from gpu.fake import _paint
from gpu.fingerprint import REACH, Fingerprint, fingerprint, hamming
from gpu.params import GenerationParams
from gpu.types import GenerationRequest

COUNT = 300


@cache
def pictures() -> list[Image.Image]:
    return [_paint(request(seed), 1, Path()) for seed in range(COUNT)]


def request(seed: int) -> GenerationRequest:
    params = GenerationParams(prompt=f"picture {seed}", seed=seed, width=192, height=128, num_images=1)
    return GenerationRequest(job_id="a", params=params, output_dir=Path("x"))


def encoded(image: Image.Image, kind: str, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, kind, quality=quality)
    return Image.open(buffer)


def half(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BICUBIC)


def of(image: Image.Image) -> Fingerprint:
    found = fingerprint(image)
    assert found is not None
    return found


def test_copies_are_known_again() -> None:
    for picture in pictures():
        original = of(picture)
        copies = [encoded(picture, "JPEG", 80), half(picture), encoded(half(picture), "JPEG", 80)]
        copies += [encoded(picture, "WEBP", 60), picture.convert("RGBA"), ImageOps.scale(picture, 2)]
        assert all(of(copy).resembles(original) for copy in copies)


def test_no_picture_is_taken_for_another() -> None:
    prints = [of(picture) for picture in pictures()]
    assert len({one.hash for one in prints}) == COUNT
    assert not [1 for one, other in itertools.combinations(prints, 2) if one.resembles(other)]


def test_colours_tell_equal_shapes_apart() -> None:
    picture = pictures()[0]
    red, green, blue = picture.split()
    turned = Image.merge("RGB", (green, blue, red))
    assert not of(turned).resembles(of(picture))
    grey = of(ImageOps.grayscale(picture))
    assert grey.distance(of(picture)) <= REACH
    assert not grey.resembles(of(picture))


@pytest.mark.parametrize("colour", ["black", "white", (3, 200, 90)])
def test_a_plain_area_is_no_picture(colour: str) -> None:
    assert fingerprint(Image.new("RGB", (64, 64), colour)) is None


def test_distances_count_bits_of_signed_numbers() -> None:
    assert hamming(0, -1) == 64
    assert hamming(-(2**63), 2**63 - 1) == 64
    assert hamming(-2, -1) == 1
    assert hamming(5, 5) == 0
