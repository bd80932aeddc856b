"""The contract between the dispatcher and whatever draws: local processes, other machines, a paid API.

A backend knows no user, no queue and no Discord.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gpu.errors import BackendError
from gpu.params import ENLARGERS, NO_UPSCALER, UPSCALER_NAMES, GenerationParams
from gpu.types import GenerationRequest, GenerationResult, InputRole, Progress, Record, Task

ENLARGE_SECONDS = 10.0
"""Of one picture, by an upscaler on a CPU: a guess until it has run."""
MODEL_SECONDS = 120.0
"""Of one picture, by an upscaler that is a model, on a GPU: 80 windows of a square megapixel by 30 steps of 50 ms."""

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Failed:
    """A job that ended without a result."""

    job_id: str
    error: BackendError


Event = Progress | GenerationResult | Failed
"""What an engine's tick reports; a job's last event is a `GenerationResult` or a `Failed`."""


class ModelCapabilities(Record):
    """What one model can do on this backend, measured at warm-up where it can be."""

    tasks: tuple[Task, ...] = tuple(Task)
    schedulers: tuple[str, ...] = ()
    inputs: tuple[InputRole, ...] = (InputRole.IMAGE, InputRole.MASK, InputRole.CONTROL)
    """Roles of pictures that it can draw from."""
    upscalers: tuple[str, ...] = tuple(UPSCALER_NAMES)
    """What can make pictures larger here."""
    tile: bool = True
    """Whether it can let opposite edges meet."""
    loras: bool = True
    """Whether a line may name LoRAs."""
    redraws: bool = True
    """Whether it can draw over pictures that it has made: `--hires`."""
    max_rows: int = 8
    """UNet rows of the model's own size that fit the device in one call; a guided image is two rows."""
    seconds_per_row: float = 1.0
    """Device time of one row of one step at the model's own pixel budget, in a full batch."""
    overhead_seconds: float = 0.5
    """Device time of one image outside the steps: decode, check, write."""


class Capabilities(Record):
    """What a backend can do now."""

    pool: str
    """Queue pool it draws from: `local`, `openai` …"""
    slots: int = 1
    """Jobs it takes at a time; the dispatcher keeps it filled up to here."""
    models: dict[str, ModelCapabilities] = {}
    device: str = ""

    def estimate(self, params: GenerationParams) -> float:
        """Device seconds that the request will cost, before it ran."""
        model = self.models.get(params.model, ModelCapabilities())
        rows = params.num_images * (2 if params.guidance_scale > 1 else 1)
        again = params.hires**2 * params.hires_strength if params.hires > 1 else 0.0
        steps = params.calls * (params.strength + again)
        each = model.overhead_seconds + enlarge_seconds(params.upscaler)
        return rows * steps * model.seconds_per_row + params.num_images * each


def enlarge_seconds(upscaler: str) -> float:
    """Device time of one larger picture, before any was made."""
    if upscaler == NO_UPSCALER:
        return 0.0
    return MODEL_SECONDS if upscaler in ENLARGERS else ENLARGE_SECONDS


class Backend(Protocol):
    """Draws requests. `generate` runs concurrently for up to `capabilities.slots` jobs."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do now; changes when workers come and go."""
        ...

    async def start(self) -> None:
        """Get ready to draw. Raises `ModelError` when the default model cannot be loaded."""
        ...

    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GenerationResult:
        """Draw one job. Raises a `BackendError`; `JobCancelled` after `cancel`."""
        ...

    async def cancel(self, job_id: str) -> None:
        """Stop a job within one step. Unknown ids are ignored: it may just have ended."""
        ...

    async def close(self) -> None:
        """Stop drawing and free the device."""
        ...
