"""Fingerprints of pictures, and which picture looks like one. Knows no Discord and opens no file.

A search takes the candidates that share a byte with the hash from an index (see migration 0009) and counts the bits
that differ in those alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from gpu.fingerprint import REACH, Fingerprint
from storage.database import Database

SHEET = 0
"""The index of all pictures of a job on one sheet."""
MOST = 1000
"""Candidates whose colours are looked at."""

_NEAR = " OR ".join(f"(hash >> {shift}) & 255 = (:hash >> {shift}) & 255" for shift in range(0, 64, 8))
NEAREST = f"""
SELECT near.* FROM (
    SELECT *, hamming(hash, :hash) AS distance FROM fingerprints WHERE ({_NEAR}) AND distance <= :reach
) AS near JOIN jobs ON jobs.id = near.job_id ORDER BY distance, jobs.seq, near."index" LIMIT :most
"""  # noqa: S608 - numbers of our own


@dataclass(frozen=True, slots=True)
class Match:
    """A stored picture that looks like the one that was asked for."""

    job_id: str
    index: int
    """1…n, or `SHEET`."""
    distance: int
    """Signs of 64 that differ."""


class FingerprintStore:
    """All fingerprints."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def unhashed(self, limit: int) -> list[str]:
        """Jobs with pictures that were not looked at yet."""
        sql = "SELECT DISTINCT job_id FROM images WHERE hashed = 0 LIMIT ?"
        return [row["job_id"] for row in await self._db.all(sql, (limit,))]

    async def save(self, job_id: str, found: Mapping[int, Fingerprint]) -> None:
        """The pictures of the job were looked at: index → what was found. What was removed meanwhile stays removed."""
        async with self._db.transaction() as transaction:
            seen = await transaction.all("UPDATE images SET hashed = 1 WHERE job_id = ? RETURNING job_id", (job_id,))
            for index, print_ in found.items() if seen else ():
                sql = 'INSERT OR REPLACE INTO fingerprints (job_id, "index", hash, colours) VALUES (?, ?, ?, ?)'
                await transaction.run(sql, (job_id, index, print_.hash, print_.colours))

    async def of_job(self, job_id: str) -> dict[int, Fingerprint]:
        """Index → fingerprint."""
        rows = await self._db.all("SELECT * FROM fingerprints WHERE job_id = ?", (job_id,))
        return {row["index"]: _of(row) for row in rows}

    async def nearest(self, seen: Fingerprint) -> Match | None:
        """The picture that resembles it most; of several the one that was made first."""
        rows = await self._db.all(NEAREST, {"hash": seen.hash, "reach": REACH, "most": MOST})
        matches = (Match(row["job_id"], row["index"], row["distance"]) for row in rows if seen.resembles(_of(row)))
        return next(matches, None)


def _of(row: sqlite3.Row) -> Fingerprint:
    return Fingerprint(row["hash"], row["colours"])
