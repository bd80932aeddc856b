"""Decides which message is written next: results first, only the newest state, one at a time per channel.

Knows messages by a key and channels by a lane; what is written, and how, is its `write` callback's business.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from asyncio_throttle import Throttler

log = logging.getLogger(__name__)


MANY = 256
"""Times of writing that are kept before the old ones are thrown away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast Discord is spoken to, in seconds. Discord's own limits are obeyed beside it."""

    progress: float = 2.5
    """Between two progress edits of one message."""
    retry: float = 2.0
    """Before a failed write is tried again; doubled with every further failure."""
    retry_limit: float = 300.0
    sweep: float = 20.0
    """Between two looks for states that were never told."""
    patience: float = 1.5
    """How long a member waits for a queued message before the answer is deferred; Discord gives up after 3."""
    mention: float = 60.0
    """Whoever waited so long is mentioned when it is over."""
    per_second: int = 40
    """Requests; Discord allows a bot 50."""


@dataclass(slots=True)
class Slot:
    """One message that waits to be written. There is never a second one with the same key: the latest wins."""

    lane: Hashable
    urgent: bool
    due: float
    failures: int = 0

    @property
    def rank(self) -> tuple[bool, float]:
        """Urgent ones first, then who waited longest."""
        return (not self.urgent, self.due)


class Publisher:
    """Writes what was `put`, until its `run` is cancelled."""

    def __init__(
        self, write: Callable[[str], Awaitable[None]], pace: Pace, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._pace = pace
        self._now = now
        self._waiting: dict[str, Slot] = {}
        self._busy: set[Hashable] = set()
        self._written: dict[str, float] = {}
        self._changed = asyncio.Event()

    def put(self, key: str, lane: Hashable, *, urgent: bool = True) -> None:
        """Have `key` written: at once when urgent, else when its last writing is a while ago."""
        now = self._now()
        due = now if urgent else max(now, self._written.get(key, 0.0) + self._pace.progress)
        slot = self._waiting.setdefault(key, Slot(lane, urgent, due))
        if urgent and not slot.urgent:
            slot.urgent, slot.due = True, now
        self._changed.set()

    async def run(self) -> None:
        """Write until cancelled."""
        throttler = Throttler(rate_limit=self._pace.per_second, period=1.0)
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                while self._next():
                    await throttler.acquire()
                    if key := self._next():  # again: something more urgent may have come
                        slot = self._waiting.pop(key)
                        self._busy.add(slot.lane)
                        self._written[key] = self._now()
                        group.create_task(self._publish(key, slot))
                await self._change()

    def _next(self) -> str | None:
        """The key to write now."""
        now = self._now()
        if len(self._written) > MANY:
            self._written = {key: at for key, at in self._written.items() if now - at < self._pace.progress}
        free = [key for key, slot in self._waiting.items() if slot.due <= now and slot.lane not in self._busy]
        return min(free, key=lambda key: self._waiting[key].rank, default=None)

    async def _change(self) -> None:
        """Until something was put, a lane is free again, or the next slot falls due."""
        soon = min((slot.due for slot in self._waiting.values() if slot.lane not in self._busy), default=None)
        try:
            async with asyncio.timeout(None if soon is None else max(0.0, soon - self._now())):
                await self._changed.wait()
        except TimeoutError:
            pass

    async def _publish(self, key: str, slot: Slot) -> None:
        try:
            await self._write(key)
            self._written[key] = self._now()
        except Exception:
            log.warning("could not write %s", key, exc_info=True)
            self._again(key, slot)
        finally:
            self._busy.discard(slot.lane)
            self._changed.set()

    def _again(self, key: str, slot: Slot) -> None:
        """Try a failed write later. Progress is not worth it: more will come."""
        if not slot.urgent:
            return
        wait = min(self._pace.retry * 2**slot.failures, self._pace.retry_limit)
        newer = self._waiting.setdefault(key, slot)
        newer.urgent, newer.due, newer.failures = True, self._now() + wait, slot.failures + 1
