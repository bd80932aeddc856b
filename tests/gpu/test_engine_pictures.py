"""What the starter draws is what was asked for, and the same bytes tomorrow; one small process draws to prove it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from gpu.grid import compose
from gpu.preview import sketch
from gpu.types import Progress
from tests.gpu.bench import Bench, request

COLOURS = {
    "red": (220, 30, 50), "orange": (250, 125, 20), "yellow": (255, 235, 60), "green": (60, 180, 80),
    "teal": (20, 170, 165), "blue": (40, 100, 250), "purple": (140, 75, 210), "pink": (255, 145, 190),
    "brown": (130, 95, 85), "gray": (150, 150, 150), "black": (0, 0, 0), "white": (255, 255, 255),
}  # fmt: skip

ROOT = Path(__file__).parents[2]


def pixels(bench: Bench, job_id: str, index: int = 1) -> NDArray[np.int16]:
    with Image.open(bench.folder / bench.result(job_id).images[index - 1].path) as image:
        return np.asarray(image).astype(np.int16)


def border(picture: NDArray[np.int16]) -> NDArray[np.float64]:
    """The median colour of the outermost pixels."""
    inner = np.zeros(picture.shape[:2], dtype=bool)
    inner[6:-6, 6:-6] = True
    return np.asarray(np.median(picture[~inner], axis=0))


def nearest(colour: NDArray[np.float64]) -> str:
    return min(COLOURS, key=lambda name: float(np.abs(colour - COLOURS[name]).sum()))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, request_starter: Callable[[Path], Bench]) -> Bench:
    """One busy engine: a picture on each colour, and one line with its settings changed one by one."""
    bench = request_starter(tmp_path_factory.mktemp("pictures"))
    fox = {"prompt": "a fox, 3d render", "num_inference_steps": 10, "seed": 1}
    changes = {
        "plain": {}, "again": {}, "no blue": {"negative_prompt": "on a blue background"},
        "unguided": {"guidance_scale": 1.0}, "strict": {"guidance_scale": 9.0}, "other seed": {"seed": 2},
    }  # fmt: skip
    bench.run(
        *(request(name, "starter", **fox | change) for name, change in changes.items()),
        *(
            request(name, "starter", prompt=f"a banana, 3d render, on a {name} background", num_inference_steps=10)
            for name in COLOURS
        ),
    )
    return bench


@pytest.fixture(scope="module")
def request_starter(starter: object) -> Callable[[Path], Bench]:
    return lambda folder: Bench(folder, {"starter": starter})  # type: ignore[dict-item]


def test_eighteen_pictures_took_ten_calls(drawn: Bench) -> None:
    assert drawn.engine.unet_calls == 10


def test_the_background_is_of_the_named_colour(drawn: Bench) -> None:
    seen = {name: nearest(border(pixels(drawn, name))) for name in COLOURS}
    assert sum(name == colour for name, colour in seen.items()) >= 9, seen


def test_the_negative_prompt_takes_its_colour_away(drawn: Bench) -> None:
    blueness = {name: (border(pixels(drawn, name)) @ [-0.5, -0.5, 1.0]) for name in ("plain", "no blue")}
    assert blueness["no blue"] < blueness["plain"] - 5


def test_guidance_strengthens(drawn: Bench) -> None:
    contrast = {name: float(pixels(drawn, name).std()) for name in ("unguided", "plain", "strict")}
    assert contrast["unguided"] < contrast["plain"] < contrast["strict"]


def test_the_seed_decides(drawn: Bench) -> None:
    assert np.array_equal(pixels(drawn, "plain"), pixels(drawn, "again"))
    assert np.abs(pixels(drawn, "plain") - pixels(drawn, "other seed")).mean() > 5


def test_company_changes_no_pixel_by_more_than_one(drawn: Bench, make_bench: Callable[..., Bench]) -> None:
    alone = make_bench()
    alone.run(request("plain", "starter", prompt="a fox, 3d render", num_inference_steps=10, seed=1))
    assert np.abs(pixels(alone, "plain") - pixels(drawn, "plain")).max() <= 1


def test_the_preview_looks_like_the_picture(drawn: Bench, starter: object) -> None:
    for name in ("red", "black", "plain"):
        rough = np.asarray(sketch(drawn.latents(name), starter.vae)[0]).astype(np.int16)  # type: ignore[attr-defined]
        assert rough.shape == (128, 128, 3)
        assert np.abs(rough - pixels(drawn, name)).mean() < 20


DRAW = """
import sys; from pathlib import Path; import torch; torch.set_num_threads(1)
from tests.gpu.bench import Bench, request; from tests.gpu.conftest import load_starter
bench = Bench(Path(sys.argv[1]), {"starter": load_starter()})
bench.run(request("a", "starter", num_images=2), later={1: [request("b", "starter", seed=5)]})
"""


@pytest.mark.slow
def test_the_same_bytes_from_another_process(tmp_path: Path) -> None:
    for run in "12":
        subprocess.run([sys.executable, "-c", DRAW, str(tmp_path / run)], check=True, cwd=ROOT, timeout=280)
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        first, second = ((tmp_path / run / "images" / name).read_bytes() for run in "12")
        assert first == second


class Passes:
    """An image check that minds nothing."""

    categories = ("sexual",)

    def score(self, image: Image.Image) -> dict[str, float]:
        return {"sexual": 0.1}


def test_pictures_are_shown_as_they_are_finished(make_bench: Callable[..., Bench]) -> None:
    """Those that are decoded as they will be; those that are not, behind a blur."""
    bench = make_bench(image_check=Passes())
    bench.engine.admit(request("a", "starter", num_images=4, num_inference_steps=6, previews=True))
    grids = []
    while not bench.engine.idle:
        for event in bench.tick():
            if isinstance(event, Progress) and event.phase == "decode" and event.preview:
                assert event.preview_scores == {"sexual": 0.1}
                with Image.open(bench.folder / event.preview) as picture:
                    grids.append(np.asarray(picture.convert("RGB"), dtype=float))
    finished = np.asarray(compose([bench.folder / image.path for image in bench.result("a").images]), dtype=float)
    side = len(finished) // 2
    for count, grid in enumerate(grids, 1):
        tiles = [(slice(row, row + side), slice(column, column + side)) for row in (0, side) for column in (0, side)]
        far = [float(np.abs(grid[tile] - finished[tile]).mean()) for tile in tiles]
        assert max(far[:count]) < 0.5 * min(far[count:]), far
    assert len(grids) == 3
