"""Lines that stand for several jobs: what was asked, and which jobs became of it.

A sweep is asked for, then confirmed, which queues all its cells in one transaction (`Queue.enqueue_all`), and done when
the last of them has ended. Knows no Discord and no prompt grammar.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from gpu.types import InputImage, Record
from storage.database import Database, Transaction
from storage.errors import JobNotFound, SweepOver
from storage.jobs import to_job
from storage.models import Job

INSERT = """
INSERT INTO sweeps (id, user_id, guild_id, channel_id, locale, text, plan, state, created_at)
VALUES (:id, :user_id, :guild_id, :channel_id, :locale, :text, :plan, :state, :created_at)
"""
CHANGE = "UPDATE sweeps SET state = :to WHERE id = :id AND state = :from RETURNING id"
FORGET = "DELETE FROM sweeps WHERE state = 'asked' AND created_at < ? RETURNING id"


class SweepState(StrEnum):
    """Where a sweep is; changed by compare-and-set."""

    ASKED = "asked"
    """Nobody has confirmed it yet; no job exists."""
    DRAWING = "drawing"
    DONE = "done"
    CANCELLED = "cancelled"


class Axis(Record):
    """One direction of a contact sheet."""

    name: str
    """As it is shown: cfg, sampler …"""
    values: tuple[str, ...]


class Plan(Record):
    """What will be drawn."""

    lines: tuple[str, ...]
    """The line of each cell, row by row; each parses alone."""
    inputs: tuple[InputImage, ...] = ()
    """Pictures that every cell draws from, kept below the sweep's id."""
    axes: tuple[Axis, ...] = ()
    """x, or x and y: then there is a contact sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One row of `sweeps`."""

    id: str
    """A job id: the contact sheet is the job of that name."""
    user_id: int
    text: str
    plan: Plan
    guild_id: int = 0
    channel_id: int = 0
    locale: str = ""
    state: SweepState = SweepState.ASKED
    created_at: float = 0.0


class SweepStore:
    """All sweeps. `clock` gives seconds since 1970."""

    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock

    async def add(self, sweep: Sweep) -> None:
        """Remember what was asked."""
        names = ("id", "user_id", "guild_id", "channel_id", "locale", "text", "state")
        values = {name: getattr(sweep, name) for name in names}
        await self._db.run(INSERT, {**values, "plan": sweep.plan.model_dump_json(), "created_at": self._clock()})

    async def find(self, sweep_id: str) -> Sweep | None:
        """The sweep, or None."""
        row = await self._db.one("SELECT * FROM sweeps WHERE id = ?", (sweep_id,))
        return _to_sweep(row) if row else None

    async def get(self, sweep_id: str) -> Sweep:
        """The sweep. Raises `JobNotFound`."""
        if found := await self.find(sweep_id):
            return found
        raise JobNotFound(job=sweep_id)

    async def drawing(self, user_id: int | None = None) -> list[Sweep]:
        """Those, of everybody or of one member, whose cells have not all ended; oldest first."""
        sql = "SELECT * FROM sweeps WHERE state = 'drawing' AND user_id = coalesce(?, user_id) ORDER BY created_at"
        return [_to_sweep(row) for row in await self._db.all(sql, (user_id,))]

    async def cells(self, sweep_id: str) -> list[Job]:
        """The jobs of a sweep, row by row."""
        sql = "SELECT * FROM jobs WHERE sweep_id = ? AND sweep_id <> '' ORDER BY cell"
        return [to_job(row) for row in await self._db.all(sql, (sweep_id,))]

    async def change(self, sweep_id: str, before: SweepState, after: SweepState) -> bool:
        """Whether the sweep was in the state `before` and is now in `after`."""
        return await self._db.one(CHANGE, {"id": sweep_id, "from": before, "to": after}) is not None

    async def forget_asked(self, older_than: float) -> list[str]:
        """Drop questions that nobody answered for so many seconds; returns their ids."""
        return [row["id"] for row in await self._db.all(FORGET, (self._clock() - older_than,))]


async def start(transaction: Transaction, sweep_id: str) -> None:
    """Its cells are being queued, in this transaction. Raises `SweepOver` when they were, or it was cancelled."""
    change = {"id": sweep_id, "from": SweepState.ASKED, "to": SweepState.DRAWING}
    if await transaction.one(CHANGE, change) is None:
        raise SweepOver


def _to_sweep(row: sqlite3.Row) -> Sweep:
    values = dict(row) | {"state": SweepState(row["state"]), "plan": Plan.model_validate_json(row["plan"])}
    return Sweep(**values)
