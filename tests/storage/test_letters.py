"""Letters wait, are tried less and less often, and are dropped in the end."""

from __future__ import annotations

from storage.database import Database
from storage.letters import KEPT, LetterStore
from tests.storage.making import Clock


async def test_letters_stay_until_they_were_sent_or_are_too_old(db: Database, clock: Clock) -> None:
    store = LetterStore(db, clock=clock)
    await store.write(1, 5, "notice-strike", {"count": 1})
    await store.write(1, 6, "notice-pardoned", {})
    first, second = await store.due()
    assert (first.user_id, first.sentence, first.facts) == (5, "notice-strike", {"count": 1})
    await store.postpone(first)
    assert await store.due() == [second]
    clock.now += 5
    assert await store.due() == [first, second]
    clock.now += 95
    await store.postpone(first)
    clock.now += 99
    assert await store.due() == [second], "it waits as long again as it has waited"
    clock.now += 1
    assert await store.due() == [first, second]
    await store.done(second)
    await store.write(1, 7, "notice-pardoned", {})
    assert second.seq not in [letter.seq for letter in await store.due()], "a number is a nonce, and never used again"
    clock.now += KEPT + 1
    assert await store.due() == []
