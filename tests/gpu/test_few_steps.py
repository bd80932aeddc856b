"""Few-step models: every kind draws what its stock pipeline draws, and never in no steps at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import (
    LatentConsistencyModelPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
    UNet2DConditionModel,
)
from pydantic import ValidationError
from torch import Tensor

from gpu.errors import NotSupported
from gpu.families.base import Components
from gpu.kinds import KINDS
from gpu.params import GenerationParams
from gpu.schedulers import build
from gpu.types import ModelSpec
from tests.gpu.bench import Bench, difference, request, stock
from tests.gpu.pictures import from_pictures, photo
from tests.gpu.tiny import tiny_sd15

TOLERANCE = 1e-5


def distilled(model: Components) -> Components:
    """The same model with a random UNet that hears the guidance as a number, as full LCM ones do."""
    torch.manual_seed(1)
    unet = UNet2DConditionModel(**dict(model.unet.config, time_cond_proj_dim=16)).eval()
    return Components(**{**vars(model), "unet": unet})


@pytest.fixture(scope="module")
def sd15() -> Components:
    """A full LCM of Stable Diffusion 1.5."""
    parts = tiny_sd15().components
    for name in ("unet", "vae", "text_encoder"):
        parts[name].eval()
    names = ("unet", "vae", "text_encoder", "tokenizer")
    return distilled(Components(**{name: parts[name] for name in names}, scheduler_config=parts["scheduler"].config))


def by_stock(model: Components, params: GenerationParams, cls: Any, **more: Any) -> Tensor:
    """What a pipeline for Stable Diffusion 1.5 draws for the same parameters."""
    names = ("unet", "vae", "text_encoder", "tokenizer")
    none = {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    scheduler = build("LCM", model.scheduler_config)
    pipeline = cls(**{name: getattr(model, name) for name in names}, **none, scheduler=scheduler)
    pipeline.set_progress_bar_config(disable=True)
    size = {} if "image" in more else {"width": params.width, "height": params.height}
    latents = pipeline(
        prompt=params.prompt, num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale,
        num_images_per_prompt=params.num_images, output_type="latent", **size, **more,
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
    ).images  # fmt: skip
    assert isinstance(latents, Tensor)
    return latents


def test_a_full_lcm_equals_the_lcm_pipeline_in_company(tmp_path: Path, sd15: Components) -> None:
    """Guidance is a number beside each row, so that jobs of any guidance share every call, one row a picture."""
    wishes: list[dict[str, Any]] = [
        {"guidance_scale": 8.0, "num_images": 2, "seed": 4},
        {"guidance_scale": 1.0, "prompt": "a fox in the snow"},
        {"guidance_scale": 14.0, "num_inference_steps": 8, "negative_prompt": "rain"},
        {"guidance_scale": 3.5, "num_inference_steps": 1},
    ]
    jobs = [request(f"{n}", "sd15", scheduler="LCM", **wish) for n, wish in enumerate(wishes)]
    bench = Bench(tmp_path, {"sd15": sd15})
    picture = from_pictures(bench, "i", photo(), model="sd15", scheduler="LCM", guidance_scale=8.0, strength=0.6)
    bench.run(*jobs, later={1: [picture]})
    for job in jobs:
        theirs = by_stock(sd15, job.params, LatentConsistencyModelPipeline)
        assert difference(bench.latents(job.job_id), theirs) < TOLERANCE, job.params
    theirs = by_stock(sd15, picture.params, StableDiffusionImg2ImgPipeline, image=photo(), strength=0.6)
    assert difference(bench.latents("i"), theirs) < TOLERANCE
    assert bench.engine.unet_calls < sum(job.params.num_inference_steps for job in jobs)


def test_a_full_lcm_of_sdxl_equals_stock(tmp_path: Path, tiny: Components) -> None:
    model = distilled(tiny)
    jobs = [request(f"{scale}", scheduler="LCM", guidance_scale=scale, num_images=2) for scale in (1.0, 8.0)]
    bench = Bench(tmp_path, {"tiny": model})
    bench.run(*jobs)
    for job in jobs:
        assert difference(bench.latents(job.job_id), stock(model, job.params)) < TOLERANCE
    assert difference(bench.latents("1.0"), bench.latents("8.0")) > 1e-3
    assert bench.engine.unet_calls == 4


KINDS_OF_SDXL = [(kind, sampler) for kind in KINDS if kind != "lcm" for sampler in KINDS[kind]["schedulers"]]


@pytest.mark.parametrize(("kind", "sampler"), KINDS_OF_SDXL)
def test_a_kind_draws_what_stock_draws(tmp_path: Path, tiny: Components, kind: str, sampler: str) -> None:
    """With its own spacing of the steps, beside a job with the most guidance and steps that it allows."""
    spec = ModelSpec.model_validate({"name": "tiny", "family": "sdxl", "source": "x", "few_steps": kind})
    config = {**tiny.scheduler_config, **spec.scheduler_config}
    model = Components(**{**vars(tiny), "scheduler_config": config})
    few = {"num_inference_steps": spec.min_steps, "guidance_scale": spec.guidance_scale, "scheduler": sampler}
    many = {**few, "num_inference_steps": spec.max_steps, "guidance_scale": spec.max_guidance, "negative_prompt": "fog"}
    jobs = [request("few", num_images=2, **few), request("many", seed=9, **many)]
    bench = Bench(tmp_path, {"tiny": model})
    bench.run(*jobs)
    for job in jobs:
        assert difference(bench.latents(job.job_id), stock(model, job.params)) < TOLERANCE, job.params


@pytest.mark.parametrize("strength", [0.01, 0.1, 0.3])
@pytest.mark.parametrize("steps", [1, 4])
def test_a_picture_is_drawn_on_in_at_least_one_step(
    bench: Bench, tiny: Components, steps: int, strength: float
) -> None:
    """Where a share of few steps is none, it is the last of as many as make one."""
    wish = {"scheduler": "LCM", "guidance_scale": 1.0, "num_inference_steps": steps, "strength": strength}
    job = from_pictures(bench, "a", photo(), **wish)
    bench.run(job)
    assert bench.progress("a")[-1].steps >= 1
    assert bench.engine.unet_calls >= 1
    if steps * strength >= 1:
        theirs = stock(tiny, job.params, StableDiffusionXLImg2ImgPipeline, image=photo(), strength=strength)
        assert difference(bench.latents("a"), theirs) < TOLERANCE


def test_more_steps_than_lcm_was_distilled_from_are_refused_with_a_sentence(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.run(request("a", scheduler="LCM", num_inference_steps=60))
    error = bench.error("a")
    assert isinstance(error, NotSupported)
    assert error.id == "error-steps"


def test_keys_beside_the_kind_count_instead_of_its_row() -> None:
    section = {"name": "a", "family": "sdxl", "source": "x"}
    spec = ModelSpec.model_validate({**section, "few_steps": "turbo", "num_inference_steps": 2, "max_steps": 3})
    assert (spec.num_inference_steps, spec.max_steps, spec.scheduler) == (2, 3, "Euler a")
    assert ModelSpec.model_validate_json(spec.model_dump_json()) == spec
    with pytest.raises(ValidationError):
        ModelSpec.model_validate({**section, "few_steps": "quick"})
    assert not ModelSpec.model_validate({**section, "few_steps": "lcm"}).hears_negative(8.0)
