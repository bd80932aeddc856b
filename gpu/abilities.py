"""What models of each family can do: one row of a table each.

The studio refuses by it before anything is queued, families before anything is drawn, and `LocalBackend` says it of
models that no worker has loaded yet. Knows no model library; `tests/gpu/test_abilities.py` holds the families to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from gpu.backend import ModelCapabilities
from gpu.errors import NotSupported
from gpu.params import NO_UPSCALER, GenerationParams, Scheduler
from gpu.references import KINDS, heard_by
from gpu.types import InputRole, ModelSpec, Task

AROUND = (Task.CONTROL, Task.ENLARGE)
"""Tasks that need no drawing: they look at whatever picture is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One family. What a flag says that is not here changes nothing, or is drawn by every family."""

    tasks: tuple[Task, ...] = (Task.IMAGINE, Task.VARY, Task.OUTPAINT, *AROUND)
    pictures: tuple[InputRole, ...] = (InputRole.IMAGE, InputRole.MASK)
    """Roles of pictures that it draws on."""
    nets: bool = True
    """Whether ControlNets and IP-Adapters can stand beside it; which ones do, a model's section says."""
    tile: bool = True
    """Whether it can let opposite edges meet."""
    loras: bool = True
    """Whether a line may name LoRAs."""
    redraws: bool = True
    """Whether it can draw over pictures that it has made: `--hires`, creative upscales."""
    schedulers: tuple[Scheduler, ...] = ()
    """The only samplers that it has; empty: all that can follow the model's noise schedule."""


UNET = Ability()
FLOW = Ability(
    tasks=(Task.IMAGINE, *AROUND), pictures=(), nets=False, tile=False, loras=False, redraws=False,
    schedulers=("Euler",),
)  # fmt: skip
"""A transformer that a pipeline of diffusers draws with. A flow has one road; "Euler" is what users know it by."""

ABILITIES: Mapping[str, Ability] = {
    "sdxl": UNET,
    "sd15": UNET,
    "sd3": FLOW,
    "flux": FLOW,
    "zimage": FLOW,
    "sdxl-refiner": Ability(tasks=(), pictures=(), nets=False),
    "sd-x4": Ability(tasks=(Task.ENLARGE,), pictures=(), nets=False),
    "openai": Ability(tasks=(Task.IMAGINE,), nets=False),  # flags that its API does not know, a note names
}
"""Family → what it can do. The keys of `gpu.layouts.LAYOUTS`, and `openai`."""


def ability(family: str) -> Ability:
    """The row; of an unknown family, whose models cannot be loaded anyway, the usual one."""
    return ABILITIES.get(family, UNET)


def capabilities_of(spec: ModelSpec) -> ModelCapabilities:
    """What can be said of a model before it is loaded."""
    able = ability(spec.family)
    beside = (InputRole.CONTROL, *heard_by(spec)) if able.nets else ()
    return ModelCapabilities(
        tasks=able.tasks, inputs=(*able.pictures, *beside), schedulers=able.schedulers, tile=able.tile,
        loras=able.loras, redraws=able.redraws,
    )  # fmt: skip


def require_family(spec: ModelSpec, roles: Iterable[InputRole]) -> None:
    """Raises `NotSupported` for a picture that no model of this family could use, whatever stands beside it."""
    able = ability(spec.family)
    beside = (InputRole.CONTROL, *KINDS) if able.nets else ()
    _require_roles(spec.name, (*able.pictures, *beside), roles)


def require(able: ModelCapabilities, task: Task, params: GenerationParams, roles: Collection[InputRole]) -> None:
    """Raises `NotSupported` for what such a model cannot do; `roles` are those of the pictures that are sent along."""
    model = params.model
    if task not in able.tasks:
        raise NotSupported("error-task", model=model, task=task)
    if task in AROUND:
        return
    _require_roles(model, able.inputs, [*roles, *([InputRole.CONTROL] if params.control else [])])
    if able.schedulers and params.scheduler not in able.schedulers:
        known = ", ".join(able.schedulers)
        raise NotSupported("error-scheduler-not-supported", scheduler=params.scheduler, schedulers=known)
    if params.upscaler not in (NO_UPSCALER, *able.upscalers):
        raise NotSupported("error-upscaler-not-supported", model=model, upscaler=params.upscaler)
    if params.tile and not able.tile:
        raise NotSupported("error-tile", model=model)
    if params.tile and params.upscaler != NO_UPSCALER:
        raise NotSupported("error-tile-upscaler", upscaler=params.upscaler)
    if params.lora and not able.loras:
        raise NotSupported("error-loras", model=model)
    if params.hires > 1 and not able.redraws:
        raise NotSupported("error-redraw", model=model)


def _require_roles(model: str, able: Collection[InputRole], roles: Iterable[InputRole]) -> None:
    if missing := next((role for role in roles if role not in able), None):
        raise NotSupported("error-input-role", model=model, role=missing)
