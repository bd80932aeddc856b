"""Image to image: the engine draws what the stock pipeline draws, alone and beside other techniques."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline
from PIL import Image, ImageChops

from gpu.errors import NotSupported
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.phases.draw import enough_steps, skipped_steps
from gpu.schedulers import SCHEDULERS
from gpu.types import GenerationResult, SafetyPolicy
from tests.gpu.bench import Bench, difference, request, stock
from tests.gpu.pictures import from_pictures, photo, result

TOLERANCE = 1e-5


def theirs(model: Components, params: GenerationParams, image: Image.Image) -> torch.Tensor:
    return stock(model, params, StableDiffusionXLImg2ImgPipeline, image=image, strength=params.strength)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("strength", [0.3, 0.8])
def test_equals_stock(bench: Bench, tiny: Components, scheduler: str, strength: float) -> None:
    """Each picture of a grid draws its own sample of the autoencoder's distribution, as stock does."""
    job = from_pictures(
        bench, "a", photo(), strength=strength, scheduler=scheduler, num_images=2, num_inference_steps=6, seed=5
    )
    bench.run(job)
    assert difference(bench.latents("a"), theirs(tiny, job.params, photo())) < TOLERANCE


def test_equals_stock_beside_other_jobs(bench: Bench, tiny: Components) -> None:
    """Text to image, image to image of several strengths and samplers, in shared calls, joining at any tick."""
    text = [request(f"t{n}", seed=n, num_inference_steps=3 + n) for n in range(3)]
    image = [
        from_pictures(
            bench, f"i{n}", photo(), strength=0.3 + n / 5, seed=n, scheduler=tuple(SCHEDULERS)[n],
            num_inference_steps=5 + n, guidance_scale=(1.0, 5.0)[n % 2],
        )
        for n in range(4)
    ]  # fmt: skip
    bench.run(*text, later={n + 1: [job] for n, job in enumerate(image)})
    for job in image:
        assert difference(bench.latents(job.job_id), theirs(tiny, job.params, photo())) < TOLERANCE
    for job in text:
        assert difference(bench.latents(job.job_id), stock(tiny, job.params)) < TOLERANCE
    alone = sum(job.params.num_inference_steps for job in text) + sum(
        6 + n - skipped_steps(5 + n, 0.3 + n / 5) for n in range(4)
    )
    assert bench.engine.unet_calls < alone


def test_strength_of_one_is_text_to_image(bench: Bench) -> None:
    bench.run(from_pictures(bench, "image", photo(), strength=1.0, num_images=2), request("text", num_images=2))
    assert torch.equal(bench.latents("image"), bench.latents("text"))
    assert bench.engine.unet_calls == 4


def test_strength_of_zero_is_the_round_trip_of_the_autoencoder(make_bench: Callable[..., Bench]) -> None:
    """The starter's autoencoder is exact about its latents; nothing is drawn."""
    bench = make_bench()
    picture = photo((128, 128))
    bench.run(from_pictures(bench, "a", picture, model="starter", strength=0.0))
    family = bench.engine._families["starter"]
    assert torch.equal(bench.latents("a"), family.encode(picture).mean)
    decoded = family.decode(family.encode(picture).mean)
    assert ImageChops.difference(result(bench, "a"), decoded).getbbox() is None
    assert bench.engine.unet_calls == 0


@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("strength", [0.02, 0.1, 0.3, 0.9])
def test_few_steps_are_never_none_and_never_all(steps: int, strength: float) -> None:
    """A share of a few steps may be none: then there are more steps, not more noise."""
    params = GenerationParams(num_inference_steps=steps)
    enough = enough_steps(params, strength)
    drawn = enough - skipped_steps(enough, strength)
    assert 1 <= drawn < max(enough, 2)
    assert drawn / enough <= max(strength, 0.02)
    assert enough == steps or enough <= 50


@pytest.mark.parametrize("scheduler", ["LCM", "Euler", "Euler a", "DPM++ 2M", "UniPC", "DDIM"])
def test_a_few_step_model_stays_near_its_picture(bench: Bench, scheduler: str) -> None:
    few = {"num_inference_steps": 2, "scheduler": scheduler, "guidance_scale": 1.0}
    bench.run(from_pictures(bench, "near", photo(), strength=0.05, **few))
    bench.run(from_pictures(bench, "same", photo(), strength=0.0, **few))
    bench.run(from_pictures(bench, "new", photo(), strength=1.0, **few))
    near, same, new = (bench.latents(name) for name in ("near", "same", "new"))
    assert near.isfinite().all()
    assert 0 < (near - same).square().mean() < (new - same).square().mean()


def test_the_farther_from_zero_the_farther_from_the_picture(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    picture = photo((128, 128))
    line = {"prompt": "a red apple, on a white background", "num_inference_steps": 8, "model": "starter"}
    for strength in (0.2, 0.5, 0.9):
        bench.run(from_pictures(bench, str(strength), picture, strength=strength, **line))
    start = bench.engine._families["starter"].encode(picture).mean
    away = [float((bench.latents(str(s)) - start).square().mean()) for s in (0.2, 0.5, 0.9)]
    assert away == sorted(away)


def test_broken_inputs_end_their_job_alone(bench: Bench) -> None:
    """Gone, cut off, no picture, of another size: one sentence each, and the engine draws on."""
    gone, cut, text, small = (from_pictures(bench, name, photo()) for name in ("gone", "cut", "text", "small"))
    files = {job.job_id: bench.folder / job.inputs[0].path for job in (gone, cut, text)}
    files["gone"].unlink()
    files["cut"].write_bytes(files["cut"].read_bytes()[:200])
    files["text"].write_text("not a picture")
    small = small.model_copy(update={"params": small.params.model_copy(update={"width": 128})})
    bench.run(gone, cut, text, small, request("fine"))
    for name, code in (("gone", "error-input-gone"), ("cut", "error-input-gone"), ("text", "error-input-gone")):
        error = bench.error(name)
        assert isinstance(error, NotSupported)
        assert error.id == code
    assert isinstance(bench.error("small"), NotSupported)
    assert isinstance(bench.last("fine"), GenerationResult)


class Suspicious:
    """An image check that dislikes red pictures."""

    def score(self, image: Image.Image) -> dict[str, float]:
        red, green, _ = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
        return {"sexual": float(red > 2 * green)}


def test_a_picture_that_the_check_refuses_is_not_drawn_from(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench(image_check=Suspicious())
    policy = {"policy": SafetyPolicy(thresholds={"sexual": 0.5})}
    bench.run(
        from_pictures(bench, "red", Image.new("RGB", (64, 64), "red"), **policy),
        from_pictures(bench, "blue", Image.new("RGB", (64, 64), "blue"), strength=0.0, **policy),
    )
    assert bench.result("red").blocked == "sexual"
    assert bench.result("red").images == ()
    assert not list((bench.folder / "images" / "red").glob("*"))
    assert len(bench.result("blue").images) == 1
    assert bench.engine.unet_calls == 0
