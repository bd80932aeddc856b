"""Draws on this machine: a `Backend` over one or several worker processes.

Deals the jobs out; `gpu.child` keeps each process alive. Imports no model library.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gpu.abilities import capabilities_of
from gpu.backend import Capabilities, OnProgress
from gpu.child import Child, Clock
from gpu.skills.base import Answer, Question
from gpu.types import GenerationRequest, GenerationResult, ModelSpec
from gpu.wire import Start, WorkerSettings

__all__ = ["LocalBackend", "WorkerReport", "WorkerSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReport:
    """One worker process, from outside."""

    index: int
    pid: int
    """0: it is being started."""
    ready: bool
    jobs: int
    device: str


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
            Child(start.model_copy(update={"index": n, "log": data_dir / "logs" / f"worker-{n}.log"}), clock)
            for n in range(worker.count)
        ]

    @property
    def capabilities(self) -> Capabilities:
        """All models, with what was measured of them.

        A worker that is still starting has its slots already: its jobs wait for it.
        """
        reports = [worker.capabilities for worker in self._workers if worker.capabilities]
        models = {spec.name: capabilities_of(spec) for spec in self._specs}
        for report in reports:
            models |= report.models
        return Capabilities(
            pool="local",
            slots=self._settings.slots * self._settings.count,
            models=models,
            device=", ".join(dict.fromkeys(report.device for report in reports)),
        )

    def reports(self) -> list[WorkerReport]:
        """What each worker process is doing."""
        return [
            WorkerReport(
                index=index, pid=worker.pid or 0, ready=worker.ready, jobs=len(worker.jobs),
                device=worker.capabilities.device if worker.capabilities else "",
            )
            for index, worker in enumerate(self._workers)
        ]  # fmt: skip

    def restart(self, index: int) -> None:
        """End a worker's process; another one is started, and its jobs end with `WorkerCrashed`."""
        self._workers[index].restart()

    async def warm(self, model: str) -> float:
        """Load a model on every worker; returns the seconds of the slowest. Raises a `BackendError`, like `score`."""
        return max(await asyncio.gather(*(worker.warm(model) for worker in self._workers)))

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

    async def score(self, path: Path) -> dict[str, float]:
        """What the image check says of a picture below the data directory; {} where the check is off.

        Raises a `BackendError`; a retryable one when the worker ended meanwhile.
        """
        worker = min(self._workers, key=lambda worker: (not worker.ready, len(worker.jobs)))
        return await worker.score(path)

    async def ask(self, question: Question) -> Answer:
        """What a skill answers, beside the drawing. Raises a `BackendError`, like `score`."""
        worker = min(self._workers, key=lambda worker: (not worker.ready, len(worker.jobs)))
        return await worker.ask(question)

    async def cancel(self, job_id: str) -> None:
        """Ask for a job to stop: its `generate` ends with `JobCancelled`. Unknown ids are ignored."""
        for worker in self._workers:
            worker.cancel(job_id)

    async def close(self) -> None:
        """End the workers; jobs that they still have end with `WorkerCrashed`."""
        await asyncio.gather(*(worker.close() for worker in self._workers))
