"""Pictures beside the words: which of those that were sent are listened to, how much each counts, and what is missing.

    style_image, --sref, --sw        needs a style adapter
    character_image, --cref, --cw    needs a character adapter
    image, a link, --iw              an image prompt where the model has an image adapter; else it is drawn on

Knows no queue, no Discord and no pixel.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gpu.errors import InputError, NotSupported
from gpu.params import BY_NAME, GenerationParams
from gpu.references import KINDS
from gpu.types import InputRole, ModelSpec, Note

if TYPE_CHECKING:
    from bot.inputs import Picture

DRAWN_ON = ("strength", "mask", "zoom", "pan", "square")
"""Parameters that say that the picture is drawn on, not listened to."""
FLAGS = {
    InputRole.STYLE: ("style_references", "style_weight"),
    InputRole.CHARACTER: ("character_references", "character_weight"),
}
"""Role → the weights of its pictures, and how loud they are together."""
HEARD = ("image_weight", *(name for names in FLAGS.values() for name in names))
"""Parameters that a variation keeps with the pictures."""


def named(params: GenerationParams, chosen: Collection[str]) -> list[InputRole]:
    """Roles of the pictures that a line speaks of, whether they were sent or not."""
    heard = [role for role, names in FLAGS.items() if any(name in chosen for name in names)]
    return [*heard, *([InputRole.CONTROL] if params.control else [])]


def fit(
    params: GenerationParams, pictures: Sequence[Picture], chosen: Collection[str], spec: ModelSpec
) -> tuple[list[Picture], tuple[Note, ...]]:
    """The pictures, each with its role and weight. Raises `InputError`, `NotSupported` for what cannot be heard."""
    pictures, notes = _prompts(params, pictures, chosen, spec)
    if any(picture.role is InputRole.PROMPT for picture in pictures) and "image" not in spec.ip_adapters:
        raise NotSupported("error-adapter-image", model=spec.name)
    if any(picture.role is InputRole.IMAGE and picture.weight != 1 for picture in pictures):
        raise InputError("error-link-drawn-on")
    for role, names in FLAGS.items():
        flags = [BY_NAME[name].flag for name in names if name in chosen]
        count = sum(picture.role is role for picture in pictures)
        if (count or flags) and KINDS[role] not in spec.ip_adapters:
            raise NotSupported(f"error-adapter-{KINDS[role]}", model=spec.name)
        if flags and not count:
            raise InputError(f"error-reference-{KINDS[role]}", flag=flags[0])
        pictures = _weighted(pictures, role, getattr(params, names[0]), BY_NAME[names[0]].flag)
    return list(pictures), notes


def _prompts(
    params: GenerationParams, pictures: Sequence[Picture], chosen: Collection[str], spec: ModelSpec
) -> tuple[Sequence[Picture], tuple[Note, ...]]:
    """Where the model can listen to it, a picture that is not drawn on says what is drawn."""
    drawn_on = any(name in chosen for name in DRAWN_ON) or any(p.role is InputRole.MASK for p in pictures)
    if "image" not in spec.ip_adapters or drawn_on or all(p.role is not InputRole.IMAGE for p in pictures):
        return pictures, ()
    heard = [replace(p, role=InputRole.PROMPT) if p.role is InputRole.IMAGE else p for p in pictures]
    return heard, (Note(id="note-image-prompt", facts={"weight": params.image_weight}),)


def _weighted(pictures: Sequence[Picture], role: InputRole, written: str, flag: str) -> Sequence[Picture]:
    """The weights as they were written, in order; one for all is one for each."""
    weights = [float(number) for number in written.split(",") if number.strip()]
    count = sum(picture.role is role for picture in pictures)
    if not weights or not count:
        return pictures
    if len(weights) not in (1, count):
        raise InputError("error-reference-count", flag=flag, weights=len(weights), pictures=count)
    left = iter(weights * count if len(weights) == 1 else weights)
    return [replace(picture, weight=next(left)) if picture.role is role else picture for picture in pictures]
