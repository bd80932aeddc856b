"""The step engine: draws the jobs of many users together, one short tick at a time.

    admit ──▶ waiting ──prepare──▶ running ──tick, tick, …──▶ result
                                     │ one phase after another; jobs of equal key share each call

Nothing here is a pipeline call. In every tick one group of compatible jobs takes one step in one UNet call, whatever
their steps, samplers, guidance, seeds and users are; jobs join and leave between ticks. Cancelling, progress, previews
and fairness fall out of that loop. The caller owns the loop, the thread and the process; the engine knows no pipe, no
user and no Discord.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gpu.backend import Event, Failed, ModelCapabilities
from gpu.bugs import as_backend_error
from gpu.control import Preprocessors, Setting
from gpu.controlling import first_phases, looked_at
from gpu.device import choose_device, choose_dtype, free_memory, ran_out_of_memory, synchronize
from gpu.embeddings import EmbeddingFolder
from gpu.enlarging import plan
from gpu.errors import JobCancelled, NotSupported, OutOfMemory
from gpu.families import FAMILIES
from gpu.families.base import Components, Family, Plan
from gpu.fetching import Fetcher
from gpu.gallery import Gallery, Preview, RefusedError
from gpu.hub import HubCache
from gpu.loading import load_components
from gpu.loras import LoraFolder
from gpu.needs import models_of, needed
from gpu.optimise import free_bytes, optimise
from gpu.optimising import OFFLOADS, Optimise, chosen
from gpu.params import ENLARGERS
from gpu.phases import Check, Phase, State, Work
from gpu.pool import Pool, budget, footprint
from gpu.safety import ImageCheck
from gpu.turns import Turns
from gpu.types import ControlMakers, GenerationRequest, GenerationResult, ModelSpec, Progress, Task
from gpu.upscalers import Upscalers

log = logging.getLogger(__name__)

PREPARE_SECONDS = 0.5
"""Time of one tick for letting new jobs join; at least one does. Encoding a prompt can take a second on a CPU."""
FETCH_PAUSE = 0.05
"""Seconds between looks at a download when nothing else is to be done."""
PREVIEWS = 4
"""Previews of a job's steps at most, evenly over them."""
PREVIEW_SHARE = 0.1
"""Share of its device time that a job may spend on previews; the image check can be slower than a step."""
PACE_MEMORY = 0.7
"""How much the pace of a job, seconds from step to step, depends on earlier steps."""

OnLoading = Callable[[str, int, int], None]
"""Called with (model, done, total) while a model loads."""
Load = Callable[[ModelSpec, torch.device, torch.dtype, Callable[[int, int], None]], Any]
"""Brings what a family draws with onto a device, reporting (done, total). Raises `ModelError`."""


@dataclass
class Job:
    """A request on its way through its phases."""

    request: GenerationRequest
    phases: deque[Phase[Any]]
    state: State
    steps: int
    stepped_at: float
    step: int = 0
    device_seconds: float = 0.0
    preview_seconds: float = 0.0
    previews: int = 0
    pace: float | None = None
    """Seconds from step to step, those of other groups between them included."""

    @property
    def phase(self) -> Phase[Any]:
        """The current one."""
        return self.phases[0]

    @property
    def shows(self) -> bool:
        """Whether a preview is due: evenly over the steps, and then with every picture that is finished."""
        if not self.phase.steps:
            return not self.state.done
        return self.step % max(self.steps // PREVIEWS, 1) == 0 and self.step < self.steps

    @property
    def cost(self) -> float:
        """All device seconds of this job: its share of every tick, and its previews."""
        return self.device_seconds + self.preview_seconds


class Engine:
    """Draws requests, many at once. Not thread-safe: one thread admits, cancels and ticks."""

    def __init__(
        self,
        specs: Mapping[str, ModelSpec],
        *,
        data_dir: Path,
        device: str = "auto",
        dtype: str = "auto",
        threads: int = 0,
        image_check: ImageCheck | None = None,
        loras: LoraFolder | None = None,
        embeddings: EmbeddingFolder | None = None,
        control: ControlMakers | None = None,
        optimise: Optimise | None = None,
        slots: int = 8,
        memory_gb: float | str = "auto",
        load: Load = load_components,
        fetcher: Fetcher | None = None,
        on_loading: OnLoading = lambda model, done, total: None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`slots`: jobs drawn at a time, further ones wait. `threads`: 0 leaves the number to torch.

        `memory_gb`: for models; `auto` takes a share of what the device has.
        """
        if threads:
            torch.set_num_threads(threads)
        self._specs = specs
        self._device = choose_device(device)
        self._dtype = choose_dtype(dtype, self._device)
        self._optimise = optimise or Optimise()
        self._folder = data_dir
        self._slots = slots
        self._load = load
        self._on_loading = on_loading
        self._clock = clock
        self._loras = loras or LoraFolder(None)
        self._embeddings = embeddings or EmbeddingFolder(None)
        self._gallery = Gallery(data_dir, image_check)
        self._upscalers = Upscalers(self._device)
        self._makers = control or ControlMakers()
        self._preprocessors = Preprocessors(Setting(self._device, self._makers))
        self._fetcher = fetcher or Fetcher(HubCache.from_environment(), on_loading)
        self._families = Pool(
            self._load_family, budget=budget(memory_gb, self._device), device=self._device,
            expect=lambda model: self._fetcher.size(specs[model]),
        )  # fmt: skip
        self._waiting: deque[GenerationRequest] = deque()
        self._jobs: dict[str, Job] = {}
        self._turns = Turns()
        self._events: list[Event] = []

    @property
    def idle(self) -> bool:
        """Whether a tick would do and report nothing."""
        return not (self._waiting or self._jobs or self._events)

    @property
    def unet_calls(self) -> int:
        """How often a UNet ran since the start, warming up included."""
        return self._families.unet_calls

    def admit(self, request: GenerationRequest) -> None:
        """Take a job; it joins the others at the next tick, where a slot is free. Raises `NotSupported`."""
        if request.params.model not in self._specs:
            raise NotSupported("error-model-unknown", model=request.params.model)
        self._waiting.append(request)

    def cancel(self, job_id: str) -> None:
        """Drop a job now, with its files; unknown ids are ignored. The next tick reports `Failed(JobCancelled)`."""
        for request in [*self._waiting, *(job.request for job in self._jobs.values())]:
            if request.job_id == job_id:
                self._fail(request, JobCancelled())

    def tick(self) -> list[Event]:
        """Let waiting jobs join, take one step with one group, and report what happened."""
        self._start_jobs()
        key = self._turns.next(job.state.key for job in self._jobs.values())
        if key is not None:
            self._step(key, [job for job in self._jobs.values() if job.state.key == key])
        elif self._waiting and not self._events:
            time.sleep(FETCH_PAUSE)  # all of them wait for downloads
        events, self._events = self._events, []
        return events

    def warm_up(self, model: str) -> ModelCapabilities:
        """Load a model and measure it. Raises `ModelError`."""
        measured = self._families.get(model, ()).measure(self._gallery, self._clock)
        families = {spec.family for spec in self._specs.values()}
        upscalers = (*self._upscalers.names, *(name for name in ENLARGERS if name in families))
        tasks = tuple(task for task in measured.tasks if upscalers or task is not Task.ENLARGE)
        return measured.model_copy(update={"tasks": tasks, "upscalers": upscalers})

    def score(self, path: Path) -> dict[str, float]:
        """What the image check says of a picture below the data directory. Raises `OSError`."""
        return self._gallery.score_file(path)

    # Joining

    def _start_jobs(self) -> None:
        """Those whose models are here, in order. One whose model has no room yet holds up those behind it."""
        started = self._clock()
        for request in tuple(self._waiting):
            if len(self._jobs) >= self._slots:
                break
            with self._reporting(request):
                wanted = needed(request, self._specs, self._makers)
                if not all([self._fetcher.ready(spec) for spec in wanted]):
                    continue
                if not all(self._families.fits(model, self._busy) for model in models_of(request, self._specs)):
                    break
                self._waiting.remove(request)
                self._start(request)
            if self._clock() - started >= PREPARE_SECONDS:
                break

    def _start(self, request: GenerationRequest) -> None:
        models = models_of(request, self._specs)
        family, *helpers = [self._families.get(model, {*self._busy, *models}) for model in models]
        started = self._clock()
        work, phases = self._plan(request, family, helpers)
        state = phases[0].prepare(work)
        now = self._clock()
        steps = sum(phase.steps for phase in phases)
        job = Job(request, deque(phases), state, steps, stepped_at=now, device_seconds=now - started)
        self._jobs[request.job_id] = job
        self._settle(job)

    def _plan(self, request: GenerationRequest, family: Family, helpers: Sequence[Family]) -> Plan:
        """Whatever is drawn: pictures and masks that were sent along are checked first."""
        if request.task is Task.CONTROL:
            work, phases = looked_at(request, self._gallery, self._preprocessors)
        else:
            self._embeddings.refresh()  # the files decide which words of a prompt are theirs
            work, phases = plan(request, family, self._gallery, self._upscalers, helpers)
            phases = [*first_phases(request, self._gallery, self._preprocessors), *phases]
        sent = [self._gallery.input(image) for image in request.inputs]
        return Plan(work, [Check(self._gallery, request, sent), *phases] if sent else phases)

    @property
    def _busy(self) -> set[str]:
        """Models that are drawing."""
        return {model for job in self._jobs.values() for model in models_of(job.request, self._specs)}

    def _load_family(self, model: str) -> tuple[Family, int]:
        """A model, and its bytes. Raises `ModelError`."""
        spec, device = self._specs[model], self._device
        free = free_bytes(device)
        names = chosen(self._optimise, device.type, size=self._fetcher.size(spec) if free else 0, free=free)
        rests = torch.device("cpu") if set(OFFLOADS) & set(names) else device
        loaded = self._load(spec, rests, self._dtype, lambda done, total: self._on_loading(model, done, total))
        if rests != device and isinstance(loaded, Components):
            loaded = replace(loaded, device=device)
        family = FAMILIES[spec.family](spec, loaded, self._loras, self._embeddings)
        optimise(names, family, loaded, self._optimise, device, self._folder / "openvino")
        return family, footprint(loaded)

    # Stepping

    def _step(self, key: Hashable, jobs: list[Job]) -> None:
        started = self._clock()
        moved = [job for job, prediction in self._predict(jobs) if self._advance(job, prediction)]
        synchronize(self._device)
        seconds = self._clock() - started
        self._turns.charge(key, seconds)
        rows = sum(job.state.rows for job in jobs)
        for job in moved:
            job.device_seconds += seconds * job.state.rows / rows
            with self._reporting(job.request):
                self._report(job)
                self._settle(job)

    def _predict(self, jobs: list[Job]) -> list[tuple[Job, Any]]:
        """One call for all. If it fails, each job tries once alone, so that a job fails by its own fault only."""
        try:
            return list(zip(jobs, jobs[0].phase.predict([job.state for job in jobs]), strict=True))
        except Exception as error:
            log.warning("a call for %d jobs failed, trying each alone: %s", len(jobs), error)
        free_memory(self._device)
        alone = []
        for job in jobs:
            with self._reporting(job.request):
                alone += [(job, job.phase.predict([job.state])[0])]
        return alone

    def _advance(self, job: Job, prediction: Any) -> bool:
        with self._reporting(job.request):
            job.phase.advance(job.state, prediction)
            job.step += 1 if job.phase.steps else 0
            return True
        return False

    def _settle(self, job: Job) -> None:
        """Move a job whose phase is over into its next phase, or out."""
        while job.state.done:
            work = job.phase.finish(job.state)
            job.phases.popleft()
            if not job.phases:
                self._deliver(job, work)
                return
            job.state = job.phase.prepare(work)

    # Reporting

    def _report(self, job: Job) -> None:
        now = self._clock()
        interval = now - job.stepped_at
        job.pace = interval if job.pace is None else PACE_MEMORY * job.pace + (1 - PACE_MEMORY) * interval
        job.stepped_at = now
        shown = self._preview(job)
        self._events.append(
            Progress(
                job_id=job.request.job_id,
                step=job.step,
                steps=job.steps,
                phase=job.phase.name,
                seconds_left=job.pace * (job.steps - job.step),
                preview=shown.path if shown else None,
                preview_scores=shown.scores if shown else {},
            )
        )

    def _preview(self, job: Job) -> Preview | None:
        """The grid so far, now and then, and only while previews cost a small share of the drawing."""
        due = job.request.previews and job.shows
        if not due or job.preview_seconds > PREVIEW_SHARE * job.device_seconds:
            return None
        started = self._clock()
        sketches = job.phase.sketches(job.state)
        shown = self._gallery.preview(job.request, job.previews + 1, sketches) if sketches else None
        job.previews += shown is not None
        job.preview_seconds += self._clock() - started
        return shown

    def _deliver(self, job: Job, work: Work) -> None:
        del self._jobs[job.request.job_id]
        self._gallery.forget_previews(job.request)
        self._events.append(GenerationResult(job_id=job.request.job_id, images=work.saved, device_seconds=job.cost))

    @contextmanager
    def _reporting(self, request: GenerationRequest) -> Iterator[None]:
        """Turn whatever goes wrong inside into the end of this job alone."""
        try:
            yield
        except Exception as error:
            self._fail(request, error)

    def _fail(self, request: GenerationRequest, error: Exception) -> None:
        """End a job, waiting or running, without pictures."""
        job = self._jobs.pop(request.job_id, None)
        if job and job.phases:
            job.phase.drop(job.state)
        if request in self._waiting:
            self._waiting.remove(request)
        self._gallery.discard(request)
        cost = job.cost if job else 0.0
        if ran_out_of_memory(error):
            error = OutOfMemory(width=request.params.width, height=request.params.height)
        self._events.append(
            GenerationResult(job_id=request.job_id, blocked=error.category, device_seconds=cost)
            if isinstance(error, RefusedError)
            else Failed(request.job_id, as_backend_error(error))
        )
