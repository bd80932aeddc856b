"""What a job draws from: the pictures that were sent along, made into exactly what the worker needs.

The start picture is cut to the size that is drawn, and a mask of the same size lies beside it; flags such as `--zoom`
lay it on a larger canvas first. All of it is Pillow's work and blocks, so the studio calls it in a thread. Knows no
Discord, no queue and no model.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from PIL import Image

from bot import controlling, referring
from bot.prompt.aspect import clamp, find_ratio
from bot.prompt.resolve import drawn_size
from gpu import canvas
from gpu.abilities import require_family
from gpu.errors import InputError
from gpu.inputs import normalise
from gpu.params import BY_NAME, GenerationParams
from gpu.types import InputImage, InputRole, ModelSpec, Note
from storage.images import ImageFiles

MAX_INPUTS = 8
LEAST_STRENGTH = 0.1
"""What the highest `--iw` leaves to be drawn anew."""
OUTWARDS_STRENGTH = 0.75
"""Around a picture, its drawn-out edges are a start: without them a model that knows no mask begins another picture."""
LONGEST_SIDE = 2048
"""Of a picture that is looked at and not drawn on."""
NEED_A_PICTURE = ("strength", "image_weight", "mask", "zoom", "pan", "square")
"""Parameters that say what is done with a picture."""
ALONE = {name: BY_NAME[name].default for name in (*NEED_A_PICTURE, "control")}
"""Their values where there is none."""


class Inputs(Protocol):
    """The pictures of a job that is about to be queued."""

    @property
    def roles(self) -> Sequence[InputRole]:
        """What they are for."""
        ...

    def store(self, files: ImageFiles, job_id: str) -> tuple[InputImage, ...]:
        """Write them as the inputs of a job. Raises `InputError`, `OSError`."""
        ...


@dataclass(frozen=True, slots=True)
class NewInput:
    """A file as it was sent."""

    role: InputRole
    data: bytes
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that can be used: upright, RGB or RGBA, of any size."""

    role: InputRole
    image: Image.Image
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """The pictures that are stored with a job, and what follows from them for its parameters."""

    params: GenerationParams
    pictures: tuple[Picture, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def roles(self) -> Sequence[InputRole]:
        """What they are for."""
        return [picture.role for picture in self.pictures]

    def store(self, files: ImageFiles, job_id: str) -> tuple[InputImage, ...]:
        """Write them as the inputs of a job. Raises `OSError`."""
        return tuple(
            InputImage(
                role=picture.role, path=files.store_input(job_id, number, _png(picture.image)), weight=picture.weight
            )
            for number, picture in enumerate(self.pictures, 1)
        )


@dataclass(frozen=True, slots=True)
class Inherited:
    """The pictures of another job, drawn from once more."""

    images: tuple[InputImage, ...]

    @property
    def roles(self) -> Sequence[InputRole]:
        """What they are for."""
        return [image.role for image in self.images]

    def store(self, files: ImageFiles, job_id: str) -> tuple[InputImage, ...]:
        """Give them to a job. Raises `InputError` when one is gone."""
        try:
            return tuple(
                image.model_copy(update={"path": files.copy_input(image.path, job_id, number)})
                for number, image in enumerate(self.images, 1)
            )
        except FileNotFoundError as error:
            raise InputError("error-input-gone") from error


def read(inputs: Sequence[NewInput]) -> list[Picture]:
    """Decode what was sent. Raises `InputError`."""
    if len(inputs) > MAX_INPUTS:
        raise InputError("error-input-many", limit=MAX_INPUTS)
    return [Picture(new.role, normalise(new.data), new.weight) for new in inputs]


def prepare(
    params: GenerationParams, pictures: Sequence[Picture], chosen: Collection[str], spec: ModelSpec
) -> Prepared:
    """Fit the pictures to a request; `chosen` names the parameters that were written.

    Raises `InputError`, and `NotSupported` for a picture that the model cannot follow or listen to.
    """
    require_family(spec, [picture.role for picture in pictures] + referring.named(params, chosen))
    pictures, hearing = referring.fit(params, pictures, chosen, spec)
    starts = [picture for picture in pictures if picture.role is InputRole.IMAGE]
    looked_at = [picture for picture in pictures if picture.role not in (InputRole.IMAGE, InputRole.MASK)]
    guiding = controlling.notes(params, len([p for p in looked_at if p.role is InputRole.CONTROL]), spec)
    if len(starts) > 1:
        raise InputError("error-input-starts")
    if not starts:
        _need_no_picture(pictures, chosen)
        return Prepared(params, _beside(looked_at, params), (*hearing, *guiding))
    start = starts[0].image
    params = params.model_copy(update=_own_size(start, params, chosen, spec))
    base, mask = _drawn_on(start, _given_mask(pictures), params, spec)
    strength, notes = _strength(params, chosen, spec, masked=mask is not None)
    params = params.model_copy(update={"width": base.width, "height": base.height, "strength": strength})
    masks = [Picture(InputRole.MASK, mask)] if mask else []
    return Prepared(params, (replace(starts[0], image=base), *masks, *_beside(looked_at, params)), (*notes, *guiding))


def _need_no_picture(pictures: Sequence[Picture], chosen: Collection[str]) -> None:
    if any(picture.role is InputRole.MASK for picture in pictures):
        raise InputError("error-input-mask-alone")
    for name in NEED_A_PICTURE:
        if name in chosen and (name != "image_weight" or not pictures):
            raise InputError("error-input-missing", flag=BY_NAME[name].flag)


def _own_size(start: Image.Image, params: GenerationParams, chosen: Collection[str], spec: ModelSpec) -> dict[str, Any]:
    """The picture's own shape, unless `--ar` asks for another; its very size where the model draws that."""
    if "aspect_ratio" in chosen:
        return {}
    legal = start.size in spec.sizes if spec.sizes else not any(side % spec.multiple for side in start.size)
    near = 0.5 * spec.pixels <= start.width * start.height <= canvas.MAX_GROWTH * spec.pixels
    ratio = _ratio(start.size)
    width, height = start.size if legal and near else drawn_size(ratio, spec)
    return {"aspect_ratio": ratio, "width": width, "height": height}


def _ratio(sides: canvas.Size) -> str:
    """Spelt as `--ar` spells it, and not too long for a model."""
    width, height = sides
    found = find_ratio(f"{width}x{height}")
    return clamp(found[0]) if found else "1:1"


def _given_mask(pictures: Sequence[Picture]) -> Image.Image | None:
    masks = [picture.image for picture in pictures if picture.role is InputRole.MASK]
    if len(masks) > 1:
        raise InputError("error-input-masks")
    return canvas.opaque(masks[0]).convert("L") if masks else None


def _drawn_on(
    start: Image.Image, mask: Image.Image | None, params: GenerationParams, spec: ModelSpec
) -> tuple[Image.Image, Image.Image | None]:
    """The picture that is drawn on, and the mask of what is redrawn; both of the size of the result."""
    sides = (params.width, params.height)
    if params.mask:
        mask = canvas.region(params.mask, start)
        if mask is None:
            raise InputError("error-input-region", written=params.mask[:60])
    base = canvas.opaque(canvas.cut(start, sides))
    if frame := _frame(params, spec):
        return canvas.lay(base, frame)
    return base, mask and _cut_mask(mask, start.size, sides)


def _cut_mask(mask: Image.Image, picture: canvas.Size, sides: canvas.Size) -> Image.Image:
    """Cut as its picture is cut, whatever its own size is."""
    return canvas.cut(mask if mask.size == picture else mask.resize(picture), sides)


def _frame(params: GenerationParams, spec: ModelSpec) -> canvas.Frame | None:
    sides = (params.width, params.height)
    if params.zoom > 1:
        return canvas.zoomed(sides, params.zoom)
    if params.pan != "none":
        return canvas.panned(sides, params.pan, pixels=spec.pixels, multiple=spec.multiple)
    if params.square:
        return canvas.squared(sides, pixels=spec.pixels, multiple=spec.multiple)
    return None


def _strength(
    params: GenerationParams, chosen: Collection[str], spec: ModelSpec, *, masked: bool
) -> tuple[float, tuple[Note, ...]]:
    """What was written; else all of a masked part, or what `--iw` leaves of a picture."""
    if "strength" in chosen:
        return params.strength, ()
    if masked and "image_weight" not in chosen:
        outwards = params.zoom > 1 or params.pan != "none" or params.square
        return (OUTWARDS_STRENGTH if outwards else 1.0), ()
    strength = max(round(1 - params.image_weight / 3, 3), LEAST_STRENGTH)
    facts = {"weight": params.image_weight, "strength": strength}
    why = "note-image-weight-drawn" if "image" in spec.ip_adapters else "note-image-weight"
    return strength, (Note(id=why, facts=facts),) if "image_weight" in chosen else ()


def _beside(pictures: Sequence[Picture], params: GenerationParams) -> tuple[Picture, ...]:
    """Control images are cut to what is drawn; other pictures keep their shape."""
    sides = (params.width, params.height)
    return tuple(
        replace(picture, image=canvas.cut(canvas.opaque(picture.image), sides))
        if picture.role is InputRole.CONTROL
        else reduced(picture)
        for picture in pictures
    )


def reduced(picture: Picture) -> Picture:
    """One that is looked at and not drawn on: as it is, and no larger than it needs to be."""
    image = picture.image.copy()
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return replace(picture, image=image)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
