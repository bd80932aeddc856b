"""Draws on this machine: a `Backend` over one or several worker processes.

Each worker has a task that starts it, listens to it, and starts it again when it dies. Knows the wire and processes,
not how pixels are made; imports no model library.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gpu.backend import Capabilities, ModelCapabilities, OnProgress
from gpu.errors import BackendError, GenerationTimeout, JobCancelled, WorkerCrashed, from_json
from gpu.types import GenerationRequest, GenerationResult, ModelSpec, Progress
from gpu.wire import (
    MAX_LINE,
    Cancel,
    Command,
    Error,
    Finished,
    Generate,
    Loading,
    Log,
    Message,
    Progressed,
    Ready,
    Start,
    WorkerSettings,
    encode,
    read_message,
)

__all__ = ["LocalBackend", "WorkerSettings"]

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parent.parent
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0
START_ATTEMPTS = 3
"""Crashes of a worker that was never ready, after which `start` gives up."""
GRACE = 2.0
"""Seconds to end by itself once standard input is closed, and again once it was asked by signal."""

Clock = Callable[[], float]


class LocalBackend:
    """`count` worker processes behind the contract of `gpu.backend.Backend`.

    Jobs go to the least loaded worker, ready ones first, and wait there until it is ready and has a free slot. A crash
    ends the jobs that the worker had with `WorkerCrashed`, and the worker is started again.
    """

    def __init__(
        self, specs: Iterable[ModelSpec], worker: WorkerSettings, data_dir: Path, clock: Clock = time.monotonic
    ) -> None:
        self._specs, self._settings, data_dir = tuple(specs), worker, data_dir.resolve()
        start = Start(specs=self._specs, settings=worker, data_dir=data_dir)
        self._workers = [
            _Worker(start.model_copy(update={"index": n, "log": data_dir / "logs" / f"worker-{n}.log"}), clock)
            for n in range(worker.count)
        ]

    @property
    def capabilities(self) -> Capabilities:
        """All models, with what was measured of them.

        A worker that is still starting has its slots already: its jobs wait for it.
        """
        reports = [worker.capabilities for worker in self._workers if worker.capabilities]
        models = {spec.name: ModelCapabilities() for spec in self._specs}
        for report in reports:
            models |= report.models
        return Capabilities(
            pool="local",
            slots=self._settings.slots * self._settings.count,
            models=models,
            device=", ".join(dict.fromkeys(report.device for report in reports)),
        )

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [worker.pid for worker in self._workers if worker.pid]

    async def start(self) -> None:
        """Start the workers and wait until each has loaded the default model.

        Raises `ModelError` when it cannot be loaded, `WorkerCrashed` when the process keeps dying.
        """
        try:
            await asyncio.gather(*(worker.start() for worker in self._workers))
        except BaseException:
            await self.close()
            raise

    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GenerationResult:
        """Draw one job. Raises a `BackendError`, or what `on_progress` raised; when cancelled, stops the job."""
        worker = min(self._workers, key=lambda worker: (not worker.ready, len(worker.jobs)))
        return await worker.generate(request, on_progress)

    async def cancel(self, job_id: str) -> None:
        """Ask for a job to stop: its `generate` ends with `JobCancelled`. Unknown ids are ignored."""
        for worker in self._workers:
            worker.cancel(job_id)

    async def close(self) -> None:
        """End the workers; jobs that they still have end with `WorkerCrashed`."""
        await asyncio.gather(*(worker.close() for worker in self._workers))


@dataclass(eq=False)
class _Job:
    """A job of one worker, from `generate` to its last message."""

    request: GenerationRequest
    on_progress: OnProgress
    heard: float
    """When there last was a sign of life."""
    sent: bool = False
    result: asyncio.Future[GenerationResult] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def fail(self, error: Exception) -> None:
        if not self.result.done():
            self.result.set_exception(error)
            self.result.exception()  # whoever waited for it may be gone; asyncio need not complain


class _Worker:
    """One worker process after the other, and the jobs of the present one."""

    def __init__(self, start: Start, clock: Clock) -> None:
        self.jobs: dict[str, _Job] = {}
        self.capabilities: Capabilities | None = None
        self.ready = False
        self._start = start
        self._clock = clock
        self._process: Process | None = None
        self._heard = clock()
        self._started = False
        """The present process was ready once."""
        self._proven = False
        """It finished a job."""
        self._ending: BackendError | None = None
        """Why it ends, where that is known."""
        self._task: asyncio.Task[None] | None = None
        self._first_ready: asyncio.Future[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        self._first_ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep_alive(), name=f"worker-{self._start.index}")
        await self._first_ready

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GenerationResult:
        while former := self.jobs.get(request.job_id):  # an attempt that was given up, until the worker let go of it
            await asyncio.wait([former.result])
        job = self.jobs[request.job_id] = _Job(request, on_progress, self._clock())
        self._send_jobs()
        try:
            return await asyncio.shield(job.result)
        except asyncio.CancelledError:
            self.cancel(request.job_id)
            raise

    def cancel(self, job_id: str) -> None:
        if not (job := self.jobs.get(job_id)):
            return
        if job.sent:
            self._send(Cancel(job_id=job_id))
        else:
            self._settle(job_id, JobCancelled())

    # The life of a process

    async def _keep_alive(self) -> None:
        pause, crashes = FIRST_PAUSE, 0
        try:
            while True:
                ending = await self._live()
                log.error("worker %d ended: %s; its log: %s", self._start.index, ending, self._start.log)
                if self._first_ready and not self._first_ready.done():
                    crashes += 1
                    if not ending.retryable or crashes == START_ATTEMPTS:
                        self._first_ready.set_exception(ending)
                        return
                pause = FIRST_PAUSE if self._proven else min(2 * pause, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            self._lose(self.jobs, WorkerCrashed())

    async def _live(self) -> BackendError:
        """Run one process until it ends, and return why. The jobs it had, or could not even start for, have failed."""
        self._started, self._proven, self._ending, self._heard = False, False, None, self._clock()
        process = self._process = await self._spawn()
        watch = asyncio.create_task(self._watch(process), name=f"watch worker-{self._start.index}")
        try:
            self._send(self._start)
            await self._listen(process)
        finally:
            watch.cancel()
            self.ready, self._process = False, None
            await _end(process)
        ending = self._ending or WorkerCrashed(exit=process.returncode or 0)
        self._lose([job_id for job_id, job in self.jobs.items() if job.sent or not self._started], ending)
        return ending

    async def _spawn(self) -> Process:
        assert self._start.log
        self._start.log.parent.mkdir(parents=True, exist_ok=True)
        with self._start.log.open("ab") as errors:
            # A session of its own: Ctrl-C in the terminal is the bot's to handle, and the worker sees its stdin close.
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "gpu.worker", stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                cwd=PROJECT, limit=MAX_LINE, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip

    async def _listen(self, process: Process) -> None:
        """Hear messages until the pipe closes. A line that is none is logged: fd 1 is guarded, so it is a bug."""
        assert process.stdout
        with contextlib.suppress(ConnectionError):
            async for line in process.stdout:
                try:
                    message = read_message(line)
                except ValueError:
                    log.exception("worker %d said: %.200r", self._start.index, line)
                    continue
                self._hear(message)

    async def _watch(self, process: Process) -> None:
        """Kill a process that gives no sign of life."""
        patience = self._start.settings.patience
        while True:
            await asyncio.sleep(min(1.0, patience / 4))
            since = self._clock() - patience
            silent = [job_id for job_id, job in self.jobs.items() if job.sent and job.heard < since]
            if silent or (not self.ready and self._heard < since):
                self.ready = False
                for job_id in silent:
                    self._settle(job_id, GenerationTimeout(seconds=round(patience)))
                process.kill()
                return

    # Messages

    def _hear(self, message: Message) -> None:
        self._heard = self._clock()
        match message:
            case Progressed(progress=progress):
                self._progress(progress)
            case Finished(result=result):
                self._proven = True
                self._settle(result.job_id, result)
            case Error(job_id="", error=error):
                self._ending = from_json(error)
            case Error(job_id=job_id, error=error):
                self._settle(job_id, from_json(error))
            case Loading():
                self._loading(message)
            case Ready(capabilities=capabilities):
                self._become_ready(capabilities)
            case Log(level=level, message=text):
                log.log(level, "worker %d: %s", self._start.index, text)

    def _become_ready(self, capabilities: Capabilities) -> None:
        self.capabilities, self.ready, self._started = capabilities, True, True
        if self._first_ready and not self._first_ready.done():
            self._first_ready.set_result(None)
        self._send_jobs()

    def _loading(self, message: Loading) -> None:
        """The device is busy with a model: a sign of life for all, progress for those who wait for it."""
        for job_id, job in tuple(self.jobs.items()):
            job.heard = self._clock()
            if job.request.params.model == message.model:
                self._progress(Progress(job_id=job_id, step=message.done, steps=message.total, phase="load"))

    def _progress(self, progress: Progress) -> None:
        if not (job := self.jobs.get(progress.job_id)) or job.result.done():
            return
        job.heard = self._clock()
        try:
            job.on_progress(progress)
        except Exception as error:  # not ours: it goes to the caller of `generate`, and the job ends
            job.fail(error)
            self.cancel(progress.job_id)

    def _send_jobs(self) -> None:
        """Hand the worker as many waiting jobs as it has slots, in order."""
        if not self.ready:
            return
        free = self._start.settings.slots - sum(job.sent for job in self.jobs.values())
        for job in [job for job in self.jobs.values() if not job.sent][: max(0, free)]:
            job.sent, job.heard = True, self._clock()
            self._send(Generate(request=job.request))

    def _send(self, command: Command) -> None:
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(command))

    def _settle(self, job_id: str, outcome: GenerationResult | BackendError) -> None:
        """A job's last word. Later ones, and those of unknown jobs, are not heard."""
        if not (job := self.jobs.pop(job_id, None)):
            return
        if isinstance(outcome, BackendError):
            job.fail(outcome)
        elif not job.result.done():
            job.result.set_result(outcome)
        self._send_jobs()

    def _lose(self, job_ids: Iterable[str], error: BackendError) -> None:
        for job_id in tuple(job_ids):
            self._settle(job_id, type(error)(error.id, **error.facts))


async def _end(process: Process) -> None:
    """Close its standard input, give it time, insist, and see it end."""
    assert process.stdin
    process.stdin.close()
    try:
        for insist in _insisting(process):
            try:
                async with asyncio.timeout(GRACE):
                    await process.wait()
                    return
            except TimeoutError:
                insist()
    finally:
        if process.returncode is None:
            process.kill()


def _insisting(process: Process) -> Iterator[Callable[[], None]]:
    yield process.terminate
    yield process.kill
    yield process.kill
