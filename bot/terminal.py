"""Draws from the command line: the same studio as on Discord, on a database of its own, with a progress bar.

Pictures go to a folder, one JSON object for each goes to standard output; what people read goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from bot.config import Config
from bot.errors import Confirmation
from bot.exchange import export_job, line_of
from bot.prompt.models import parse_line
from bot.prompt.styles import bundled_styles
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from bot.several import draw_all
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from gpu import metadata, types
from gpu.errors import EaselError, Fact
from gpu.exports import Export, Format
from gpu.loras import LoraFolder
from storage.database import Database
from storage.errors import DatabaseInUse
from storage.jobs import JobStore
from storage.models import Job, JobState, StoredImage

Ask = Callable[[Studio, Requester], Awaitable[Job]]
"""Asks the studio for a job."""

FOLDER = "cli"
"""Below the data directory, so that the command line can draw while a bot runs."""
LOCK_PAUSE = 0.5


class NoPicturesError(EaselError):
    """The job ended without pictures; `state` says how."""

    def __init__(self, state: JobState, code: str, **facts: Fact) -> None:
        super().__init__(code, **facts)
        self.state = state


class ProgressBar:
    """A JobListener that shows one job, and knows when it has ended."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=console, transient=True)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line = self.bar.add_task(_words("cli-starting"), total=None)
        self._job_id = ""

    def follow(self, job: Job) -> None:
        """Show this job from now on."""
        self._job_id = job.id
        self._show(job)

    async def on_state(self, job: Job) -> None:
        """The bar's words are the job's state."""
        if job.id == self._job_id:
            self._show(job)

    def on_progress(self, job: Job, progress: types.Progress) -> None:
        """The bar's length is the share of the steps, or of the model that is loaded first."""
        if job.id == self._job_id:
            loading = progress.phase == "load"
            words = _words("cli-loading", model=job.request.params.model) if loading else _words("cli-drawing")
            self.bar.update(self._line, description=words, completed=progress.step, total=progress.steps)

    def _show(self, job: Job) -> None:
        words = "cli-drawing" if job.state is JobState.RUNNING else "cli-waiting"
        self.bar.update(self._line, description=_words(words))
        if job.state.final and not self.ended.done():
            self.ended.set_result(None)


async def draw(config: Config, out: Path, ask: Ask, console: Console, *, agreed: bool = False) -> None:
    """Ask for a job, wait for it, write its pictures to `out` and print them. Raises `EaselError`.

    Where the line stands for several jobs, the question about them counts as `agreed`, or is asked.
    """
    async with _studio(config, console) as runtime:

        async def write(job: Job) -> None:
            await _write_pictures(runtime, job, out, console)

        try:
            jobs = [await _drawn(runtime, ask, console)]
            await write(jobs[0])
        except Confirmation as question:
            jobs = await draw_all(runtime, question, write, out, console, agreed=agreed)
        if not any(job.state is JobState.DONE for job in jobs):
            raise _ending(jobs[0])


async def _write_pictures(runtime: Runtime, job: Job, out: Path, console: Console) -> None:
    """Nothing for a job that did not end well."""
    if job.state is not JobState.DONE:
        return
    for note in job.request.notes:
        console.print(_words("cli-note", note=_words(note.id, **note.facts)))
    for image in await runtime.studio.images(job.id):
        target = out / f"{job.id}-{image.index}.png"
        await asyncio.to_thread(_copy, runtime.files.absolute(image.path), target)
        print(json.dumps(_line(job, image, target)), flush=True)


async def export(config: Config, job_id: str, format: Format, index: int | None, out: Path | None) -> None:
    """Print a job for another program, or write it to `out` with the pictures that it needs. Raises `EaselError`."""
    data_dir = config.data_dir / FOLDER
    async with Database.open(data_dir / "easel.db") as database:
        job = await JobStore(database).get(job_id)
    made = export_job(job, config, format, index)
    if out is None:
        print(made.text)
    else:
        await asyncio.to_thread(_write, made, data_dir, out)
    notes = {"export-pictures": ", ".join(made.pictures), "export-left-out": ", ".join(made.left_out)}
    notes |= {"export-by-hand": ", ".join(made.by_hand), f"export-needs-{format}": made.needs}
    for id, names in notes.items():
        if names:
            print(_words("cli-note", note=_words(id, names=names)), file=sys.stderr)


def read(config: Config, file: Path) -> dict[str, object]:
    """What a picture says of itself, and the line that draws it again. Raises `PictureUnreadable`."""
    found = metadata.read(file)
    loras, styles = LoraFolder(config.loras.folder), bundled_styles()
    loras.refresh()
    line = line_of(found, lambda text: parse_line(text, config, styles, loras=loras.files))
    return {"file": str(file), **found.model_dump(mode="json"), "line": line}


def _write(made: Export, data_dir: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(made.text, "utf-8")
    for name, path in made.pictures.items():
        shutil.copyfile(data_dir / path, out.parent / name)


@contextlib.asynccontextmanager
async def _studio(config: Config, console: Console) -> AsyncIterator[Runtime]:
    """The studio of the command line, once no other command uses it. Who sits there may let a whole sweep wait."""
    room = max(config.queue.waiting, config.sweep.jobs)
    config = config.model_copy(update={"queue": config.queue.model_copy(update={"waiting": room})})
    waited = False
    while True:
        async with contextlib.AsyncExitStack() as stack:
            try:
                runtime = await stack.enter_async_context(open_studio(config, config.data_dir / FOLDER))
            except DatabaseInUse:
                if not waited:
                    console.print(_words("cli-waiting-lock"))
                waited = True
                await asyncio.sleep(LOCK_PAUSE)
                continue
            yield runtime
            return


async def _drawn(runtime: Runtime, ask: Ask, console: Console) -> Job:
    requester = Requester()
    for sweep in await runtime.studio.sweeps.drawing(requester.user_id):
        await runtime.studio.sweeps.cancel(requester, sweep.id)
    for left in await runtime.studio.queue_of(requester):  # of a command that was killed: nobody waits for it
        await runtime.studio.cancel(requester, left.id)
    job = await ask(runtime.studio, requester)
    listener = ProgressBar(console)
    try:
        with runtime.dispatcher.listening(listener), listener.bar:
            listener.follow(await runtime.studio.job(job.id))
            await asyncio.wait({listener.ended, runtime.running}, return_when=asyncio.FIRST_COMPLETED)
            if runtime.running.done():
                await runtime.running
    except asyncio.CancelledError:
        await runtime.studio.cancel(requester, job.id)
        raise
    return await runtime.studio.job(job.id)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _ending(job: Job) -> NoPicturesError:
    error = job.error or {"code": "error-cancelled", "facts": {}}
    return NoPicturesError(job.state, error["code"], **error["facts"])


def _line(job: Job, image: StoredImage, path: Path) -> dict[str, object]:
    return {
        "job": job.id,
        "path": str(path),
        "index": image.index,
        "seed": image.seed,
        "width": image.width,
        "height": image.height,
        "params": job.request.params.model_dump(mode="json"),
    }


def _words(id: str, **facts: Fact) -> str:
    return sentence(DEFAULT_LOCALE, id, **facts)
