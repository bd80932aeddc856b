"""What members marked: buttons that were used, favourite jobs, and what stands in a server's gallery.

Also pages through the jobs of a member, of their favourites and of a gallery. Knows no Discord.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from storage.database import Database
from storage.jobs import to_job
from storage.models import Job

Shelf = Literal["history", "favorites", "gallery"]
"""Where jobs are looked for."""

_FROM: dict[Shelf, str] = {
    "history": "jobs WHERE jobs.user_id = :owner",
    "favorites": "favourites AS f JOIN jobs ON jobs.id = f.job_id WHERE f.user_id = :owner",
    "gallery": "gallery AS g JOIN jobs ON jobs.id = g.job_id WHERE g.guild_id = :owner",
}
_ORDER: dict[Shelf, str] = {"history": "jobs.seq", "favorites": "f.at", "gallery": "g.at"}


@dataclass(frozen=True, slots=True)
class Posted:
    """A job's message in a gallery."""

    channel_id: int
    message_id: int


class MarkStore:
    """All marks."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    # --- Buttons --------------------------------------------------------------------------------------------------

    async def use(self, job_id: str, custom_id: str) -> None:
        """That button of the job's message was used."""
        sql = "INSERT INTO used_buttons (job_id, custom_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
        await self._db.run(sql, (job_id, custom_id))

    async def used(self, job_id: str) -> frozenset[str]:
        """The custom ids of the job's buttons that were used."""
        rows = await self._db.all("SELECT custom_id FROM used_buttons WHERE job_id = ?", (job_id,))
        return frozenset(row["custom_id"] for row in rows)

    # --- Favourites -----------------------------------------------------------------------------------------------

    async def star(self, user_id: int, job_id: str, *, starred: bool) -> None:
        """Make the job a favourite of the member, or no longer."""
        if starred:
            sql = "INSERT INTO favourites (user_id, job_id, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            await self._db.run(sql, (user_id, job_id, self._clock()))
        else:
            await self._db.run("DELETE FROM favourites WHERE user_id = ? AND job_id = ?", (user_id, job_id))

    async def is_starred(self, user_id: int, job_id: str) -> bool:
        """Whether it is a favourite of the member."""
        sql = "SELECT 1 FROM favourites WHERE user_id = ? AND job_id = ?"
        return await self._db.one(sql, (user_id, job_id)) is not None

    # --- Galleries ------------------------------------------------------------------------------------------------

    async def posted(self, job_id: str, guild_id: int, where: Posted) -> None:
        """The job stands in the gallery of a server."""
        sql = "INSERT OR REPLACE INTO gallery (job_id, guild_id, channel_id, message_id, at) VALUES (?, ?, ?, ?, ?)"
        await self._db.run(sql, (job_id, guild_id, where.channel_id, where.message_id, self._clock()))

    async def post_of(self, job_id: str) -> Posted | None:
        """Where the job stands in a gallery."""
        row = await self._db.one("SELECT channel_id, message_id FROM gallery WHERE job_id = ?", (job_id,))
        return Posted(row["channel_id"], row["message_id"]) if row else None

    async def taken_down(self, job_id: str) -> None:
        """It stands there no longer."""
        await self._db.run("DELETE FROM gallery WHERE job_id = ?", (job_id,))

    # --- Pages ----------------------------------------------------------------------------------------------------

    async def page(
        self, shelf: Shelf, owner: int, *, query: str = "", state: str = "", offset: int = 0, limit: int = 6
    ) -> list[Job]:
        """Jobs, newest first, whose line contains `query` (in any case); `owner` is a member, or a gallery's server."""
        escaped = query.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        arguments = {"owner": owner, "query": f"%{escaped}%", "state": state, "offset": offset, "limit": limit}
        sql = rf"""
            SELECT jobs.* FROM {_FROM[shelf]} AND jobs.text LIKE :query ESCAPE '\' AND :state IN ('', jobs.state)
            ORDER BY {_ORDER[shelf]} DESC LIMIT :limit OFFSET :offset
        """  # noqa: S608 - parts of our own
        return [to_job(row) for row in await self._db.all(sql, arguments)]

    async def finished(
        self, *, guild_id: int | None = None, user_id: int | None = None, starred: bool = False, offset: int = 0,
        limit: int = 100,
    ) -> list[Job]:  # fmt: skip
        """Finished jobs with pictures of their own, newest first: of everybody, of a server, of a member; all of them,
        or those alone that their owners gave a star.
        """
        sql = """
            SELECT * FROM jobs WHERE state = 'done' AND task NOT IN ('sheet', 'control')
            AND (:guild IS NULL OR guild_id = :guild) AND (:user IS NULL OR user_id = :user)
            AND (NOT :starred OR EXISTS
                (SELECT 1 FROM favourites AS f WHERE f.job_id = jobs.id AND f.user_id = jobs.user_id))
            ORDER BY seq DESC LIMIT :limit OFFSET :offset
        """
        arguments = {"guild": guild_id, "user": user_id, "starred": starred, "offset": offset, "limit": limit}
        return [to_job(row) for row in await self._db.all(sql, arguments)]
