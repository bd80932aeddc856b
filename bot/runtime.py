"""Opens everything below Discord in order and closes it in reverse: database, queue, backends, dispatcher, studio."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.administration import Administration
from bot.config import Config, openai_key
from bot.dispatcher import Dispatcher
from bot.fetching import Fetcher
from bot.gate import Gate
from bot.guard import Guard
from bot.moderation import Moderation
from bot.operation import Operation
from bot.privacy import Privacy
from bot.prompt.styles import bundled_styles
from bot.provenance import Provenance
from bot.retention import Retention
from bot.safety.places import PlaceRules
from bot.studio import Studio, random_seed_from
from bot.switches import Switches
from bot.text import command_prefix
from gpu.backend import Backend
from gpu.local import LocalBackend, WorkerSettings
from storage.audit import AuditLog
from storage.database import Database
from storage.erasure import RecordStore
from storage.fingerprints import FingerprintStore
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.letters import LetterStore
from storage.marks import MarkStore
from storage.models import new_job_id
from storage.preferences import PreferenceStore
from storage.pseudonyms import Pseudonyms
from storage.queue import Queue
from storage.reviews import ReviewStore
from storage.rules import RuleStore
from storage.sanctions import SanctionStore
from storage.settings import SettingStore
from storage.sweeps import SweepStore
from storage.users import UserStore


@dataclass(frozen=True)
class Runtime:
    """What a front end (Discord, the command line, the demo) needs."""

    studio: Studio
    dispatcher: Dispatcher
    jobs: JobStore
    files: ImageFiles
    users: UserStore
    operation: Operation
    """What moderators and operators do."""
    privacy: Privacy
    provenance: Provenance
    running: asyncio.Task[None]
    """The dispatcher's task; it ends only with an error, such as a default model that cannot be loaded."""


@contextlib.asynccontextmanager
async def open_studio(
    config: Config, data_dir: Path | None = None, *, fetcher: Fetcher | None = None
) -> AsyncIterator[Runtime]:
    """Run the studio on the database in `data_dir`. Raises `DatabaseInUse`.

    The model loads in the background: jobs are accepted from the start and wait for it.
    """
    data_dir = data_dir or config.data_dir
    command_prefix.set(config.discord.command_prefix)
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(data_dir / "easel.db"))
        files = ImageFiles(data_dir)
        await asyncio.to_thread(files.sweep)
        queue = Queue(
            database,
            limits=config.queue.limits,
            clock=time.time,
            boot_id=secrets.token_hex(8),
            lease_seconds=config.queue.lease_seconds,
            max_attempts=config.queue.max_attempts,
            pseudonyms=await asyncio.to_thread(Pseudonyms.of_folder, data_dir),
        )
        backend = LocalBackend(tuple(config.models.values()), worker_settings(config), data_dir)
        stack.push_async_callback(backend.close)
        backends: dict[str, Backend] = {"local": backend}
        if remote := _openai(config, data_dir, backend):
            stack.push_async_callback(remote.close)
            backends["openai"] = remote
        jobs = JobStore(database)
        dispatcher = Dispatcher(queue=queue, files=files, backends=backends, lease_seconds=config.queue.lease_seconds)
        guard = await _guard(config, database, jobs, files, dispatcher)
        studio = Studio(
            config=config,
            queue=queue,
            jobs=jobs,
            sweeps=SweepStore(database, clock=time.time),
            marks=MarkStore(database),
            files=files,
            dispatcher=dispatcher,
            styles=bundled_styles(),
            guard=guard,
            new_job_id=new_job_id,
            random_seed=random_seed_from(secrets.randbelow),
            ask=backend.ask,
            score=backend.score,
            fetch=(fetcher or Fetcher()).fetch,
            preferences=PreferenceStore(database),
        )
        operation = _operation(config, database, studio, queue, jobs, dispatcher, backend)
        await operation.restore()
        running = asyncio.create_task(dispatcher.run(), name="dispatcher")
        stack.push_async_callback(_stop, running)
        await stack.enter_async_context(studio.sweeps.settling())
        privacy, retention = await _privacy(config, database, studio, files, dispatcher)
        await stack.enter_async_context(retention.sweeping())
        provenance = Provenance(jobs, FingerprintStore(database), files)
        stack.enter_context(dispatcher.listening(provenance))
        await stack.enter_async_context(provenance.looking())
        yield Runtime(
            studio=studio, dispatcher=dispatcher, jobs=jobs, files=files, users=UserStore(database), privacy=privacy,
            provenance=provenance, operation=operation, running=running,
        )  # fmt: skip


def _operation(
    config: Config, database: Database, studio: Studio, queue: Queue, jobs: JobStore, dispatcher: Dispatcher,
    workers: LocalBackend,
) -> Operation:  # fmt: skip
    """What moderators and operators do."""
    guard, audit = studio.guard, studio.guard.moderation.audit
    administration = Administration(
        config=config, rules=RuleStore(database), places=guard.places, switches=guard.switches, audit=audit,
        defaults=studio.defaults,
    )  # fmt: skip
    return Operation(
        administration=administration, studio=studio, queue=queue, jobs=jobs, dispatcher=dispatcher, audit=audit,
        settings=guard.switches.settings, workers=workers, new_id=new_job_id,
    )  # fmt: skip


async def _privacy(
    config: Config, database: Database, studio: Studio, files: ImageFiles, dispatcher: Dispatcher
) -> tuple[Privacy, Retention]:
    """Members' own data, and how long files stay."""
    records = RecordStore(database, files.root / "easel.db")
    pseudonyms = await asyncio.to_thread(Pseudonyms.of_folder, files.root)
    privacy = Privacy(
        studio, records=records, files=files, dispatcher=dispatcher, pseudonyms=pseudonyms, clock=time.time
    )
    days = config.privacy.retention_days
    return privacy, Retention(days=days, records=records, files=files, privacy=privacy, clock=time.time)


async def _guard(
    config: Config, database: Database, jobs: JobStore, files: ImageFiles, dispatcher: Dispatcher
) -> Guard:
    """What holds where, who may draw, and what moderators decided."""
    rules = RuleStore(database)
    sanctions = SanctionStore(database, await asyncio.to_thread(Pseudonyms.of_folder, files.root))
    moderation = Moderation(
        config=config.moderation, sanctions=sanctions, reviews=ReviewStore(database), letters=LetterStore(database),
        audit=AuditLog(database), jobs=jobs, files=files, tell=dispatcher.tell, clock=time.time,
    )  # fmt: skip
    gate = Gate(sanctions, rules, jobs, time.time)
    return Guard(
        config=config.safety, gate=gate, places=PlaceRules(config.safety.default, rules), moderation=moderation,
        switches=Switches(SettingStore(database)),
    )  # fmt: skip


def worker_settings(config: Config) -> WorkerSettings:
    """What the worker processes need of config.toml."""
    return WorkerSettings(
        **config.worker.model_dump(),
        default_model=config.default_model,
        image_check=config.safety.image_check,
        checkers=config.safety.checkers,
        loras=config.loras.folder,
        embeddings=config.embeddings.folder,
        skills=config.skills,
        optimise=config.optimise,
        control=config.control,
    )


def _openai(config: Config, data_dir: Path, local: LocalBackend) -> Backend | None:
    """OpenAI's models, where there are some, a key and the client; their pictures are checked by the local worker."""
    settings, key = config.openai, openai_key()
    if not settings.models or not key or not importlib.util.find_spec("openai"):
        return None
    from gpu.openai import OpenAIBackend  # the client takes its time, and only those who pay need it

    return OpenAIBackend(
        settings.models, key=key, base_url=settings.base_url, data_dir=data_dir, score=local.score,
        slots=settings.slots, timeout=settings.timeout_seconds,
    )  # fmt: skip


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
