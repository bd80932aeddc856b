"""Control images in a plan: those of a request are made before it is drawn, or are all that is asked for.

    --control KIND       MakeControls, …, Draw, …
    a control image      MakeControls, Save

Knows no family and no net.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from gpu.control import Preprocessors
from gpu.controls import Control, read_controls
from gpu.errors import NotSupported
from gpu.families.base import Plan
from gpu.gallery import Gallery
from gpu.phases import Phase, Save, Work
from gpu.phases.control import MakeControls
from gpu.types import GenerationRequest, InputRole, Task


def first_phases(request: GenerationRequest, gallery: Gallery, make: Preprocessors) -> list[Phase[Any]]:
    """What comes before everything else; nothing without control images. Raises `NotSupported`."""
    controls = read_controls(request.params.control) if request.task is not Task.ENLARGE else ()
    if not controls:
        return []
    pictures = [gallery.input(image).convert("RGB") for image in request.of_role(InputRole.CONTROL)]
    todo = _each_its_own(controls, pictures)
    shown = request.task is Task.CONTROL
    return [MakeControls(request.job_id, make, todo, shown=shown)]


def looked_at(request: GenerationRequest, gallery: Gallery, make: Preprocessors) -> Plan:
    """The control image alone. Raises `NotSupported`."""
    return Plan(Work(), [*first_phases(request, gallery, make), Save(gallery, request)])


def _each_its_own(controls: tuple[Control, ...], pictures: list[Image.Image]) -> list[tuple[Control, Image.Image]]:
    """The n-th picture belongs to the n-th control; one picture serves all."""
    if len(pictures) not in (1, len(controls)):
        raise NotSupported("error-control-count", controls=len(controls), pictures=len(pictures))
    return list(zip(controls, pictures * (len(controls) if len(pictures) == 1 else 1), strict=True))
