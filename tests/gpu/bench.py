"""Drives an engine in tests: admits jobs at chosen ticks, runs it dry, gives back what it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import StableDiffusionXLPipeline
from safetensors.torch import load_file
from torch import Tensor

from gpu.backend import Event, Failed
from gpu.engine import Engine
from gpu.families.base import Components
from gpu.params import GenerationParams
from gpu.schedulers import build
from gpu.types import GenerationRequest, GenerationResult, ModelSpec, Progress

SIDE = {"starter": 128, "tiny": 64}
"""The size that each model draws in tests."""


class Bench:
    """An engine on loaded models, and everything it has said."""

    def __init__(self, folder: Path, models: Mapping[str, Any], **options: Any) -> None:
        specs = {
            name: ModelSpec(
                name=name, family=_family(model), source=name,
                pixels=SIDE.get(name, 64) ** 2, multiple=8,
            )
            for name, model in models.items()
        }  # fmt: skip
        self.folder = folder
        self.events: list[Event] = []
        self.ticks = 0
        defaults: dict[str, Any] = {"slots": 64, "clock": lambda: 0.0}  # no time passes unless a test says so
        self.engine = Engine(
            specs, data_dir=folder, device="cpu", load=lambda spec, *_: models[spec.name], **defaults | options
        )

    def run(self, *requests: GenerationRequest, later: Mapping[int, Sequence[GenerationRequest]] | None = None) -> None:
        """Admit `requests` now and `later` ones at their ticks, counted from now; tick until there is nothing left."""
        waiting = {self.ticks + tick: jobs for tick, jobs in (later or {}).items()}
        for request in requests:
            self.engine.admit(request)
        while waiting or not self.engine.idle:
            for request in waiting.pop(self.ticks, ()):
                self.engine.admit(request)
            self.tick()

    def tick(self) -> list[Event]:
        """One tick."""
        events = self.engine.tick()
        self.events += events
        self.ticks += 1
        return events

    def result(self, job_id: str) -> GenerationResult:
        """The result of a job that succeeded or was blocked."""
        last = self.last(job_id)
        assert isinstance(last, GenerationResult), last
        return last

    def last(self, job_id: str) -> Event:
        """A job's last event."""
        return [event for event in self.events if event.job_id == job_id][-1]

    def error(self, job_id: str) -> Exception:
        """Why a job failed."""
        last = self.last(job_id)
        assert isinstance(last, Failed), last
        return last.error

    def progress(self, job_id: str) -> list[Progress]:
        """What a job said on its way."""
        return [event for event in self.events if isinstance(event, Progress) and event.job_id == job_id]

    def latents(self, job_id: str) -> Tensor:
        """The stored latents of a job's images, [n, channels, h, w]."""
        paths = [image.latents for image in self.result(job_id).images]
        return torch.stack([load_file(self.folder / path)["latents"] for path in paths if path])

    def png(self, job_id: str, index: int = 1) -> bytes:
        """The file of an image."""
        return (self.folder / self.result(job_id).images[index - 1].path).read_bytes()

    def files(self) -> list[str]:
        """Every file below the data directory."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file())


def _family(model: Any) -> str:
    if not isinstance(model, Components):
        names = {"StableDiffusion3Pipeline": "sd3", "FluxPipeline": "flux", "ZImagePipeline": "zimage"}
        return names[type(model).__name__]
    return "sdxl" if model.text_encoder_2 else "sd15"


def request(job_id: str, model: str = "tiny", **wishes: Any) -> GenerationRequest:
    """A request; a wish goes to the parameter and to the field of the request that have its name."""
    size = {"width": SIDE.get(model, 64), "height": SIDE.get(model, 64)}
    defaults = {"num_inference_steps": 4, "num_images": 1, "guidance_scale": 4.0, "prompt": "a red apple", **size}
    fields = GenerationParams.model_fields, GenerationRequest.model_fields
    ours, theirs = ({name: value for name, value in wishes.items() if name in known} for known in fields)
    assert {*ours, *theirs} == {*wishes}
    params = GenerationParams(**{"model": model, **defaults, **ours})
    return GenerationRequest(job_id=job_id, params=params, output_dir=Path("images") / job_id, **theirs)


def stock_pipeline(components: Components, scheduler: str, cls: Any = StableDiffusionXLPipeline) -> Any:
    """diffusers' own pipeline of the same parts."""
    pipeline = cls(
        **{name: getattr(components, name) for name in ("unet", "vae", "text_encoder", "text_encoder_2")},
        tokenizer=components.tokenizer, tokenizer_2=components.tokenizer_2,
        scheduler=build(scheduler, components.scheduler_config),
        force_zeros_for_empty_prompt=components.force_zeros_for_empty_prompt, add_watermarker=False,
    )  # fmt: skip
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def stock(
    components: Components, params: GenerationParams, cls: Any = StableDiffusionXLPipeline,
    output: str = "latent", **more: Any,
) -> Any:  # fmt: skip
    """What diffusers' own pipeline draws for the same parameters: latents, or pictures with `output="pil"`."""
    size = {} if "image" in more else {"height": params.height, "width": params.width}
    eta = 0.3 if params.scheduler == "TCD" else 0.0  # a pipeline overrules what the sampler itself would take
    return stock_pipeline(components, params.scheduler, cls)(
        eta=eta,
        prompt=params.prompt, negative_prompt=params.negative_prompt or None,
        num_inference_steps=params.num_inference_steps, guidance_scale=params.guidance_scale,
        num_images_per_prompt=params.num_images, output_type=output, **size, **more,
        generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
    ).images  # fmt: skip


def difference(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference, relative to the largest number."""
    return float((ours - theirs).abs().max() / theirs.abs().max())
