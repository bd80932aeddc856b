"""Everything that the database knows of one member: shown, handed out, and taken away so that nothing is left.

A table that names members stands in one of the lists below; a test finds those that do not. Rows are overwritten when
they are deleted (`secure_delete`) and the write-ahead log is emptied, in the database and in its backups.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.jobs import marks

OWN = {
    "jobs": "user_id = :user",
    "sweeps": "user_id = :user",
    "users": "user_id = :user",
    "flows": "user_id = :user",
    "favourites": "user_id = :user",
    "confirmations": "actor_id = :user OR instr(facts, CAST(:user AS TEXT)) > 0",
    "preferences": "layer = 'user' AND owner_id = :user",
    "rules": "scope = 'user' AND target_id = :user",
    "sanctions": "user_id = :user",
    "strikes": "user_id = :user",
    "reports": "user_id = :user",
    "appeals": "user_id = :user",
    "letters": "user_id = :user",
    "former_uses": "user_id = :user",
}
"""Table → which of its rows are the member's; they are deleted."""

_MINE = "job_id IN (SELECT id FROM jobs WHERE user_id = :user)"
OF_JOBS = {"images": _MINE, "fingerprints": _MINE, "reviews": _MINE, "gallery": _MINE, "used_buttons": _MINE}
"""The same, through the member's jobs; they are deleted with these."""

SIGNED = (
    ("audit", "actor_id"),
    ("sanctions", "actor_id"),
    ("strikes", "actor_id"),
    ("reviews", "decided_by"),
    ("appeals", "decided_by"),
)
"""What the member did to others as a moderator stays, under a pseudonym."""

HIDDEN = frozenset({"interaction_token", "actor_id", "decided_by", "boot_id", "worker"})
"""Columns of a member's rows that are not the member's: secrets, and who moderated."""

KEEP = (
    """INSERT INTO former_uses (user_id, guild_id, pool, at, images, seconds, price)
       SELECT :pseudonym, guild_id, pool, max(at), sum(images), sum(seconds), sum(price) FROM uses
       WHERE user_id = :user AND at >= :midnight GROUP BY guild_id, pool""",
    """UPDATE sanctions SET user_id = :pseudonym, reason = ''
       WHERE user_id = :user AND lifted_at = 0 AND (until = 0 OR until > :now)""",
    """UPDATE strikes SET user_id = :pseudonym, reason = ''
       WHERE user_id = :user AND forgiven_at = 0 AND at > :strikes_since""",
)
UNTIE = """UPDATE jobs SET parent_id = '', parent_index = 0
    WHERE user_id <> :user AND parent_id IN (SELECT id FROM jobs WHERE user_id = :user)"""
"""What others made of the member's pictures is theirs; it no longer says of whose."""
ABOUT = "UPDATE audit SET target = CAST(:pseudonym AS TEXT), reason = '' WHERE target = CAST(:user AS TEXT)"
ABOUT_JOBS = "UPDATE audit SET reason = '' WHERE target IN (SELECT id FROM jobs WHERE user_id = :user)"

SHOWN = f"""
SELECT channel_id, message_id FROM jobs WHERE user_id = :user AND message_id <> 0
UNION SELECT channel_id, message_id FROM gallery WHERE {_MINE}
"""  # noqa: S608 - our own words

DAY = 86_400.0
"""Limits are for days of UTC."""
CHUNK = 500
ENDED = """
SELECT id FROM jobs WHERE finished_at > 0 AND finished_at < ?
    AND NOT EXISTS (SELECT 1 FROM jobs AS c WHERE c.parent_id = jobs.id AND c.state IN ('queued', 'running'))
"""

OVER = (
    "DELETE FROM sanctions WHERE user_id < 0 AND (lifted_at > 0 OR (until > 0 AND until <= :now)) RETURNING seq",
    "DELETE FROM strikes WHERE user_id < 0 AND (forgiven_at > 0 OR at <= :strikes_since) RETURNING seq",
    "DELETE FROM former_uses WHERE at < :midnight RETURNING seq",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whose data, and until when sanctions of the past still count."""

    user: int
    pseudonym: int
    now: float
    strikes_since: float

    @property
    def facts(self) -> dict[str, Any]:
        """As the statements name them."""
        midnight = self.now - self.now % DAY
        own = {name: getattr(self, name) for name in ("user", "pseudonym", "now", "strikes_since")}
        return {**own, "midnight": midnight}


@dataclass(frozen=True, slots=True)
class Message:
    """A message of ours that shows the member's job."""

    channel_id: int
    message_id: int


class RecordStore:
    """The rows of one member in all tables. `path` is that of the database, whose backups lie beside it."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path

    async def rows(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Table → the member's rows, without what is not the member's to know."""
        found = {}
        for table, mine in {**OWN, **OF_JOBS, "audit": "target = CAST(:user AS TEXT)"}.items():
            rows = await self._db.all(f"SELECT * FROM {table} WHERE {mine}", {"user": user_id})  # noqa: S608
            found[table] = [{key: row[key] for key in row.keys() if key not in HIDDEN} for row in rows]  # noqa: SIM118
        return found

    async def counts(self, user_id: int) -> dict[str, int]:
        """Table → how many rows name the member, as owner or as moderator."""
        found: dict[str, int] = {}
        named = [(table, f"{column} = :user") for table, column in SIGNED]
        for table, mine in (*OWN.items(), *OF_JOBS.items(), *named, ("audit", "target = CAST(:user AS TEXT)")):
            row = await self._db.one(f"SELECT count(*) AS n FROM {table} WHERE {mine}", {"user": user_id})  # noqa: S608
            found[table] = found.get(table, 0) + (row["n"] if row else 0)
        return {table: count for table, count in found.items() if count}

    async def folders(self, user_id: int) -> list[str]:
        """The ids under which files of the member lie."""
        sql = "SELECT id FROM jobs WHERE user_id = :user UNION SELECT id FROM sweeps WHERE user_id = :user"
        return [row["id"] for row in await self._db.all(sql, {"user": user_id})]

    async def messages(self, user_id: int) -> list[Message]:
        """Where the member's jobs are shown."""
        return [Message(row["channel_id"], row["message_id"]) for row in await self._db.all(SHOWN, {"user": user_id})]

    async def ended_before(self, job_ids: Sequence[str], time: float) -> list[str]:
        """Those of these jobs that ended before then, and that no open job is made from."""
        found: list[str] = []
        for at in range(0, len(job_ids), CHUNK):
            chunk = job_ids[at : at + CHUNK]
            sql = f"{ENDED} AND id IN ({marks(chunk)})"
            found += [row["id"] for row in await self._db.all(sql, (time, *chunk))]
        return found

    async def erase(self, subject: Subject) -> None:
        """Delete the rows; what must stay gets the pseudonym. All of it, or nothing."""
        async with self._db.transaction() as transaction:
            for sql in statements():
                await transaction.run(sql, subject.facts)
        await self._db.run("PRAGMA wal_checkpoint(TRUNCATE)")

    async def forget_ended(self, subject: Subject) -> int:
        """Drop what stayed of members who left and is over by now; returns how much. Only the times are looked at."""
        return sum([len(await self._db.all(sql, subject.facts)) for sql in OVER])

    def erase_backups(self, subject: Subject) -> int:
        """The same in the copies that a new version makes; returns how many there are. Blocks. Raises sqlite3.Error."""
        copies = sorted(self._path.parent.glob(f"{self._path.name}.backup-*[0-9]"))
        for copy in copies:
            _erase_in(copy, subject)
        return len(copies)


def statements() -> Iterator[str]:
    """What erases a member, in order: later ones no longer find what earlier ones renamed or deleted."""
    yield from KEEP
    yield UNTIE
    yield ABOUT_JOBS
    yield ABOUT
    for table, column in SIGNED:
        yield f"UPDATE {table} SET {column} = :pseudonym WHERE {column} = :user"  # noqa: S608 - names of our own
    for table, mine in {**OF_JOBS, **dict(reversed(OWN.items()))}.items():
        yield f"DELETE FROM {table} WHERE {mine}"  # noqa: S608


def _erase_in(copy: Path, subject: Subject) -> None:
    """In an older schema, as far as it has the tables."""
    with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.executescript("PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for sql in statements():
            words = sql.replace("\n", " ").split()
            if words[1 if words[0] == "UPDATE" else 2] in tables:
                connection.execute(sql, subject.facts)
        connection.execute("VACUUM")
