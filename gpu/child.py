"""A worker process from the outside: started, listened to, watched, started again when it dies.

Knows the wire and processes, not which other workers there are and not how pixels are made.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import signal
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gpu.backend import Capabilities, OnProgress
from gpu.errors import BackendError, GenerationTimeout, JobCancelled, WorkerCrashed, from_json
from gpu.needs import needed
from gpu.skills.base import Answer, Question
from gpu.types import LOADING, GenerationRequest, GenerationResult, Progress
from gpu.wire import (
    MAX_LINE,
    Answered,
    Ask,
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
    Score,
    Scored,
    Start,
    Warm,
    encode,
    read_message,
)

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parent.parent
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0
START_ATTEMPTS = 3
"""Crashes of a worker that was never ready, after which `start` gives up."""
GRACE = 2.0
"""Seconds to end by itself once standard input is closed, and again once it was asked by signal."""
TELL_WHERE = getattr(signal, "SIGUSR1", signal.SIGTERM)
"""A worker that hangs answers it with the stacks of its threads, in its log; see `gpu.stdio.step_back`."""

Clock = Callable[[], float]


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


class Child:
    """One worker process after the other, and the jobs of the present one.

    Jobs wait here until the process is ready and has a free slot. One that was handed over dies with its process; one
    that waits does so too if that process could not even start, else it waits for the next.
    """

    def __init__(self, start: Start, clock: Clock) -> None:
        self.jobs: dict[str, _Job] = {}
        self._questions: dict[str, tuple[Score | Ask | Warm, asyncio.Future[Any]]] = {}
        self.capabilities: Capabilities | None = None
        self.ready = False
        self._start = start
        self._specs = {spec.name: spec for spec in start.specs}
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
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the present process, if there is one."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Keep a process running from now on, and wait for the first one that is ready.

        Raises `ModelError`, or `WorkerCrashed` when it dies at each attempt; then it is closed.
        """
        self._ever_ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep_alive(), name=f"worker-{self._start.index}")
        await self._ever_ready

    async def close(self) -> None:
        """End the process; its jobs end with `WorkerCrashed`, and so does every later one."""
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _close(self, error: BackendError) -> None:
        self._closed = True
        self._lose(self.jobs, error)
        self._leave_unanswered(error)
        if not self._ever_ready.done():
            self._ever_ready.set_exception(error)

    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GenerationResult:
        """Draw a job, after those that came before it."""
        if self._closed:
            raise WorkerCrashed
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
        """Stop a job. Unknown ids are ignored."""
        if not (job := self.jobs.get(job_id)):
            return
        if job.sent:
            self._send(Cancel(job_id=job_id))
        else:
            self._settle(job_id, JobCancelled())

    async def score(self, path: Path) -> dict[str, float]:
        """What the image check says of a picture below the data directory, as soon as the process is ready.

        Raises `GenerationTimeout` when no answer comes, and what the check ran into.
        """
        scores: dict[str, float] = await self._question(Score(id=f"score {secrets.token_hex(8)}", path=path))
        return scores

    async def ask(self, question: Question) -> Answer:
        """What a skill answers, as soon as the process is ready. Raises like `score`."""
        answer: Answer = await self._question(Ask(id=f"ask {secrets.token_hex(8)}", question=question))
        return answer

    async def warm(self, model: str) -> float:
        """Load a model before a job asks for it; returns seconds. Raises like `score`."""
        begun = self._clock()
        await self._question(Warm(id=f"warm {secrets.token_hex(8)}", model=model))
        return self._clock() - begun

    def restart(self) -> None:
        """End the process, whatever it is doing; the next one is started as after a crash."""
        if self._process and self._process.returncode is None:
            self._process.kill()

    async def _question(self, question: Score | Ask | Warm) -> Any:
        if self._closed:
            raise WorkerCrashed
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._questions[question.id] = question, answer
        if self.ready:
            self._send(question)
        try:
            async with asyncio.timeout(self._start.settings.patience):
                return await answer
        except TimeoutError as error:
            raise GenerationTimeout(seconds=round(self._start.settings.patience)) from error
        finally:
            self._questions.pop(question.id, None)

    def _answer(self, id: str, outcome: dict[str, float] | Answer | BackendError) -> None:
        _, answer = self._questions.get(id, (None, None))
        if answer is None or answer.done():
            return
        if isinstance(outcome, BackendError):
            answer.set_exception(outcome)
        else:
            answer.set_result(outcome)

    def _leave_unanswered(self, error: BackendError) -> None:
        for id in tuple(self._questions):
            self._answer(id, type(error)(error.id, **error.facts))

    # The life of a process

    async def _keep_alive(self) -> None:
        """Run one process after the other, with growing pauses while none of them finishes a job."""
        pause, attempts = FIRST_PAUSE, 0
        try:
            while True:
                ending = await self._live()
                log.error("worker %d ended: %s; its log: %s", self._start.index, ending, self._start.log)
                attempts += 1
                if not self._ever_ready.done() and (attempts == START_ATTEMPTS or not ending.retryable):
                    self._ever_ready.set_exception(ending)
                    return
                pause = FIRST_PAUSE if self._proven else min(2 * pause, LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            self._close(WorkerCrashed())

    async def _live(self) -> BackendError:
        """Run one process until it ends, and return why. The jobs it had, or could not even start for, have failed."""
        self._started, self._proven, self._ending, self._heard = False, False, None, self._clock()
        try:
            code = await self._run()
            ending = self._ending or WorkerCrashed(exit=code)
        except OSError as error:
            ending = WorkerCrashed(problem=error.strerror or "")
        self._lose([job_id for job_id, job in self.jobs.items() if job.sent or not self._started], ending)
        self._leave_unanswered(ending)
        return ending

    async def _run(self) -> int:
        """Start a process, listen to it until it is silent, and see it end. Raises `OSError` when it cannot start."""
        process = self._process = await self._spawn()
        watch = asyncio.create_task(self._watch(process), name=f"watch worker-{self._start.index}")
        try:
            self._send(self._start)
            await self._listen(process)
        finally:
            watch.cancel()
            self.ready, self._process = False, None
            await _end(process)
        return process.returncode or 0

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
                process.send_signal(TELL_WHERE)
                await asyncio.sleep(0.2)
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
                self._answer(job_id, from_json(error))
                self._settle(job_id, from_json(error))
            case Scored(job_id=id, scores=scores):
                self._answer(id, scores)
            case Answered(job_id=id, answer=answer):
                self._answer(id, answer)
            case Loading():
                self._loading(message)
            case Ready(capabilities=capabilities):
                self._become_ready(capabilities)
            case Log(level=level, message=text):
                log.log(level, "worker %d: %s", self._start.index, text)

    def _become_ready(self, capabilities: Capabilities) -> None:
        self.capabilities, self.ready, self._started = capabilities, True, True
        if not self._ever_ready.done():
            self._ever_ready.set_result(None)
        for question, _ in self._questions.values():
            self._send(question)
        self._send_jobs()

    def _loading(self, message: Loading) -> None:
        """A model or a net is on its way: a sign of life for all, progress for those who wait for it."""
        for job_id, job in tuple(self.jobs.items()):
            job.heard = self._clock()
            if message.model in (spec.name for spec in needed(job.request, self._specs, self._start.settings.control)):
                self._progress(Progress(job_id=job_id, step=message.done, steps=message.total, phase=LOADING))

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
        for insist in (process.terminate, process.kill, process.kill):
            try:
                async with asyncio.timeout(GRACE):
                    await process.wait()
                    return
            except TimeoutError:
                insist()
    finally:
        if process.returncode is None:
            process.kill()
