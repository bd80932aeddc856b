"""Highres fix: drawn small, enlarged, drawn over; the second half is the stock pipeline's image to image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image
from torch.nn.functional import interpolate

from gpu.enlarging import times
from gpu.errors import NotSupported
from gpu.families.base import Components
from gpu.params import HIRES_STRENGTH, LATENT_STRENGTH
from tests.gpu.bench import SIDE, Bench, difference, request, stock, stock_pipeline
from tests.gpu.pictures import photo


def pictures(bench: Bench, job_id: str) -> list[Image.Image]:
    return [Image.open(bench.folder / Path(image.path)).convert("RGB") for image in bench.result(job_id).images]


@pytest.mark.parametrize(("model", "factor"), [("tiny", 1.5), ("tiny", 2.0), ("starter", 1.5)])
def test_second_half_equals_stock(
    make_bench: Callable[..., Bench], tiny: Components, starter: Components, model: str, factor: float
) -> None:
    bench = make_bench()
    wish = {"num_images": 2, "num_inference_steps": 5, "seed": 3}
    small = request("small", model, **wish)
    bench.run(small, request("large", model, hires=factor, **wish), request("beside", model, num_inference_steps=7))
    side = round(SIDE[model] * factor)
    starts = [picture.resize((side, side), Image.Resampling.LANCZOS) for picture in pictures(bench, "small")]
    params = small.params.model_copy(update={"width": side, "height": side})
    components = {"tiny": tiny, "starter": starter}[model]
    images = torch.cat([torch.from_numpy(np.array(start)).permute(2, 0, 1)[None] / 127.5 - 1 for start in starts])
    theirs = [
        stock(
            components, params.model_copy(update={"seed": params.image_seed(k + 1), "num_images": 1}),
            StableDiffusionXLImg2ImgPipeline, "pil", image=images[k : k + 1], strength=HIRES_STRENGTH,
        )[0]
        for k in range(2)
    ]  # fmt: skip
    for ours, other in zip(pictures(bench, "large"), theirs, strict=True):
        assert ours.size == (side, side)
        assert np.abs(np.asarray(ours, dtype=int) - np.asarray(other, dtype=int)).max() <= 1


def test_the_first_pass_shares_its_calls_and_the_second_has_its_own(bench: Bench, tiny: Components) -> None:
    jobs = [request("plain"), request("large", hires=1.5)]
    bench.run(*jobs)
    assert bench.engine.unet_calls == 4 + int(4 * HIRES_STRENGTH)
    for job in jobs:
        assert difference(bench.latents(job.job_id), stock(tiny, job.params)) < 1e-5


def test_variations_start_from_the_small_picture(bench: Bench) -> None:
    bench.run(request("small"), request("large", hires=2.0))
    assert torch.equal(bench.latents("large"), bench.latents("small"))
    assert bench.progress("large")[-1].steps == 4 + max(int(4 * HIRES_STRENGTH), 1)


@pytest.mark.parametrize("model", ["tiny", "starter"])
def test_latents_enlarged_equal_stock_from_the_same_latents(
    make_bench: Callable[..., Bench], tiny: Components, starter: Components, model: str
) -> None:
    bench = make_bench()
    wish = {"num_images": 2, "num_inference_steps": 5, "seed": 3}
    small, large = request("small", model, **wish), request("large", model, hires=1.5, hires_by="latent", **wish)
    bench.run(small, large, request("beside", model, num_inference_steps=7))
    side = round(SIDE[model] * 1.5)
    starts = interpolate(bench.latents("small"), size=(side // 8, side // 8), mode="bicubic", antialias=True)
    components = {"tiny": tiny, "starter": starter}[model]
    for k, ours in enumerate(pictures(bench, "large")):
        params = small.params.model_copy(update={"seed": small.params.image_seed(k + 1), "num_images": 1})
        pipeline = stock_pipeline(components, params.scheduler, StableDiffusionXLImg2ImgPipeline)
        # Stock takes what has four channels for latents, whatever the model; the starter's eight are given as noise.
        generator = torch.Generator().manual_seed(params.seed)
        noise = randn_tensor(starts[k : k + 1].shape, generator=generator)
        pipeline.scheduler.set_timesteps(params.num_inference_steps)
        begun = pipeline.scheduler.timesteps[-int(params.num_inference_steps * LATENT_STRENGTH) :][:1]
        other = pipeline(
            prompt=params.prompt, image=photo((side, side)), strength=LATENT_STRENGTH, generator=generator,
            num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale,
            original_size=(side, side), target_size=(side, side),
            latents=pipeline.scheduler.add_noise(starts[k : k + 1], noise, begun),
        ).images[0]  # fmt: skip
        assert ours.size == (side, side)
        assert np.abs(np.asarray(ours, dtype=int) - np.asarray(other, dtype=int)).max() <= 1
    assert torch.equal(bench.latents("large"), bench.latents("small"))


def test_with_an_upscaler_pictures_are_enlarged_not_latents(bench: Bench) -> None:
    jobs = [request(by, hires=1.5, hires_by=by, upscaler="video") for by in ("image", "latent")]
    bench.run(*jobs)
    (one,), (other,) = pictures(bench, "image"), pictures(bench, "latent")
    assert one.tobytes() == other.tobytes()


def test_with_an_upscaler_it_is_the_upscaler_that_enlarges(bench: Bench) -> None:
    bench.run(request("plain", hires=2.0), request("sharp", hires=2.0, upscaler="video"))
    (plain,), (sharp,) = pictures(bench, "plain"), pictures(bench, "sharp")
    assert plain.size == sharp.size == (128, 128)
    assert plain.tobytes() != sharp.tobytes()


def test_sizes_are_those_that_the_model_draws() -> None:
    assert times((1024, 1024), 1.5, 64) == (1536, 1536)
    assert times((1152, 896), 1.3, 64) == (1472, 1152)


def test_a_family_that_cannot_draw_over_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpu.families.base.UNetFamily.inpaints", property(lambda family: True))
    bench.run(request("large", hires=2.0))
    error = bench.error("large")
    assert isinstance(error, NotSupported)
    assert error.id == "error-redraw"
