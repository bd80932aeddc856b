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
SELECT coalesce(sum(json_extract(request, '$.price')), 0.0) AS spent FROM jobs
WHERE pool = :pool AND created_at >= :since AND estimate > 0 AND user_id = :user_id
    AND (state IN ('queued', 'running', 'review', 'done', 'blocked') OR (state = 'cancelled' AND started_at > 0))
"""


async def check(transaction: Transaction, new: NewJob, limit: float, now: float) -> None:
    """Raise `CostLimit` when the job would take its member's day in its pool over `limit`."""
    since = now - now % DAY
    row = await transaction.one(SPENT, {"pool": new.pool, "since": since, "user_id": new.user_id})
    assert row is not None
    price = new.request.price
    if row["spent"] + price > limit + 1e-9:
        hours = ceil((since + DAY - now) / 3600)
        raise CostLimit(price=f"{price:.2f}", spent=f"{row['spent']:.2f}", limit=f"{limit:.2f}", hours=hours)
