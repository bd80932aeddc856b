"""Whose turn it is when not all jobs fit into one call: the group that has used the device least, for a few ticks."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

SLICE_TICKS = 4
"""Ticks in a row for one group: long enough to pay for switching adapters, short enough to seem simultaneous."""


class Turns:
    """Fair order of groups. A new group starts level with the one that has used least, so none can be starved."""

    def __init__(self, slice_ticks: int = SLICE_TICKS) -> None:
        self._slice = slice_ticks
        self._left = 0
        self._current: Hashable = None
        self._seconds: dict[Hashable, float] = {}

    def next(self, groups: Iterable[Hashable]) -> Hashable | None:
        """The group of this tick out of those that have work now; None without any. Forgets groups that are gone."""
        present = list(dict.fromkeys(groups))
        floor = min((self._seconds[group] for group in present if group in self._seconds), default=0.0)
        self._seconds = {group: self._seconds.get(group, floor) for group in present}
        if not present:
            return None
        if self._left == 0 or self._current not in self._seconds:
            self._current = min(present, key=lambda group: (self._seconds[group], group == self._current))
            self._left = self._slice
        self._left -= 1
        return self._current

    def charge(self, group: Hashable, seconds: float) -> None:
        """Add device time that `group` used."""
        if group in self._seconds:
            self._seconds[group] += seconds
