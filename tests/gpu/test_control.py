"""ControlNet: the engine draws what the stock pipelines draw with the same nets, alone and beside other jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import (
    ControlNetModel,
    MultiControlNetModel,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionControlNetInpaintPipeline,
    StableDiffusionControlNetPipeline,
    StableDiffusionXLControlNetImg2ImgPipeline,
    StableDiffusionXLControlNetInpaintPipeline,
    StableDiffusionXLControlNetPipeline,
)
from PIL import Image
from torch import Tensor

from gpu.controls import Control, read_controls
from gpu.families.base import Components
from gpu.schedulers import build
from gpu.types import GenerationRequest, NetSpec, SafetyPolicy, Task
from tests.gpu.bench import Bench, difference, request
from tests.gpu.pictures import controlled, from_pictures, half_mask, photo, result
from tests.gpu.tiny import tiny_sd15, write_control_net

TOLERANCE = 1e-5
STOCK = {
    "sdxl": (StableDiffusionXLControlNetPipeline, StableDiffusionXLControlNetImg2ImgPipeline,
             StableDiffusionXLControlNetInpaintPipeline),
    "sd15": (StableDiffusionControlNetPipeline, StableDiffusionControlNetImg2ImgPipeline,
             StableDiffusionControlNetInpaintPipeline),
}  # fmt: skip


@pytest.fixture(scope="module")
def sd15() -> Components:
    parts = tiny_sd15().components
    names = ("unet", "vae", "text_encoder", "tokenizer")
    for name in names[:3]:
        parts[name].eval().requires_grad_(False)
    return Components(
        **{name: parts[name] for name in names}, scheduler_config=dict(parts["scheduler"].config)
    )


@pytest.fixture(scope="module")
def models(tiny: Components, sd15: Components) -> dict[str, Components]:
    return {"sdxl": tiny, "sd15": sd15}


@pytest.fixture(scope="module")
def nets(tmp_path_factory: pytest.TempPathFactory, models: dict[str, Components]) -> dict[str, dict[str, Path]]:
    """Two random nets for each model."""
    folder = tmp_path_factory.mktemp("nets")
    return {
        name: {
            kind: write_control_net(components.unet, folder / f"{name}-{kind}", seed)
            for seed, kind in enumerate(("canny", "depth"), 5)
        }
        for name, components in models.items()
    }


@pytest.fixture
def bench(tmp_path: Path, models: dict[str, Components], nets: dict[str, dict[str, Path]]) -> Bench:
    bench = Bench(tmp_path, models)
    for name, spec in bench.engine._specs.items():
        own = {kind: NetSpec(source=str(path)) for kind, path in nets[name].items()}
        bench.engine._specs[name] = spec.model_copy(update={"controlnets": own})  # type: ignore[index]
    return bench


def other(size: tuple[int, int] = (64, 64)) -> Image.Image:
    return photo(size).rotate(90)


def theirs(
    models: dict[str, Components], nets: dict[str, dict[str, Path]], job: GenerationRequest,
    pictures: list[Image.Image], kind: int = 0, **more: Any,
) -> Tensor:  # fmt: skip
    """What the stock pipeline draws with the same nets."""
    params, components = job.params, models[job.params.model]
    controls = read_controls(params.control)
    loaded = [ControlNetModel.from_pretrained(nets[params.model][c.kind]).eval() for c in controls]
    parts = {name: getattr(components, name) for name in ("unet", "vae", "text_encoder", "tokenizer")}
    if components.text_encoder_2:
        parts |= {name: getattr(components, name) for name in ("text_encoder_2", "tokenizer_2")}
        parts |= {"add_watermarker": False, "force_zeros_for_empty_prompt": components.force_zeros_for_empty_prompt}
    else:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    pipeline = STOCK[params.model][kind](
        **parts, scheduler=build(params.scheduler, components.scheduler_config),
        controlnet=MultiControlNetModel(loaded) if len(loaded) > 1 else loaded[0],
    )  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    several = len(loaded) > 1
    given: Any = pictures if several else pictures[0]
    images = {"image": given} if kind == 0 else {"control_image": given}
    return pipeline(
        prompt=params.prompt, negative_prompt=params.negative_prompt or None, height=64, width=64,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale,
        num_images_per_prompt=params.num_images, output_type="latent", **images, **more,
        controlnet_conditioning_scale=[c.weight for c in controls] if several else controls[0].weight,
        control_guidance_start=[c.start for c in controls], control_guidance_end=[c.end for c in controls],
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
    ).images  # fmt: skip


@pytest.mark.parametrize("model", STOCK)
@pytest.mark.parametrize("control", ["canny:ready:0.8", "canny:ready:1:0.2-0.6, depth:ready:0.5:0.4-1"])
def test_equals_stock(bench: Bench, models: Any, nets: Any, model: str, control: str) -> None:
    """One net and two, parts of the steps, two pictures, with guidance."""
    pictures = [photo(), other()][: len(read_controls(control))]
    job = controlled(bench, request("a", model, control=control, num_images=2, num_inference_steps=5), *pictures)
    bench.run(job)
    assert difference(bench.latents("a"), theirs(models, nets, job, pictures)) < TOLERANCE
    bench.run(request("plain", model, num_images=2, num_inference_steps=5))
    assert difference(bench.latents("a"), bench.latents("plain")) > 0.01


@pytest.mark.parametrize("model", STOCK)
def test_on_a_picture_and_under_a_mask_equals_stock(bench: Bench, models: Any, nets: Any, model: str) -> None:
    wish = {"control": "canny:ready:0.7:0-0.8", "num_inference_steps": 5, "strength": 0.7}
    start = controlled(bench, from_pictures(bench, "start", photo(), model=model, **wish), other())
    masked = controlled(bench, from_pictures(bench, "mask", photo(), half_mask(), model=model, **wish), other())
    bench.run(start, masked)
    more = {"image": photo(), "strength": 0.7}
    assert difference(bench.latents("start"), theirs(models, nets, start, [other()], 1, **more)) < TOLERANCE
    more |= {"mask_image": half_mask()}
    assert difference(bench.latents("mask"), theirs(models, nets, masked, [other()], 2, **more)) < TOLERANCE


def test_jobs_share_calls_and_stay_exact(bench: Bench, models: Any, nets: Any) -> None:
    """Other weights, parts, steps and pictures share a net's calls; plain jobs run beside them."""
    jobs = [
        controlled(
            bench,
            request(f"c{n}", "sdxl", control=f"canny:ready:{0.4 + n / 5:g}:0-{1 - n / 4:g}", num_inference_steps=4 + n,
                    seed=n, guidance_scale=(1.0, 4.0, 6.0)[n]),
            (photo(), other(), photo())[n],
        )
        for n in range(3)
    ]  # fmt: skip
    plain = request("plain", "sdxl", num_inference_steps=4, seed=9)
    bench.run(plain, jobs[0], later={1: jobs[1:]})
    for n, job in enumerate(jobs):
        expected = theirs(models, nets, job, [(photo(), other(), photo())[n]])
        assert difference(bench.latents(job.job_id), expected) < TOLERANCE
    assert bench.engine.unet_calls < sum(job.params.num_inference_steps for job in (*jobs, plain))


def test_a_weight_of_zero_is_none(bench: Bench) -> None:
    bench.run(controlled(bench, request("zero", "sdxl", control="canny:ready:0"), photo()), request("none", "sdxl"))
    assert torch.equal(bench.latents("zero"), bench.latents("none"))


def test_highres_fix_follows_in_both_passes(bench: Bench) -> None:
    """The second pass asks the net at the larger size."""
    job = controlled(bench, request("a", "sdxl", control="canny:ready", hires=2.0), photo())
    bench.run(job, request("plain", "sdxl", hires=2.0))
    assert result(bench, "a").size == (128, 128)
    assert result(bench, "a").tobytes() != result(bench, "plain").tobytes()


def test_variations_follow_too(bench: Bench) -> None:
    bench.run(request("parent", "sdxl"))
    path = bench.result("parent").images[0].latents
    wish = {"task": Task.VARY, "start_latents": path, "strength": 0.6}
    followed = controlled(bench, request("a", "sdxl", control="canny:ready", **wish), photo())
    bench.run(followed, request("b", "sdxl", **wish))
    assert not torch.equal(bench.latents("a"), bench.latents("b"))


def test_what_cannot_be_done_says_so(bench: Bench) -> None:
    """No net of that kind; three pictures for two controls; each job fails alone."""
    none = controlled(bench, request("none", "sdxl", control="pose:ready"), photo())
    count = controlled(bench, request("count", "sdxl", control="canny:ready, depth:ready"), photo(), photo(), photo())
    bench.run(none, count, request("fine", "sdxl"))
    assert [bench.error(name).id for name in ("none", "count")] == ["error-control-net", "error-control-count"]
    assert bench.result("fine").images


class Refusing:
    def score(self, image: Image.Image) -> dict[str, float]:
        return {"sexual": 1.0}


def test_control_images_are_checked(tmp_path: Path, models: Any, nets: Any) -> None:
    bench = Bench(tmp_path, models, image_check=Refusing())
    policy = SafetyPolicy(thresholds={"sexual": 0.5})
    bench.run(controlled(bench, request("a", "sdxl", task=Task.CONTROL, control="canny", policy=policy), photo()))
    assert bench.result("a").blocked == "sexual"
    assert bench.result("a").device_seconds == 0


def test_a_control_image_can_be_looked_at(bench: Bench) -> None:
    """No net is needed for that."""
    bench.run(controlled(bench, request("a", "sdxl", task=Task.CONTROL, control="tile"), photo()))
    assert result(bench, "a").tobytes() == photo().tobytes()
    assert bench.engine.unet_calls == 0


def test_spelling() -> None:
    text = "canny:0.8:0-0.6, pose:ready:1"
    controls = read_controls(text)
    assert controls == (Control("canny", 0.8, 0, 0.6), Control("pose", ready=True))
    assert ", ".join(map(str, controls)) == text
