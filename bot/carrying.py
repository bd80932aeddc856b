"""Which pictures of a finished job go on to what is made of its result, beside the result itself.

    vary, re-roll        control images and pictures that are listened to: all of them (bot/studio.py)
    remix, region        control images as far as the line still has --control; what its model can listen to
    zoom, pan, square    what is listened to; control images say nothing of what is around a picture, and a note says so

Knows requests and lines, no file and no queue.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from bot.prompt.parser import ParsedPrompt, format_line
from gpu.controls import Control, read_controls
from gpu.references import KINDS, heard_by
from gpu.types import GenerationRequest, InputImage, InputRole, ModelSpec, Note

LEFT_AROUND = Note(id="note-control-around")
LEFT_GONE = Note(id="note-control-gone")


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes on, and what is said of the rest."""

    images: tuple[InputImage, ...] = ()
    notes: tuple[Note, ...] = ()
    without_control: bool = False
    """The line must lose its `--control`."""


def carried(
    request: GenerationRequest, parsed: ParsedPrompt, spec: ModelSpec, brought: Collection[InputRole], *,
    around: bool, inherited: bool,
) -> Carried:  # fmt: skip
    """What goes from a job to a line; `brought` are roles of pictures that the line brings itself.

    `around`: what is around the picture is drawn. `inherited`: `--control` stood in the job's own line already.
    """
    heard, notes = _heard(request, spec, brought)
    controls = read_controls(parsed.chosen.get("control", ""))
    if around and (controls or request.params.control):
        return Carried(heard, (*notes, LEFT_AROUND), bool(controls))
    followed = _followed(request, controls) if InputRole.CONTROL not in brought else ()
    if controls and inherited and not followed and InputRole.CONTROL not in brought:
        return Carried(heard, (*notes, LEFT_GONE), True)
    return Carried((*followed, *heard), notes)


def uncontrolled(parsed: ParsedPrompt) -> str:
    """The line without `--control`."""
    chosen: dict[str, Any] = {name: value for name, value in parsed.chosen.items() if name != "control"}
    return format_line(parsed.prompt, chosen)


def _followed(request: GenerationRequest, controls: tuple[Control, ...]) -> tuple[InputImage, ...]:
    """One control image for all, or for each control that of its kind."""
    images = request.of_role(InputRole.CONTROL)
    if len(images) < 2 or not controls:
        return images if controls else ()
    kinds = [control.kind for control in read_controls(request.params.control)]
    return tuple(images[kinds.index(control.kind) if control.kind in kinds else 0] for control in controls)


def _heard(
    request: GenerationRequest, spec: ModelSpec, brought: Collection[InputRole]
) -> tuple[tuple[InputImage, ...], tuple[Note, ...]]:
    """What the model listens to, in the place of nothing that the line brings."""
    there = [image for role in KINDS if role not in brought for image in request.of_role(role)]
    able = heard_by(spec)
    heard = tuple(image for image in there if image.role in able)
    deaf = (Note(id="note-references-left", facts={"model": spec.name}),) if len(heard) < len(there) else ()
    return heard, deaf
