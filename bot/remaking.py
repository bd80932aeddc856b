"""A finished picture made anew: remix, a region drawn again, what is around it; perhaps by a line that was changed.

Beside the studio: what it asks for ends in the studio's intake like everything else. Knows no Discord.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.carrying import LEFT_AROUND, carried, uncontrolled
from bot.config import Config
from bot.errors import PictureGone, Refusal
from bot.inputs import ALONE, NewInput, prepare, read
from bot.intake import Intake, Order
from bot.linking import Linking
from bot.preferences import Preferences
from bot.prompt.own import named
from bot.prompt.parser import ParsedPrompt
from bot.prompt.permutations import Permutations
from bot.referring import HEARD
from bot.requester import Requester
from gpu.errors import InputError, NotSupported
from gpu.params import BY_NAME
from gpu.references import KINDS
from gpu.types import InputImage, InputRole, ModelSpec, Task
from storage.images import ImageFiles
from storage.models import Job, StoredImage

CONTROL = BY_NAME["control"].flag
REGIONS = {
    "left": "left", "right": "right", "top": "top", "bottom": "bottom", "center": "center",
    "tl": "0,0,0.5,0.5", "tr": "0.5,0,1,0.5", "bl": "0,0.5,0.5,1", "br": "0.5,0.5,1,1",
    "l3": "0,0,0.34,1", "c3": "0.33,0,0.67,1", "r3": "0.66,0,1,1",
    "t3": "0,0,1,0.34", "m3": "0,0.33,1,0.67", "b3": "0,0.66,1,1",
}  # fmt: skip
"""The parts of a picture that have a button: halves and the middle, quadrants, thirds; as `--mask` spells them."""


class Lines(Protocol):
    """The part of the studio that is needed here."""

    intake: Intake
    linking: Linking
    preferences: Preferences

    async def job(self, job_id: str) -> Job: ...
    async def image(self, job_id: str, index: int) -> StoredImage: ...
    def parse(self, text: str, options: Mapping[str, object] | None = None) -> ParsedPrompt: ...
    def spec_of(self, parsed: ParsedPrompt) -> ModelSpec: ...
    async def order(self, text: str, options: Mapping[str, object], inputs: list[NewInput]) -> Order: ...
    def line_for(
        self, line: str, wish: Mapping[str, Any] | None = None, keep: Collection[str] = ()
    ) -> str: ...


class Remaking:
    """The use cases."""

    def __init__(self, studio: Lines, files: ImageFiles, config: Config, random_seed: Callable[[], int]) -> None:
        self._studio = studio
        self._files = files
        self._config = config
        self._strength = config.vary.strong
        self._random_seed = random_seed

    async def remix(self, who: Requester, job_id: str, index: int, line: str) -> Job:
        """Draw image `index` anew from another line: from its latents where it keeps model and size, else from its
        pixels. With index 0, the new line alone, as a child of the job. Raises like `Studio.imagine`.
        """
        parent = await self._studio.job(job_id)
        async with self._studio.linking.without(line, beside=bool(index)) as (line, linked):
            line, given = await self._studio.preferences.rewritten(who, line)
            order = await self._order(parent, line, given, *linked)
            if not index:
                return await self._enqueue(who, parent, 0, order)
            image = await self._studio.image(job_id, index)
            if start := self._same_start(parent, image, order):
                return await self._enqueue(
                    who, parent, index, replace(order, extra={**order.extra, **start}), Task.VARY
                )
            if not {"strength", "image_weight"} & named(line):
                given = {**given, "strength": self._strength}
            order = await self._order(parent, line, given, await self._picture(image), *linked)
            return await self._enqueue(who, parent, index, order)

    def _same_start(self, parent: Job, image: StoredImage, order: Order) -> dict[str, Any]:
        """The latents of the picture, where the order has its model and size; else nothing."""
        old, new = parent.request.params, order.params
        same = (old.model, old.width, old.height) == (new.model, new.width, new.height)
        if not same or not image.latents or not self._files.exists(image.latents):
            return {}
        return {"start_latents": image.latents, "strength": self._strength}

    async def inpaint(
        self, who: Requester, job_id: str, index: int, line: str = "", *, region: str = "", mask: bytes = b""
    ) -> Job:
        """Draw a part of image `index` anew: a region as `--mask` names it, or the white of a picture.

        An empty line keeps the job's own. Raises `PictureGone`, `InputError` and what `Studio.imagine` raises.
        """
        parent = await self._studio.job(job_id)
        if parent.task is Task.SHEET:
            raise Refusal("error-sheet-alone")
        image = await self._studio.image(job_id, index)
        wish: dict[str, Any] = {"mask": region} if region else {}
        sent = [await self._picture(image), *([NewInput(InputRole.MASK, mask)] if mask else [])]
        async with self._studio.linking.without(line or parent.text, sent, beside=True) as (line, sent):
            line, given = await self._studio.preferences.rewritten(who, line)
            line = self._studio.line_for(line, wish or {"square": False}, keep=("control",))
            order = await self._order(parent, line, given, *sent)
        if not order.inputs or InputRole.MASK not in order.inputs.roles:
            raise Refusal("error-inpaint-nothing")
        return await self._enqueue(who, parent, index, order)

    async def zoom(self, who: Requester, job_id: str, index: int, line: str) -> Job:
        """Zoom out by the `--zoom` (1…2) of a line that may say something else. Raises like `Studio.imagine`."""
        parent = await self._studio.job(job_id)
        image = await self._studio.image(job_id, index)
        async with self._studio.linking.without(line, [await self._picture(image)], beside=True) as (line, sent):
            line, given = await self._studio.preferences.rewritten(who, line)
            if "zoom" not in named(line):
                raise Refusal("error-zoom-missing")
            order = await self._order(parent, line, given, *sent, around=True)
        return await self._enqueue(who, parent, index, order, Task.OUTPAINT)

    async def outpaint(self, who: Requester, job_id: str, index: int, wish: Mapping[str, Any]) -> Job:
        """Draw around image `index`: the flag that a line would have, with the image sent along.

        Raises `PictureGone`, `NotSupported` where its model is no longer served.
        """
        parent = await self._studio.job(job_id)
        start = await self._picture(await self._studio.image(job_id, index))
        old = {**ALONE, "seed": self._random_seed(), "num_images": 4}
        old |= {name: getattr(parent.request.params, name) for name in HEARD}
        params = parent.request.params.model_copy(update={**old, **wish})
        spec = self._config.specs.get(params.model)
        if spec is None:
            raise NotSupported("error-model-not-served", model=params.model)
        sent = [start, *await asyncio.to_thread(self._heard, parent)]
        prepared = await asyncio.to_thread(lambda: prepare(params, read(sent), wish, spec))
        line = self._studio.line_for(parent.text, wish)
        left = {"notes": (LEFT_AROUND,)} if parent.request.params.control else {}
        order = Order(task=Task.OUTPAINT, params=prepared.params, text=line, inputs=prepared, extra=left)
        return await self._enqueue(who, parent, index, order, Task.OUTPAINT)

    def _heard(self, parent: Job) -> list[NewInput]:
        """The pictures that a job listened to, unless some are gone."""
        heard = [image for role in KINDS for image in parent.request.of_role(role)]
        return self._read(heard) if all(self._files.exists(image.path) for image in heard) else []

    def _read(self, images: Sequence[InputImage]) -> list[NewInput]:
        """Raises `InputError` when one is gone."""
        if not all(self._files.exists(image.path) for image in images):
            raise InputError("error-input-gone")
        return [NewInput(image.role, self._files.absolute(image.path).read_bytes(), image.weight) for image in images]

    async def _order(
        self, parent: Job, line: str, options: Mapping[str, object], *pictures: NewInput, around: bool = False
    ) -> Order:
        """What a line asks for, with these pictures and those of the parent that belong to it."""
        lines = Permutations(line)
        if lines.count > 1:
            raise Refusal("error-remake-several", count=lines.count)
        text = lines.line(0)
        parsed = self._studio.parse(text, options)
        going = carried(
            parent.request, parsed, self._studio.spec_of(parsed), {picture.role for picture in pictures},
            around=around, inherited=CONTROL in parent.text,
        )  # fmt: skip
        text, options = (uncontrolled(parsed), {}) if going.without_control else (text, options)
        beside = await asyncio.to_thread(self._read, going.images)
        order = await self._studio.order(text, options, [*pictures, *beside])
        return replace(order, extra={**order.extra, "notes": (*order.extra["notes"], *going.notes)})

    async def _picture(self, image: StoredImage) -> NewInput:
        try:
            data = await asyncio.to_thread(self._files.absolute(image.path).read_bytes)
        except FileNotFoundError as error:
            raise PictureGone(job=image.job_id) from error
        return NewInput(InputRole.IMAGE, data)

    async def _enqueue(self, who: Requester, parent: Job, index: int, order: Order, task: Task = Task.IMAGINE) -> Job:
        return await self._studio.intake.enqueue(
            who, task, order.params, text=order.text, parent=parent, index=index, extra=order.extra, inputs=order.inputs
        )
