"""Files of jobs go after some days; their rows stay. Runs beside everything else, once an hour.

What is older on disk is found by its folder, so what a crash left behind goes too. Knows no Discord and no SQL.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from bot.privacy import Privacy
from bot.upkeep import HOUR, repeating
from storage.erasure import RecordStore
from storage.images import ImageFiles

log = logging.getLogger(__name__)

DAY = 86400.0


class Retention:
    """`days` 0: files stay for good. `clock` gives seconds since 1970."""

    def __init__(
        self, *, days: float, records: RecordStore, files: ImageFiles, privacy: Privacy, clock: Callable[[], float]
    ) -> None:
        self._days = days
        self._records = records
        self._files = files
        self._privacy = privacy
        self._clock = clock

    def sweeping(self, every: float = HOUR) -> AbstractAsyncContextManager[None]:
        """While it is open, sweep now and then."""
        return repeating(self.sweep, name="retention", every=every)

    async def sweep(self) -> int:
        """Remove pictures, latents and inputs of jobs that ended too long ago; returns how many jobs that were."""
        await self._privacy.forget_ended()
        if not self._days:
            return 0
        there = await asyncio.to_thread(self._files.job_ids)
        old = await self._records.ended_before(there, self._clock() - self._days * DAY)
        for job_id in old:
            await asyncio.to_thread(self._files.remove, job_id)
        if old:
            log.info("removed the files of %d jobs that are older than %g days", len(old), self._days)
        return len(old)
