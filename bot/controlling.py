"""What control images are asked for: whether they go with the flags and the model, and one to be looked at.

Reads pictures and blocks: the studio calls it in a thread. Knows no queue and no Discord.
"""

from __future__ import annotations

from typing import Any

from bot.config import Config
from gpu.canvas import opaque
from gpu.controls import Control, read_controls
from gpu.errors import InputError, NotSupported
from gpu.inputs import normalise
from gpu.params import GenerationParams
from gpu.types import InputRole, ModelSpec, Note

PRECISE = "precise"
"""The quality that is meant to be drawn after a control image."""
LONGEST_SIDE = 1536
"""Of a picture whose control image is looked at."""


def notes(params: GenerationParams, pictures: int, spec: ModelSpec) -> tuple[Note, ...]:
    """What a user should know. Raises `InputError`, `NotSupported` where flags, pictures and model do not match."""
    controls = read_controls(params.control)
    if controls and not pictures:
        raise InputError("error-control-missing")
    if pictures and not controls:
        raise InputError("error-control-kind")
    if pictures not in (min(len(controls), 1), len(controls)):
        raise InputError("error-control-count", controls=len(controls), pictures=pictures)
    for control in controls:
        if control.kind not in spec.controlnets:
            known = ", ".join(spec.controlnets) or "–"
            raise NotSupported("error-control-net", model=spec.name, kind=control.kind, known=known)
    return (Note(id="note-precise"),) if params.quality == PRECISE and not controls else ()


def order(data: bytes, kind: str, config: Config) -> dict[str, Any]:
    """What is queued for a control image alone: params, text, extra, inputs. Raises `InputError`."""
    from bot.inputs import Picture, Prepared  # it asks this module about flags

    image = opaque(normalise(data))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    params = GenerationParams(
        model=config.default_model, control=str(Control(kind)), num_images=1, num_inference_steps=1,
        width=image.width, height=image.height,
    )  # fmt: skip
    prepared = Prepared(params, (Picture(InputRole.CONTROL, image),))
    extra = {"notes": (Note(id="note-control-shown", facts={"kind": kind}),)}
    return {"params": params, "text": f"--control {kind}", "extra": extra, "inputs": prepared}
