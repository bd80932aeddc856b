"""The order in which messages are written: results first, the newest state only, one at a time per channel."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from bot.publisher import Pace, Publisher

PACE = Pace(progress=1.5, retry=0.05, per_second=1000)


class Board:
    """Writes that take a while, and what was written when."""

    def __init__(self) -> None:
        self.publisher = Publisher(self.write, PACE)
        self.seconds = 0.0
        self.failures = 0
        self.written: list[str] = []
        self.at: list[float] = []
        self.at_once = 0
        self._now = 0
        self._news = asyncio.Event()

    async def write(self, key: str) -> None:
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        try:
            await asyncio.sleep(self.seconds)
            if self.failures:
                self.failures -= 1
                raise ConnectionError("Discord is away")
            self.written.append(key)
            self.at.append(time.monotonic())
        finally:
            self._now -= 1
            self._news.set()

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(60):
            while len(self.written) < count:
                self._news.clear()
                await self._news.wait()
        return self.written


@pytest.fixture
async def board() -> AsyncIterator[Board]:
    board = Board()
    task = asyncio.create_task(board.publisher.run())
    yield board
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_slow_channel_gets_results_first_and_of_each_message_only_the_newest(board: Board) -> None:
    """As after a 429: the library waits in the first request, and everything else piles up behind it."""
    board.seconds = 0.1
    board.publisher.put("first", 1)
    await asyncio.sleep(0.02)
    for _ in range(50):
        for key in ("a", "b"):
            board.publisher.put(key, 1, urgent=False)
    board.publisher.put("result", 1)
    assert await board.until(4) == ["first", "result", "a", "b"]
    assert board.at_once == 1


async def test_channels_do_not_wait_for_each_other(board: Board) -> None:
    board.seconds = 0.1
    for channel in range(5):
        board.publisher.put(f"job {channel}", channel)
    await board.until(5)
    assert board.at_once == 5


async def test_progress_keeps_its_distance_and_a_result_does_not(board: Board) -> None:
    board.publisher.put("job", 1, urgent=False)
    await board.until(1)
    board.publisher.put("job", 1, urgent=False)
    await board.until(2)
    assert board.at[1] - board.at[0] >= PACE.progress * 0.9
    board.publisher.put("job", 1, urgent=False)
    board.publisher.put("job", 1)
    await board.until(3)
    assert board.at[2] - board.at[1] < PACE.progress / 2


async def test_what_comes_during_a_write_is_written_after_it(board: Board) -> None:
    board.seconds = 0.05
    board.publisher.put("job", 1)
    await asyncio.sleep(0.02)
    board.publisher.put("job", 1)
    assert await board.until(2) == ["job", "job"]


async def test_a_failed_result_is_tried_again_and_failed_progress_is_not(board: Board) -> None:
    board.failures = 3
    board.publisher.put("progress", 1, urgent=False)
    await asyncio.sleep(0.1)
    board.publisher.put("result", 1)
    assert await board.until(1) == ["result"]
    await asyncio.sleep(0.3)
    assert board.written == ["result"]


async def test_requests_per_second_are_limited() -> None:
    board = Board()
    board.publisher = Publisher(board.write, Pace(per_second=10))
    task = asyncio.create_task(board.publisher.run())
    for number in range(15):
        board.publisher.put(str(number), number)
    await board.until(15)
    assert board.at[10] - board.at[0] >= 0.9
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
