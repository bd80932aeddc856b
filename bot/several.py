"""Several jobs of one line on the command line: the question, one bar for all of them, their pictures and the sheet."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from bot.errors import Confirmation, Refusal
from bot.requester import Requester
from bot.runtime import Runtime
from bot.text import DEFAULT_LOCALE, sentence, sentence_of
from gpu import types
from storage.models import Job, JobState

Write = Callable[[Job], Awaitable[None]]
"""Writes and prints the pictures of a job."""

YES = ("y", "yes")


class Counter:
    """A JobListener that counts the cells that have ended, and knows when the last has."""

    def __init__(self, console: Console, count: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self.bar = Progress(*columns, console=console, transient=True)
        self.done = asyncio.Event()
        self._left: set[str] | None = None
        self._ended: set[str] = set()
        self._line = self.bar.add_task(sentence(DEFAULT_LOCALE, "cli-drawing"), total=count)

    def follow(self, jobs: list[Job]) -> None:
        """These are the cells; some may have ended already."""
        self._left = {job.id for job in jobs} - self._ended
        self._show()

    async def on_state(self, job: Job) -> None:
        """One more may have ended."""
        if job.sweep_id and job.state.final:
            self._ended.add(job.id)
            if self._left is not None:
                self._left.discard(job.id)
                self._show()

    def on_progress(self, job: Job, progress: types.Progress) -> None:
        """Steps are not shown: there are many jobs."""

    def _show(self) -> None:
        self.bar.update(self._line, completed=len(self._ended))
        if not self._left:
            self.done.set()


async def draw_all(
    runtime: Runtime, question: Confirmation, write: Write, out: Path, console: Console, *, agreed: bool
) -> list[Job]:
    """Ask, unless it is `agreed`, draw all cells and write what came of them; returns the cells.

    Raises `Refusal` where the answer is no, and what refuses a line.
    """
    if not agreed:
        await _ask(runtime, question, console)
    sweeps, counter = runtime.studio.sweeps, Counter(console, len(question.lines))
    with runtime.dispatcher.listening(counter), counter.bar:
        counter.follow(await sweeps.confirm(Requester(), question.sweep_id))
        waiting = asyncio.ensure_future(counter.done.wait())
        try:
            await asyncio.wait({waiting, runtime.running}, return_when=asyncio.FIRST_COMPLETED)
            if runtime.running.done():
                await runtime.running
        except asyncio.CancelledError:
            await sweeps.cancel(Requester(), question.sweep_id)
            raise
        finally:
            waiting.cancel()
    await sweeps.settle(question.sweep_id)
    cells = await sweeps.cells(question.sweep_id)
    for job in cells:
        if job.state is JobState.DONE:
            await write(job)
        else:
            print(_why(job), file=sys.stderr)
    await _write_sheet(runtime, question.sweep_id, out)
    return cells


async def _ask(runtime: Runtime, question: Confirmation, console: Console) -> None:
    for line in question.lines:
        console.print(f"  {line}", markup=False, highlight=False)
    console.print(f"{sentence_of(question).replace('**', '')} [y/N]", markup=False, highlight=False)
    answer = await asyncio.to_thread(sys.stdin.readline)
    if answer.strip().lower() not in YES:
        await runtime.studio.sweeps.decline(Requester(), question.sweep_id)
        raise Refusal("sweep-declined")


async def _write_sheet(runtime: Runtime, sweep_id: str, out: Path) -> None:
    for image in await runtime.jobs.images(sweep_id):
        target = out / f"{sweep_id}-sheet.png"
        data = await asyncio.to_thread(runtime.files.absolute(image.path).read_bytes)
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(target.write_bytes, data)
        print(json.dumps({"sheet": str(target), "width": image.width, "height": image.height}), flush=True)


def _why(job: Job) -> str:
    error = job.error or {"code": "error-cancelled", "facts": {}}
    return f"{job.text}: {sentence(DEFAULT_LOCALE, error['code'], **error['facts'])}"
