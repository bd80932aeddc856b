"""What members, channels and servers prefer: names and texts. Knows no Discord and no meaning of a name."""

from __future__ import annotations

from typing import Literal

from storage.database import Database

Layer = Literal["guild", "channel", "user"]
"""Each one counts more than the one before."""


class PreferenceStore:
    """Names and their values, by layer and owner."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, layer: Layer, owner_id: int) -> dict[str, str]:
        """All of an owner, by name."""
        sql = "SELECT name, value FROM preferences WHERE layer = ? AND owner_id = ? ORDER BY name"
        return {row["name"]: row["value"] for row in await self._db.all(sql, (layer, owner_id))}

    async def set(self, layer: Layer, owner_id: int, name: str, value: str) -> None:
        """Write one; an empty value removes it."""
        if not value:
            sql = "DELETE FROM preferences WHERE layer = ? AND owner_id = ? AND name = ?"
            await self._db.run(sql, (layer, owner_id, name))
            return
        sql = "INSERT INTO preferences VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
        await self._db.run(sql, (layer, owner_id, name, value))
