"""How fast a loaded model draws on this device, by trying it, which also warms it up."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from gpu.abilities import capabilities_of
from gpu.backend import ModelCapabilities
from gpu.device import synchronize
from gpu.gallery import Gallery
from gpu.params import GenerationParams
from gpu.phases import Draw, DrawState, Work
from gpu.schedulers import usable

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily

TRIED_ROWS = 8
"""The largest call that is timed; larger ones are hardly faster by the row, and the start should not take long."""
SLOW_SECONDS = 2.0
"""A single row that takes this long is not tried in larger calls: they would only hold up the start."""


def measure(family: UNetFamily, gallery: Gallery, clock: Callable[[], float]) -> ModelCapabilities:
    """Time the UNet at the model's own size, and what an image costs besides: decode, check, encode."""
    spec = family.spec
    side = max(round(math.sqrt(spec.pixels) / spec.multiple), 1) * spec.multiple
    params = GenerationParams(
        model=spec.name,
        width=side,
        height=side,
        num_images=1,
        guidance_scale=1.0,
        num_inference_steps=spec.num_inference_steps,
        scheduler=spec.scheduler,
    )
    state = Draw(family, params).prepare(Work())
    rows, seconds_per_row = _time_rows(family, state, clock)
    return capabilities_of(spec).model_copy(
        update={
            "schedulers": usable(family.components.scheduler_config),
            "max_rows": rows,
            "seconds_per_row": seconds_per_row,
            "overhead_seconds": _time_image(family, state, gallery, clock),
        }
    )


def _time_rows(family: UNetFamily, state: DrawState, clock: Callable[[], float]) -> tuple[int, float]:
    """The rows that fit one call, and the seconds of a row in a full one."""
    one = state.unet_rows()
    latent_pixels = state.latents[0, 0].numel()
    _time_call(family, state, one, clock)  # the first call chooses kernels
    alone = _time_call(family, state, one, clock)
    rows = min(family.max_rows(state.key, latent_pixels), TRIED_ROWS if alone < SLOW_SECONDS else 1)
    full = {name: row.repeat(rows, *[1] * (row.dim() - 1)) for name, row in one.items()}
    seconds = _time_call(family, state, full, clock) if rows > 1 else alone
    return family.max_rows(state.key, latent_pixels), seconds / rows


def _time_call(family: UNetFamily, state: DrawState, rows: Mapping[str, Tensor], clock: Callable[[], float]) -> float:
    started = clock()
    family.predict(state.key, rows)
    synchronize(family.device)
    return clock() - started


def _time_image(family: UNetFamily, state: DrawState, gallery: Gallery, clock: Callable[[], float]) -> float:
    family.decode(state.latents)  # the first one chooses kernels
    gallery.score(family.decode(state.latents))
    started = clock()
    image = family.decode(state.latents)
    gallery.score(image)
    image.save(io.BytesIO(), "PNG")
    return clock() - started
