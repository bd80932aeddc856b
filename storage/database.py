"""Opens the SQLite file: lock, settings, migrations, and one writer. Knows no table.

One connection does everything, and a lock gives it to one task at a time, so nobody sees half of a transaction.
`synchronous = FULL`: what was committed survives a killed process and a power failure, for about a fsync per commit.
`secure_delete = ON`: what was deleted is overwritten.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiosqlite
from filelock import FileLock, Timeout

from gpu.fingerprint import hamming
from storage.errors import DatabaseInUse, DatabaseTooNew, DatabaseTooOld

MIGRATIONS = Path(__file__).parent / "migrations"
MEMORY = ":memory:"

SETTINGS = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;
PRAGMA secure_delete = ON;
"""

Arguments = Sequence[Any] | Mapping[str, Any]


class Transaction:
    """Statements on the connection. Inside `Database.transaction()` they take effect together or not at all."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def all(self, sql: str, arguments: Arguments = ()) -> list[sqlite3.Row]:
        """Run one statement and return its rows, also those of RETURNING."""
        return list(await self._connection.execute_fetchall(sql, arguments))

    async def one(self, sql: str, arguments: Arguments = ()) -> sqlite3.Row | None:
        """The first row, or None."""
        rows = await self.all(sql, arguments)
        return rows[0] if rows else None

    async def run(self, sql: str, arguments: Arguments = ()) -> None:
        """Run one statement for its effect."""
        await self.all(sql, arguments)


class Database:
    """The open database. Several statements that belong together go through `transaction()`."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, path: Path | str) -> AsyncIterator[Database]:
        """Lock, open and migrate the file (":memory:" for tests) while the context is open.

        Raises `DatabaseInUse` when another process has it and `DatabaseTooNew` when a newer Easel wrote it.
        """
        logging.getLogger("aiosqlite").setLevel(logging.WARNING)  # below, it logs what members wrote
        with _locked(path):
            connection = await aiosqlite.connect(path, isolation_level=None)
            try:
                connection.row_factory = sqlite3.Row
                await connection.create_function("hamming", 2, hamming, deterministic=True)
                await connection.executescript(SETTINGS)
                await _migrate(connection, path)
                yield cls(connection)
            finally:
                await connection.close()

    @classmethod
    @contextlib.asynccontextmanager
    async def reading(cls, path: Path) -> AsyncIterator[Database]:
        """Look into the file while the context is open, also while another process has it; nothing can be written.

        Raises `DatabaseTooNew`, `DatabaseTooOld`, and `sqlite3.Error` where there is none.
        """
        address = f"file:{quote(str(path))}?mode=ro"
        connection = await aiosqlite.connect(address, uri=True, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            version, known = await _version(connection), max(await asyncio.to_thread(migrations))
            if version > known:
                raise DatabaseTooNew(file=path.name, version=version, known=known)
            if version < known:
                raise DatabaseTooOld(file=path.name)
            yield cls(connection)
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A write transaction: committed at the end of the block, rolled back when it raises or is cancelled."""
        async with self._exclusive() as statements:
            try:
                await statements.run("BEGIN IMMEDIATE")
                yield statements
                await self._connection.commit()
            except BaseException:
                # The connection's thread works in order: even if this wait is cut short, nothing comes before it.
                await self._connection.rollback()
                raise

    async def all(self, sql: str, arguments: Arguments = ()) -> list[sqlite3.Row]:
        """Run a single statement outside of any transaction and return its rows."""
        async with self._exclusive() as statements:
            return await statements.all(sql, arguments)

    async def one(self, sql: str, arguments: Arguments = ()) -> sqlite3.Row | None:
        """The first row of a single statement, or None."""
        async with self._exclusive() as statements:
            return await statements.one(sql, arguments)

    async def run(self, sql: str, arguments: Arguments = ()) -> None:
        """Run a single statement for its effect."""
        await self.all(sql, arguments)

    @contextlib.asynccontextmanager
    async def _exclusive(self) -> AsyncIterator[Transaction]:
        task = asyncio.current_task()
        if self._holder is task:
            raise RuntimeError("inside transaction() use the transaction's own methods")
        async with self._lock:
            self._holder = task
            try:
                yield Transaction(self._connection)
            finally:
                self._holder = None


@contextlib.contextmanager
def _locked(path: Path | str) -> Any:
    if str(path) == MEMORY:
        yield
        return
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{path}.lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise DatabaseInUse(file=path.name) from error
    try:
        yield
    finally:
        lock.release()


def migrations() -> dict[int, str]:
    """Version → SQL of every step, in order."""
    return {int(file.name[:4]): file.read_text("utf-8") for file in sorted(MIGRATIONS.glob("[0-9]*.sql"))}


async def _migrate(connection: aiosqlite.Connection, path: Path | str) -> None:
    """Bring the file up to the newest version, each step in one transaction with the record that it ran."""
    steps = await asyncio.to_thread(migrations)
    version = await _version(connection)
    if version > max(steps):
        raise DatabaseTooNew(file=Path(path).name, version=version, known=max(steps))
    if 0 < version < max(steps):
        await _back_up(connection, Path(f"{path}.backup-{version}"))
    for number, sql in steps.items():
        if number > version:
            await _run_step(connection, number, sql)


async def _run_step(connection: aiosqlite.Connection, number: int, sql: str) -> None:
    try:
        await connection.executescript(f"BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {number};\nCOMMIT;")
    except BaseException:
        await connection.rollback()
        raise


async def _back_up(connection: aiosqlite.Connection, copy: Path) -> None:
    async with aiosqlite.connect(copy) as target:
        await connection.backup(target)


async def _version(connection: aiosqlite.Connection) -> int:
    ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
    return int(version)
