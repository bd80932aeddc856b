"""The samplers: a name that users type → a diffusers class and what distinguishes it.

A sampler is always built from the *model's own* scheduler config, never from another sampler: prediction type, zero
terminal SNR and spacing then survive every choice, and nothing (Karras, solver order …) leaks from one into the next.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    DPMSolverSinglestepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    LCMScheduler,
    LMSDiscreteScheduler,
    TCDScheduler,
    UniPCMultistepScheduler,
)

from gpu.errors import NotSupported

SCHEDULERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    # Both by the single-step solver: diffusers' other DPM++ SDE takes its noise from nobody's seed.
    "DPM++ SDE": (DPMSolverSinglestepScheduler, {"algorithm_type": "sde-dpmsolver++", "lower_order_final": True}),
    "DPM++ single": (DPMSolverSinglestepScheduler, {"algorithm_type": "dpmsolver++", "lower_order_final": True}),
    # DDIM's own defaults clip latents to ±1 and end on a noiseless step that latent models were not trained for.
    "DDIM": (DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "UniPC": (UniPCMultistepScheduler, {}),
    "Heun": (HeunDiscreteScheduler, {}),
    "LMS": (LMSDiscreteScheduler, {}),
    "LCM": (LCMScheduler, {}),
    "TCD": (TCDScheduler, {}),
}
"""Keys are the values of `gpu.params.Scheduler`. A new sampler is one line here and one word there."""


NEEDS = ("rescale_betas_zero_snr",)
"""Parts of a noise schedule that not every sampler knows: without them it draws from another one, and badly."""


def usable(original: Mapping[str, Any]) -> tuple[str, ...]:
    """The samplers that can follow a model's noise schedule."""
    needed = {name for name in NEEDS if original.get(name)}
    return tuple(name for name, (cls, _) in SCHEDULERS.items() if needed <= {*inspect.signature(cls).parameters})


def build(name: str, original: Mapping[str, Any]) -> Any:
    """A fresh sampler `name` for a model whose scheduler config is `original`; the caller owns its state.

    Raises `NotSupported` when it cannot follow the model's noise schedule.
    """
    if name not in (known := usable(original)):
        raise NotSupported("error-scheduler-not-supported", scheduler=name, schedulers=", ".join(known))
    cls, extra = SCHEDULERS[name]
    return cls.from_config(dict(original), **extra)
