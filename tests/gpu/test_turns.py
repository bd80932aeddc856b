"""Groups that cannot share a call take turns by device time."""

from __future__ import annotations

from collections import Counter

from gpu.turns import Turns


def run(turns: Turns, ticks: int, cost: dict[str, float]) -> list[str]:
    """The groups of `ticks` ticks, each charged what it costs."""
    order = []
    for _ in range(ticks):
        group = turns.next(cost)
        assert isinstance(group, str)
        turns.charge(group, cost[group])
        order.append(group)
    return order


def test_nothing_to_do() -> None:
    assert Turns().next([]) is None


def test_one_group_has_every_tick() -> None:
    assert run(Turns(), 9, {"a": 1.0}) == ["a"] * 9


def test_slices_in_turn() -> None:
    assert "".join(run(Turns(slice_ticks=3), 12, {"a": 1.0, "b": 1.0})) == "aaabbbaaabbb"


def test_equal_device_time_not_equal_ticks() -> None:
    cost = {"large": 9.0, "small": 1.0, "medium": 3.0}
    ticks = Counter(run(Turns(), 1300, cost))
    seconds = [ticks[group] * cost[group] for group in cost]
    assert max(seconds) - min(seconds) <= 4 * 9.0


def test_a_newcomer_is_next_but_has_no_old_claims() -> None:
    turns = Turns(slice_ticks=2)
    run(turns, 100, {"old": 1.0})
    order = run(turns, 20, {"old": 1.0, "new": 1.0})
    assert order[:2] == ["new", "new"]
    assert Counter(order) == {"old": 10, "new": 10}


def test_a_slice_ends_with_its_group() -> None:
    turns = Turns(slice_ticks=10)
    assert run(turns, 2, {"a": 1.0, "b": 1.0}) == ["a", "a"]
    assert run(turns, 3, {"b": 1.0, "c": 1.0}) == ["b", "b", "b"]
