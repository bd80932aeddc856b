"""Few-step models: how each kind was distilled decides its steps, guidance and samplers. One row of a table each.

`few_steps = "lcm"` in a model's section of config.toml is the row; every key that stands there too counts instead.
Knows no model library. Numbers are those of the models' own cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

FewSteps = Literal["", "lcm", "lcm-lora", "turbo", "lightning", "hyper"]

_TRAILING = {"timestep_spacing": "trailing"}

KINDS: Mapping[str, Mapping[str, Any]] = {
    "lcm": {  # a UNet of its own that hears the guidance as a number, and so no negative prompt
        "num_inference_steps": 4, "min_steps": 2, "max_steps": 8,
        "guidance_scale": 8.0, "min_guidance": 1.0, "max_guidance": 14.0,
        "scheduler": "LCM", "schedulers": ("LCM",),
    },
    "lcm-lora": {
        "num_inference_steps": 6, "min_steps": 4, "max_steps": 8, "guidance_scale": 1.0, "max_guidance": 2.0,
        "scheduler": "LCM", "schedulers": ("LCM", "TCD"),
    },
    "turbo": {
        "num_inference_steps": 4, "max_steps": 4, "guidance_scale": 0.0, "max_guidance": 1.0,
        "scheduler": "Euler a", "schedulers": ("Euler a", "Euler", "LCM"), "scheduler_config": _TRAILING,
    },
    "lightning": {
        "num_inference_steps": 4, "min_steps": 4, "max_steps": 8, "guidance_scale": 1.0, "max_guidance": 1.5,
        "scheduler": "Euler", "schedulers": ("Euler",), "scheduler_config": _TRAILING,
    },
    "hyper": {
        "num_inference_steps": 8, "min_steps": 8, "max_steps": 12, "guidance_scale": 1.0, "max_guidance": 1.0,
        "scheduler": "DDIM", "schedulers": ("DDIM", "TCD"), "scheduler_config": _TRAILING,
    },
}  # fmt: skip

GUIDANCE_EMBEDDED = frozenset({"lcm"})
"""Kinds that take the guidance as a number: one row for each picture, and nothing unwanted is heard."""


def with_kind(section: Any) -> Any:
    """A model's section with what its kind adds; anything but a table is returned as it is, for others to refuse."""
    kind = section.get("few_steps") if isinstance(section, Mapping) else None
    return {**KINDS[kind], **section} if isinstance(kind, str) and kind in KINDS else section
