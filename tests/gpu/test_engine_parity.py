"""The engine draws what the stock diffusers pipeline draws, alone and in any company."""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline
from PIL import Image, ImageChops
from torch import Tensor

from bot.text import sentence_of
from gpu.families.base import Components
from gpu.params import TWO_CALLS, GenerationParams
from gpu.schedulers import SCHEDULERS, build, usable
from gpu.types import GenerationRequest, Task
from tests.gpu.bench import Bench, difference, request, stock

TOLERANCE = 1e-5
CANNOT_FOLLOW = ("DPM++ SDE", "DPM++ single", "Heun", "LMS")
"""Samplers that do not know a noise schedule of zero terminal SNR, as the starter's is."""
SAMPLERS = {"starter": [name for name in SCHEDULERS if name not in CANNOT_FOLLOW], "tiny": [*SCHEDULERS]}
MODELS = tuple(SAMPLERS)
GUIDANCE = (1.0, 4.0)
Oracle = Callable[[GenerationParams], Tensor]


@pytest.fixture(scope="module")
def oracle(starter: Components, tiny: Components) -> Oracle:
    """What the stock pipeline draws; each request once."""
    models = {"starter": starter, "tiny": tiny}
    return functools.cache(lambda params: stock(models[params.model], params))


def jobs(model: str) -> list[GenerationRequest]:
    """One for each sampler, with and without guidance; steps, seeds and prompts differ."""
    return [
        request(
            f"{scheduler}/{guidance}",
            model,
            scheduler=scheduler,
            guidance_scale=guidance * (1 + n / 20),
            num_inference_steps=3 + n % 4,
            seed=11 * n,
            prompt=("a fox", "a pizza, 3d render", "")[n % 3],
            negative_prompt=("", "a blue background")[n % 2],
            num_images=1 + (model == "tiny" and n % 3 == 0),
        )
        for n, (scheduler, guidance) in enumerate(itertools.product(SAMPLERS[model], GUIDANCE))
    ]


@pytest.mark.parametrize(
    ("model", "n"), [(model, n) for model in MODELS for n in range(len(SAMPLERS[model]) * len(GUIDANCE))]
)
def test_alone(make_bench: Callable[..., Bench], oracle: Oracle, model: str, n: int) -> None:
    job = jobs(model)[n]
    bench = make_bench()
    bench.run(job)
    assert difference(bench.latents(job.job_id), oracle(job.params)) < TOLERANCE
    assert bench.engine.unet_calls == job.params.calls == bench.progress(job.job_id)[-1].step


@pytest.mark.parametrize("model", MODELS)
def test_in_company(make_bench: Callable[..., Bench], oracle: Oracle, model: str) -> None:
    """All at once in shared calls, joining at different ticks and leaving at others."""
    bench = make_bench()
    company = jobs(model)
    bench.run(later={n // 2: company[n : n + 2] for n in range(0, len(company), 2)})
    differences = {job.job_id: difference(bench.latents(job.job_id), oracle(job.params)) for job in company}
    assert max(differences.values()) < TOLERANCE, differences
    assert bench.engine.unet_calls < sum(job.params.calls for job in company) / 3


@pytest.mark.parametrize("model", MODELS)
def test_pictures_of_any_shape(
    make_bench: Callable[..., Bench], starter: Components, tiny: Components, model: str
) -> None:
    """Decoded as the pipeline decodes, and not square."""
    bench = make_bench()
    job = request("a", model, width=152, height=104, num_images=2, num_inference_steps=2)
    bench.run(job)
    theirs = stock({"starter": starter, "tiny": tiny}[model], job.params, output="pil")
    for image, picture in zip(bench.result("a").images, theirs, strict=True):
        with Image.open(bench.folder / image.path) as ours:
            assert ours.size == (image.width, image.height) == (152, 104)
            assert max(high for _, high in ImageChops.difference(ours, picture).getextrema()) <= 1


def test_a_distilled_unet_hears_the_guidance_as_a_number(tmp_path: Path, tiny: Components) -> None:
    """Full LCM models: one row an image, whatever the guidance, which differs between jobs of one call."""
    torch.manual_seed(1)
    model = dataclasses.replace(tiny, unet=type(tiny.unet)(**dict(tiny.unet.config, time_cond_proj_dim=16)).eval())
    bench = Bench(tmp_path, {"tiny": model})
    company = [request(f"{n}", guidance_scale=1.0 + 3 * n, scheduler="LCM", seed=n, num_images=2) for n in range(3)]
    bench.run(*company)
    assert bench.engine.unet_calls == 4
    for job in company:
        assert difference(bench.latents(job.job_id), stock(model, job.params)) < TOLERANCE
    assert difference(bench.latents("0"), bench.latents("1")) > 0.01


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_alone_is_equal_bit_for_bit(tmp_path: Path, tiny: Components, dtype: torch.dtype) -> None:
    """The autoencoder stays in float32, as the loader leaves one that would overflow."""
    halves = {name: copy.deepcopy(getattr(tiny, name)).to(dtype) for name in ("unet", "text_encoder", "text_encoder_2")}
    model = dataclasses.replace(tiny, **halves)
    bench = Bench(tmp_path, {"tiny": model})
    job = request("a", num_images=2)
    bench.run(job)
    assert bench.latents("a").dtype is dtype
    assert torch.equal(bench.latents("a"), stock(model, job.params))


def test_samplers_keep_what_the_model_says(starter: Components) -> None:
    """Each is built from the model's own config: v-prediction, zero terminal SNR and spacing stay; nothing leaks."""
    for name in (*usable(starter.scheduler_config), "Euler"):
        config = build(name, starter.scheduler_config).config
        assert (config.prediction_type, config.timestep_spacing) == ("v_prediction", "trailing")
        assert config.rescale_betas_zero_snr
        assert config.get("use_karras_sigmas", False) == ("Karras" in name)
        assert not config.get("clip_sample", False)
    assert build("DDIM", {}).config.set_alpha_to_one is False


def test_samplers_that_cannot_follow_the_noise_schedule_are_refused(
    make_bench: Callable[..., Bench], starter: Components
) -> None:
    assert [name for name in SCHEDULERS if name not in usable(starter.scheduler_config)] == [*CANNOT_FOLLOW]
    bench = make_bench()
    bench.run(request("a", "starter", scheduler="Heun"))
    assert sentence_of(bench.error("a")) == (
        "Heun cannot follow the noise schedule of this model. Write another --sampler: "
        "Euler, Euler a, DPM++ 2M, DPM++ 2M Karras, DDIM, UniPC, LCM, TCD."
    )
    assert "Heun" not in bench.engine.warm_up("starter").schedulers
    assert "Heun" in bench.engine.warm_up("tiny").schedulers


def test_calls_of_a_sampler() -> None:
    """What the estimate and the progress bar count is what diffusers does."""
    for name, (cls, _) in SCHEDULERS.items():
        scheduler = build(name, {})
        scheduler.set_timesteps(7)
        assert len(scheduler.timesteps) == GenerationParams(scheduler=name, num_inference_steps=7).calls  # type: ignore[arg-type]
        assert cls.order == (2 if name in TWO_CALLS else 1)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
@pytest.mark.parametrize("strength", [0.5, 0.8])
def test_variations_are_image_to_image(bench: Bench, tiny: Components, scheduler: str, strength: float) -> None:
    bench.run(request("parent", num_images=2))
    job = request(
        "child",
        task=Task.VARY,
        start_latents=bench.result("parent").images[1].latents,
        strength=strength,
        scheduler=scheduler,
        num_images=2,
        seed=50,
        num_inference_steps=6,
    )
    bench.run(job)
    start = bench.latents("parent")[1:2]
    theirs = stock(tiny, job.params, StableDiffusionXLImg2ImgPipeline, image=start, strength=strength)
    assert difference(bench.latents("child"), theirs) < TOLERANCE
