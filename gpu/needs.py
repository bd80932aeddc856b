"""What must be on this disk before a request is drawn: models, and nets beside them. Loads nothing."""

from __future__ import annotations

from collections.abc import Mapping

from gpu.controls import read_controls
from gpu.types import ControlMakers, GenerationRequest, ModelSpec, NetSpec, Task


def models_of(request: GenerationRequest, specs: Mapping[str, ModelSpec]) -> list[str]:
    """Those that draw a request, one after the other."""
    return [model for model in (request.params.model, refiner_of(request, specs)) if model in specs]


def refiner_of(request: GenerationRequest, specs: Mapping[str, ModelSpec]) -> str:
    """The model that draws the last part, or "": only what is drawn from noise is refined."""
    spec = specs.get(request.params.model)
    drawn = request.task is Task.IMAGINE and not request.inputs
    return spec.refiner if spec and drawn and spec.refiner in specs else ""


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
