"""Inpainting: stock's latents with 4 and 9 channels, and not one pixel changed outside of the mask."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionXLInpaintPipeline
from PIL import Image, ImageFilter

from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.phases.restore import join
from tests.gpu.bench import Bench, difference, request, stock
from tests.gpu.pictures import from_pictures, half_mask, photo, result

TOLERANCE = 1e-5
SCHEDULERS = ("Euler", "Euler a", "DPM++ 2M", "DPM++ 2M Karras", "DDIM", "UniPC", "LCM")


@pytest.fixture(scope="module")
def nine(tiny: Components) -> Components:
    """The tiny model with an inpainting UNet of random weights."""
    torch.manual_seed(2)
    return dataclasses.replace(tiny, unet=type(tiny.unet)(**dict(tiny.unet.config, in_channels=9)).eval())


def theirs(model: Components, params: GenerationParams, image: Image.Image, mask: Image.Image) -> torch.Tensor:
    """Stock, one picture at a time: a batch of it shares the first picture's sample of the encoded image."""
    singles = [
        params.model_copy(update={"num_images": 1, "seed": params.image_seed(k + 1)}) for k in range(params.num_images)
    ]
    size = {"image": image, "mask_image": mask, "height": image.height, "width": image.width}
    return torch.cat(
        [stock(model, one, StableDiffusionXLInpaintPipeline, strength=params.strength, **size) for one in singles]
    )


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("strength", [0.6, 1.0])
def test_four_channels_equal_stock(bench: Bench, tiny: Components, scheduler: str, strength: float) -> None:
    wish = {"strength": strength, "scheduler": scheduler, "num_images": 2, "num_inference_steps": 5, "seed": 3}
    job = from_pictures(bench, "a", photo(), half_mask(), **wish)
    bench.run(job)
    assert difference(bench.latents("a"), theirs(tiny, job.params, photo(), half_mask())) < TOLERANCE


@pytest.mark.parametrize("scheduler", ["Euler", "Euler a", "DPM++ 2M"])
@pytest.mark.parametrize(("strength", "guidance"), [(0.6, 4.0), (1.0, 1.0)])
def test_nine_channels_equal_stock(
    tmp_path: Path, nine: Components, scheduler: str, strength: float, guidance: float
) -> None:
    bench = Bench(tmp_path, {"tiny": nine})
    wish = {"strength": strength, "scheduler": scheduler, "guidance_scale": guidance, "num_images": 2, "seed": 3}
    job = from_pictures(bench, "a", photo(), half_mask(), **wish)
    bench.run(job)
    assert difference(bench.latents("a"), theirs(nine, job.params, photo(), half_mask())) < TOLERANCE


def test_an_inpainting_unet_draws_without_a_mask(tmp_path: Path, nine: Components) -> None:
    """As if all of the picture were masked; then the start does not matter at full strength."""
    bench = Bench(tmp_path, {"tiny": nine})
    white = Image.new("L", (64, 64), 255)
    bench.run(
        request("text"),
        from_pictures(bench, "all", Image.new("RGB", (64, 64), "white"), white),
        from_pictures(bench, "near", photo(), strength=0.5),
    )
    assert difference(bench.latents("text"), bench.latents("all")) < TOLERANCE
    assert bench.latents("near").isfinite().all()


def test_in_company(bench: Bench, tiny: Components) -> None:
    """Inpainting, image to image and text to image in the same calls."""
    jobs = [
        from_pictures(
            bench, f"in{n}", photo(), half_mask(), strength=(0.5, 1.0)[n % 2], seed=n, num_inference_steps=4 + n
        )
        for n in range(3)
    ]
    text = request("text", num_inference_steps=7)
    bench.run(text, from_pictures(bench, "near", photo(), strength=0.6), later={1: jobs[:1], 2: jobs[1:]})
    for job in jobs:
        assert difference(bench.latents(job.job_id), theirs(tiny, job.params, photo(), half_mask())) < TOLERANCE
    assert difference(bench.latents("text"), stock(tiny, text.params)) < TOLERANCE
    assert bench.engine.unet_calls < 20


def soft_mask(size: tuple[int, int]) -> Image.Image:
    """A soft brush: black, greys, white."""
    brush = Image.new("L", size, 0)
    brush.paste(255, (size[0] // 3, size[1] // 3, size[0] // 2, size[1] // 2))
    return brush.filter(ImageFilter.GaussianBlur(4))


@pytest.mark.parametrize("model", ["tiny", "starter"])
@pytest.mark.parametrize("shape", [half_mask, soft_mask])
def test_what_is_black_keeps_its_bytes(
    make_bench: Callable[..., Bench], model: str, shape: Callable[[tuple[int, int]], Image.Image]
) -> None:
    """Also with the starter's eight latent channels, which stock refuses."""
    bench = make_bench()
    size = (128, 128) if model == "starter" else (64, 64)
    picture, mask = photo(size), shape(size)
    bench.run(from_pictures(bench, "a", picture, mask, model=model, num_images=2))
    black, white = np.array(mask) == 0, np.array(mask) > 100
    for index in (1, 2):
        drawn, old = np.array(result(bench, "a", index)), np.array(picture)
        assert (drawn[black] == old[black]).all()
        assert (drawn[white] != old[white]).any(axis=-1).mean() > 0.5
    assert bench.png("a", 1) != bench.png("a", 2)


def test_a_black_mask_changes_nothing_and_a_white_one_all(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    picture = photo((128, 128))
    for name, grey in (("none", 0), ("all", 255)):
        bench.run(from_pictures(bench, name, picture, Image.new("L", picture.size, grey), model="starter"))
    assert result(bench, "none").tobytes() == picture.tobytes()
    bench.run(request("text", "starter"))
    assert difference(bench.latents("all"), bench.latents("text")) < TOLERANCE


def test_new_pixels_meet_the_old_ones() -> None:
    """A decoder that makes everything brighter leaves no seam: the correction fades out into the new part."""
    old = Image.new("RGB", (128, 128), (100, 100, 100))
    new = Image.new("RGB", (128, 128), (130, 130, 130))
    row = np.array(join(old, new, half_mask((128, 128))))[64, :, 0].astype(int)
    assert (row[:64] == 100).all()
    assert abs(np.diff(row)).max() <= 4
    assert row[-1] == 130
