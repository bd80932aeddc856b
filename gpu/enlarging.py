"""Larger pictures, whatever draws them: what a plan becomes when an upscaler or a second pass is wished for.

    --upscaler NAME          …, Decode, Enlarge, Save
    --hires X                …, Decode, Enlarge or Stretch, then drawn over at that size, Save
    --hires-by latent        …, StretchLatents, then drawn over at that size, Save
    a finished picture       Enlarge, Save; "creative": twice as large and drawn over

Knows no family; one that can draw over its pictures says how (`Family.redraw`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gpu.families.base import Family, Plan, UNetFamily
from gpu.gallery import Gallery
from gpu.params import NO_UPSCALER
from gpu.phases import Decode, EncodeMade, Enlarge, Phase, Restore, Save, Stretch, StretchLatents, Work
from gpu.refining import refined
from gpu.types import GenerationRequest, InputRole, Task
from gpu.upscalers import Upscalers

Size = tuple[int, int]

CREATIVE_SCALE = 2.0
"""How much larger a picture becomes into which details are drawn."""


def plan(
    request: GenerationRequest, family: Family, gallery: Gallery, upscalers: Upscalers, refiner: Family | None = None
) -> Plan:
    """The phases of a request; `refiner` draws the last part of it. Raises `NotSupported`, `ModelError`."""
    if request.task is Task.ENLARGE:
        return _finished_picture(request, family, gallery, upscalers)
    work, phases = family.plan(request, gallery)
    if isinstance(refiner, UNetFamily) and isinstance(family, UNetFamily):
        phases = refined(phases, request, family, refiner)
    if _by_latents(request) and isinstance(family, UNetFamily):
        return Plan(work, [*_larger_latents(phases[:-1], request, family), *phases[-1:]])
    larger = _drawn_pictures(request, family, upscalers)
    return Plan(work, [*phases[:-1], *larger, *phases[-1:]])  # the last one saves


def _drawn_pictures(request: GenerationRequest, family: Family, upscalers: Upscalers) -> list[Phase[Any]]:
    params = request.params
    size = (params.width, params.height)
    to = times(size, params.hires, family.spec.multiple) if params.hires > 1 else None
    over = family.redraw(_at(request, to), params.hires_strength) if to else []
    if params.upscaler != NO_UPSCALER:
        return [Enlarge(request.job_id, upscalers.get(params.upscaler), params.num_images, size, to), *over]
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


def _finished_picture(request: GenerationRequest, family: Family, gallery: Gallery, upscalers: Upscalers) -> Plan:
    picture = gallery.input(request.of_role(InputRole.IMAGE)[0]).convert("RGB")
    first = gallery.latents(request.start_latents) if request.start_latents else None
    upscaler = upscalers.get(request.upscaler)
    to = times(picture.size, CREATIVE_SCALE, family.spec.multiple) if request.strength else None
    over = family.redraw(_at(request, to), request.strength) if to else []
    larger = Enlarge(request.job_id, upscaler, 1, picture.size, to)
    return Plan(Work(images=(picture,), first=first), [larger, *over, Save(gallery, request)])


def _at(request: GenerationRequest, size: Size) -> GenerationRequest:
    width, height = size
    return request.model_copy(update={"params": request.params.model_copy(update={"width": width, "height": height})})


def times(size: Size, factor: float, multiple: int) -> Size:
    """A size that many times as large, as near as the model's `multiple` allows."""
    width, height = (max(round(side * factor / multiple), 1) * multiple for side in size)
    return width, height
