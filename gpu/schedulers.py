"""The samplers: a name that users type → a diffusers class and what distinguishes it.

A sampler is always built from the *model's own* scheduler config, never from another sampler: prediction type, zero
terminal SNR and spacing then survive every choice, and nothing (Karras, solver order …) leaks from one into the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
    UniPCMultistepScheduler,
)

SCHEDULERS: dict[str, tuple[Any, dict[str, Any]]] = {
    "Euler": (EulerDiscreteScheduler, {}),
    "Euler a": (EulerAncestralDiscreteScheduler, {}),
    "DPM++ 2M": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "DPM++ 2M Karras": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": True}),
    # DDIM's own defaults clip latents to ±1 and end on a noiseless step that latent models were not trained for.
    "DDIM": (DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "UniPC": (UniPCMultistepScheduler, {}),
    "LCM": (LCMScheduler, {}),
}
"""Keys are the values of `gpu.params.Scheduler`. A new sampler is one line here and one word there."""


def build(name: str, original: Mapping[str, Any]) -> Any:
    """A fresh sampler `name` for a model whose scheduler config is `original`; the caller owns its state."""
    cls, extra = SCHEDULERS[name]
    return cls.from_config(dict(original), **extra)
