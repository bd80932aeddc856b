"""Takes jobs from the queue to the backends and writes down what came of them.

Keeps every backend filled up to its slots, renews leases, retries crashes, and tells its listeners after each change
of state: the state is written before anyone is told. Knows no Discord, no SQL and no model library.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Protocol

from gpu.backend import Backend
from gpu.errors import BackendError, JobCancelled, WorkerBug
from gpu.types import GenerationResult, Progress
from storage.errors import JobNotFound
from storage.images import ImageFiles
from storage.models import Job, JobState, StoredImage
from storage.queue import Queue

log = logging.getLogger(__name__)


class JobListener(Protocol):
    """Hears about jobs: Discord's delivery, the progress bar of the command line."""

    async def on_state(self, job: Job) -> None:
        """The job changed its state, and the new state is stored."""
        ...

    def on_progress(self, job: Job, progress: Progress) -> None:
        """A running job moved on. Called often; must not block."""
        ...


class Dispatcher:
    """Feeds the backends until its `run` is cancelled."""

    def __init__(
        self, *, queue: Queue, files: ImageFiles, backends: Mapping[str, Backend], lease_seconds: float = 60.0
    ) -> None:
        self.backends = dict(backends)
        self._held = False
        self._queue = queue
        self._files = files
        self._lease_seconds = lease_seconds
        self._listeners: list[JobListener] = []
        self._running: dict[str, Job] = {}
        self._wake = {pool: asyncio.Event() for pool in backends}
        self._tasks: set[asyncio.Task[None]] = set()

    @contextlib.contextmanager
    def listening(self, listener: JobListener) -> Iterator[None]:
        """Tell `listener` about every job while the context is open."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def wake(self) -> None:
        """There may be something to claim."""
        for event in self._wake.values():
            event.set()

    def hold(self, held: bool) -> None:
        """While held, nothing that waits is started."""
        self._held = held
        self.wake()

    async def tell(self, job: Job) -> None:
        """Tell the listeners that the job has a new state. One that fails does not stop the others."""
        for listener in tuple(self._listeners):
            try:
                await listener.on_state(job)
            except Exception:
                log.exception("a listener failed on job %s", job.id)

    async def cancelled(self, job: Job) -> None:
        """The studio cancelled a job: stop drawing it and tell."""
        if job.id in self._running:
            await self.backends[job.pool].cancel(job.id)
        await self.tell(job)
        self.wake()

    async def settled(self, job_ids: Collection[str], patience: float = 10.0) -> None:
        """Wait until none of these is drawn any more; a backend that does not stop in time is not waited for."""
        names = {f"draw {job_id}" for job_id in job_ids}
        if drawing := [task for task in self._tasks if task.get_name() in names]:
            await asyncio.wait(drawing, timeout=patience)

    async def run(self) -> None:
        """Recover what the last run left behind, then draw until cancelled. Raises what a backend's `start` raises."""
        await self._queue.recover()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._keep_leases())
                for pool, backend in self.backends.items():
                    group.create_task(self._feed(pool, backend))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    # --- One pool -------------------------------------------------------------------------------------------------

    async def _feed(self, pool: str, backend: Backend) -> None:
        await backend.start()
        try:
            while True:
                self._wake[pool].clear()
                while (
                    not self._held
                    and len(self._of(pool)) < backend.capabilities.slots
                    and (job := await self._claim(pool))
                ):
                    self._running[job.id] = job
                    self._keep(asyncio.create_task(self._draw(job, backend), name=f"draw {job.id}"))
                await self._wake[pool].wait()
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _claim(self, pool: str) -> Job | None:
        """The next job in fair order; while others run, first one that can share their batch."""
        running = self._of(pool)
        if running:
            batches = {_batch(job) for job in running}
            job = await self._queue.claim(pool, pool, accepts=lambda waiting: _batch(waiting) in batches)
            if job:
                return job
        return await self._queue.claim(pool, pool)

    async def _draw(self, job: Job, backend: Backend) -> None:
        await self.tell(job)
        try:
            result = await backend.generate(job.request, self._progress(job))
            await self._finish(job, result)
        except JobCancelled:
            await self._settle(job, JobState.CANCELLED)
        except BackendError as error:
            await self._failed(job, error)
        except Exception:
            bug = secrets.token_hex(4)
            log.exception("bug %s in job %s", bug, job.id)
            await self._failed(job, WorkerBug(bug=bug))
        finally:
            self._running.pop(job.id, None)
            self.wake()

    def _progress(self, job: Job) -> Callable[[Progress], None]:
        def on_progress(progress: Progress) -> None:
            for listener in tuple(self._listeners):
                listener.on_progress(job, progress)

        return on_progress

    # --- Endings --------------------------------------------------------------------------------------------------

    async def _finish(self, job: Job, result: GenerationResult) -> None:
        if result.blocked:
            refused: dict[str, object] = {"code": "error-image-blocked", "facts": {"category": result.blocked}}
            await self._settle(job, JobState.BLOCKED, cost=result.device_seconds, error=refused)
            return
        images = [
            StoredImage(
                job_id=job.id, index=image.index, path=image.path.as_posix(), seed=image.seed, width=image.width,
                height=image.height, scores=image.scores, latents=image.latents.as_posix() if image.latents else "",
            )
            for image in result.images
        ]  # fmt: skip
        await self._settle(job, JobState.DONE, images=images, cost=result.device_seconds)

    async def _failed(self, job: Job, error: BackendError) -> None:
        if error.retryable:
            with contextlib.suppress(JobNotFound):  # its owner had everything deleted
                await self.tell(await self._queue.retry(job, error))
        else:
            await self._settle(job, JobState.FAILED, error=error.to_json())

    async def _settle(
        self,
        job: Job,
        state: JobState,
        *,
        images: list[StoredImage] | None = None,
        cost: float = 0.0,
        error: dict[str, object] | None = None,
    ) -> None:
        """Write the final state and tell; when another attempt or a cancel was faster, drop what was drawn."""
        if await self._queue.finish(job, state, images=images or [], cost=cost, error=error):
            await self.tell(await self._queue.get(job.id))
        elif state is not JobState.DONE or await self._is_unwanted(job.id):
            await asyncio.to_thread(self._files.remove, job.id)

    async def _is_unwanted(self, job_id: str) -> bool:
        """Cancelled while it was drawn, or gone with everything of its owner."""
        try:
            return (await self._queue.get(job_id)).state is JobState.CANCELLED
        except JobNotFound:
            return True

    # --- Housekeeping ---------------------------------------------------------------------------------------------

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            await self._queue.renew(list(self._running))
            if await self._queue.expire():
                self.wake()

    def _of(self, pool: str) -> list[Job]:
        return [job for job in self._running.values() if job.pool == pool]

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _batch(job: Job) -> tuple[object, ...]:
    """What jobs must share to run in one UNet call, as far as it can be seen from outside the worker."""
    params = job.request.params
    return (params.model, params.width, params.height)
