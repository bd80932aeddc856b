"""Who did what to whom: the log of everything that moderators and the operator do. Nothing here is ever changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, fields

from storage.database import Database
from storage.models import AuditEntry

_COLUMNS = [field.name for field in fields(AuditEntry)]
INSERT = f"INSERT INTO audit ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)})"  # noqa: S608


class AuditLog:
    """The audit log of all servers."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    async def record(
        self, actor_id: int, action: str, target: str, *, guild_id: int = 0,
        before: str = "", after: str = "", reason: str = "",
    ) -> AuditEntry:  # fmt: skip
        """Write down that `actor_id` did `action` (such as "cancel") to `target` (such as a job id)."""
        entry = AuditEntry(
            at=self._clock(), actor_id=actor_id, action=action, target=target, guild_id=guild_id,
            before=before, after=after, reason=reason,
        )  # fmt: skip
        await self._db.run(INSERT, asdict(entry))
        return entry

    async def entries(self, guild_id: int, limit: int = 50) -> list[AuditEntry]:
        """The latest entries of one server, newest first."""
        rows = await self._db.all("SELECT * FROM audit WHERE guild_id = ? ORDER BY seq DESC LIMIT ?", (guild_id, limit))
        return [AuditEntry(**{name: row[name] for name in _COLUMNS}) for row in rows]

    async def search(
        self, guild_id: int, *, actor_id: int = 0, target: str = "", action: str = "", since: float = 0.0,
        limit: int = 20,
    ) -> list[AuditEntry]:  # fmt: skip
        """Entries of one server, newest first: by whom, to what (a part of it), what was done, and since when."""
        sql = """
            SELECT * FROM audit WHERE guild_id = ? AND (? = 0 OR actor_id = ?) AND instr(target, ?) > 0
            AND (? = '' OR action = ?) AND at >= ? ORDER BY seq DESC LIMIT ?
        """
        rows = await self._db.all(sql, (guild_id, actor_id, actor_id, target, action, action, since, limit))
        return [AuditEntry(**{name: row[name] for name in _COLUMNS}) for row in rows]
