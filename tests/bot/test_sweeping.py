"""Sweeps below Discord: what outlives a restart, pictures that were sent along, cells that the image check refuses."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from PIL import Image

from bot.config import Config
from bot.errors import Confirmation
from bot.inputs import NewInput
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from bot.sheets import drawn_sheet
from gpu.types import InputRole, SafetyPolicy, Task
from storage.images import ImageFiles
from storage.models import Job, JobState
from storage.sweeps import SweepState


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (128, 128), "red").save(buffer, "PNG")
    return buffer.getvalue()


async def asked(runtime: Runtime, who: Requester, line: str, inputs: tuple[NewInput, ...] = ()) -> Confirmation:
    with pytest.raises(Confirmation) as caught:
        await runtime.studio.imagine(who, line, inputs=inputs)
    return caught.value


async def grid(runtime: Runtime, who: Requester, line: str, x: str, y: str = "") -> str:
    question = await runtime.studio.sweeps.ask_grid(who, line, x, y)
    await runtime.studio.sweeps.confirm(who, question.sweep_id)
    return question.sweep_id


async def until(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(20):
        while True:
            if await look():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def blocking(config: Config, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Runtime]:
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.9")
    async with open_studio(config) as opened:
        yield opened


async def test_a_restart_before_the_answer_and_another_between_the_cells(
    config: Config, alice: Requester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "0.05")
    async with open_studio(config) as runtime:
        question = await runtime.studio.sweeps.ask_grid(alice, "a fox --seed 7 --steps 6", "cfg 3, 4, 5", "steps 2, 8")
        sweep_id = question.sweep_id
    async with open_studio(config) as runtime:
        sweeps = runtime.studio.sweeps
        await sweeps.confirm(alice, sweep_id)

        async def some() -> bool:
            return any(cell.state.final for cell in await sweeps.cells(sweep_id))

        await until(some)
        assert not all(cell.state.final for cell in await sweeps.cells(sweep_id))
    async with open_studio(config) as runtime:
        sheet = await _sheet(runtime, sweep_id)
        jobs = await runtime.studio.sweeps.cells(sweep_id)
        assert [job.state for job in jobs] == [JobState.DONE] * 6
        assert (sheet.task, sheet.request.notes[0].facts) == (Task.SHEET, {"drawn": 6, "cells": 6})
        found = await runtime.studio.sweeps.find(sweep_id)
        assert found is not None
        assert found.state is SweepState.DONE
        assert [job.id for job in await runtime.jobs.of_user(1) if job.task is Task.SHEET] == [sweep_id]


async def _sheet(runtime: Runtime, sweep_id: str) -> Job:
    async def done() -> bool:
        found = await runtime.studio.sweeps.find(sweep_id)
        return found is not None and found.state is SweepState.DONE

    await until(done)
    return await runtime.jobs.get(sweep_id)


async def test_pictures_wait_with_the_question_and_go_to_every_cell(config: Config, alice: Requester) -> None:
    sent = (NewInput(InputRole.IMAGE, picture()),)
    async with open_studio(config) as runtime:
        question = await asked(runtime, alice, "a {red, blue} fox --strength 0.5 --steps 2", sent)
        declined = await asked(runtime, alice, "a {red, blue} fox", sent)
        await runtime.studio.sweeps.decline(alice, declined.sweep_id)
        assert not runtime.files.absolute(runtime.files.inputs(declined.sweep_id)).exists()
    async with open_studio(config) as runtime:
        jobs = await runtime.studio.sweeps.confirm(alice, question.sweep_id)
        assert [len(job.request.inputs) for job in jobs] == [1, 1]
        assert {job.request.params.strength for job in jobs} == {0.5}
        assert not runtime.files.absolute(runtime.files.inputs(question.sweep_id)).exists()
        await until(lambda: _ended(runtime, question.sweep_id))


async def _ended(runtime: Runtime, sweep_id: str) -> bool:
    return all(cell.state is JobState.DONE for cell in await runtime.studio.sweeps.cells(sweep_id))


async def test_cells_that_the_image_check_refuses_are_on_the_sheet_as_words(
    blocking: Runtime, alice: Requester
) -> None:
    sheet = await _sheet(blocking, await grid(blocking, alice, "a fox --steps 2", "cfg 3, 5"))
    jobs = await blocking.studio.sweeps.cells(sheet.id)
    assert [job.state for job in jobs] == [JobState.BLOCKED] * 2
    assert sheet.request.notes[0].facts == {"drawn": 0, "cells": 2}
    (image,) = await blocking.studio.images(sheet.id)
    with Image.open(blocking.files.absolute(image.path)) as shown:
        assert max(colour[0] - colour[1] for _, colour in shown.getcolors(10**6) or ()) == 0, "grey: no picture"  # type: ignore[index,operator]


async def test_a_sheet_shows_what_may_be_shown_now_and_has_the_worst_of_its_scores(
    runtime: Runtime, alice: Requester, tmp_path: Path
) -> None:
    sweep_id = await grid(runtime, alice, "a fox --steps 2", "cfg 3, 4, 5")
    await _sheet(runtime, sweep_id)
    sweep, jobs = await runtime.studio.sweeps.find(sweep_id), await runtime.studio.sweeps.cells(sweep_id)
    assert sweep is not None
    images = {job.id: await runtime.studio.images(job.id) for job in jobs}
    for job, score in zip(jobs, (0.2, 0.6, 0.8), strict=True):
        images[job.id] = [image.model_copy(update={"scores": {"sexual": score}}) for image in images[job.id]]
    files = ImageFiles(runtime.files.root)
    row, drawn = drawn_sheet(sweep, jobs, images, files, SafetyPolicy(thresholds={"sexual": 0.7}))
    assert (drawn, row.scores) == (2, {"sexual": 0.6})
