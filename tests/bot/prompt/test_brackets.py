"""A1111's brackets: off they are text, on they are the weights that they stand for."""

from __future__ import annotations

import time

import pytest

from bot.prompt.brackets import explicit
from bot.prompt.parser import parse
from gpu.weights import Weighted, emphasis


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a (red) fox", "a (red:1.1) fox"),
        ("a ((red)) fox", "a ((red:1.1):1.1) fox"),
        ("a [red] fox", "a (red:0.909) fox"),
        ("a ([red] old) fox", "a ((red:0.909) old:1.1) fox"),
        ("a (red:1.3) fox", "a (red:1.3) fox"),
        ("a ((red:1.3) old) fox", "a ((red:1.3) old:1.1) fox"),
        (r"a \(red\) \[fox\]", r"a \(red\) \[fox\]"),
        ("a (red fox", "a (red fox"),
        ("a red] fox)", "a red] fox)"),
        ("a (red] fox", "a (red] fox"),
        ("() [] ( )", "() [] ( )"),
        ("plain words", "plain words"),
    ],
)
def test_what_brackets_stand_for(written: str, read: str) -> None:
    assert explicit(written) == read
    assert explicit(read) == read


def test_off_by_default_and_told_when_on() -> None:
    off = parse("a (red) [old] fox", models=(), styles=())
    on = parse("a (red) [old] fox", models=(), styles=(), brackets=True)
    assert (off.prompt, off.notes) == ("a (red) [old] fox", [])
    assert on.prompt == "a (red:1.1) (old:0.909) fox"
    assert on.notes[0][0] == "note-prompt-brackets"
    assert parse(on.line, models=(), styles=(), brackets=True).prompt == on.prompt
    weights = {piece.text: piece.weight for piece in emphasis(on.prompt)}
    assert (weights["red"], weights["old"]) == (1.1, 0.909)


@pytest.mark.parametrize("unit", ["(", ")", "[", "(a", "(a)", "[(", "((a:1.2)", "\\("])
def test_thousands_of_brackets_cost_little(unit: str) -> None:
    """Twice the length costs about twice the time, not four times; a generous bound, against hangs only."""
    line = unit * (6000 // len(unit))
    started = time.process_time()
    explicit(line)
    assert emphasis(line)
    assert time.process_time() - started < 10


def test_brackets_without_a_partner_stay_in_order() -> None:
    assert emphasis("((a (b:2) c") == [Weighted("((a "), Weighted("b", 2.0), Weighted(" c")]
