"""A request in the words of other programs: a ComfyUI workflow, or the parameters that A1111 writes under a picture.

Knows the request and no files; pictures that it draws from are named, not read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from gpu import comfyui
from gpu.comfyui_control import SUFFIX, NetName, by_hand
from gpu.comfyui_larger import FILES
from gpu.embeddings import EmbeddingFile, replaced
from gpu.errors import NotSupported
from gpu.loras import read_loras
from gpu.metadata import parameters
from gpu.params import NO_UPSCALER, UpscalerName
from gpu.types import GenerationRequest, InputRole, Record, Task

Format = Literal["comfyui", "a1111"]
SUFFIXES: dict[Format, str] = {"comfyui": ".json", "a1111": ".txt"}
KEPT = (InputRole.IMAGE, InputRole.MASK, InputRole.CONTROL)
"""Roles that other programs are told of; it is said which are left out."""

EMBEDDING: dict[Format, str] = {"comfyui": "embedding:{}", "a1111": "{}"}
"""How a prompt names one there."""
NO_EMBEDDINGS: Mapping[str, EmbeddingFile] = {}
REFUSED = {
    Task.VARY: "error-export-vary", Task.SHEET: "error-export-sheet", Task.CONTROL: "error-export-control",
}  # fmt: skip
A1111_UPSCALERS: dict[UpscalerName, str] = {
    "none": "Latent", "realesrgan": "R-ESRGAN 4x+", "anime": "R-ESRGAN 4x+ Anime6B", "video": "R-ESRGAN AnimeVideo",
    "sd-x4": "R-ESRGAN 4x+",
}  # fmt: skip
"""Its own names; "video" must be put into its folder ESRGAN, and for SD x4 its nearest stands here."""


class Export(Record):
    """A file for another program."""

    name: str
    text: str
    pictures: dict[str, str] = {}
    """What the text calls a picture → where it is, relative to the data directory."""
    left_out: tuple[str, ...] = ()
    """Roles of pictures that the other program is not told of."""
    by_hand: tuple[str, ...] = ()
    """Kinds of control images that must be made there of the pictures that go along."""
    needs: str = ""
    """The network for larger pictures that the other program must have, or be given by hand."""


def export(
    request: GenerationRequest,
    format: Format,
    checkpoint: str,
    index: int | None = None,
    embeddings: Mapping[str, EmbeddingFile] = NO_EMBEDDINGS,
    nets: Mapping[str, NetName] = comfyui.NO_NETS,
) -> Export:
    """The request for another program; `checkpoint` is the model's file there. Raises `NotSupported`.

    `embeddings`: those that the model heard in the prompt; `nets`: its ControlNets.
    """
    if request.api_quality:
        raise NotSupported("error-export-api", model=request.params.model)
    if request.task in REFUSED:
        raise NotSupported(REFUSED[request.task])
    if format == "a1111" and request.task is Task.ENLARGE:
        raise NotSupported("error-export-enlarge", upscaler=A1111_UPSCALERS[request.upscaler])
    request = _naming(request, embeddings, EMBEDDING[format])
    text = _comfyui(request, checkpoint, index, nets) if format == "comfyui" else a1111(request, index or 1, nets)
    pictures = [image for image in request.inputs if image.role in KEPT]
    return Export(
        name=f"easel-{request.job_id}{SUFFIXES[format]}",
        text=text,
        pictures={comfyui.input_name(request, PurePosixPath(image.path)): image.path.as_posix() for image in pictures},
        by_hand=by_hand(request) if format == "comfyui" else (),
        needs=_needs(request, format),
        left_out=tuple(dict.fromkeys(image.role.value for image in request.inputs if image.role not in KEPT)),
    )


def _naming(request: GenerationRequest, files: Mapping[str, EmbeddingFile], pattern: str) -> GenerationRequest:
    """The same with the embeddings of its prompts named as the other program names them."""
    texts = {
        name: replaced(getattr(request.params, name), files, lambda file: pattern.format(file.name))
        for name in ("prompt", "negative_prompt")
    }
    return request.model_copy(update={"params": request.params.model_copy(update=texts)})


def a1111(request: GenerationRequest, index: int = 1, nets: Mapping[str, NetName] = comfyui.NO_NETS) -> str:
    """The text to paste into A1111's prompt field."""
    params = request.params
    tags = " ".join(f"<lora:{name}:{weight:g}>" for name, weight in read_loras(params.lora))
    tagged = params.model_copy(update={"prompt": f"{params.prompt} {tags}".strip()})
    text = parameters(tagged, index, {kind: net.file.removesuffix(SUFFIX) for kind, net in nets.items()})
    ours, theirs = f"Hires upscaler: {params.upscaler}", f"Hires upscaler: {A1111_UPSCALERS[params.upscaler]}"
    text = text.replace(ours, theirs) if params.hires > 1 else text.replace(f"{ours}, ", "")
    if request.of_role(InputRole.IMAGE):
        return f"{text}, Denoising strength: {params.strength:g}"
    return f"{text}, Denoising strength: {params.hires_strength:g}" if params.hires > 1 else text


def _needs(request: GenerationRequest, format: Format) -> str:
    """A1111 enlarges by itself only behind a second pass."""
    upscaler = request.upscaler if request.task is Task.ENLARGE else request.params.upscaler
    if upscaler == NO_UPSCALER or (format == "a1111" and request.params.hires > 1):
        return ""
    return FILES[upscaler] if format == "comfyui" else A1111_UPSCALERS[upscaler]


def _comfyui(request: GenerationRequest, checkpoint: str, index: int | None, nets: Mapping[str, NetName]) -> str:
    return json.dumps(comfyui.workflow(request, checkpoint, index, nets), indent=2, ensure_ascii=False)
