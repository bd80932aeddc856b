"""The file: one process, whole transactions, migrations."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import database
from storage.database import Database
from storage.errors import DatabaseInUse, DatabaseTooNew, DatabaseTooOld

HOLDER = """
import asyncio, sys
from storage.database import Database
async def hold():
    async with Database.open(sys.argv[1]):
        print("open", flush=True)
        sys.stdin.read()
asyncio.run(hold())
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Another process that has the database open."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    return holder


async def test_a_second_process_is_refused_until_the_first_dies(tmp_path: Path) -> None:
    path = tmp_path / "easel.db"
    holder = hold(path)
    with pytest.raises(DatabaseInUse) as refused:
        async with Database.open(path):
            pass
    assert refused.value.facts == {"file": "easel.db"}
    holder.kill()
    holder.wait()
    async with Database.open(path) as db:
        assert await db.one("SELECT count(*) AS n FROM jobs")


async def test_what_was_committed_survives_kill_9(tmp_path: Path) -> None:
    script = """
import asyncio, os, signal, sys
from storage.database import Database
async def write():
    async with Database.open(sys.argv[1]) as db:
        await db.run("INSERT INTO users (user_id) VALUES (1)")
        async with db.transaction() as transaction:
            await transaction.run("INSERT INTO users (user_id) VALUES (2)")
            os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(write())
"""
    path = tmp_path / "easel.db"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script, str(path)], check=False)
    async with Database.open(path) as db:
        assert [row["user_id"] for row in await db.all("SELECT user_id FROM users")] == [1]


async def test_a_transaction_happens_whole_or_not_at_all(db: Database) -> None:
    async def add_twice() -> None:
        async with db.transaction() as transaction:
            await transaction.run("INSERT INTO users (user_id) VALUES (1)")
            await transaction.run("INSERT INTO users (user_id) VALUES (1)")

    with pytest.raises(sqlite3.IntegrityError):
        await add_twice()
    assert await db.all("SELECT * FROM users") == []


async def test_a_cancelled_transaction_is_rolled_back_and_the_next_one_works(db: Database) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with db.transaction() as transaction:
            await transaction.run("INSERT INTO users (user_id) VALUES (1)")
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(write())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await db.run("INSERT INTO users (user_id) VALUES (2)")
    assert [row["user_id"] for row in await db.all("SELECT user_id FROM users")] == [2]


async def test_cancelling_at_any_moment_leaves_a_working_connection(db: Database) -> None:
    async def write(user: int) -> None:
        async with db.transaction() as transaction:
            await transaction.run("INSERT INTO users (user_id) VALUES (?)", (user,))
            await transaction.run("UPDATE users SET params = 'whole' WHERE user_id = ?", (user,))

    for user in range(60):
        task = asyncio.create_task(write(user))
        for _ in range(user % 12):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await write(1000)
    rows = await db.all("SELECT * FROM users")
    assert {row["params"] for row in rows} == {"whole"}
    assert rows[-1]["user_id"] == 1000


async def test_nobody_sees_half_of_a_transaction(db: Database) -> None:
    async with asyncio.TaskGroup() as group:
        begun = asyncio.Event()

        async def write() -> None:
            async with db.transaction() as transaction:
                await transaction.run("INSERT INTO users (user_id) VALUES (1)")
                begun.set()
                await asyncio.sleep(0.02)
                await transaction.run("INSERT INTO users (user_id) VALUES (2)")

        group.create_task(write())
        await begun.wait()
        assert len(await db.all("SELECT * FROM users")) == 2


async def test_asking_the_database_inside_a_transaction_is_an_error_not_a_deadlock(db: Database) -> None:
    async with db.transaction():
        with pytest.raises(RuntimeError, match="transaction's own"):
            await db.all("SELECT 1")


# --- Migrations -------------------------------------------------------------------------------------------------------


def test_migrations_are_numbered_without_gaps_and_explain_themselves() -> None:
    files = sorted(database.MIGRATIONS.glob("*.sql"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    for file in files:
        lines = file.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"-- {file.name[:4]}: ")
        assert lines[1].startswith("-- Date: ")
        assert lines[2].startswith("-- Reason: ")


@pytest.fixture
def two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of migrations of which the second can still be written."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_a.sql").write_text("CREATE TABLE a (x); INSERT INTO a VALUES (1);")
    monkeypatch.setattr(database, "MIGRATIONS", folder)
    return folder


async def test_each_step_runs_once_and_the_file_is_backed_up_before(tmp_path: Path, two_steps: Path) -> None:
    path = tmp_path / "easel.db"
    for _ in range(2):
        async with Database.open(path) as db:
            assert len(await db.all("SELECT * FROM a")) == 1
    assert not (tmp_path / "easel.db.backup-1").exists()
    (two_steps / "0002_b.sql").write_text("DELETE FROM a; CREATE TABLE b (y);")
    async with Database.open(path) as db:
        assert await db.all("SELECT * FROM a, b") == []
    with contextlib.closing(sqlite3.connect(tmp_path / "easel.db.backup-1")) as backup:
        assert backup.execute("SELECT x FROM a").fetchall() == [(1,)]


async def test_a_step_that_fails_changes_nothing(tmp_path: Path, two_steps: Path) -> None:
    path = tmp_path / "easel.db"
    async with Database.open(path):
        pass
    (two_steps / "0002_b.sql").write_text("DELETE FROM a; CREATE TABLE a (again);")
    with pytest.raises(sqlite3.OperationalError):
        async with Database.open(path):
            pass
    (two_steps / "0002_b.sql").unlink()
    async with Database.open(path) as db:
        assert len(await db.all("SELECT * FROM a")) == 1


async def test_a_database_of_a_newer_easel_is_left_alone(tmp_path: Path, two_steps: Path) -> None:
    path = tmp_path / "easel.db"
    async with Database.open(path) as db:
        await db.run("PRAGMA user_version = 9")
    with pytest.raises(DatabaseTooNew) as refused:
        async with Database.open(path):
            pass
    assert refused.value.facts == {"file": "easel.db", "version": 9, "known": 1}


async def test_looking_needs_no_lock_and_changes_nothing(tmp_path: Path, two_steps: Path) -> None:
    path = tmp_path / "easel.db"
    with pytest.raises(sqlite3.OperationalError):
        async with Database.reading(path):
            pass
    assert not path.exists()
    async with Database.open(path) as db:
        await db.run("INSERT INTO a VALUES (2)")
        async with Database.reading(path) as looking:
            assert [row["x"] for row in await looking.all("SELECT x FROM a")] == [1, 2]
            await db.run("INSERT INTO a VALUES (3)")
            assert len(await looking.all("SELECT * FROM a")) == 3
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                await looking.run("DELETE FROM a")
    (two_steps / "0002_b.sql").write_text("CREATE TABLE b (y);")
    with pytest.raises(DatabaseTooOld):
        async with Database.reading(path):
            pass
    (two_steps / "0001_a.sql").unlink()
    (two_steps / "0002_b.sql").rename(two_steps / "0000_b.sql")
    with pytest.raises(DatabaseTooNew):
        async with Database.reading(path):
            pass
