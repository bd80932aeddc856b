"""The promise of the queue, simulated: wrong estimates, cancels, weights, members who come and go, 1–4 workers."""

from __future__ import annotations

import statistics

import pytest

from storage.database import Database
from storage.models import Limits
from storage.queue import Queue
from tests.storage.making import Clock
from tests.storage.simulation import Member, Simulation, jain

JOBS = 360


def server() -> list[Member]:
    """Six who always want something, of three weights, with small and large jobs; twelve who come and go."""
    busy = [
        Member(user_id, weight=weight, estimate=estimate, cancels=cancels)
        for user_id, (weight, estimate, cancels) in enumerate(
            [(1.0, 20, 0.0), (1.0, 5, 0.2), (2.0, 20, 0.0), (2.0, 40, 0.2), (4.0, 10, 0.0), (4.0, 30, 0.2)], 1
        )
    ]
    guests = [Member(100 + k, busy=False, pause=1500.0, cancels=0.1) for k in range(12)]
    return busy + guests


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
async def test_the_queue_is_fair_and_its_forecasts_come_true(db: Database, clock: Clock, workers: int) -> None:
    queue = Queue(db, limits=Limits(running=workers, waiting=10), clock=clock, boot_id="boot")
    members = server()
    simulation = Simulation(queue, clock, members, workers, seed=workers)
    await simulation.run(JOBS)
    shares = [simulation.weighted_service(member) for member in members if member.busy]
    assert simulation.worst < (workers + 1) * simulation.largest
    assert jain(shares) >= 0.99
    assert len(simulation.errors) > 50
    assert statistics.median(simulation.errors) <= 0.30
