"""Families behind diffusers' own pipelines: the same latents, stepped, cancelled between steps, beside other models."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from bot.text import sentence_of
from gpu.errors import JobCancelled, ModelError
from gpu.families.base import Components
from gpu.loading import load_components
from gpu.params import GenerationParams
from gpu.types import LoraSpec, ModelSpec, Task
from tests.gpu.bench import Bench, difference, request
from tests.gpu.tiny import edit_json
from tests.gpu.tinyflow import tiny_flux, tiny_sd3, tiny_zimage

MAKERS = {"sd3": tiny_sd3, "flux": tiny_flux, "zimage": tiny_zimage}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All of them in diffusers' layout."""
    root = tmp_path_factory.mktemp("tiny")
    for name, make in MAKERS.items():
        make().save_pretrained(root / name, safe_serialization=True)
    return {name: root / name for name in MAKERS}


def load(folder: Path, **settings: Any) -> Any:
    spec = ModelSpec(name="x", family=folder.name, source=str(folder), **settings)
    return load_components(spec, torch.device("cpu"), torch.float32)


@pytest.fixture(scope="module")
def models(folders: dict[str, Path]) -> dict[str, Any]:
    return {name: load(folder) for name, folder in folders.items()}


def stock(family: str, params: GenerationParams) -> Tensor:
    """What the pipeline draws when nobody interrupts it."""
    pipeline = MAKERS[family]()
    pipeline.set_progress_bar_config(disable=True)
    for part in pipeline.components.values():
        if isinstance(part, torch.nn.Module):
            part.eval()
    negative = {} if family == "flux" else {"negative_prompt": params.negative_prompt or None}
    found = pipeline(
        prompt=params.prompt, width=params.width, height=params.height, num_images_per_prompt=params.num_images,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale, output_type="latent",
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
        **negative,
    ).images  # fmt: skip
    assert isinstance(found, Tensor)
    return found


@pytest.mark.parametrize("family", MAKERS)
def test_equals_the_stock_pipeline_among_others(
    tmp_path: Path, models: dict[str, Any], tiny: Components, family: str
) -> None:
    """Two calls of one pipeline and a UNet's job alternate, step by step."""
    bench = Bench(tmp_path, {**models, "tiny": tiny})
    company = [
        request("a", family, num_images=2, guidance_scale=4.0, negative_prompt="rain", num_inference_steps=6),
        request("b", family, seed=3, prompt="a fox", guidance_scale=1.0, num_inference_steps=5),
    ]
    bench.run(*company, request("c"))
    for job in company:
        assert difference(bench.latents(job.job_id), stock(family, job.params)) < 1e-5
        steps = [progress.step for progress in bench.progress(job.job_id) if progress.phase == "draw"]
        assert steps == [*range(1, job.params.num_inference_steps + 1)]
        assert [image.seed for image in bench.result(job.job_id).images] == [
            job.params.image_seed(k + 1) for k in range(job.params.num_images)
        ]
    order = [event.job_id for event in bench.events if event.job_id in "ab"]
    assert order.index("b") < len(order) - 1 - order[::-1].index("a")  # not one after the other


def test_cancelled_within_a_step_and_the_thread_is_gone(tmp_path: Path, models: dict[str, Any]) -> None:
    bench = Bench(tmp_path, models)
    before = threading.active_count()
    bench.engine.admit(request("a", "sd3", num_inference_steps=50))
    bench.tick()
    bench.tick()
    bench.engine.cancel("a")
    calls = bench.engine.unet_calls
    bench.run()
    assert isinstance(bench.error("a"), JobCancelled)
    assert bench.engine.unet_calls == calls
    assert bench.files() == []
    for thread in threading.enumerate():
        if thread.name == "pipeline":
            thread.join(5)
    assert threading.active_count() == before
    job = request("b", "sd3")
    bench.run(job)
    assert difference(bench.latents("b"), stock("sd3", job.params)) < 1e-5


def test_what_a_pipeline_cannot_do_is_refused_with_a_sentence(tmp_path: Path, models: dict[str, Any]) -> None:
    bench = Bench(tmp_path, models)
    bench.run(
        request("heun", "flux", scheduler="Heun"),
        request("size", "sd3", width=60),
        request("vary", "zimage", task=Task.VARY),
    )
    assert "Write another --sampler: Euler." in sentence_of(bench.error("heun"))  # type: ignore[arg-type]
    assert "60 × 64" in sentence_of(bench.error("size"))  # type: ignore[arg-type]
    assert "zimage" in sentence_of(bench.error("vary"))  # type: ignore[arg-type]
    measured = bench.engine.warm_up("flux")
    assert measured.tasks == (Task.IMAGINE, Task.CONTROL, Task.ENLARGE)
    assert (measured.schedulers, measured.max_rows) == (("Euler",), 1)


def test_a_step_that_fails_ends_its_own_job(tmp_path: Path, models: dict[str, Any], tiny: Components) -> None:
    bench = Bench(tmp_path, {**models, "tiny": tiny})
    bench.run(request("a", "flux", width=72), request("c"))  # 72 / 8 is odd: FLUX packs latents by two
    assert len(bench.result("c").images) == 1


def test_folders_name_only_classes_of_the_two_libraries(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        load(folders["flux"], loras=(LoraSpec(source="x"),))
    assert caught.value.id == "error-model-lora"
    index = folders["zimage"] / "model_index.json"
    edit_json(index, text_encoder=["os", "system"])
    with pytest.raises(ModelError) as caught:
        load(folders["zimage"])
    assert "os.system" in sentence_of(caught.value)
