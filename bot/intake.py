"""The one road into the queue: what can be refused is refused here, before anything is stored.

Every use case that draws ends in `enqueue`. Knows no Discord and no line of text.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot import enlarging
from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.errors import Paused
from bot.gate import Admission
from bot.guard import Guard
from bot.inputs import Inputs
from bot.logs import prompt_for_log
from bot.prompt.limits import with_licence
from bot.requester import Requester, may_see
from gpu.abilities import require
from gpu.backend import Capabilities
from gpu.errors import NotSupported
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, InputRole, SafetyPolicy, Task
from storage.errors import JobNotFound
from storage.images import ImageFiles
from storage.models import Job, Lane, NewJob
from storage.queue import Queue

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one job is asked to draw."""

    task: Task
    params: GenerationParams
    text: str
    parent: Job | None = None
    index: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the request."""
    inputs: Inputs | None = None
    """Stored as soon as nothing but the queue can refuse."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """An order that nothing speaks against, but perhaps the queue."""

    order: Order
    capabilities: Capabilities
    policy: SafetyPolicy
    admission: Admission


class Intake:
    """Turns a wish that was understood into a job that waits."""

    def __init__(
        self,
        *,
        config: Config,
        queue: Queue,
        files: ImageFiles,
        dispatcher: Dispatcher,
        guard: Guard,
        new_job_id: Callable[[], str],
    ) -> None:
        self.paused = False
        self._config = config
        self._queue = queue
        self._files = files
        self._dispatcher = dispatcher
        self._guard = guard
        self._new_job_id = new_job_id

    @property
    def capabilities(self) -> dict[str, Capabilities]:
        """What each pool can draw now."""
        return {pool: backend.capabilities for pool, backend in self._dispatcher.backends.items()}

    async def enqueue(
        self,
        requester: Requester,
        task: Task,
        params: GenerationParams,
        *,
        text: str,
        parent: Job | None = None,
        index: int = 0,
        extra: Mapping[str, Any] | None = None,
        inputs: Inputs | None = None,
    ) -> Job:
        """The one road into the queue: what it refuses is refused here, before anything is stored.

        `extra` are further fields of the request; `inputs` are stored as soon as nothing but the queue can refuse.
        """
        order = Order(task=task, params=params, text=text, parent=parent, index=index, extra=extra or {}, inputs=inputs)
        (cleared,) = await self.clear(requester, [order])
        await asyncio.to_thread(self._files.check_space)
        job_id = self._new_job_id()
        async with self._kept([job_id]):
            new = await self._made(requester, cleared, job_id)
            limit = self._config.openai.daily_limit if new.request.price else None
            job = await self._queue.enqueue(new, daily_limit=limit)
        if job.id != job_id:  # a double click: the first one is in the queue already
            await asyncio.to_thread(self._files.remove, job_id)
        log.info("job %s queued, prompt %s", job.id, prompt_for_log(params.prompt, self._config.privacy.log_prompts))
        self._dispatcher.wake()
        return job

    async def enqueue_all(self, requester: Requester, orders: Sequence[Order], sweep_id: str) -> list[Job]:
        """The same for all cells of a sweep: all of them wait, or none. Raises `SweepOver` the second time."""
        cleared = await self.clear(requester, orders)
        await asyncio.to_thread(self._files.check_space)
        alone = replace(requester, interaction_id=0, interaction_token="")  # the answer is the question's, not a cell's
        ids = [self._new_job_id() for _ in orders]
        async with self._kept(ids):
            made = [await self._made(alone, one, id) for one, id in zip(cleared, ids, strict=True)]
            cells = [replace(new, sweep_id=sweep_id, cell=number) for number, new in enumerate(made, 1)]
            jobs = await self._queue.enqueue_all(cells, sweep_id, daily_limit=self._config.openai.daily_limit)
        self._dispatcher.wake()
        return jobs

    async def clear(self, requester: Requester, orders: Sequence[Order]) -> list[Cleared]:
        """What draws each, and under which rules. Raises what there is to refuse before anything is stored."""
        if self.paused:
            raise Paused
        admission = await self._guard.admit(requester, sum(order.params.num_images for order in orders))
        roles = [order.inputs.roles if order.inputs else () for order in orders]
        for order in orders:
            enlarging.require(self._config, order.extra.get("upscaler", order.params.upscaler))
        capable = [self.capable(order.params, order.task, role) for order, role in zip(orders, roles, strict=True)]
        policies = [await self._guard.check_prompt(requester, order.params) for order in orders]
        return [Cleared(*row, admission) for row in zip(orders, capable, policies, strict=True)]

    def cost(self, cleared: Cleared) -> tuple[float, float]:
        """Device seconds and price, before it is queued."""
        params = cleared.order.params
        return cleared.capabilities.estimate(params), self._bill(params).get("price", 0.0)

    async def _made(self, requester: Requester, cleared: Cleared, job_id: str) -> NewJob:
        """The row of the job, its pictures stored. Raises `InputError`, `OSError`."""
        order, capabilities = cleared.order, cleared.capabilities
        params, inputs = order.params, order.inputs
        request = GenerationRequest(
            job_id=job_id,
            task=order.task,
            params=params,
            output_dir=self._files.directory(job_id),
            policy=cleared.policy,
            previews=self._config.worker.previews,
            inputs=await asyncio.to_thread(inputs.store, self._files, job_id) if inputs else (),
            **order.extra,
            **self._bill(params),
        )
        marked = with_licence(request.notes, self._config.models.get(params.model))
        request = request.model_copy(update={"notes": marked})
        estimate = enlarging.estimate(request, capabilities)
        new = self.new_job(
            requester, request, text=order.text, estimate=estimate, parent=order.parent, index=order.index
        )
        return replace(new, pool=capabilities.pool, **_allowed(cleared.admission))

    @contextlib.asynccontextmanager
    async def _kept(self, job_ids: Sequence[str]) -> AsyncIterator[None]:
        """Their files stay only where the queue takes them."""
        try:
            yield
        except BaseException:
            for job_id in job_ids:
                await asyncio.to_thread(self._files.remove, job_id)
            raise

    def capable(self, params: GenerationParams, task: Task, roles: Sequence[InputRole]) -> Capabilities:
        """The capabilities of the pool that draws the model. Raises `NotSupported`."""
        for capabilities in self.capabilities.values():
            model = capabilities.models.get(params.model)
            if model is None:
                continue
            require(model, task, params, roles)
            self._check_size(params)
            return capabilities
        if params.model in self._config.openai.models:
            raise NotSupported("error-openai-unavailable", model=params.model)
        raise NotSupported("error-model-not-served", model=params.model)

    def _check_size(self, params: GenerationParams) -> None:
        spec = self._config.specs.get(params.model)
        if spec and spec.sizes and (params.width, params.height) not in spec.sizes:
            size, sizes = f"{params.width}×{params.height}", ", ".join(f"{w}×{h}" for w, h in spec.sizes)
            raise NotSupported("error-size-not-offered", model=params.model, size=size, sizes=sizes)

    def _bill(self, params: GenerationParams) -> dict[str, Any]:
        """What a paid API is asked for, and what that costs; nothing for models of our own."""
        model = self._config.openai.models.get(params.model)
        return {"api_quality": model.quality(params.quality), "price": model.price(params)} if model else {}

    @staticmethod
    def new_job(
        requester: Requester, request: GenerationRequest, *, text: str, estimate: float, parent: Job | None, index: int
    ) -> NewJob:
        """The row of a job that they ask for. Raises `JobNotFound` for a parent that is not theirs to see."""
        if parent and not may_see(requester, parent):
            raise JobNotFound(job=parent.id)
        return NewJob(
            id=request.job_id,
            user_id=requester.user_id,
            guild_id=requester.guild_id,
            channel_id=requester.channel_id,
            request=request,
            text=text,
            estimate=estimate,
            lane=Lane(request.params.speed),
            parent_id=parent.id if parent else "",
            parent_index=index,
            interaction_id=requester.interaction_id,
            interaction_token=requester.interaction_token,
            locale=requester.locale,
        )


def waiting_limit(admission: Admission) -> int:
    """As the queue takes it: −1 for everybody's."""
    return -1 if admission.waiting is None else admission.waiting


def _allowed(admission: Admission) -> dict[str, Any]:
    """What a member's limits say to the queue."""
    waiting = waiting_limit(admission)
    return {"running_limit": admission.running, "waiting_limit": waiting, "weight": admission.weight}
