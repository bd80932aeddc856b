"""Members' own settings. Knows no Discord: a member is a number."""

from __future__ import annotations

import json

from storage.database import Database
from storage.models import UserSettings


class UserStore:
    """What members chose for themselves."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def settings(self, user_id: int) -> UserSettings:
        """The member's settings; empty where nothing was saved."""
        row = await self._db.one("SELECT params FROM users WHERE user_id = ?", (user_id,))
        return UserSettings(user_id, json.loads(row["params"]) if row else {})

    async def is_new(self, user_id: int) -> bool:
        """True once for each member, however many ask at the same time: whoever hears it greets the member."""
        sql = (
            "INSERT INTO users (user_id, welcomed) VALUES (?, 1)"
            " ON CONFLICT DO UPDATE SET welcomed = 1 WHERE welcomed = 0 RETURNING user_id"
        )
        return bool(await self._db.all(sql, (user_id,)))

    async def save(self, settings: UserSettings) -> None:
        """Replace the member's settings."""
        await self._db.run(
            "INSERT INTO users (user_id, params) VALUES (?, ?) ON CONFLICT DO UPDATE SET params = excluded.params",
            (settings.user_id, json.dumps(settings.params)),
        )
