"""Several jobs of one line: asked for, confirmed, cancelled together, and put on one sheet when the last has ended.

What was asked is kept in the database, so the answer may come after a restart. Knows no Discord and no SQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.dispatcher import Dispatcher
from bot.errors import Confirmation, NotYours, Refusal
from bot.inputs import NewInput, Prepared, read
from bot.intake import waiting_limit
from bot.prompt import cells
from bot.requester import Requester
from bot.sheets import drawn_sheet, ended, job_of_sheet
from gpu.params import GenerationParams
from gpu.types import InputImage, Progress
from storage.errors import SweepOver
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState
from storage.queue import Queue
from storage.sweeps import Axis, Plan, Sweep, SweepState, SweepStore

if TYPE_CHECKING:
    from bot.studio import Studio

log = logging.getLogger(__name__)

HOUR = 3600


class Sweeps:
    """A JobListener that settles sweeps, and the use cases around them."""

    def __init__(
        self,
        studio: Studio,
        *,
        store: SweepStore,
        queue: Queue,
        jobs: JobStore,
        files: ImageFiles,
        dispatcher: Dispatcher,
        new_job_id: Callable[[], str],
        random_seed: Callable[[], int],
    ) -> None:
        self._studio = studio
        self._config = studio.config
        self._store = store
        self._queue = queue
        self._jobs = jobs
        self._files = files
        self._dispatcher = dispatcher
        self._new_job_id = new_job_id
        self._random_seed = random_seed
        self._lock = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # --- The question ---------------------------------------------------------------------------------------------

    def lines(self, text: str, options: Mapping[str, object]) -> list[str]:
        """Every line that a text stands for. Raises `Refusal` where there are too many, `PromptError`."""
        limits = self._config.sweep
        return cells.lines_of(text, options, self._studio.parse, limit=limits.jobs, repeat_limit=limits.repeat)

    async def ask(
        self,
        requester: Requester,
        text: str,
        lines: Sequence[str],
        axes: Sequence[Axis] = (),
        inputs: Sequence[NewInput] = (),
    ) -> Confirmation:
        """Check every line as if it were queued now, keep the question and return it, to be raised.

        Raises whatever would refuse one of the lines, or all of them together.
        """
        await self._forget_old()
        orders = [await self._studio.order(line, {}, inputs) for line in lines]
        cleared = await self._studio.intake.clear(requester, orders)
        costs = [self._studio.intake.cost(one) for one in cleared]
        await self._queue.check_room(requester.user_id, len(lines), waiting_limit(cleared[0].admission))
        sweep_id = self._new_job_id()
        plan = Plan(lines=tuple(lines), axes=tuple(axes), inputs=await self._stored(sweep_id, inputs))
        await self._store.add(
            Sweep(
                id=sweep_id, user_id=requester.user_id, guild_id=requester.guild_id, channel_id=requester.channel_id,
                locale=requester.locale, text=text, plan=plan,
            )
        )  # fmt: skip
        seconds, price = (sum(column) for column in zip(*costs, strict=True))
        return Confirmation(
            sweep_id,
            lines,
            jobs=len(lines),
            pictures=sum(order.params.num_images for order in orders),
            seconds=max(1, round(seconds)),
            minutes=round(seconds / 60) if seconds >= 90 else 0,
            price=f"{price:.2f}" if price else "0",
            sheet="yes" if axes else "no",
        )

    async def ask_all(self, requester: Requester, lines: Sequence[str]) -> Confirmation:
        """The same for several lines, each as it would be drawn alone: with the member's suffix and defaults."""
        await asyncio.to_thread(self._studio.loras.refresh)
        every: list[str] = []
        for line in lines:
            text, given = await self._studio.preferences.prepared(requester, line, {})
            every += self.lines(text, given)
        if len(every) > self._config.sweep.jobs:
            raise Refusal("error-sweep-many", count=len(every), limit=self._config.sweep.jobs)
        return await self.ask(requester, lines[0], every)

    async def ask_grid(self, requester: Requester, text: str, x: str, y: str = "") -> Confirmation:
        """The same for a sweep over the axes `x` and, where given, `y`, such as `cfg 3, 5, 7`."""
        await asyncio.to_thread(self._studio.loras.refresh)
        limit = self._config.sweep.jobs
        axes = [cells.read_axis(axis, limit) for axis in (x, y) if axis.strip()]
        async with self._studio.linking.without(text) as (text, linked):
            text, given = await self._studio.preferences.prepared(requester, text, {})
            given = {name: value for name, value in given.items() if name != "num_images"}  # a cell is one picture
            line, lines = cells.grid(text, axes, self._studio.parse, given, seed=self._random_seed(), limit=limit)
            return await self.ask(requester, cells.title(line, axes), lines, axes, linked)

    # --- The answer -----------------------------------------------------------------------------------------------

    async def confirm(self, requester: Requester, sweep_id: str) -> list[Job]:
        """Queue all cells, or none. Raises `NotYours`, `SweepOver` the second time, and what may refuse a line now."""
        sweep = await self._mine(requester, sweep_id)
        if sweep.state is not SweepState.ASKED:
            raise SweepOver
        await asyncio.to_thread(self._studio.loras.refresh)
        inputs = await asyncio.to_thread(self._inputs, sweep)
        orders = [await self._studio.order(line, {}, inputs) for line in sweep.plan.lines]
        jobs = await self._studio.intake.enqueue_all(requester, orders, sweep_id)
        await asyncio.to_thread(self._files.remove, sweep_id)
        return jobs

    async def decline(self, requester: Requester, sweep_id: str) -> None:
        """The answer is no. Raises `NotYours`, and `SweepOver` where there was another answer already."""
        await self._mine(requester, sweep_id)
        if not await self._store.change(sweep_id, SweepState.ASKED, SweepState.CANCELLED):
            raise SweepOver
        await asyncio.to_thread(self._files.remove, sweep_id)

    async def cancel(self, requester: Requester, sweep_id: str) -> int:
        """Stop all cells that have not ended, and make no sheet; returns how many there were. Raises `NotYours`."""
        sweep = await self._mine(requester, sweep_id)
        await self._store.change(sweep.id, SweepState.DRAWING, SweepState.CANCELLED)
        left = [cell for cell in await self._store.cells(sweep_id) if not cell.state.final]
        return sum([(await self._studio.cancel(requester, cell.id)).state is JobState.CANCELLED for cell in left])

    async def find(self, sweep_id: str) -> Sweep | None:
        """The sweep, or None."""
        return await self._store.find(sweep_id)

    async def drawing(self, user_id: int) -> list[Sweep]:
        """The member's sweeps that have not ended."""
        return await self._store.drawing(user_id)

    async def cells(self, sweep_id: str) -> list[Job]:
        """Its jobs, row by row."""
        return await self._store.cells(sweep_id)

    # --- JobListener ----------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def settling(self) -> AsyncIterator[None]:
        """While it is open, sweeps whose last cell ends get their sheet; so do those that a restart left behind."""
        with self._dispatcher.listening(self):
            for sweep in await self._store.drawing():
                self._later(sweep.id)
            try:
                yield
            finally:
                for task in tuple(self._tasks):
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def on_state(self, job: Job) -> None:
        """A cell that ended may have been the last."""
        if job.sweep_id and ended(job):
            self._later(job.sweep_id)

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Nothing to do."""

    def _later(self, sweep_id: str) -> None:
        """Beside the drawing: a sheet takes a second."""
        task = asyncio.create_task(self._try(sweep_id), name=f"settle {sweep_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, sweep_id: str) -> None:
        try:
            await self.settle(sweep_id)
        except Exception:
            log.exception("sweep %s could not be settled; the next start tries again", sweep_id)

    async def settle(self, sweep_id: str) -> None:
        """Make the sheet, where all cells have ended and it is not there yet. Raises `JobNotFound`, `OSError`."""
        async with self._lock:  # one after the other: the last two cells may end together
            sweep, jobs = await self._store.get(sweep_id), await self._store.cells(sweep_id)
            if sweep.state is SweepState.DRAWING and jobs and all(map(ended, jobs)):
                if sweep.plan.axes:
                    await self._post_sheet(sweep, jobs)
                await self._store.change(sweep_id, SweepState.DRAWING, SweepState.DONE)

    async def _post_sheet(self, sweep: Sweep, jobs: Sequence[Job]) -> None:
        """The sheet is a job of its own, stored before anyone is told; its id is the sweep's, so there is only one."""
        if await self._jobs.find(sweep.id):
            return
        images = {job.id: await self._studio.images(job.id) for job in jobs if job.state is JobState.DONE}
        policy = jobs[0].request.policy
        image, drawn = await asyncio.to_thread(drawn_sheet, sweep, jobs, images, self._files, policy)
        new = job_of_sheet(sweep, jobs[0].request, image, drawn, policy)
        await self._dispatcher.tell(await self._queue.insert_finished(new, [image]))

    # --- Inside ---------------------------------------------------------------------------------------------------

    async def _mine(self, requester: Requester, sweep_id: str) -> Sweep:
        """Raises `NotYours`, `JobNotFound`."""
        sweep = await self._store.get(sweep_id)
        may = requester.is_moderator and sweep.guild_id == requester.guild_id and sweep.state is SweepState.DRAWING
        if sweep.user_id != requester.user_id and not may:
            raise NotYours
        return sweep

    async def _stored(self, sweep_id: str, inputs: Sequence[NewInput]) -> tuple[InputImage, ...]:
        """Keep the pictures until the answer."""
        kept = Prepared(GenerationParams(), tuple(await asyncio.to_thread(read, inputs)))
        return await asyncio.to_thread(kept.store, self._files, sweep_id)

    def _inputs(self, sweep: Sweep) -> list[NewInput]:
        images = sweep.plan.inputs
        return [NewInput(i.role, self._files.absolute(i.path).read_bytes(), i.weight) for i in images]

    async def _forget_old(self) -> None:
        for sweep_id in await self._store.forget_asked(self._config.sweep.forget_hours * HOUR):
            await asyncio.to_thread(self._files.remove, sweep_id)
