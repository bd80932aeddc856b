"""Pictures that wait for a moderator, and reports that put them there. Knows no Discord.

A picture that was made of a held one (posted alone, enlarged) is held with it: `blocking` looks up the whole line.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from typing import Literal

from storage.database import Database
from storage.jobs import marks

Decision = Literal["approved", "deleted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """The pictures of one job, before a moderator."""

    job_id: str
    guild_id: int
    reason: str
    """A category, or `reports`."""
    opened_at: float
    state: str
    decided_by: int
    channel_id: int
    """Where moderators see it; 0: nowhere yet."""
    message_id: int


_COLUMNS = ", ".join(field.name for field in fields(Review))

LINE = f"""
WITH RECURSIVE line (id, parent_id, task) AS (
    SELECT id, parent_id, task FROM jobs WHERE id = :job_id
    UNION
    SELECT jobs.id, jobs.parent_id, jobs.task FROM jobs JOIN line ON jobs.id = line.parent_id
    WHERE line.task IN ('upscale', 'enlarge')
)
SELECT {_COLUMNS} FROM reviews WHERE job_id IN (SELECT id FROM line)
"""  # noqa: S608 - names of our own fields


class ReviewStore:
    """All reviews and reports."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    async def open(self, job_id: str, guild_id: int, reason: str) -> bool:
        """Hold the pictures of a job until a moderator decides. False: they are held, or were decided, already."""
        sql = """
            INSERT INTO reviews (job_id, guild_id, reason, opened_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING RETURNING job_id
        """
        return await self._db.one(sql, (job_id, guild_id, reason, self._clock())) is not None

    async def reopen(self, job_id: str, reason: str) -> bool:
        """Hold approved pictures once more: the reports came after the approval. False: not approved."""
        sql = """
            UPDATE reviews SET state = 'open', reason = ?, opened_at = ?, channel_id = 0, message_id = 0
            WHERE job_id = ? AND state = 'approved' AND reason <> ? RETURNING job_id
        """
        return await self._db.one(sql, (reason, self._clock(), job_id, reason)) is not None

    async def find(self, job_id: str) -> Review | None:
        """The review of a job."""
        row = await self._db.one(f"SELECT {_COLUMNS} FROM reviews WHERE job_id = ?", (job_id,))  # noqa: S608
        return Review(**dict(row)) if row else None

    async def of_line(self, job_id: str) -> list[Review]:
        """The reviews of a job and of those whose picture it shows."""
        return [Review(**dict(row)) for row in await self._db.all(LINE, {"job_id": job_id})]

    async def waiting(self, guild_id: int | None = None, limit: int = 25) -> list[Review]:
        """Undecided ones of a server, or of all, oldest first."""
        sql = f"""
            SELECT {_COLUMNS} FROM reviews WHERE state = 'open' AND (? IS NULL OR guild_id = ?)
            ORDER BY opened_at LIMIT ?
        """  # noqa: S608
        return [Review(**dict(row)) for row in await self._db.all(sql, (guild_id, guild_id, limit))]

    async def unposted(self, guild_ids: Collection[int], limit: int = 25) -> list[Review]:
        """Undecided ones of these servers that moderators see nowhere yet, oldest first."""
        sql = f"""
            SELECT {_COLUMNS} FROM reviews WHERE state = 'open' AND message_id = 0
            AND guild_id IN ({marks(guild_ids)}) ORDER BY opened_at LIMIT ?
        """  # noqa: S608
        return [Review(**dict(row)) for row in await self._db.all(sql, (*guild_ids, limit))]

    async def decide(self, job_id: str, decision: Decision, actor_id: int) -> bool:
        """False: somebody was faster."""
        sql = """
            UPDATE reviews SET state = ?, decided_by = ?, decided_at = ? WHERE job_id = ? AND state = 'open'
            RETURNING job_id
        """
        return await self._db.one(sql, (decision, actor_id, self._clock(), job_id)) is not None

    async def posted(self, job_id: str, channel_id: int, message_id: int) -> None:
        """Moderators see it there."""
        sql = "UPDATE reviews SET channel_id = ?, message_id = ? WHERE job_id = ?"
        await self._db.run(sql, (channel_id, message_id, job_id))

    # --- Reports --------------------------------------------------------------------------------------------------

    async def report(self, job_id: str, user_id: int) -> int:
        """Note that the member reports the job; returns how many members did. A second report changes nothing."""
        async with self._db.transaction() as transaction:
            sql = "INSERT INTO reports (job_id, user_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            await transaction.run(sql, (job_id, user_id, self._clock()))
            row = await transaction.one("SELECT count(*) AS n FROM reports WHERE job_id = ?", (job_id,))
        return int(row["n"]) if row else 0

    async def reporters(self, job_id: str) -> list[int]:
        """Who reported the job."""
        rows = await self._db.all("SELECT user_id FROM reports WHERE job_id = ? ORDER BY at", (job_id,))
        return [row["user_id"] for row in rows]
