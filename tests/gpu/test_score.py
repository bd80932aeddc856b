"""Pictures that were drawn elsewhere are looked at by the worker's image check."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from gpu.errors import WorkerBug, WorkerCrashed
from gpu.local import LocalBackend, WorkerSettings
from gpu.types import ModelSpec

SPECS = [ModelSpec(name="starter", family="sdxl", source="gpu/starter")]


def backend(tmp_path: Path) -> LocalBackend:
    Image.new("RGB", (64, 64), "red").save(tmp_path / "1.png.tmp", "PNG")
    return LocalBackend(SPECS, WorkerSettings(engine="fake"), tmp_path)


async def test_the_worker_scores_a_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.25")
    drawing = backend(tmp_path)
    await drawing.start()
    assert await drawing.score(Path("1.png.tmp")) == {"sexual": 0.25, "fake.sexual": 0.25}
    with pytest.raises(WorkerBug):
        await drawing.score(Path("missing.png"))
    assert await drawing.score(Path("1.png.tmp")) == {"sexual": 0.25, "fake.sexual": 0.25}
    await drawing.close()
    with pytest.raises(WorkerCrashed):
        await drawing.score(Path("1.png.tmp"))


def test_the_engine_scores_with_its_own_check(tmp_path: Path) -> None:
    from gpu.gallery import Gallery
    from gpu.safety import IMAGE_CHECKS, Setup

    Image.new("RGB", (300, 200), "teal").save(tmp_path / "1.png")
    scores = Gallery(tmp_path, IMAGE_CHECKS["open_nsfw"](Setup())).score_file(Path("1.png"))
    assert 0 <= scores["sexual"] < 0.5
    assert Gallery(tmp_path).score_file(Path("1.png")) == {}
