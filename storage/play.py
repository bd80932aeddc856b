"""Plays the fair queue forward in memory: who starts when, if everything goes on as it did lately. Knows no database.

It follows the rules of `storage.flows`: lowest rank first, the running limit, relaxed jobs when nobody else waits. The
running jobs share the pool's devices evenly, each at most at full speed.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PAID, RELAX = "paid", "relax"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the queue goes by."""

    slots: int
    running_limit: int
    relax_every: int


@dataclass(frozen=True, slots=True)
class Work:
    """A job to be played; `seconds` of device time are (still) needed."""

    seq: int
    """0: nobody asked for it yet."""
    user_id: int
    seconds: float
    charge: float = 0.0
    """What its flow pays when it starts, in weighted device seconds."""
    head_start: float = 0.0


@dataclass(eq=False, slots=True)
class Flow:
    """One member in one tier, with the jobs that wait in their order."""

    user_id: int
    tier: str
    tag: float
    waiting: deque[Work] = field(default_factory=deque)

    @property
    def rank(self) -> float:
        """What it is compared by."""
        return self.tag - self.waiting[0].head_start


@dataclass(frozen=True, slots=True)
class Habit:
    """A member who probably goes on asking for such a job every so many seconds."""

    flow: Flow
    work: Work
    first: float
    every: float


class Play:
    """The future of one pool."""

    def __init__(
        self,
        flows: Sequence[Flow],
        running: Sequence[Work],
        habits: Sequence[Habit],
        *,
        clock: Mapping[str, float],
        rules: Rules,
        devices: float,
    ) -> None:
        """Start from what waits and runs; `clock` has the time of each tier's clock."""
        self._rules = rules
        self._devices = devices
        self._now = self._level = 0.0
        """Running jobs progress alike, `level` says how far; one ends at the level it started at plus its seconds."""
        self._ends = [(work.seconds, work.seq, work.user_id) for work in running]
        heapq.heapify(self._ends)
        self._busy = Counter(work.user_id for work in running)
        self._turns: dict[str, list[tuple[float, int, Flow]]] = {PAID: [], RELAX: []}
        self._clock = {PAID: 0.0, RELAX: 0.0, **clock}
        self._parked: dict[int, list[Flow]] = {}
        self._skipped = self._tie = 0
        for flow in flows:
            self._line_up(flow)
        self._arrivals = [(habit.first, number, habit) for number, habit in enumerate(habits)]
        heapq.heapify(self._arrivals)

    def finish_of(self, seq: int, horizon: int) -> tuple[int, float] | None:
        """How many waiting jobs start before job `seq`, and in how many seconds it ends; None beyond the horizon."""
        ahead = before = 0
        for _ in range(horizon):
            while started := self._start():
                if started.seq == seq:
                    before = ahead
                ahead += started.seq > 0
            if not self._ends and not self._arrivals:
                return None
            if self._advance() == seq:
                return before, self._now
        return None

    @property
    def elapsed(self) -> float:
        """Seconds from the beginning to where the play has come."""
        return self._now

    # --- Events ---------------------------------------------------------------------------------------------------

    def _advance(self) -> int:
        """Go to the next end or arrival; returns the seq of the job that ended, else 0."""
        speed = min(1.0, self._devices / max(1, len(self._ends)))
        end = self._now + (self._ends[0][0] - self._level) / speed if self._ends else float("inf")
        if self._arrivals and self._arrivals[0][0] < end:
            when, tie, habit = heapq.heappop(self._arrivals)
            heapq.heappush(self._arrivals, (when + habit.every, tie, habit))
            self._level += (when - self._now) * speed
            self._now = when
            self._arrive(habit)
            return 0
        self._now = end
        self._level, seq, user_id = heapq.heappop(self._ends)
        self._busy[user_id] -= 1
        for flow in self._parked.pop(user_id, []):
            flow.tag = max(flow.tag, self._clock[flow.tier])
            self._line_up(flow)
        return seq

    def _arrive(self, habit: Habit) -> None:
        flow = habit.flow
        flow.waiting.append(habit.work)
        if len(flow.waiting) == 1:
            flow.tag = max(flow.tag, self._clock[flow.tier])
            self._line_up(flow)

    def _start(self) -> Work | None:
        """Start the next job if a slot is free."""
        if len(self._ends) >= self._rules.slots:
            return None
        first_relax = self._skipped >= self._rules.relax_every - 1
        for tier in (RELAX, PAID) if first_relax else (PAID, RELAX):
            if flow := self._next(tier):
                return self._take(flow)
        return None

    def _next(self, tier: str) -> Flow | None:
        """The eligible flow with the lowest rank; those at the running limit are parked until a job of theirs ends."""
        turns = self._turns[tier]
        while turns:
            rank, _, flow = heapq.heappop(turns)
            if self._busy[flow.user_id] < self._rules.running_limit:
                self._clock[tier] = max(self._clock[tier], rank)
                return flow
            self._parked.setdefault(flow.user_id, []).append(flow)
        return None

    def _take(self, flow: Flow) -> Work:
        work = flow.waiting.popleft()
        flow.tag += work.charge
        self._skipped = 0 if flow.tier == RELAX else self._skipped + 1
        self._busy[flow.user_id] += 1
        heapq.heappush(self._ends, (self._level + work.seconds, work.seq, work.user_id))
        if flow.waiting:
            self._line_up(flow)
        return work

    def _line_up(self, flow: Flow) -> None:
        self._tie += 1
        heapq.heappush(self._turns[flow.tier], (flow.rank, self._tie, flow))
