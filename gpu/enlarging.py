"""Larger pictures, whatever draws them: what a plan becomes when an upscaler or a second pass is wished for.

    --upscaler NAME          …, Decode, Enlarge, Save
    --upscaler sd-x4         …, Decode, DrawLarger, DecodeLarger, Save: a model beside the one that drew
    --hires X                …, Decode, Enlarge or Stretch, then drawn over at that size, Save
    --hires-by latent        …, StretchLatents, then drawn over at that size, Save
    a finished picture       Enlarge, Save; "creative": twice as large and drawn over

Knows no family; one that can draw over its pictures says how (`Family.redraw`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from gpu.families.base import Family, Plan, UNetFamily
from gpu.families.sdx4 import SDX4
from gpu.families.sdxl import SDXLRefiner
from gpu.gallery import Gallery
from gpu.params import NO_UPSCALER
from gpu.phases import Decode, EncodeMade, Enlarge, Phase, Restore, Save, Stretch, StretchLatents, Work
from gpu.refining import refined
from gpu.types import GenerationRequest, InputRole, Size, Task
from gpu.upscalers import Upscalers

Larger = Callable[[int, Size, Size | None], list[Phase[Any]]]
"""The phases that enlarge so many pictures of one size, to a size, or as much as the upscaler does."""
F = TypeVar("F")

CREATIVE_SCALE = 2.0
"""How much larger a picture becomes into which details are drawn."""


def plan(
    request: GenerationRequest, family: Family, gallery: Gallery, upscalers: Upscalers, helpers: Sequence[Family] = ()
) -> Plan:
    """The phases of a request, with the models that help with it. Raises `NotSupported`, `ModelError`."""
    larger = partial(_larger, request, upscalers, _first(helpers, SDX4))
    if request.task is Task.ENLARGE:
        return _finished_picture(request, family, gallery, larger)
    work, phases = family.plan(request, gallery)
    refiner = _first(helpers, SDXLRefiner)
    if refiner and isinstance(family, UNetFamily):
        phases = refined(phases, request, family, refiner)
    if _by_latents(request) and isinstance(family, UNetFamily):
        return Plan(work, [*_larger_latents(phases[:-1], request, family), *phases[-1:]])
    return Plan(work, [*phases[:-1], *_drawn_pictures(request, family, larger), *phases[-1:]])  # the last one saves


def _first(helpers: Sequence[Family], kind: type[F]) -> F | None:
    return next((helper for helper in helpers if isinstance(helper, kind)), None)


def _larger(
    request: GenerationRequest, upscalers: Upscalers, model: SDX4 | None, pictures: int, size: Size, to: Size | None
) -> list[Phase[Any]]:
    if model:
        return model.enlarge(request, pictures, size, to)
    return [Enlarge(request.job_id, upscalers.get(request.enlarged_by), pictures, size, to)]


def _drawn_pictures(request: GenerationRequest, family: Family, larger: Larger) -> list[Phase[Any]]:
    params = request.params
    size = (params.width, params.height)
    to = times(size, params.hires, family.spec.multiple) if params.hires > 1 else None
    over = family.redraw(_at(request, to), params.hires_strength) if to else []
    if params.upscaler != NO_UPSCALER:
        return [*larger(params.num_images, size, to), *over]
    return [Stretch(request.job_id, to), *over] if to else []


def _by_latents(request: GenerationRequest) -> bool:
    params = request.params
    return params.hires > 1 and params.hires_by == "latent" and params.upscaler == NO_UPSCALER


def _larger_latents(
    phases: Sequence[Phase[Any]], request: GenerationRequest, family: UNetFamily
) -> list[Phase[Any]]:
    """Drawn small, and over at the larger size; only that is decoded."""
    params = request.params
    large = _at(request, times((params.width, params.height), params.hires, family.spec.multiple))
    small = [phase for phase in phases if not isinstance(phase, Decode | Restore)]
    over = [phase for phase in family.redraw(large, params.hires_strength) if not isinstance(phase, EncodeMade)]
    return [*small, StretchLatents(family, request.job_id, large.params), *over]


def _finished_picture(request: GenerationRequest, family: Family, gallery: Gallery, larger: Larger) -> Plan:
    picture = gallery.input(request.of_role(InputRole.IMAGE)[0]).convert("RGB")
    first = gallery.latents(request.start_latents) if request.start_latents else None
    to = times(picture.size, CREATIVE_SCALE, family.spec.multiple) if request.strength else None
    over = family.redraw(_at(request, to), request.strength) if to else []
    phases = [*larger(1, picture.size, to), *over, Save(gallery, request)]
    return Plan(Work(images=(picture,), first=first), phases)


def _at(request: GenerationRequest, size: Size) -> GenerationRequest:
    width, height = size
    return request.model_copy(update={"params": request.params.model_copy(update={"width": width, "height": height})})


def times(size: Size, factor: float, multiple: int) -> Size:
    """A size that many times as large, as near as the model's `multiple` allows."""
    width, height = (max(round(side * factor / multiple), 1) * multiple for side in size)
    return width, height
