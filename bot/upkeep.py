"""What is done now and then, beside everything else, for as long as the bot runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

log = logging.getLogger(__name__)

HOUR = 3600.0


@contextlib.asynccontextmanager
async def repeating(
    act: Callable[[], Awaitable[object]], *, name: str, every: float = HOUR, wake: asyncio.Event | None = None
) -> AsyncIterator[None]:
    """While it is open, do `act` at once, then after `every` seconds or as soon as `wake` is set.

    A failure is logged and ends nothing: the next time comes.
    """
    task = asyncio.create_task(_repeat(act, name, every, wake or asyncio.Event()), name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _repeat(act: Callable[[], Awaitable[object]], name: str, every: float, wake: asyncio.Event) -> None:
    while True:
        wake.clear()
        try:
            await act()
        except Exception:
            log.exception("%s failed; trying again later", name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(every):
                await wake.wait()
