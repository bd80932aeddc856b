"""A real database in memory, a queue on it, and a clock that only the test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.jobs import JobStore
from storage.models import Limits
from storage.queue import Queue
from tests.storage.making import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def db() -> AsyncIterator[Database]:
    async with Database.open(":memory:") as opened:
        yield opened


@pytest.fixture
def queue(db: Database, clock: Clock) -> Queue:
    return Queue(db, limits=Limits(running=3, waiting=10), clock=clock, boot_id="first", max_attempts=3)


@pytest.fixture
def jobs(db: Database, clock: Clock) -> JobStore:
    return JobStore(db, clock=clock)
