"""Pictures sent along: what becomes of them in the studio, on a real worker process with the fake engine."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image, ImageChops

from bot.inputs import NewInput
from bot.requester import Requester
from bot.runtime import Runtime
from gpu.errors import InputError, NotSupported
from gpu.types import InputRole, Task
from storage.errors import QueueFull
from storage.models import Job, JobState
from tests.bot.conftest import Recorder
from tests.gpu.pictures import half_mask, photo, png

FOX = "a red fox --steps 3 --seed 7 --n 1"


def image(size: tuple[int, int] = (300, 200), mode: str = "RGB") -> NewInput:
    return NewInput(InputRole.IMAGE, png(photo(size, mode)))


def opened(runtime: Runtime, path: Any) -> Image.Image:
    with Image.open(runtime.files.absolute(path)) as picture:
        picture.load()
        return picture


async def drawn(
    runtime: Runtime, recorder: Recorder, who: Requester, text: str, inputs: Sequence[NewInput] = ()
) -> Job:
    job = await runtime.studio.imagine(who, text, inputs=inputs)
    await recorder.until(job.id, JobState.DONE)
    return await runtime.studio.job(job.id)


async def test_a_picture_gives_its_shape(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    job = await drawn(runtime, recorder, alice, FOX, [image()])
    params = job.request.params
    assert params.aspect_ratio == "3:2"
    assert params.width > params.height
    (stored,) = job.request.inputs
    assert stored.role is InputRole.IMAGE
    assert stored.path.as_posix() == f"inputs/{job.id}/1.png"
    assert opened(runtime, stored.path).size == (params.width, params.height)
    (result,) = await runtime.studio.images(job.id)
    assert (result.width, result.height) == (params.width, params.height)


async def test_a_written_shape_cuts_the_picture(runtime: Runtime, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, f"{FOX} --ar 1:1", inputs=[image()])
    params = job.request.params
    assert params.width == params.height
    cut = opened(runtime, job.request.inputs[0].path)
    middle = photo((300, 200)).crop((50, 0, 250, 200)).resize(cut.size, Image.Resampling.LANCZOS)
    assert max(high for _, high in ImageChops.difference(cut, middle).getextrema()) <= 2


async def test_a_picture_of_the_models_own_size_keeps_its_pixels(runtime: Runtime, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, FOX, inputs=[image((136, 120))])
    assert opened(runtime, job.request.inputs[0].path).tobytes() == photo((136, 120)).tobytes()


@pytest.mark.parametrize(
    ("flags", "strength", "notes"),
    [
        ("", 0.667, 0), ("--strength 0.3", 0.3, 0), ("--strength 0", 0.0, 0), ("--iw 1.5", 0.5, 1), ("--iw 3", 0.1, 1),
        ("--iw 0", 1.0, 1), ("--iw 3 --strength 0.9", 0.9, 0), ("--mask right", 1.0, 0), ("--zoom 2", 0.75, 0),
    ],
)  # fmt: skip
async def test_how_much_is_drawn_anew(
    runtime: Runtime, alice: Requester, flags: str, strength: float, notes: int
) -> None:
    job = await runtime.studio.imagine(alice, f"{FOX} {flags}", inputs=[image()])
    assert job.request.params.strength == strength
    assert len([note for note in job.request.notes if note.id == "note-image-weight"]) == notes


async def test_a_mask_lies_on_its_picture(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    """Of whatever size it comes; what it keeps is byte-equal in the result."""
    mask = NewInput(InputRole.MASK, png(half_mask((60, 40))))
    job = await drawn(runtime, recorder, alice, FOX, [image(), mask])
    base, stored = (opened(runtime, given.path) for given in job.request.inputs)
    assert stored.mode == "L"
    assert stored.size == base.size
    middle = base.width // 2
    assert stored.getpixel((middle - 5, 20)) == 0
    assert stored.getpixel((middle + 5, 20)) == 255
    (result,) = await runtime.studio.images(job.id)
    kept = (0, 20, middle - 5, base.height)  # the fake engine signs its pictures at the top
    assert opened(runtime, result.path).convert("RGB").crop(kept).tobytes() == base.crop(kept).tobytes()


async def test_transparent_parts_are_redrawn_when_asked(runtime: Runtime, alice: Requester) -> None:
    picture = photo((200, 200), "RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 100, 200))
    sent = NewInput(InputRole.IMAGE, png(picture))
    plain = await runtime.studio.imagine(alice, FOX, inputs=[sent])
    assert [given.role for given in plain.request.inputs] == [InputRole.IMAGE]
    masked = await runtime.studio.imagine(alice, f"{FOX} --mask transparent", inputs=[sent])
    mask = opened(runtime, masked.request.inputs[1].path)
    assert (mask.getpixel((10, 60)), mask.getpixel((mask.width - 10, 60))) == (255, 0)


async def test_what_cannot_be_used_is_refused_and_leaves_nothing(runtime: Runtime, alice: Requester) -> None:
    mask, style = NewInput(InputRole.MASK, png(half_mask())), NewInput(InputRole.STYLE, png(photo()))
    refusals: list[tuple[str, list[NewInput], str]] = [
        (FOX, [NewInput(InputRole.IMAGE, b"")], "error-input-empty"),
        (FOX, [NewInput(InputRole.IMAGE, b"<svg/>")], "error-input-type"),
        (FOX, [image(), image()], "error-input-starts"),
        (FOX, [image(), mask, mask], "error-input-masks"),
        (FOX, [mask], "error-input-mask-alone"),
        (FOX, [image()] * 9, "error-input-many"),
        (f"{FOX} --mask moon", [image()], "error-input-region"),
        (f"{FOX} --mask transparent", [image()], "error-input-region"),
        *((f"{FOX} {flag}", [], "error-input-missing") for flag in ("--zoom 2", "--pan left", "--square", "--iw 2",
                                                                    "--strength 0.5", "--mask right")),
    ]  # fmt: skip
    for text, inputs, code in refusals:
        with pytest.raises(InputError) as refused:
            await runtime.studio.imagine(alice, text, inputs=inputs)
        assert refused.value.id == code
    runtime.studio.intake.paused = False
    with pytest.raises(NotSupported) as unable:
        await runtime.studio.imagine(alice, FOX, inputs=[style])
    assert unable.value.id == "error-adapter-style"
    assert not list((runtime.files.root / "inputs").glob("*"))


async def test_a_full_queue_leaves_no_files(runtime: Runtime, alice: Requester) -> None:
    with contextlib.suppress(QueueFull):
        for _ in range(20):
            await runtime.studio.imagine(alice, "a slow picture --steps 150")
    before = set((runtime.files.root / "inputs").glob("*"))
    with pytest.raises(QueueFull):
        await runtime.studio.imagine(alice, FOX, inputs=[image()])
    assert set((runtime.files.root / "inputs").glob("*")) == before


async def test_a_reroll_draws_from_the_same_pictures(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    first = await drawn(runtime, recorder, alice, f"{FOX} --mask right", [image()])
    second = await runtime.studio.reroll(alice, first.id)
    assert [given.role for given in second.request.inputs] == [InputRole.IMAGE, InputRole.MASK]
    for old, new in zip(first.request.inputs, second.request.inputs, strict=True):
        assert old.path != new.path
        assert opened(runtime, old.path).tobytes() == opened(runtime, new.path).tobytes()
    assert second.request.params.model_copy(update={"seed": 7}) == first.request.params
    await recorder.until(second.id, JobState.DONE)
    await runtime.studio.delete(alice, first.id)
    third = await runtime.studio.reroll(alice, second.id)
    await recorder.until(third.id, JobState.DONE)
    with pytest.raises(InputError) as gone:
        await runtime.studio.reroll(alice, first.id)
    assert gone.value.id == "error-input-gone"


async def test_variations_of_such_a_picture_start_from_its_latents(
    runtime: Runtime, recorder: Recorder, alice: Requester
) -> None:
    first = await drawn(runtime, recorder, alice, f"{FOX} --strength 0.4", [image()])
    subtle = await runtime.studio.vary(alice, first.id, 1)
    assert (subtle.request.inputs, subtle.request.params.strength) == ((), 1.0)
    await recorder.until(subtle.id, JobState.DONE)
    strong = await runtime.studio.vary(alice, subtle.id, 1, strong=True)
    assert strong.request.strength > subtle.request.strength


async def test_zoom_pan_and_square(runtime: Runtime, recorder: Recorder, alice: Requester) -> None:
    """The old picture lies on the canvas, and its pixels come back in the new one."""
    first = await drawn(runtime, recorder, alice, f"{FOX} --ar 3:2")
    old = await runtime.studio.image(first.id, 1)
    studio = runtime.studio
    zoomed = await studio.zoom(alice, first.id, 1, 1.5)
    assert (zoomed.task, zoomed.parent_id, zoomed.parent_index) == (Task.OUTPAINT, first.id, 1)
    assert zoomed.text == "a red fox --ar 3:2 --steps 3 --n 1 --zoom 1.5"
    assert (zoomed.request.params.width, zoomed.request.params.height) == (old.width, old.height)
    await recorder.until(zoomed.id, JobState.DONE)
    assert len(await studio.images(zoomed.id)) == 4
    further = await studio.pan(alice, zoomed.id, 2, "left")
    assert further.text == "a red fox --ar 3:2 --steps 3 --n 1 --pan left"
    assert (further.request.params.zoom, further.request.params.pan) == (1.0, "left")
    assert further.request.params.width > old.width
    await recorder.until(further.id, JobState.DONE)
    base = opened(runtime, further.request.inputs[0].path)
    parent = opened(runtime, (await studio.image(zoomed.id, 2)).path)
    left = base.width - parent.width
    assert base.crop((left, 0, *base.size)).tobytes() == parent.convert("RGB").tobytes()
    square = await studio.square(alice, first.id, 1)
    assert square.request.params.width == square.request.params.height == old.width
    again = await studio.reroll(alice, zoomed.id)
    assert len(again.request.inputs) == 2
