"""What a server, or the operator for all of them, switched; and questions that wait for a yes. Knows no Discord."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database

EVERYWHERE = 0
"""The guild id of a setting that holds for all servers."""
QUESTION_SECONDS = 24 * 3600.0
"""How long a question can be answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something dangerous that somebody asked for and has not confirmed yet."""

    id: str
    guild_id: int
    actor_id: int
    action: str
    facts: dict[str, Any]


class SettingStore:
    """Name → value, for each server."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    async def get(self, guild_id: int, name: str, default: Any = None) -> Any:
        """The value, or `default` where nobody set it."""
        row = await self._db.one("SELECT value FROM settings WHERE guild_id = ? AND name = ?", (guild_id, name))
        return json.loads(row["value"]) if row else default

    async def set(self, guild_id: int, name: str, value: Any) -> None:
        """Replace the value; None removes it."""
        if value is None:
            await self._db.run("DELETE FROM settings WHERE guild_id = ? AND name = ?", (guild_id, name))
            return
        sql = "INSERT INTO settings VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        await self._db.run(sql, (guild_id, name, json.dumps(value)))

    async def all(self, name: str) -> dict[int, Any]:
        """The value of each server that has one."""
        rows = await self._db.all("SELECT guild_id, value FROM settings WHERE name = ?", (name,))
        return {row["guild_id"]: json.loads(row["value"]) for row in rows}

    # --- Questions ------------------------------------------------------------------------------------------------

    async def ask(self, id: str, guild_id: int, actor_id: int, action: str, facts: Mapping[str, Any]) -> None:
        """Keep a question until it is answered; old ones go."""
        await self._db.run("DELETE FROM confirmations WHERE at < ?", (self._clock() - QUESTION_SECONDS,))
        values = (id, guild_id, actor_id, action, json.dumps(facts), self._clock())
        await self._db.run("INSERT INTO confirmations VALUES (?, ?, ?, ?, ?, ?)", values)

    async def answered(self, id: str, actor_id: int) -> Question | None:
        """The question, which can be answered once and by whoever was asked."""
        row = await self._db.one(
            "DELETE FROM confirmations WHERE id = ? AND actor_id = ? AND at >= ? "
            "RETURNING id, guild_id, actor_id, action, facts",
            (id, actor_id, self._clock() - QUESTION_SECONDS),
        )
        return Question(**{**dict(row), "facts": json.loads(row["facts"])}) if row else None
