"""Nothing of a member stays: every table that names members is known, in the database and in its backups."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from storage.database import Database
from storage.erasure import OF_JOBS, OWN, SIGNED, RecordStore, Subject
from storage.errors import CostLimit
from storage.images import ImageFiles
from storage.jobs import USAGE
from storage.letters import LetterStore
from storage.models import Limits, NewJob, UserSettings
from storage.pseudonyms import Pseudonyms
from storage.queue import Queue
from storage.reviews import ReviewStore
from storage.sanctions import SanctionStore
from storage.users import UserStore
from tests.storage.making import Clock, new_job

MEMBER, OTHER = 4242, 7
CANARY = "zanarycanary"

NOT_MEMBERS = {
    "guild_id", "channel_id", "message_id", "job_id", "parent_id", "interaction_id", "boot_id", "sweep_id", "id",
    "custom_id",
}  # fmt: skip
"""Columns whose names look as if they could hold a member, and do not."""


def known(table: str, column: str) -> bool:
    """Whether erasing looks at that column of that table."""
    if (table, column) in {*SIGNED, ("audit", "target")} or (table in OWN and column in OWN[table]):
        return True
    return column in NOT_MEMBERS


async def test_no_table_that_names_members_is_forgotten(db: Database) -> None:
    forgotten = []
    for table in await db.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        for column in await db.all(f"PRAGMA table_info({table['name']})"):
            name = column["name"]
            if name.endswith(("_id", "_by")) or name in ("user", "member", "owner", "actor", "author", "target", "id"):
                forgotten += [] if known(table["name"], name) else [f"{table['name']}.{name}"]
    assert forgotten == [], "add it to a list in storage/erasure.py, or to NOT_MEMBERS above"


async def test_the_lists_name_tables_that_there_are(db: Database) -> None:
    tables = {row["name"] for row in await db.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {*OWN, *OF_JOBS, *(table for table, _ in SIGNED)} <= tables


async def filled(db: Database, root: Path, clock: Clock) -> None:
    """The member in every table, and another one."""
    queue = Queue(db, limits=Limits(), clock=clock, boot_id="b", max_attempts=3)
    for user in (MEMBER, OTHER):
        await queue.enqueue(new_job(user, id=f"job{user}", text=CANARY if user == MEMBER else "a lake"))
    await queue.enqueue(new_job(OTHER, id="child", parent_id=f"job{MEMBER}", parent_index=1))
    await UserStore(db).save(UserSettings(MEMBER, {"style": CANARY}))
    sanctions = SanctionStore(db, Pseudonyms(b"k"), clock=clock)
    await sanctions.impose(1, MEMBER, "timeout", until=clock.now + 50, actor_id=OTHER, reason=CANARY)
    await sanctions.impose(2, MEMBER, "ban", until=0, actor_id=OTHER, reason=CANARY)
    await sanctions.impose(1, OTHER, "ban", until=0, actor_id=MEMBER, reason="spam")
    await sanctions.strike(1, MEMBER, "gore", actor_id=OTHER, reason=CANARY)
    await sanctions.appeal(1, MEMBER, "ban", CANARY)
    await LetterStore(db, clock=clock).write(1, MEMBER, "sanction-ban", {"reason": CANARY})
    reviews = ReviewStore(db, clock=clock)
    await reviews.open(f"job{OTHER}", 1, "gore")
    await reviews.report(f"job{OTHER}", MEMBER)
    await reviews.decide(f"job{OTHER}", "approved", MEMBER)
    await db.run(
        "INSERT INTO audit (at, guild_id, actor_id, action, target, before, after, reason) "
        "VALUES (1, 1, ?, 'ban', ?, '', '', ?)",
        (OTHER, str(MEMBER), CANARY),
    )
    await db.run("INSERT INTO rules VALUES (1, 'user', ?, '{}')", (MEMBER,))


def subject(clock: Clock) -> Subject:
    return Subject(user=MEMBER, pseudonym=Pseudonyms(b"k").of(MEMBER), now=clock.now, strikes_since=clock.now - 100)


async def test_erasing_leaves_only_pseudonyms_and_what_others_own(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "easel.db"
    async with Database.open(path) as db:
        await filled(db, tmp_path, clock)
        store = RecordStore(db, path)
        with sqlite3.connect(path) as source, sqlite3.connect(f"{path}.backup-2") as copy:
            source.backup(copy)
        rows = await store.rows(MEMBER)
        assert {table for table, found in rows.items() if found} >= {
            "jobs", "users", "rules", "sanctions", "strikes", "reports", "appeals", "audit",
        }  # fmt: skip
        assert CANARY in str(rows)
        assert "interaction_token" not in str(rows)
        await store.erase(subject(clock))
        assert store.erase_backups(subject(clock)) == 1
        assert await store.counts(MEMBER) == {}
        assert [row["id"] for row in await db.all("SELECT id FROM jobs ORDER BY seq")] == [f"job{OTHER}", "child"]
        assert [row["parent_id"] for row in await db.all("SELECT parent_id FROM jobs WHERE id = 'child'")] == [""]
        assert (tmp_path / "easel.db-wal").stat().st_size == 0, "the log is empty"
        sanctions = SanctionStore(db, Pseudonyms(b"k"), clock=clock)
        assert await sanctions.in_force(1, MEMBER), "the timeout still counts"
        assert await sanctions.in_force(2, MEMBER)
        assert len(await sanctions.strikes(1, MEMBER, 0)) == 1
        clock.now += 500
        assert await store.forget_ended(subject(clock)) == 2, "the timeout and the strike are over, the ban is not"
        assert await sanctions.in_force(1, MEMBER) is None
        for file in await asyncio.to_thread(lambda: list(tmp_path.iterdir())):
            assert CANARY.encode() not in file.read_bytes(), file.name
            assert str(MEMBER).encode() not in file.read_bytes(), file.name


async def test_what_fails_in_the_middle_changes_nothing(db: Database, clock: Clock, tmp_path: Path) -> None:
    await filled(db, tmp_path, clock)
    store = RecordStore(db, tmp_path / "easel.db")
    before = await store.counts(MEMBER)
    await db.run("CREATE TRIGGER stop BEFORE DELETE ON users BEGIN SELECT raise(ABORT, 'no'); END")
    with pytest.raises(sqlite3.IntegrityError):
        await store.erase(subject(clock))
    assert await store.counts(MEMBER) == before


def test_files_of_jobs_are_found(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    files.store_input("abc", 1, b"x")
    (tmp_path / files.directory("abc")).mkdir(parents=True)
    (tmp_path / files.directory("abc") / "1.png").write_bytes(b"12345")
    assert sorted((name, size) for name, _, size in files.of_jobs(["abc", "gone"])) == [
        ("images/ab/abc/1.png", 5), ("inputs/abc/1.png", 1),
    ]  # fmt: skip


async def test_what_was_spent_counts_until_the_day_ends(db: Database, clock: Clock, tmp_path: Path) -> None:
    key = Pseudonyms(b"k")
    queue = Queue(db, limits=Limits(), clock=clock, boot_id="b", pseudonyms=key)

    def costly(user: int = MEMBER) -> NewJob:
        new = new_job(user)
        return replace(new, request=new.request.model_copy(update={"price": 0.7}))

    clock.now = 10 * 86_400.0 + 5
    await queue.enqueue(costly(), daily_limit=1.0)
    store = RecordStore(db, tmp_path / "easel.db")
    await store.erase(subject(clock))
    with pytest.raises(CostLimit):
        await queue.enqueue(costly(), daily_limit=1.0)
    await queue.enqueue(costly(OTHER), daily_limit=1.0)
    plan = await db.all("EXPLAIN QUERY PLAN " + USAGE, {"user_id": 1, "former_id": -1, "guild_id": 1, "since": 0})
    assert not [row["detail"] for row in plan if row["detail"].startswith(("SCAN jobs", "SCAN former_uses"))]
    clock.now += 86_400
    assert await store.forget_ended(subject(clock)) == 1
    await queue.enqueue(costly(), daily_limit=1.0)
