"""Braces: which lines a text stands for."""

from __future__ import annotations

import time
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.permutations import Permutations, literal

LINES = [
    ("a {red, blue} fox", ["a red fox", "a blue fox"]),
    ("{red, green} {bird, dog}", ["red bird", "red dog", "green bird", "green dog"]),
    ("a fox --ar {1:1, 3:2}", ["a fox --ar 1:1", "a fox --ar 3:2"]),
    ("a fox --{v 5, niji}", ["a fox --v 5", "a fox --niji"]),
    ("a fox {--ar 3:2, --ar 1:1 --steps 5}", ["a fox --ar 3:2", "a fox --ar 1:1 --steps 5"]),
    ("{a, {b, c} d}", ["a", "b d", "c d"]),
    ("{{a, b}, {c, d}} e", ["a e", "b e", "c e", "d e"]),
    ("{a {x, y}, b {z, w}}", ["a x", "a y", "b z", "b w"]),
    (r"{a\, b, c}", ["a, b", "c"]),
    (r"{a \{x\, y\}, c}", ["a {x, y}", "c"]),
    (r"\{a, b}", ["{a, b}"]),
    ("{, big} fox", [" fox", "big fox"]),
    ("{red,blue,green}", ["red", "blue", "green"]),
    ("{ red\n,\tblue }", ["red", "blue"]),
    ("{{{a, b}}}", ["a", "b"]),
    ("{cat, cat}", ["cat", "cat"]),
    ("{猫, 犬}🦊", ["猫🦊", "犬🦊"]),
]

WORDS = [
    "a fox",
    "",
    "a {fox}",
    "{}",
    "a, b, c",
    "a {red, blue",
    "a red, blue}",
    "} , {",
    "smile :} and :{ , end",
    "{{fox}}",
]


@pytest.mark.parametrize(("text", "lines"), LINES)
def test_lines(text: str, lines: list[str]) -> None:
    made = Permutations(text)
    assert list(made) == lines
    assert made.count == len(lines)
    assert [made.line(index) for index in range(made.count)] == lines


@pytest.mark.parametrize("text", WORDS)
def test_braces_that_are_words(text: str) -> None:
    assert list(Permutations(text)) == [text]


braces = st.text(alphabet="{},\\ ab", max_size=40)


@given(st.one_of(braces, st.text(max_size=30)))
def test_any_text_has_lines_and_a_literal_form(text: str) -> None:
    made = Permutations(text)
    assert made.count >= 1
    first = list(islice(made, 50))
    assert len(first) == min(50, made.count)
    assert first[0] == made.line(0)
    assert list(Permutations(literal(text))) == [text]


@given(braces.filter(lambda text: "\\" not in text))
def test_every_word_stands_in_some_line(text: str) -> None:
    made = Permutations(text)
    if made.count <= 200:
        assert set(text) - set("{}, ") <= set("".join(made))


def test_counting_makes_no_line() -> None:
    made = Permutations("{a, b} " * 1000)
    assert made.count == 2**1000
    assert made.line(0) == "a " * 1000
    assert made.line(2**1000 - 1) == "b " * 1000
    assert next(iter(made)) == made.line(0)


def test_ten_thousand_lines() -> None:
    begun = time.thread_time()
    assert len(set(Permutations(f"{{{','.join(map(str, range(100)))}}} " * 2))) == 10_000
    assert len(set(Permutations(f"{{{','.join(map(str, range(10_000)))}}}"))) == 10_000
    assert time.thread_time() - begun < 30  # a quiet machine needs a fifth of a second


@pytest.mark.parametrize("depth", [40, 2000])
def test_deep_nesting(depth: int) -> None:
    made = Permutations("{a, " * depth + "b" + "}" * depth)
    assert made.count == depth + 1
    assert made.line(depth) == "b"
    assert list(Permutations("{" * depth + "a, b" + "}" * depth)) == ["a", "b"]
    assert list(Permutations("{a, " * depth)) == ["{a, " * depth]


def test_no_such_line() -> None:
    with pytest.raises(IndexError):
        Permutations("{a, b}").line(2)
