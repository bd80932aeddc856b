"""What must be on this disk before a request is drawn: models, and nets beside them. Loads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from gpu.controls import read_controls
from gpu.errors import NotSupported
from gpu.params import ENLARGERS
from gpu.types import ControlMakers, GenerationRequest, ModelSpec, NetSpec, Task


def models_of(request: GenerationRequest, specs: Mapping[str, ModelSpec]) -> list[str]:
    """Those that draw a request, one after the other. Raises `NotSupported` where one is wished for and not there."""
    wanted = (request.params.model, refiner_of(request, specs), enlarger_of(request, specs))
    return [model for model in wanted if model in specs]


def refiner_of(request: GenerationRequest, specs: Mapping[str, ModelSpec]) -> str:
    """The model that draws the last part, or "": only what is drawn from noise is refined."""
    spec = specs.get(request.params.model)
    drawn = request.task is Task.IMAGINE and not request.inputs
    return spec.refiner if spec and drawn and spec.refiner in specs else ""


def enlarger_of(request: GenerationRequest, specs: Mapping[str, ModelSpec]) -> str:
    """The model that enlarges its pictures, or "": most upscalers are none. Raises `NotSupported`."""
    name = request.enlarged_by
    if name not in ENLARGERS:
        return ""
    found = next((spec.name for spec in specs.values() if spec.family == name), "")
    if not found:
        raise NotSupported("error-upscaler-model", upscaler=name)
    return found


def needed(
    request: GenerationRequest, specs: Mapping[str, ModelSpec], makers: ControlMakers
) -> list[ModelSpec | NetSpec]:
    """Models, the ControlNets that follow its control images, and what makes these of pictures."""
    models = [specs[name] for name in models_of(request, specs)]
    controls = read_controls(request.params.control) if models and request.task is not Task.ENLARGE else ()
    followers = models[0].controlnets if models and request.task is not Task.CONTROL else {}
    nets = [followers.get(control.kind) for control in controls]
    nets += [makers.net(control.kind) for control in controls if not control.ready]
    return [*models, *(net for net in nets if net)]
