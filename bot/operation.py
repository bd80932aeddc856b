"""What moderators and operators do to jobs and workers: pause, move, cancel, purge, restart. Everything is audited.

Knows no Discord: whoever calls it has checked that the actor may.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Callable, Mapping
from typing import Any

from bot.administration import Administration
from bot.dispatcher import Dispatcher
from bot.errors import BadSetting, NoSuchThing
from bot.requester import Requester
from bot.studio import Studio
from bot.switches import Mode
from gpu.local import LocalBackend, WorkerReport
from storage.audit import AuditLog
from storage.errors import JobNotFound
from storage.jobs import JobStore
from storage.models import AuditEntry, Job, JobState, Lane
from storage.queue import Queue
from storage.settings import EVERYWHERE, Question, SettingStore

WAITING = (JobState.QUEUED, JobState.RUNNING)
PURGE_BATCH = 100
EXPORT = 20_000
"""Entries in one file."""
COLUMNS = ("at", "actor_id", "action", "target", "guild_id", "before", "after", "reason")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets."""


class Operation:
    """The queue and the workers, from above."""

    def __init__(
        self,
        *,
        administration: Administration,
        studio: Studio,
        queue: Queue,
        jobs: JobStore,
        dispatcher: Dispatcher,
        audit: AuditLog,
        settings: SettingStore,
        workers: LocalBackend,
        new_id: Callable[[], str],
    ) -> None:
        self.new_id = new_id
        self.administration = administration
        self.settings = settings
        self._studio = studio
        self._queue = queue
        self._jobs = jobs
        self._dispatcher = dispatcher
        self._audit = audit
        self._workers = workers

    # --- Pause ----------------------------------------------------------------------------------------------------

    async def restore(self) -> None:
        """At start: a pause from before holds on."""
        self._dispatcher.hold(await self.administration.switches.mode(EVERYWHERE) is Mode.PAUSED)

    async def switch(self, actor: Requester, mode: Mode, *, everywhere: bool = False, reason: str = "") -> Mode:
        """Pause, drain or open the actor's server, or all. Returns the mode before."""
        place = EVERYWHERE if everywhere else actor.guild_id
        before = await self.administration.switches.set_mode(place, mode)
        target = "everywhere" if everywhere else "server"
        await self.administration.record(actor, mode.value, target, before=before, after=mode.value, reason=reason)
        if everywhere:
            await self.restore()
        return before

    # --- The queue ------------------------------------------------------------------------------------------------

    async def waiting(self, guild_id: int, limit: int = 25) -> list[Job]:
        """The server's jobs that have not ended, oldest first."""
        return await self._jobs.of_guild(guild_id, WAITING, limit)

    async def counts(self, guild_id: int | None = None) -> dict[str, int]:
        """State → jobs that wait or run, of a server or of all."""
        return await self._jobs.counts(WAITING, guild_id)

    async def move(self, actor: Requester, job_id: str, lane: Lane, *, reason: str = "") -> Job:
        """Put a waiting job into another lane. Raises `JobNotFound`, `NoSuchThing` where it waits no longer."""
        job = await self._here(actor, job_id)
        moved = await self._queue.move(job.id, lane)
        if moved is None:
            raise NoSuchThing("error-job-started", job=job.id)
        await self.administration.record(actor, "move", job.id, before=job.lane, after=lane, reason=reason)
        self._dispatcher.wake()
        return moved

    async def cancel(self, actor: Requester, job_id: str, *, reason: str = "") -> Job:
        """Stop anybody's job in the actor's server. Raises `JobNotFound`."""
        job = await self._here(actor, job_id)
        cancelled = await self._studio.cancel(actor, job.id)
        await self.administration.record(
            actor, "cancel", job.id, before=job.state, after=cancelled.state, reason=reason
        )
        return cancelled

    async def _here(self, actor: Requester, job_id: str) -> Job:
        job = await self._jobs.find(job_id.strip().lower())
        if job is None or job.guild_id != actor.guild_id:
            raise JobNotFound(job=job_id[:20])
        return job

    # --- Purge ----------------------------------------------------------------------------------------------------

    async def pictures_of(self, guild_id: int, user_id: int, after: str = "") -> list[Job]:
        """The member's next jobs there that have pictures, a message or a wait to remove; after the job `after`."""
        return await self._jobs.page_of(guild_id, user_id, after, PURGE_BATCH)

    async def purged(self, actor: Requester, user_id: int, jobs: int, *, reason: str = "") -> None:
        """Write down that it was done."""
        await self.administration.record(actor, "purge", str(user_id), before=str(jobs), after="0", reason=reason)

    # --- Questions ------------------------------------------------------------------------------------------------

    async def ask(self, id: str, actor: Requester, action: str, facts: Mapping[str, Any]) -> None:
        """Keep something dangerous until the actor confirms it."""
        await self.settings.ask(id, actor.guild_id, actor.user_id, action, facts)

    async def answered(self, actor: Requester, id: str) -> Question:
        """What was asked; once. Raises `NoSuchThing`."""
        question = await self.settings.answered(id, actor.user_id)
        if question is None or question.guild_id != actor.guild_id:
            raise NoSuchThing("error-question-over")
        return question

    # --- The log --------------------------------------------------------------------------------------------------

    async def search(self, guild_id: int, **filters: Any) -> list[AuditEntry]:
        """Entries of a server's log; see `storage.audit.AuditLog.search`."""
        return await self._audit.search(guild_id, **filters)

    async def export(self, actor: Requester) -> bytes:
        """The server's log as CSV (RFC 4180), newest first. No cell is run as a formula by a spreadsheet."""
        entries = await self._audit.search(actor.guild_id, limit=EXPORT)
        await self.administration.record(actor, "audit-export", "csv", after=str(len(entries)))
        return await asyncio.to_thread(_csv, entries)

    # --- Workers --------------------------------------------------------------------------------------------------

    def workers(self) -> list[WorkerReport]:
        """The worker processes of this machine."""
        return self._workers.reports()

    async def restart_worker(self, actor: Requester, index: int, *, reason: str = "") -> None:
        """End a worker process; another one takes its place, and its jobs start again. Raises `BadSetting`."""
        if not 0 <= index < len(self.workers()):
            raise BadSetting("error-worker-unknown", index=index, count=len(self.workers()))
        await self.administration.record(actor, "worker-restart", str(index), reason=reason)
        self._workers.restart(index)

    async def warm(self, actor: Requester, model: str) -> float:
        """Load a model on every worker before somebody asks for it. Returns seconds. Raises a `BackendError`."""
        if model not in self._studio.config.models:
            known = ", ".join(self._studio.config.models)
            raise BadSetting("error-model-unknown-here", model=model[:100], models=known)
        await self.administration.record(actor, "worker-warm", model)
        return await self._workers.warm(model)


def _csv(entries: list[AuditEntry]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = [str(getattr(entry, name)) for name in COLUMNS]
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return text.getvalue().encode()
