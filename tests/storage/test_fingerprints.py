"""Looking for a picture among many: nothing within reach is missed, and the whole table is never read."""

from __future__ import annotations

import random
import time

from gpu.fingerprint import REACH, Fingerprint
from storage.database import Database
from storage.fingerprints import _NEAR, FingerprintStore, Match
from storage.jobs import JobStore, insert_images, insert_job
from storage.models import JobState
from tests.storage.making import new_job, picture

COLOURS = bytes(range(48))


async def job_with_pictures(db: Database, id: str, count: int = 1) -> None:
    async with db.transaction() as transaction:
        await insert_job(transaction, new_job(id=id), JobState.DONE, 1.0)
        await insert_images(transaction, id, [picture(id, index) for index in range(1, count + 1)])


def flipped(hash: int, bits: int, rng: random.Random) -> Fingerprint:
    for bit in rng.sample(range(63), bits):
        hash ^= 1 << bit
    return Fingerprint(hash, COLOURS)


async def test_everything_within_reach_is_found_and_nothing_beyond(db: Database) -> None:
    store, rng = FingerprintStore(db), random.Random(1)
    await job_with_pictures(db, "one")
    for hash in (0, -1, 2**62 + 12345, -(2**63)):
        await store.save("one", {1: Fingerprint(hash, COLOURS)})
        for bits in range(REACH + 1):
            for _ in range(40):
                assert await store.nearest(flipped(hash, bits, rng)) == Match("one", 1, bits)
        for bits in (REACH + 1, 20):
            assert await store.nearest(flipped(hash, bits, rng)) is None
        assert await store.nearest(Fingerprint(hash, bytes(48))) is None, "other colours"


async def test_the_first_of_equal_pictures_is_named(db: Database) -> None:
    store, seen = FingerprintStore(db), Fingerprint(77, COLOURS)
    for id in ("zz", "aa"):
        await job_with_pictures(db, id)
    for id in ("aa", "zz"):
        await store.save(id, {1: seen})
    assert await store.nearest(seen) == Match("zz", 1, 0), "it was made first"


async def test_pictures_are_looked_at_once_and_forgotten_with_them(db: Database) -> None:
    store = FingerprintStore(db)
    await job_with_pictures(db, "one", 4)
    await job_with_pictures(db, "two")
    assert sorted(await store.unhashed(10)) == ["one", "two"]
    await store.save("one", {index: Fingerprint(index, COLOURS) for index in range(5)})
    await store.save("two", {})
    assert await store.unhashed(10) == [], "also where nothing was found"
    assert len(await store.of_job("one")) == 5
    await JobStore(db).forget_images("one")
    assert await store.of_job("one") == {}
    await store.save("one", {1: Fingerprint(1, COLOURS)})
    assert await store.of_job("one") == {}, "they were removed while somebody looked at them"


async def test_a_search_among_a_hundred_thousand_reads_a_small_part(db: Database) -> None:
    store, rng = FingerprintStore(db), random.Random(7)
    await job_with_pictures(db, "one")
    hashes = [rng.getrandbits(64) - 2**63 for _ in range(100_000)]
    async with db.transaction() as transaction:
        await transaction._connection.executemany(
            "INSERT INTO fingerprints (job_id, \"index\", hash, colours) VALUES ('one', ?, ?, ?)",
            [(index, hash, COLOURS) for index, hash in enumerate(hashes)],
        )
    plan = await db.all(f"EXPLAIN QUERY PLAN SELECT * FROM fingerprints WHERE {_NEAR}", {"hash": 5})
    assert not [row["detail"] for row in plan if row["detail"].startswith("SCAN")]
    began = time.perf_counter()
    for index in range(0, 100_000, 5_000):
        assert await store.nearest(flipped(hashes[index], 5, rng)) == Match("one", index, 5)
    assert (time.perf_counter() - began) / 20 < 0.25, "about 10 ms on a quiet machine"
