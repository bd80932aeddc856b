"""Reads jobs and their pictures, and remembers what was told. Changes of state are the queue's (`storage.queue`).

Knows no Discord: message and channel ids are plain numbers here.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import fields
from typing import Any

from gpu.params import GenerationParams
from gpu.types import GenerationRequest
from storage.database import Database, Transaction
from storage.errors import JobNotFound
from storage.models import Job, JobState, Lane, NewJob, StoredImage, Usage

TOKEN_SECONDS = 15 * 60
"""How long Discord accepts an interaction token."""

RECENT = 500
"""How many of a member's latest jobs are searched for prompts."""

_NEW = [field.name for field in fields(NewJob)]
_STORED = [field.name for field in fields(Job)]

INSERT_JOB = f"""
INSERT INTO jobs ({", ".join(_NEW)}, state, created_at, finished_at)
VALUES ({", ".join(":" + name for name in _NEW)}, :state, :created_at, :finished_at) RETURNING *
"""  # noqa: S608 - names of our own fields

INSERT_IMAGE = """
INSERT OR REPLACE INTO images (job_id, "index", path, seed, width, height, scores, latents)
VALUES (:job_id, :index, :path, :seed, :width, :height, :scores, :latents)
"""

USAGE = """
SELECT coalesce(sum(images), 0) AS images, coalesce(sum(seconds), 0.0) AS seconds,
    coalesce(max(drawn_at), 0.0) AS newest
FROM uses WHERE user_id IN (:user_id, :former_id) AND guild_id = :guild_id AND at >= :since
"""

UNTOLD = "SELECT * FROM jobs WHERE told_state <> state ORDER BY seq LIMIT ?"

RECENT_PROMPTS = r"""
SELECT text FROM (SELECT seq, text, task FROM jobs WHERE user_id = :user_id ORDER BY seq DESC LIMIT :recent)
WHERE task = 'imagine' AND text LIKE :pattern ESCAPE '\' GROUP BY text ORDER BY max(seq) DESC LIMIT :limit
"""


class JobStore:
    """The history of all jobs."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    async def get(self, job_id: str) -> Job:
        """The job. Raises `JobNotFound`."""
        job = await self.find(job_id)
        if job is None:
            raise JobNotFound(job=job_id)
        return job

    async def find(self, job_id: str) -> Job | None:
        """The job, or None."""
        row = await self._db.one("SELECT * FROM jobs WHERE id = ?", (job_id,))
        return to_job(row) if row else None

    async def by_message(self, message_id: int) -> Job | None:
        """The newest job that this message shows."""
        sql = "SELECT * FROM jobs WHERE message_id = ? AND message_id <> 0 ORDER BY seq DESC LIMIT 1"
        row = await self._db.one(sql, (message_id,))
        return to_job(row) if row else None

    async def use_of(self, user_id: int) -> tuple[int, float]:
        """How many jobs a user has asked for, and their device seconds."""
        row = await self._db.one("SELECT count(*) AS jobs, total(cost) AS cost FROM jobs WHERE user_id = ?", (user_id,))
        return (row["jobs"], row["cost"]) if row else (0, 0.0)

    async def of_user(self, user_id: int, states: Collection[JobState] = tuple(JobState), limit: int = 25) -> list[Job]:
        """The member's jobs in any of these states, newest first."""
        sql = f"SELECT * FROM jobs WHERE user_id = ? AND state IN ({marks(states)}) ORDER BY seq DESC LIMIT ?"  # noqa: S608
        return [to_job(row) for row in await self._db.all(sql, (user_id, *states, limit))]

    async def of_guild(self, guild_id: int, states: Collection[JobState], limit: int) -> list[Job]:
        """A server's jobs in any of these states, oldest first."""
        sql = f"SELECT * FROM jobs WHERE state IN ({marks(states)}) AND guild_id = ? ORDER BY seq LIMIT ?"  # noqa: S608
        return [to_job(row) for row in await self._db.all(sql, (*states, guild_id, limit))]

    async def counts(self, states: Collection[JobState], guild_id: int | None = None) -> dict[str, int]:
        """State → how many jobs of a server, or of all."""
        sql = f"""
            SELECT state, count(*) AS n FROM jobs WHERE state IN ({marks(states)}) AND (? IS NULL OR guild_id = ?)
            GROUP BY state
        """  # noqa: S608
        return {row["state"]: row["n"] for row in await self._db.all(sql, (*states, guild_id, guild_id))}

    async def page_of(self, guild_id: int, user_id: int, after: str, limit: int) -> list[Job]:
        """The member's jobs in a server, in order of arrival, those after the job `after` ("": from the first)."""
        sql = """
            SELECT * FROM jobs WHERE user_id = ? AND guild_id = ?
            AND seq > coalesce((SELECT seq FROM jobs WHERE id = ?), 0) ORDER BY seq LIMIT ?
        """
        return [to_job(row) for row in await self._db.all(sql, (user_id, guild_id, after, limit))]

    async def children(self, job_id: str, limit: int = 25) -> list[Job]:
        """What was made from this job, newest first."""
        sql = "SELECT * FROM jobs WHERE parent_id = ? AND parent_id <> '' ORDER BY seq DESC LIMIT ?"
        return [to_job(row) for row in await self._db.all(sql, (job_id, limit))]

    async def usage(self, user_ids: tuple[int, int], guild_id: int, since: float) -> Usage:
        """What the member had drawn in a server since then; what was never drawn does not count.

        `user_ids` are the member and the pseudonym, under which counts stay that were to be deleted.
        """
        user_id, former_id = user_ids
        facts = {"user_id": user_id, "former_id": former_id, "guild_id": guild_id, "since": since}
        row = await self._db.one(USAGE, facts)
        assert row is not None
        return Usage(images=row["images"], seconds=row["seconds"], newest=row["newest"])

    async def recent_prompts(self, user_id: int, prefix: str, limit: int) -> list[str]:
        """The member's own lines that begin with `prefix` (in any case), each once, newest first."""
        escaped = prefix.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        arguments = {"user_id": user_id, "pattern": escaped + "%", "limit": limit, "recent": RECENT}
        return [row["text"] for row in await self._db.all(RECENT_PROMPTS, arguments)]

    # --- Pictures -------------------------------------------------------------------------------------------------

    async def images(self, job_id: str) -> list[StoredImage]:
        """The pictures of a job, in the order of the buttons."""
        rows = await self._db.all('SELECT * FROM images WHERE job_id = ? ORDER BY "index"', (job_id,))
        return [StoredImage.model_validate({**row, "scores": json.loads(row["scores"])}) for row in map(dict, rows)]

    async def forget_images(self, job_id: str) -> None:
        """The pictures of this job are being removed, and what they looked like; the job stays in the history."""
        async with self._db.transaction() as transaction:
            await transaction.run("DELETE FROM images WHERE job_id = ?", (job_id,))
            await transaction.run("DELETE FROM fingerprints WHERE job_id = ?", (job_id,))

    # --- Delivery -------------------------------------------------------------------------------------------------

    async def untold(self, limit: int = 100) -> list[Job]:
        """Jobs whose state nobody was told yet, oldest first."""
        return [to_job(row) for row in await self._db.all(UNTOLD, (limit,))]

    async def told(self, job_id: str, state: JobState, message_id: int | None = None) -> None:
        """`state` was shown, in the message `message_id` if that is a new one."""
        await self._db.run(
            "UPDATE jobs SET told_state = ?, told_at = ?, message_id = coalesce(?, message_id) WHERE id = ?",
            (state, self._clock(), message_id, job_id),
        )

    async def untell(self, job_id: str) -> None:
        """What its message says is no longer so: delivery writes it again."""
        await self._db.run("UPDATE jobs SET told_state = '' WHERE id = ?", (job_id,))

    async def mention(self, job_id: str) -> bool:
        """Whether its member may be mentioned now: once in the life of a job, since nobody likes to be called twice."""
        sql = "UPDATE jobs SET mentioned = 1 WHERE id = ? AND mentioned = 0 RETURNING id"
        return await self._db.one(sql, (job_id,)) is not None

    async def attach(self, job_id: str, channel_id: int, message_id: int) -> None:
        """The job is shown by this message."""
        sql = "UPDATE jobs SET channel_id = ?, message_id = ? WHERE id = ?"
        await self._db.run(sql, (channel_id, message_id, job_id))

    async def forget_tokens(self) -> None:
        """Empty the interaction tokens that Discord no longer accepts."""
        await self._db.run(
            "UPDATE jobs SET interaction_token = '' WHERE interaction_token <> '' AND created_at < ?",
            (self._clock() - TOKEN_SECONDS,),
        )


def to_job(row: sqlite3.Row) -> Job:
    """The value of one row. Parameters that are unknown by now are dropped, new ones take their default."""
    values: dict[str, Any] = {name: row[name] for name in _STORED}
    request = json.loads(row["request"])
    request["params"] = GenerationParams.load(request["params"])
    values["request"] = GenerationRequest.model_validate(request)
    values["error"] = json.loads(row["error"]) if row["error"] else None
    return Job(**values | {"state": JobState(row["state"]), "lane": Lane(row["lane"])})


async def insert_job(transaction: Transaction, new: NewJob, state: JobState, now: float) -> Job:
    """Add a row for a job that starts in `state`."""
    values = {name: getattr(new, name) for name in _NEW}
    values["request"] = new.request.model_dump_json()
    values |= {"state": state, "created_at": now, "finished_at": now if state.final else 0.0}
    row = await transaction.one(INSERT_JOB, values)
    assert row is not None
    return to_job(row)


async def insert_images(transaction: Transaction, job_id: str, images: Sequence[StoredImage]) -> None:
    """Add the rows of a job's pictures."""
    for image in images:
        values = {**image.model_dump(), "job_id": job_id, "scores": json.dumps(image.scores)}
        await transaction.run(INSERT_IMAGE, values)


def marks(values: Collection[object]) -> str:
    """As many question marks as there are values."""
    return ", ".join("?" * len(values))
