"""What a plan becomes where another model refines the picture. Knows phases and names, not how models load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gpu.families.base import UNetFamily
from gpu.phases import Draw, DrawFirst, Phase, Refine
from gpu.types import GenerationRequest


def refined(
    phases: Sequence[Phase[Any]], request: GenerationRequest, base: UNetFamily, refiner: UNetFamily
) -> list[Phase[Any]]:
    """The phases of `base`, with the end of the drawing left to `refiner`. LoRAs are the base's only."""
    share = base.spec.refine_at
    ours = request.params
    theirs = ours.model_copy(update={"lora": "", "model": refiner.spec.name})
    first, then = DrawFirst(base, ours, share), Refine(refiner, theirs, share)
    return [new for phase in phases for new in ((first, then) if type(phase) is Draw else (phase,))]
