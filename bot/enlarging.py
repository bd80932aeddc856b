"""What an upscale is asked for: the picture to enlarge, how, and how large it may be.

Reads files and blocks: the studio calls it in a thread. Knows no queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Config
from bot.inputs import ALONE, Inherited, Picture, Prepared
from bot.prompt.negative import default_negative
from bot.prompt.parser import format_line
from gpu.abilities import ability
from gpu.backend import Capabilities, enlarge_seconds
from gpu.canvas import opaque
from gpu.errors import InputError, NotSupported
from gpu.inputs import normalise
from gpu.params import NO_UPSCALER, GenerationParams, UpscalerName
from gpu.types import GenerationRequest, InputRole, ModelSpec, Note, Task
from storage.images import ImageFiles
from storage.models import Job, StoredImage

SCALE = 4
"""Of every upscaler."""
MOST_PIXELS = 8192 * 8192
"""Of a result: a PNG of a hundred megabytes."""
CONTROL_SECONDS = 3.0
"""Of making a control image."""
CREATIVE_AREA = 1.5
"""The largest picture into which details are drawn, in areas that the model was made for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a picture is enlarged."""

    upscaler: UpscalerName
    creative: bool = False
    prompt: str = ""
    """What the picture shows, for upscalers that hear it; empty: what it was drawn from."""
    noise_level: int | None = None
    """For the same upscalers; None: as the picture's line says, or the usual."""


def require(config: Config, upscaler: str) -> None:
    """Raises `NotSupported` for one that is a model which is not configured."""
    if not config.enlarges(upscaler):
        raise NotSupported("error-upscaler-model", upscaler=upscaler)


def of_image(parent: Job, image: StoredImage, files: ImageFiles, config: Config, wish: Wish) -> dict[str, Any]:
    """What is queued for a picture of a job: params, text, extra, inputs. Raises `InputError`."""
    old = parent.request.params
    done = {"upscaler": NO_UPSCALER, "hires": 1.0}
    params = old.model_copy(update={**ALONE, **done, **_told(wish), "seed": image.seed, "num_images": 1})
    spec = config.models.get(params.model)
    if spec is None:  # an API drew it
        spec = config.models[config.default_model]
        params = _plain(spec, image.seed, **{"prompt": params.prompt, **_told(wish)})
    latents = Path(image.latents) if image.latents and files.exists(image.latents) else None
    data = files.absolute(image.path).read_bytes()
    extra = {**_how(config, wish), "parent": parent.id, "start_latents": latents}
    return {"params": params, "text": parent.text, "extra": extra, "inputs": _prepared(data, params, spec, wish)}


def of_file(data: bytes, seed: int, config: Config, wish: Wish) -> dict[str, Any]:
    """The same for a picture that was sent. Raises `InputError`."""
    spec = config.models[config.default_model]
    params = _plain(spec, seed, **_told(wish))
    text = format_line(wish.prompt, {"upscaler": wish.upscaler})
    return {"params": params, "text": text, "extra": _how(config, wish), "inputs": _prepared(data, params, spec, wish)}


def again(job: Job, seed: int) -> dict[str, Any]:
    """The same once more, with another seed; it matters only where details are drawn."""
    old = job.request
    kept = ("upscaler", "strength", "parent", "start_latents", "notes")
    extra = {name: getattr(old, name) for name in kept}
    params = old.params.model_copy(update={"seed": seed})
    return {"params": params, "text": job.text, "extra": extra, "inputs": Inherited(old.inputs)}


def _prepared(data: bytes, params: GenerationParams, spec: ModelSpec, wish: Wish) -> Prepared:
    """Raises `InputError` for what is no picture, or too large a one, `NotSupported` for details that its model cannot.
    """
    if wish.creative and not ability(spec.family).redraws:
        raise NotSupported("error-redraw", model=spec.name)
    image = opaque(normalise(data))
    most = int(CREATIVE_AREA * spec.pixels) if wish.creative else MOST_PIXELS // SCALE**2
    if image.width * image.height > most:
        side = int(most**0.5)
        raise InputError("error-enlarge-pixels", width=image.width, height=image.height, side=side)
    return Prepared(params, (Picture(InputRole.IMAGE, image),))


def _how(config: Config, wish: Wish) -> dict[str, Any]:
    note = Note(id="note-creative" if wish.creative else "note-enlarged", facts={"upscaler": wish.upscaler})
    strength = config.upscale.strength if wish.creative else 0.0
    return {"upscaler": wish.upscaler, "strength": strength, "notes": (note,)}


def _told(wish: Wish) -> dict[str, Any]:
    """What the wish says beyond the picture's own line."""
    level = {} if wish.noise_level is None else {"noise_level": wish.noise_level}
    return {**({"prompt": wish.prompt} if wish.prompt else {}), **level}


def _plain(spec: ModelSpec, seed: int, **told: Any) -> GenerationParams:
    """What a picture from elsewhere is drawn over with."""
    own = ("num_inference_steps", "guidance_scale", "scheduler")
    settings = {name: getattr(spec, name) for name in own} | {"negative_prompt": default_negative(spec)}
    return GenerationParams(model=spec.name, seed=seed, num_images=1, **settings, **told)


def estimate(request: GenerationRequest, capabilities: Capabilities) -> float:
    """Device seconds that the request will probably cost, by its task."""
    if request.task is Task.CONTROL:
        return CONTROL_SECONDS
    whole = capabilities.estimate(request.params)
    if request.task is Task.ENLARGE:
        return whole * request.strength + enlarge_seconds(request.upscaler)
    return whole * (request.strength if request.task is Task.VARY else 1.0)
