"""Upscalers: the same numbers by ncnn and by torch, no seams, any size, half the tile where memory runs out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from PIL import Image, ImageChops, ImageDraw
from torch import Tensor

from gpu.errors import JobCancelled, ModelError, NotSupported
from gpu.families import FAMILIES
from gpu.params import ENLARGERS, UPSCALER_NAMES, UpscalerName
from gpu.types import InputImage, InputRole, SafetyPolicy, Task
from gpu.upscalers import UPSCALERS, Upscaler, Upscalers, realesrgan, tiles
from gpu.upscalers.network import TorchNetwork
from gpu.upscalers.realesrgan import NcnnNetwork, weights_folder
from tests.gpu.bench import Bench, request

CPU = torch.device("cpu")
NETWORKS = {
    "realesrgan": "REALESRGAN_X4PLUS_UP4X", "anime": "REALESRGAN_X4PLUSANIME_UP4X",
    "video": "REALESRGAN_ANIMAVIDEOV3_UP4X",
}  # fmt: skip


def drawing(size: tuple[int, int]) -> Image.Image:
    """Soft ground, a disk and a line: something to see seams on."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4), fill=(200, 60, 40))
    draw.line((0, size[1], size[0], 0), fill=(20, 60, 120), width=3)
    return picture


def enlarged(upscaler: Upscaler, picture: Image.Image) -> Image.Image:
    """All tiles of a picture, joined."""
    whole = Image.new("RGB", (picture.width * upscaler.scale, picture.height * upscaler.scale))
    for box in list(tiles(picture.size, upscaler.side)):
        whole.paste(upscaler.tile(picture, box), box.times(upscaler.scale)[:2])
    return whole


def numbers(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture, dtype=np.float64)


class Nearest(Upscaler):
    """Repeats pixels, and has memory for so many of them."""

    device = CPU

    def __init__(self, side: int, memory: int) -> None:
        self.side, self.memory, self.calls = side, memory, 0

    def network(self, pixels: Tensor) -> Tensor:
        self.calls += 1
        if pixels.shape[-1] * pixels.shape[-2] > self.memory:
            raise torch.OutOfMemoryError("out of memory")
        return pixels.repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)


def test_every_name_that_a_member_can_write_has_a_class() -> None:
    assert {*UPSCALERS, *ENLARGERS} == set(UPSCALER_NAMES) == set(get_args(UpscalerName)) - {"none"}
    assert set(ENLARGERS) <= set(FAMILIES)


@pytest.mark.parametrize("name", NETWORKS.values(), ids=NETWORKS)
def test_torch_and_ncnn_give_the_same_numbers(name: str) -> None:
    folder = weights_folder()
    assert folder
    pixels = torch.from_numpy(numbers(drawing((28, 20)))).float().permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        ours = TorchNetwork(folder, name, CPU)(pixels)
    theirs = NcnnNetwork(folder, name, threads=1)(pixels)
    assert ours.shape == (1, 3, 80, 112)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=2e-5)
    assert abs(float(theirs.mean() - pixels.mean())) < 0.05  # memory that was freed holds anything


@pytest.mark.parametrize("size", [(1, 1), (17, 3), (50, 70)])
def test_pictures_of_any_size_come_out_four_times_as_large(size: tuple[int, int]) -> None:
    upscaler = Upscalers(CPU).get("video")
    upscaler.side = 32
    assert enlarged(upscaler, drawing(size)).size == (4 * size[0], 4 * size[1])


def test_no_seam_is_seen_where_tiles_meet() -> None:
    upscaler = Upscalers(CPU).get("video")
    upscaler.side = 32
    tiled = numbers(enlarged(upscaler, drawing((96, 96))))
    across = np.abs(np.diff(tiled, axis=1)).mean(axis=(0, 2))
    for seam in (32 * 4, 64 * 4):
        # Every fourth step leads from what was one pixel to what was the next, and is larger than those between.
        alike = [across[seam - 1 + 4 * k] for k in (-4, -3, -2, -1, 1, 2, 3, 4)]
        assert across[seam - 1] <= 1.2 * np.mean(alike)


def test_tiled_is_nearly_what_the_whole_would_be() -> None:
    upscaler = Upscalers(CPU).get("video")
    picture = drawing((80, 48))
    whole = enlarged(upscaler, picture)
    upscaler.side = 32
    assert np.abs(numbers(enlarged(upscaler, picture)) - numbers(whole)).mean() < 0.1


def test_a_tile_that_does_not_fit_into_memory_is_halved_and_that_is_remembered() -> None:
    upscaler = Nearest(side=64, memory=52 * 52)
    picture = drawing((64, 64))
    large = enlarged(upscaler, picture)
    assert ImageChops.difference(large, picture.resize((256, 256), Image.Resampling.NEAREST)).getbbox() is None
    assert upscaler.side == 32
    assert upscaler.calls == 5


def test_a_picture_that_fits_no_memory_at_all_fails() -> None:
    with pytest.raises(torch.OutOfMemoryError):
        enlarged(Nearest(side=64, memory=0), drawing((64, 64)))


def test_without_the_weights_it_is_said_and_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(realesrgan, "PACKAGE", "no_such_package")
    upscalers = Upscalers(CPU)
    assert upscalers.names == ()
    with pytest.raises(ModelError) as error:
        upscalers.get("video")
    assert error.value.id == "error-upscaler-missing"
    with pytest.raises(NotSupported):
        upscalers.get("nonsense")


# --- In the engine ----------------------------------------------------------------------------------------------------


def stored(bench: Bench, size: tuple[int, int] = (40, 24)) -> InputImage:
    path = Path("inputs", "a", "1.png")
    (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
    drawing(size).save(bench.folder / path)
    return InputImage(role=InputRole.IMAGE, path=path)


def picture_of(bench: Bench, job_id: str) -> Image.Image:
    return Image.open(bench.folder / bench.result(job_id).images[0].path)


def enlarging(job_id: str, image: InputImage, **more: object) -> object:
    fields = {"task": Task.ENLARGE, "upscaler": "video", "strength": 0.0, "parent": "abc", "inputs": (image,), **more}
    return request(job_id).model_copy(update=fields)


def test_a_finished_picture_is_enlarged_without_a_step_of_the_model(bench: Bench) -> None:
    bench.run(enlarging("large", stored(bench)))  # type: ignore[arg-type]
    picture = picture_of(bench, "large")
    assert picture.size == (160, 96)
    assert bench.engine.unet_calls == 0
    facts = json.loads(picture.info["easel"])
    assert (facts["upscaler"], facts["parent"], facts["task"]) == ("video", "abc", "enlarge")
    assert [event.phase for event in bench.progress("large")][:1] == ["check"]


def test_creative_draws_details_at_twice_the_size_and_keeps_the_first_latents(bench: Bench) -> None:
    bench.run(request("first"))
    start = InputImage(role=InputRole.IMAGE, path=bench.result("first").images[0].path)
    latents = bench.result("first").images[0].latents
    bench.run(enlarging("large", start, strength=0.5, start_latents=latents))  # type: ignore[arg-type]
    assert picture_of(bench, "large").size == (128, 128)
    assert torch.equal(bench.latents("large"), bench.latents("first"))
    subtle = picture_of(bench, "first").resize((128, 128))
    assert ImageChops.difference(picture_of(bench, "large"), subtle).getbbox()


def test_a_line_may_ask_for_larger_pictures(bench: Bench) -> None:
    bench.run(request("plain", num_images=2), request("large", num_images=2, upscaler="video"))
    sizes = [(image.width, image.height) for image in bench.result("large").images]
    assert sizes == [(256, 256)] * 2
    assert torch.equal(bench.latents("large"), bench.latents("plain"))
    assert "Hires upscaler: video" in picture_of(bench, "large").info["parameters"]


def test_a_long_upscale_blocks_neither_cancelling_nor_other_jobs(bench: Bench) -> None:
    bench.engine.admit(enlarging("long", stored(bench, (1100, 1100))))  # type: ignore[arg-type]
    bench.engine.admit(request("short"))
    while not any(event.job_id == "short" and not hasattr(event, "step") for event in bench.events):
        bench.tick()
    assert bench.result("short").images
    assert 0 < bench.progress("long")[-1].step < bench.progress("long")[-1].steps
    bench.engine.cancel("long")
    bench.tick()
    assert isinstance(bench.error("long"), JobCancelled)


def test_the_image_check_looks_at_what_is_sent(make_bench: Callable[..., Bench]) -> None:
    class Strict:
        categories = ("sexual",)

        def score(self, image: Image.Image) -> dict[str, float]:
            return {"sexual": 0.9}

    bench = make_bench(image_check=Strict())
    bench.run(enlarging("large", stored(bench), policy=SafetyPolicy()))  # type: ignore[arg-type]
    assert bench.result("large").blocked == "sexual"
    assert bench.result("large").images == ()
