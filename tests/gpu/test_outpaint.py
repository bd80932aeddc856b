"""Outpainting: the old picture stays as it is, and the new one goes on from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from gpu import canvas
from gpu.canvas import Frame
from tests.gpu.bench import Bench, request
from tests.gpu.pictures import from_pictures, photo, result

LINES = ("a red apple, 3d render, on a white background", "a fox, 3d render, on a green background")
STARTER = {"pixels": 128 * 128, "multiple": 8}
FRAMES: dict[str, Callable[[canvas.Size], Frame]] = {
    "zoom 2": lambda size: canvas.zoomed(size, 2.0),
    "zoom 1.3": lambda size: canvas.zoomed(size, 1.3),
    "left": lambda size: canvas.panned(size, "left", **STARTER),
    "right": lambda size: canvas.panned(size, "right", **STARTER),
    "up": lambda size: canvas.panned(size, "up", **STARTER),
    "down": lambda size: canvas.panned(size, "down", **STARTER),
    "square": lambda size: canvas.squared(size, **STARTER),
}


def inside(frame: Frame) -> canvas.Box:
    """The part of the canvas that the old picture covers."""
    left, top, right, bottom = frame.box
    return max(left, 0), max(top, 0), min(right, frame.size[0]), min(bottom, frame.size[1])


def gradients(image: Image.Image, frame: Frame) -> tuple[list[float], list[float]]:
    """Mean difference of neighbouring pixels across each border between old and new, and across the lines beside it."""
    pixels = np.asarray(image).astype(float)
    left, top, right, bottom = inside(frame)
    columns = np.abs(np.diff(pixels, axis=1)).mean(2)[top:bottom].mean(0)
    rows = np.abs(np.diff(pixels, axis=0)).mean(2)[:, left:right].mean(1)
    width, height = frame.size
    borders = [(columns, at) for at in (left, right) if 0 < at < width]
    borders += [(rows, at) for at in (top, bottom) if 0 < at < height]
    across = [float(lines[at - 1]) for lines, at in borders]
    beside = [float(np.mean([lines[at - 1 + n] for n in (-4, -3, -2, 2, 3, 4)])) for lines, at in borders]
    return across, beside


@pytest.fixture(scope="module")
def parents(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """Two pictures of the starter."""
    from tests.gpu.conftest import load_starter

    bench = Bench(tmp_path_factory.mktemp("parents"), {"starter": load_starter()})
    wish = {"num_inference_steps": 10, "width": 128}
    bench.run(
        *(request(str(n), "starter", prompt=line, seed=n, height=(128, 96)[n], **wish) for n, line in enumerate(LINES))
    )
    return [result(bench, str(n)) for n in range(len(LINES))]


@pytest.mark.parametrize("name", FRAMES)
def test_the_old_picture_stays_and_the_new_one_goes_on(
    make_bench: Callable[..., Bench], parents: list[Image.Image], name: str
) -> None:
    bench = make_bench()
    across, beside = [], []
    for n, old in enumerate(parents):
        frame = FRAMES[name](old.size)
        drawn_on, mask = canvas.lay(old, frame)
        wish = {"prompt": LINES[n], "num_inference_steps": 10, "strength": 0.75, "seed": 40 + n}
        bench.run(from_pictures(bench, str(n), drawn_on, mask, model="starter", **wish))
        new = result(bench, str(n))
        left, top, right, bottom = frame.box
        scaled = canvas.cut(old, (right - left, bottom - top))
        box = inside(frame)
        shown = scaled.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
        assert new.crop(box).tobytes() == shown.tobytes()
        if frame.size != old.size or box != (0, 0, *old.size):
            there, around = gradients(new, frame)
            across += there
            beside += around
    assert across
    assert np.mean(across) <= 1.2 * np.mean(beside), (across, beside)


@pytest.mark.parametrize("size", [(128, 128), (152, 104), (64, 256)])
@pytest.mark.parametrize("factor", [1.0, 1.1, 1.5, 2.0])
def test_zoom_keeps_the_size_and_centres_the_picture(size: canvas.Size, factor: float) -> None:
    frame = canvas.zoomed(size, factor)
    left, top, right, bottom = frame.box
    assert frame.size == size
    assert abs((right - left) * factor / size[0] - 1) < 0.1
    assert abs(left - (size[0] - right)) <= 8
    assert abs(top - (size[1] - bottom)) <= 8
    assert not any(side % 8 for side in frame.box)


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_pan_goes_on_to_one_side(direction: str) -> None:
    frame = canvas.panned((128, 128), direction, **STARTER)
    assert sorted(frame.size) == [128, 192]
    expected = {"left": (64, 0), "right": (0, 0), "up": (0, 64), "down": (0, 0)}
    assert frame.box[:2] == expected[direction]


def test_panning_on_and_on_leaves_the_far_side_behind() -> None:
    """The canvas stops growing at twice the area that the model was made for; what is new has always the same width."""
    size = (128, 128)
    for _ in range(5):
        frame = canvas.panned(size, "right", **STARTER)
        assert frame.size[0] * frame.size[1] <= 2 * 128 * 128
        assert frame.size[0] - frame.box[2] >= 64
        assert not any(side % 8 for side in (*frame.size, *frame.box))
        size = frame.size
    assert frame.box[0] < 0
    assert size == (256, 128)


@pytest.mark.parametrize("size", [(128, 96), (96, 128), (256, 64), (128, 128)])
def test_square(size: canvas.Size) -> None:
    frame = canvas.squared(size, **STARTER)
    assert frame.size[0] == frame.size[1]
    assert frame.size[0] ** 2 <= 2 * 128 * 128
    if max(size) == 128:
        assert (frame.box[2] - frame.box[0], frame.box[3] - frame.box[1]) == size


def test_edges_are_drawn_out() -> None:
    """Each new pixel begins with the colour of the old border that it lies beside."""
    old = Image.new("RGB", (64, 64), "red")
    old.paste("blue", (0, 32, 64, 64))
    drawn_on, mask = canvas.lay(old, canvas.panned((64, 64), "left", pixels=64 * 64, multiple=8))
    assert drawn_on.size == mask.size == (96, 64)
    assert drawn_on.getpixel((5, 5)) == (255, 0, 0)
    assert drawn_on.getpixel((5, 60)) == (0, 0, 255)
    assert (mask.getpixel((31, 9)), mask.getpixel((32, 9))) == (255, 0)


@pytest.mark.parametrize(
    ("words", "white"),
    [
        ("right", (32, 0, 64, 48)), ("LEFT", (0, 0, 32, 48)), ("top", (0, 0, 64, 24)), ("bottom", (0, 24, 64, 48)),
        ("center", (16, 12, 48, 36)), ("0.5,0,1,1", (32, 0, 64, 48)), ("0, 0, .25, .5", (0, 0, 16, 24)),
    ],
)  # fmt: skip
def test_masks_in_words(words: str, white: canvas.Box) -> None:
    mask = canvas.region(words, photo((64, 48)))
    assert mask is not None
    assert mask.getbbox() == white
    outside = canvas.region(f"outside:{words}", photo((64, 48)))
    assert outside is not None
    assert (np.array(mask) + np.array(outside) == 255).all()


@pytest.mark.parametrize(
    "words", ["", "nowhere", "1,2,3", "0,0,2,1", "0.5,0,0.5,1", "0.9,0,0.1,1", "nan,0,1,1", "transparent"]
)
def test_words_that_are_no_mask(words: str) -> None:
    assert canvas.region(words, photo((64, 48))) is None


def test_what_is_transparent_is_redrawn() -> None:
    image = photo((64, 48), "RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    mask = canvas.region("transparent", image)
    assert mask is not None
    assert (np.array(mask) == 255 - np.array(image)[:, :, 3]).all()
