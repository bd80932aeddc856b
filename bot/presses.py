"""Tells a double click, or a reaction that flickers, from a second wish. Knows no Discord."""

from __future__ import annotations

from collections.abc import Callable, Hashable


class Presses:
    """Remembers for a moment who pressed what."""

    def __init__(self, clock: Callable[[], float], seconds: float = 3.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._last: dict[tuple[int, Hashable], float] = {}

    def is_repeated(self, user_id: int, what: Hashable) -> bool:
        """Whether the same member did the same a moment ago."""
        now = self._clock()
        self._last = {press: at for press, at in self._last.items() if now - at < self._seconds}
        repeated = (user_id, what) in self._last
        self._last.setdefault((user_id, what), now)
        return repeated
