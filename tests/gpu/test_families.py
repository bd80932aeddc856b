"""Families beside SDXL draw what their stock pipelines draw, alone and in company; their files load in every form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextModel

from gpu.errors import ModelError
from gpu.families.base import Components
from gpu.hub import HubCache
from gpu.loading import as_pipeline, load_components
from gpu.params import GenerationParams
from gpu.schedulers import build
from gpu.sources import CONFIGS
from gpu.types import ModelSpec
from tests.gpu.bench import Bench, difference, request
from tests.gpu.tiny import hub_cache, single_file, tiny_configs, tiny_sd15

TOLERANCE = 1e-5
CPU = torch.device("cpu")
REVISION = "0123456789abcdef0123456789abcdef01234567"


def spec(source: Path | str, family: str = "sd15", **settings: Any) -> ModelSpec:
    return ModelSpec.model_validate({"name": "tiny", "family": family, "source": str(source)} | settings)


def load(model: ModelSpec, hub: HubCache | None = None) -> Components:
    return load_components(model, CPU, torch.float32, hub=hub)


def stock(components: Components, params: GenerationParams, **more: Any) -> Tensor:
    """What StableDiffusionPipeline draws for the same parameters."""
    pipeline = as_pipeline("sd15", components)
    pipeline.scheduler = build(params.scheduler, components.scheduler_config)
    pipeline.set_progress_bar_config(disable=True)
    latents = pipeline(
        prompt=params.prompt, negative_prompt=params.negative_prompt or None, width=params.width, height=params.height,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale, output_type="latent",
        num_images_per_prompt=params.num_images,
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)], **more,
    ).images  # fmt: skip
    assert isinstance(latents, Tensor)
    return latents


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny Stable Diffusion 1.5 in diffusers' layout."""
    path = tmp_path_factory.mktemp("tiny") / "sd15"
    tiny_sd15().save_pretrained(path, safe_serialization=True)
    return path


@pytest.fixture(scope="module")
def sd15(folder: Path) -> Components:
    return load(spec(folder))


# --- Stable Diffusion 1.5 -------------------------------------------------------------------------------------------


def test_sd15_draws_what_stock_draws_in_company(tmp_path: Path, sd15: Components) -> None:
    """Samplers, steps, guidance, sizes of batches and prompts differ, and each UNet call is shared."""
    wishes: list[dict[str, Any]] = [
        {"scheduler": "Euler", "guidance_scale": 7.0, "negative_prompt": "rain"},
        {"scheduler": "DPM++ 2M Karras", "num_images": 2, "seed": 5},
        {"scheduler": "Heun", "prompt": "a fox in the snow", "num_inference_steps": 3},
        {"scheduler": "DDIM", "guidance_scale": 1.0},
        {"scheduler": "UniPC", "prompt": "", "num_inference_steps": 6},
    ]
    company = [request(f"{n}", "sd15", **wish) for n, wish in enumerate(wishes)]
    bench = Bench(tmp_path, {"sd15": sd15})
    bench.run(*company)
    for job in company:
        assert difference(bench.latents(job.job_id), stock(sd15, job.params)) < TOLERANCE, job.params
    assert bench.engine.unet_calls < sum(job.params.calls for job in company) / 2
    with pytest.raises(ModelError):
        load(spec("runwayml/stable-diffusion-v1-5"), HubCache(tmp_path / "hub", offline=True))


def test_full_lcm_of_sd15_hears_the_guidance_as_a_number(tmp_path: Path, folder: Path) -> None:
    model = load(spec(folder))
    torch.manual_seed(1)
    unet = UNet2DConditionModel(**dict(model.unet.config, time_cond_proj_dim=16)).eval()
    distilled = Components(**{**vars(model), "unet": unet})
    job = request("a", "sd15", scheduler="LCM", guidance_scale=8.0, num_images=2)
    bench = Bench(tmp_path, {"sd15": distilled})
    bench.run(job)
    assert difference(bench.latents("a"), stock(distilled, job.params)) < TOLERANCE


def test_sd15_loads_from_the_hub_and_from_a_single_file(tmp_path: Path, folder: Path, sd15: Components) -> None:
    hub = HubCache(tmp_path / "hub", offline=True)
    hub_cache(hub.folder, "stable-diffusion-v1-5/stable-diffusion-v1-5", REVISION, folder)
    moved = load(spec("runwayml/stable-diffusion-v1-5", revision=REVISION), hub)  # where it is now
    single_file(tiny_sd15(), tmp_path / "tiny.safetensors")
    config = tiny_configs(folder, tmp_path / "configs")
    single = load(spec(tmp_path / "tiny.safetensors", config=str(config)))
    for other in (moved, single):
        for part in ("unet", "vae", "text_encoder"):
            for name, tensor in getattr(sd15, part).state_dict().items():
                assert torch.equal(tensor, getattr(other, part).state_dict()[name]), name
        assert (other.tokenizer_2, other.text_encoder_2) == (None, None)
        assert other.scheduler_config == sd15.scheduler_config


def test_bundled_descriptions_of_sd15_are_those_of_the_real_model() -> None:
    """A single file of SD 1.5 is read with them: 860 million parameters in the UNet, 84 in the autoencoder."""
    folder = CONFIGS / "sd15"
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder / "unet"))
        vae = AutoencoderKL.from_config(AutoencoderKL.load_config(folder / "vae"))
        text = CLIPTextModel._from_config(CLIPTextModel.config_class.from_pretrained(folder / "text_encoder"))
    counts = [sum(p.numel() for p in module.parameters()) for module in (unet, vae, text)]
    assert counts == [859_520_964, 83_653_863, 123_060_480]
