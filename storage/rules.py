"""What servers decided: policies of places, words of their own, limits of members. Knows no Discord.

Layers and rules are JSON that their readers understand (`bot.safety.base.PolicyLayer`, `bot.gate.Allowance`).
"""

from __future__ import annotations

import json
from typing import Any, Literal

from storage.database import Database

Scope = Literal["guild", "channel", "role", "user"]
WordKind = Literal["block", "allow"]


class RuleStore:
    """The decisions of all servers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # --- Policies -------------------------------------------------------------------------------------------------

    async def layers(self, guild_id: int, channel_id: int) -> list[dict[str, str]]:
        """The layers of a server and of a channel in it, in this order; those that nobody wrote are left out."""
        sql = "SELECT layer FROM policies WHERE guild_id = ? AND channel_id IN (0, ?) ORDER BY channel_id"
        return [json.loads(row["layer"]) for row in await self._db.all(sql, (guild_id, channel_id))]

    async def layer(self, guild_id: int, channel_id: int = 0) -> dict[str, str]:
        """What one layer says; empty where nobody wrote it."""
        sql = "SELECT layer FROM policies WHERE guild_id = ? AND channel_id = ?"
        row = await self._db.one(sql, (guild_id, channel_id))
        return json.loads(row["layer"]) if row else {}

    async def save_layer(self, guild_id: int, channel_id: int, layer: dict[str, str]) -> None:
        """Replace a layer."""
        await self._db.run(
            "INSERT INTO policies VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET layer = excluded.layer",
            (guild_id, channel_id, json.dumps(layer)),
        )

    # --- Words ----------------------------------------------------------------------------------------------------

    async def words(self, guild_id: int) -> dict[str, WordKind]:
        """The server's own words: word → what it does."""
        rows = await self._db.all("SELECT word, kind FROM words WHERE guild_id = ? ORDER BY word", (guild_id,))
        return {row["word"]: row["kind"] for row in rows}

    async def save_word(self, guild_id: int, word: str, kind: WordKind) -> None:
        """Add a word, or change what it does."""
        await self._db.run(
            "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET kind = excluded.kind", (guild_id, word, kind)
        )

    async def remove_word(self, guild_id: int, word: str) -> bool:
        """Whether it was there."""
        sql = "DELETE FROM words WHERE guild_id = ? AND word = ? RETURNING word"
        return await self._db.one(sql, (guild_id, word)) is not None

    # --- Limits ---------------------------------------------------------------------------------------------------

    async def rules(self, guild_id: int) -> dict[tuple[Scope, int], dict[str, Any]]:
        """All rules of a server, by whom they are for."""
        rows = await self._db.all("SELECT scope, target_id, rule FROM rules WHERE guild_id = ?", (guild_id,))
        return {(row["scope"], row["target_id"]): json.loads(row["rule"]) for row in rows}

    async def save_rule(self, guild_id: int, scope: Scope, target_id: int, rule: dict[str, Any]) -> None:
        """Replace a rule; an empty one goes."""
        if not rule:
            sql = "DELETE FROM rules WHERE guild_id = ? AND scope = ? AND target_id = ?"
            await self._db.run(sql, (guild_id, scope, target_id))
            return
        await self._db.run(
            "INSERT INTO rules VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET rule = excluded.rule",
            (guild_id, scope, target_id, json.dumps(rule)),
        )
