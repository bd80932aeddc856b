"""A request in the words of other programs: a ComfyUI workflow, or the parameters that A1111 writes under a picture.

Knows the request and no files; pictures that it draws from are named, not read.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Literal

from gpu import comfyui
from gpu.errors import NotSupported
from gpu.loras import read_loras
from gpu.metadata import parameters
from gpu.types import GenerationRequest, InputRole, Record, Task

Format = Literal["comfyui", "a1111"]
SUFFIXES: dict[Format, str] = {"comfyui": ".json", "a1111": ".txt"}
KEPT = (InputRole.IMAGE, InputRole.MASK)
"""Roles that a workflow has nodes for; it is said which are left out."""


class Export(Record):
    """A file for another program."""

    name: str
    text: str
    pictures: dict[str, str] = {}
    """What the text calls a picture → where it is, relative to the data directory."""
    left_out: tuple[str, ...] = ()
    """Roles of pictures that the other program is not told of."""


def export(request: GenerationRequest, format: Format, checkpoint: str, index: int | None = None) -> Export:
    """The request for another program; `checkpoint` is the model's file there. Raises `NotSupported`."""
    if request.api_quality:
        raise NotSupported("error-export-api", model=request.params.model)
    if request.task is Task.VARY:
        raise NotSupported("error-export-vary")
    text = _comfyui(request, checkpoint, index) if format == "comfyui" else a1111(request, index or 1)
    pictures = [image for image in request.inputs if image.role in KEPT]
    return Export(
        name=f"easel-{request.job_id}{SUFFIXES[format]}",
        text=text,
        pictures={comfyui.input_name(request, PurePosixPath(image.path)): image.path.as_posix() for image in pictures},
        left_out=tuple(dict.fromkeys(image.role.value for image in request.inputs if image.role not in KEPT)),
    )


def a1111(request: GenerationRequest, index: int = 1) -> str:
    """The text to paste into A1111's prompt field."""
    params = request.params
    tags = " ".join(f"<lora:{name}:{weight:g}>" for name, weight in read_loras(params.lora))
    text = parameters(params.model_copy(update={"prompt": f"{params.prompt} {tags}".strip()}), index)
    return f"{text}, Denoising strength: {params.strength:g}" if request.of_role(InputRole.IMAGE) else text


def _comfyui(request: GenerationRequest, checkpoint: str, index: int | None) -> str:
    return json.dumps(comfyui.workflow(request, checkpoint, index), indent=2, ensure_ascii=False)
