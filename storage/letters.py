"""Direct messages that wait to be sent. A letter stays until it was sent or can never arrive. Knows no Discord."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database

DAY = 86400.0
KEPT = 7 * DAY
"""A letter that did not arrive by then is no longer news."""
LEAST_PAUSE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one member is told."""

    seq: int
    """Never used twice."""
    guild_id: int
    user_id: int
    sentence: str
    """Its id in bot/text."""
    facts: dict[str, Any]


class LetterStore:
    """All letters. `clock` gives seconds since 1970."""

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    async def write(self, guild_id: int, user_id: int, sentence: str, facts: Mapping[str, Any]) -> None:
        """Let a letter wait."""
        sql = "INSERT INTO letters (guild_id, user_id, sentence, facts, at, next_at) VALUES (?, ?, ?, ?, ?, ?)"
        now = self._clock()
        await self._db.run(sql, (guild_id, user_id, sentence, json.dumps(dict(facts)), now, now))

    async def due(self, limit: int = 25) -> list[Letter]:
        """Those that can be tried now, oldest first; what is too old is dropped."""
        now = self._clock()
        await self._db.run("DELETE FROM letters WHERE at < ?", (now - KEPT,))
        rows = await self._db.all("SELECT * FROM letters WHERE next_at <= ? ORDER BY seq LIMIT ?", (now, limit))
        return [
            Letter(
                seq=row["seq"], guild_id=row["guild_id"], user_id=row["user_id"], sentence=row["sentence"],
                facts=json.loads(row["facts"]),
            )
            for row in rows
        ]  # fmt: skip

    async def done(self, letter: Letter) -> None:
        """It was sent, or can never arrive."""
        await self._db.run("DELETE FROM letters WHERE seq = ?", (letter.seq,))

    async def postpone(self, letter: Letter) -> None:
        """Try again after it has waited as long once more."""
        now = self._clock()
        sql = "UPDATE letters SET next_at = ? + max(?, ? - at) WHERE seq = ?"
        await self._db.run(sql, (now, LEAST_PAUSE, now, letter.seq))
