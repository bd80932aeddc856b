"""Families whose pipelines draw by themselves: transformers with flow matching. One row of a table each.

Such a job runs alone, step by step; jobs of other models take their turns between its steps. Its pictures are those of
the stock pipeline, because it is the stock pipeline. No picture to start from, no LoRA of a request, no preview yet.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from PIL import Image

from gpu.abilities import capabilities_of, require
from gpu.backend import ModelCapabilities
from gpu.device import synchronize
from gpu.embeddings import EmbeddingFolder
from gpu.errors import NotSupported
from gpu.families.base import Plan
from gpu.gallery import Gallery
from gpu.loras import LoraFolder
from gpu.params import GenerationParams
from gpu.phases import Call, Phase, Save, Steps, Work
from gpu.phases.call import OnStep
from gpu.types import GenerationRequest, ModelSpec


@dataclass(frozen=True)
class Recipe:
    """How a family's pipeline is called."""

    negative: bool
    """Whether it hears what the picture must not show."""
    fixed: Mapping[str, Any]
    """Further arguments."""


RECIPES: Mapping[str, Recipe] = {
    "sd3": Recipe(negative=True, fixed={}),
    "flux": Recipe(negative=False, fixed={}),  # `guidance_scale` is a number that the transformer hears
    "zimage": Recipe(negative=True, fixed={}),
}
"""Family → its recipe. Its parts are in `gpu.layouts.LAYOUTS`."""


class PipelineFamily:
    """One loaded pipeline of diffusers."""

    def __init__(
        self,
        spec: ModelSpec,
        pipeline: Any,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
    ) -> None:
        """`pipeline` has its modules on their device; its scheduler gives the config and is never used."""
        self.spec = spec
        self.unet_calls = 0
        self._pipeline = pipeline
        self._recipe = RECIPES[spec.family]

    def plan(self, request: GenerationRequest, gallery: Gallery) -> Plan:
        """Text to image. Raises `NotSupported` for anything else."""
        params = request.params
        require(capabilities_of(self.spec), request.task, params, [image.role for image in request.inputs])
        self._require_size(params)
        return Plan(Work(), [Call(request.job_id, params, self._call(params)), Save(gallery, request)])

    @property
    def grown(self) -> int:
        """Nothing."""
        return 0

    def redraw(self, request: GenerationRequest, strength: float) -> list[Phase[Any]]:
        """Not yet. Raises `NotSupported`."""
        raise NotSupported("error-redraw", model=self.spec.name)

    def measure(self, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
        """Time a step and a picture, by drawing one in two steps."""
        side = max(round(self.spec.pixels**0.5 / self.spec.multiple), 1) * self.spec.multiple
        params = GenerationParams(width=side, height=side, num_images=1, num_inference_steps=2, guidance_scale=1.0)
        steps = Steps(self._call(params), 2)
        steps.step()  # the first one chooses kernels, and encodes the prompt
        started = clock()
        steps.step()
        synchronize(self._pipeline.device)
        seconds = clock() - started
        for image in steps.images or ():
            gallery.score(image)
        times = {"seconds_per_row": seconds, "overhead_seconds": clock() - started}
        return capabilities_of(self.spec).model_copy(update={"max_rows": 1, **times})

    def _require_size(self, params: GenerationParams) -> None:
        if params.width % self.spec.multiple or params.height % self.spec.multiple:
            raise NotSupported("error-size", width=params.width, height=params.height, multiple=self.spec.multiple)

    def _call(self, params: GenerationParams) -> Callable[[OnStep], list[Image.Image]]:
        return functools.partial(self._draw, params)

    def _draw(self, params: GenerationParams, on_step: OnStep) -> list[Image.Image]:
        """One call, on a pipeline of its own over the shared modules: calls that alternate must not share a state."""

        def counted(*arguments: Any) -> dict[str, Any]:
            self.unet_calls += 1
            return on_step(*arguments)

        images = self._own_pipeline()(
            prompt=params.prompt,
            width=params.width,
            height=params.height,
            num_inference_steps=params.num_inference_steps,
            guidance_scale=params.guidance_scale,
            num_images_per_prompt=params.num_images,
            generator=[torch.Generator().manual_seed(params.image_seed(k + 1)) for k in range(params.num_images)],
            callback_on_step_end=counted,
            **{"negative_prompt": params.negative_prompt} if self._recipe.negative and params.negative_prompt else {},
            **self._recipe.fixed,
        ).images
        return list(images)

    def _own_pipeline(self) -> Any:
        scheduler = FlowMatchEulerDiscreteScheduler.from_config(self._pipeline.scheduler.config)
        pipeline = type(self._pipeline)(**{**self._pipeline.components, "scheduler": scheduler})
        pipeline.set_progress_bar_config(disable=True)
        return pipeline
