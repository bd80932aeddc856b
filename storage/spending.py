"""What members spend at a paid API: one sum, taken in the transaction that would add to it.

A job counts from the moment when it is queued, so that nobody queues more than may be spent. One that failed, or was
cancelled before it began, was not charged. Days are those of UTC.
"""

from __future__ import annotations

from math import ceil

from storage.database import Transaction
from storage.errors import CostLimit
from storage.models import NewJob

DAY = 86_400

SPENT = """
SELECT coalesce(sum(price), 0.0) AS spent FROM uses
WHERE pool = :pool AND at >= :since AND user_id IN (:user_id, :former_id)
"""


async def check(transaction: Transaction, new: NewJob, limit: float, now: float, former_id: int) -> None:
    """Raise `CostLimit` when the job would take its member's day in its pool over `limit`.

    `former_id` is the member's pseudonym: what was spent before a deletion counts until the day ends.
    """
    since = now - now % DAY
    facts = {"pool": new.pool, "since": since, "user_id": new.user_id, "former_id": former_id}
    row = await transaction.one(SPENT, facts)
    assert row is not None
    price = new.request.price
    if row["spent"] + price > limit + 1e-9:
        hours = ceil((since + DAY - now) / 3600)
        raise CostLimit(price=f"{price:.2f}", spent=f"{row['spent']:.2f}", limit=f"{limit:.2f}", hours=hours)
