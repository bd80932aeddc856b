"""Base and refiner: the latents of diffusers' `denoising_end` and `denoising_start`, in company too."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from torch import Tensor

from bot.config import Config, load_config
from gpu.errors import NotSupported
from gpu.families.base import Components
from gpu.families.sdxl import SDXLRefiner
from gpu.gallery import Gallery
from gpu.hub import HubCache
from gpu.loading import as_pipeline, load_components
from gpu.params import GenerationParams
from gpu.schedulers import build
from gpu.types import ModelSpec
from tests.gpu.bench import Bench, difference, request

SHARE = 0.8


@pytest.fixture(scope="module")
def refiner(tiny: Components) -> Components:
    """The base's other parts with a UNet of its own, which hears one text encoder and a score of beauty."""
    torch.manual_seed(7)
    width = tiny.text_encoder_2.config.projection_dim
    changed = {"cross_attention_dim": width, "projection_class_embeddings_input_dim": 5 * 8 + width}
    unet = UNet2DConditionModel(**{**dict(tiny.unet.config), **changed}).eval()
    return dataclasses.replace(tiny, unet=unet, text_encoder=None, tokenizer=None)


@pytest.fixture
def both(tmp_path: Path, tiny: Components, refiner: Components) -> Bench:
    """An engine in which `tiny` is refined, and `plain` is the same without."""
    bench = Bench(tmp_path, {"tiny": tiny, "refiner": refiner, "plain": tiny})
    specs = bench.engine._specs
    specs["tiny"] = specs["tiny"].model_copy(update={"refiner": "refiner", "refine_at": SHARE})
    specs["refiner"] = specs["refiner"].model_copy(update={"family": "sdxl-refiner"})
    return bench


def oracle(tiny: Components, refiner: Components, params: GenerationParams) -> Tensor:
    """The two stock pipelines, one after the other."""

    def pipeline(cls: Any, parts: Components, **more: Any) -> Any:
        names = ("unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
        made = cls(
            **{name: getattr(parts, name) for name in names}, scheduler=build(params.scheduler, parts.scheduler_config),
            force_zeros_for_empty_prompt=True, add_watermarker=False, **more,
        )  # fmt: skip
        made.set_progress_bar_config(disable=True)
        return made

    def generators() -> list[torch.Generator]:
        return [torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)]

    common = {
        "prompt": params.prompt, "negative_prompt": params.negative_prompt or None, "output_type": "latent",
        "num_inference_steps": params.num_inference_steps, "guidance_scale": params.guidance_scale,
    }  # fmt: skip
    begun = pipeline(StableDiffusionXLPipeline, tiny)(
        **common, width=params.width, height=params.height, denoising_end=SHARE, generator=generators(),
        num_images_per_prompt=params.num_images,
    ).images  # fmt: skip
    return pipeline(StableDiffusionXLImg2ImgPipeline, refiner, requires_aesthetics_score=True)(
        **common, image=begun, denoising_start=SHARE, generator=generators(), num_images_per_prompt=params.num_images,
    ).images


@pytest.mark.parametrize(
    ("scheduler", "steps", "guidance"),
    [("Euler", 10, 4.0), ("Euler a", 9, 4.0), ("DPM++ 2M", 12, 1.0), ("DDIM", 10, 3.0), ("UniPC", 8, 4.0)],
)
def test_equals_stock_in_company(
    both: Bench, tiny: Components, refiner: Components, scheduler: str, steps: int, guidance: float
) -> None:
    wish = {"scheduler": scheduler, "num_inference_steps": steps, "guidance_scale": guidance, "negative_prompt": "dull"}
    job = request("refined", seed=5, **wish)
    both.run(job, request("beside", "plain", num_inference_steps=7), request("second", seed=9, num_inference_steps=6))
    assert difference(both.latents("refined"), oracle(tiny, refiner, job.params)) < 1e-5
    assert both.progress("refined")[-1].step == both.progress("refined")[-1].steps == steps
    assert {event.phase for event in both.progress("refined")} >= {"draw", "refine"}


def test_several_pictures_and_a_plain_job_of_the_same_weights(
    both: Bench, tiny: Components, refiner: Components
) -> None:
    job = request("refined", num_images=2, num_inference_steps=10)
    both.run(job, request("plain", "plain", num_inference_steps=10))
    assert difference(both.latents("refined"), oracle(tiny, refiner, job.params)) < 1e-5
    assert difference(both.latents("refined")[:1], both.latents("plain")) > 1e-3


def test_a_refiner_draws_nothing_alone(tmp_path: Path, refiner: Components) -> None:
    family = SDXLRefiner(ModelSpec(name="refiner", family="sdxl-refiner", source="x", multiple=8), refiner)
    with pytest.raises(NotSupported) as refused:
        family.plan(request("a", "refiner"), Gallery(tmp_path))
    assert refused.value.id == "error-refiner-alone"
    assert family.measure(Gallery(tmp_path), lambda: 0.0).max_rows > 0


def test_loads_from_a_folder(tmp_path: Path, refiner: Components) -> None:
    pipeline = as_pipeline("sdxl-refiner", refiner)
    pipeline.save_pretrained(tmp_path / "refiner", safe_serialization=True)
    spec = ModelSpec(name="refiner", family="sdxl-refiner", source=str(tmp_path / "refiner"))
    loaded = load_components(spec, torch.device("cpu"), torch.float32, hub=HubCache(tmp_path / "hub", offline=True))
    assert loaded.text_encoder is None
    assert torch.equal(loaded.unet.conv_in.weight, refiner.unet.conv_in.weight)


def test_members_do_not_see_refiners_and_a_wrong_name_is_an_error() -> None:
    shipped = load_config().model_dump(by_alias=True)
    refiner = {"name": "r", "family": "sdxl-refiner", "source": "x"}
    models = {**shipped["models"], "r": refiner, "starter": {**shipped["models"]["starter"], "refiner": "r"}}
    assert "r" not in Config.model_validate({**shipped, "models": models}).specs
    models["starter"]["refiner"] = "sdxl"
    with pytest.raises(ValueError, match="refiner"):
        Config.model_validate({**shipped, "models": models})
