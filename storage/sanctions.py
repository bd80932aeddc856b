"""Who may not, until when and why: bans, timeouts, strikes, appeals. Knows no Discord: a member is a number.

A member who had all data deleted is found again by the pseudonym (`storage.pseudonyms`) while a sanction is in force.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from typing import Literal

from storage.database import Database
from storage.jobs import marks
from storage.pseudonyms import Pseudonyms

SanctionKind = Literal["ban", "timeout"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """A ban or a timeout."""

    seq: int
    guild_id: int
    user_id: int
    kind: SanctionKind
    at: float
    until: float
    """Seconds since 1970; 0: for good."""
    actor_id: int
    """0: the ladder of strikes."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """One thing that was refused, or that a moderator minded."""

    seq: int
    guild_id: int
    user_id: int
    at: float
    category: str
    actor_id: int
    """0: a check."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A member's objection."""

    seq: int
    guild_id: int
    user_id: int
    at: float
    about: str
    text: str
    state: str
    channel_id: int
    message_id: int


def _columns(kind: type) -> str:
    return ", ".join(field.name for field in fields(kind))


class SanctionStore:
    """All sanctions, strikes and appeals."""

    def __init__(self, db: Database, pseudonyms: Pseudonyms, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self.pseudonyms = pseudonyms
        self._clock = clock

    # --- Bans and timeouts ----------------------------------------------------------------------------------------

    async def in_force(self, guild_id: int, user_id: int) -> Sanction | None:
        """What keeps the member from drawing there now: the one that lasts longest."""
        sql = f"""
            SELECT {_columns(Sanction)} FROM sanctions
            WHERE user_id IN (?, ?) AND guild_id = ? AND lifted_at = 0 AND (until = 0 OR until > ?)
            ORDER BY until = 0 DESC, until DESC LIMIT 1
        """  # noqa: S608 - names of our own fields
        row = await self._db.one(sql, (*self.pseudonyms.both(user_id), guild_id, self._clock()))
        return Sanction(**dict(row)) if row else None

    async def impose(
        self, guild_id: int, user_id: int, kind: SanctionKind, *, until: float, actor_id: int, reason: str
    ) -> Sanction:
        """Ban or time out; `until` in seconds since 1970, 0 for good."""
        sql = f"""
            INSERT INTO sanctions (guild_id, user_id, kind, at, until, actor_id, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {_columns(Sanction)}
        """  # noqa: S608
        row = await self._db.one(sql, (guild_id, user_id, kind, self._clock(), until, actor_id, reason))
        assert row is not None
        return Sanction(**dict(row))

    async def lift(self, guild_id: int, user_id: int) -> int:
        """End all of the member's sanctions there; returns how many there were."""
        rows = await self._db.all(
            "UPDATE sanctions SET lifted_at = ? WHERE user_id IN (?, ?) AND guild_id = ? AND lifted_at = 0 "
            "AND (until = 0 OR until > ?) RETURNING seq",
            (self._clock(), *self.pseudonyms.both(user_id), guild_id, self._clock()),
        )
        return len(rows)

    # --- Strikes --------------------------------------------------------------------------------------------------

    async def strike(self, guild_id: int, user_id: int, category: str, *, actor_id: int = 0, reason: str = "") -> None:
        """Write one down."""
        await self._db.run(
            "INSERT INTO strikes (guild_id, user_id, at, category, actor_id, reason) VALUES (?, ?, ?, ?, ?, ?)",
            (guild_id, user_id, self._clock(), category, actor_id, reason),
        )

    async def strikes(self, guild_id: int, user_id: int, since: float) -> list[Strike]:
        """Those that count: not forgiven and not older than `since`, newest first."""
        sql = f"""
            SELECT {_columns(Strike)} FROM strikes
            WHERE user_id IN (?, ?) AND guild_id = ? AND forgiven_at = 0 AND at > ? ORDER BY seq DESC
        """  # noqa: S608
        rows = await self._db.all(sql, (*self.pseudonyms.both(user_id), guild_id, since))
        return [Strike(**dict(row)) for row in rows]

    async def forgive(self, guild_id: int, user_id: int, *, newest_only: bool = False) -> int:
        """Forgive the newest strike, or all; returns how many."""
        limit = "ORDER BY seq DESC LIMIT 1" if newest_only else ""
        sql = f"""
            UPDATE strikes SET forgiven_at = ? WHERE seq IN (
                SELECT seq FROM strikes WHERE user_id IN (?, ?) AND guild_id = ? AND forgiven_at = 0 {limit}
            ) RETURNING seq
        """  # noqa: S608
        return len(await self._db.all(sql, (self._clock(), *self.pseudonyms.both(user_id), guild_id)))

    # --- Appeals --------------------------------------------------------------------------------------------------

    async def appeal(self, guild_id: int, user_id: int, about: str, text: str) -> Appeal:
        """Write one down."""
        sql = f"""
            INSERT INTO appeals (guild_id, user_id, at, about, text) VALUES (?, ?, ?, ?, ?)
            RETURNING {_columns(Appeal)}
        """  # noqa: S608
        row = await self._db.one(sql, (guild_id, user_id, self._clock(), about, text))
        assert row is not None
        return Appeal(**dict(row))

    async def appeals_since(self, user_id: int, since: float) -> int:
        """How often the member appealed since then, anywhere."""
        sql = "SELECT count(*) AS n FROM appeals WHERE user_id = ? AND at > ?"
        row = await self._db.one(sql, (user_id, since))
        return int(row["n"]) if row else 0

    async def open_appeals(self, guild_id: int | None = None, limit: int = 25) -> list[Appeal]:
        """Undecided ones of a server, or of all, oldest first."""
        sql = f"""
            SELECT {_columns(Appeal)} FROM appeals WHERE state = 'open' AND (? IS NULL OR guild_id = ?)
            ORDER BY seq LIMIT ?
        """  # noqa: S608
        return [Appeal(**dict(row)) for row in await self._db.all(sql, (guild_id, guild_id, limit))]

    async def unposted_appeals(self, guild_ids: Collection[int], limit: int = 25) -> list[Appeal]:
        """Undecided ones of these servers that moderators see nowhere yet, oldest first."""
        sql = f"""
            SELECT {_columns(Appeal)} FROM appeals WHERE state = 'open' AND message_id = 0
            AND guild_id IN ({marks(guild_ids)}) ORDER BY seq LIMIT ?
        """  # noqa: S608
        return [Appeal(**dict(row)) for row in await self._db.all(sql, (*guild_ids, limit))]

    async def find_appeal(self, seq: int) -> Appeal | None:
        """One of them."""
        row = await self._db.one(f"SELECT {_columns(Appeal)} FROM appeals WHERE seq = ?", (seq,))  # noqa: S608
        return Appeal(**dict(row)) if row else None

    async def decide_appeal(self, seq: int, state: Literal["granted", "refused"], actor_id: int) -> bool:
        """False: somebody was faster."""
        sql = """
            UPDATE appeals SET state = ?, decided_by = ?, decided_at = ? WHERE seq = ? AND state = 'open' RETURNING seq
        """
        return await self._db.one(sql, (state, actor_id, self._clock(), seq)) is not None

    async def appeal_posted(self, seq: int, channel_id: int, message_id: int) -> None:
        """Moderators see it there."""
        sql = "UPDATE appeals SET channel_id = ?, message_id = ? WHERE seq = ?"
        await self._db.run(sql, (channel_id, message_id, seq))
