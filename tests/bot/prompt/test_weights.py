"""Multi-prompts, BREAK and emphasis."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompt.parser import parse
from bot.prompt.weights import format_prompts, read_weights
from bot.text import sentence, sentence_of
from gpu.weights import Weighted, chunks, emphasis, prompts, shares, words


def line(text: str) -> str:
    return parse(text, models=(), styles=()).line


def pairs(parts: list[Weighted]) -> list[tuple[str, float]]:
    return [(part.text, round(part.weight, 6)) for part in parts]


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("hot dog", [("hot dog", 1)]),
        ("", []),
        ("hot:: dog", [("hot", 1), ("dog", 1)]),
        ("hot::2 dog", [("hot", 2), ("dog", 1)]),
        ("hot::2 dog::3", [("hot", 2), ("dog", 3)]),
        ("cup::2 cake:: illustration::0.5", [("cup", 2), ("cake", 1), ("illustration", 0.5)]),
        ("tulip field:: red::-.5", [("tulip field", 1), ("red", -0.5)]),
        ("a::1.5, b", [("a", 1.5), (", b", 1)]),
        ("a:: 2 cats", [("a", 1), ("2 cats", 1)]),
        ("a::2cats", [("a", 1), ("2cats", 1)]),
        (":: a ::", [("a", 1)]),
        ("a::0 b::1", [("a", 0), ("b", 1)]),
        ("a | b", [("a", 1), ("b", 1)]),
        ("a|b", [("a|b", 1)]),
        (r"std\::vector poster", [("std::vector poster", 1)]),
        ("ratio 3:2", [("ratio 3:2", 1)]),
        ("https://a.b/c.png a fox::2 snow", [("https://a.b/c.png a fox", 2), ("snow", 1)]),
        ("(red:1.2) fox::2 (snow)", [("(red:1.2) fox", 2), ("(snow)", 1)]),
    ],
)
def test_promptss(prompt: str, parts: list[tuple[str, float]]) -> None:
    assert pairs(prompts(prompt)) == parts
    assert prompts(format_prompts(prompts(prompt))) == prompts(prompt)


@pytest.mark.parametrize(
    ("prompt", "total", "suggestion"),
    [
        ("cat::1 dog::-2", "-1", "cat --no dog"),
        ("cat::2 hen::1 dog::-1 fox::-2", "0", "cat::2 hen::1 --no dog, fox"),
        ("cat::-1", "-1", "cat"),
        ("cat::-1 dog::-2", "-3", "cat, dog"),
        ("cat::0", "0", "cat"),
    ],
)
def test_weights_must_point_somewhere(prompt: str, total: str, suggestion: str) -> None:
    with pytest.raises(PromptError) as refused:
        line(prompt)
    assert f"add up to {total};" in sentence_of(refused.value)
    assert refused.value.suggestion == suggestion
    line(suggestion)


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("a castle", ["a castle"]),
        ("a BREAK b", ["a", "b"]),
        ("BREAK a\nBREAK", ["a"]),
        ("a break, BREAKFAST", ["a break, BREAKFAST"]),
    ],
)
def test_chunks(prompt: str, pieces: list[str]) -> None:
    assert chunks(prompt) == pieces


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("a red fox", [("a red fox", 1)]),
        ("a (red:1.3) fox", [("a ", 1), ("red", 1.3), (" fox", 1)]),
        ("(a fox:.5)", [("a fox", 0.5)]),
        ("(a (red:1.5) fox:2)", [("a ", 2), ("red", 3), (" fox", 2)]),
        ("(a (small) fox:2)", [("a (small) fox", 2)]),
        ("a (red) fox", [("a (red) fox", 1)]),
        ("((masterpiece))", [("((masterpiece))", 1)]),
        ("poster (16:9)", [("poster (16:9)", 1)]),
        ("at (10:30)", [("at (10:30)", 1)]),
        ("film (2.39:1)", [("film (2.39:1)", 1)]),
        (r"a \(red:1.3\) fox", [("a (red:1.3) fox", 1)]),
        (r"smile :\) (red:1.1)", [("smile :) ", 1), ("red", 1.1)]),
        ("a (red:1.3 fox", [("a (red:1.3 fox", 1)]),
        ("a red:1.3) fox", [("a red:1.3) fox", 1)]),
        ("(a:1.2)(b:1.2)", [("ab", 1.2)]),
        ("(:1.2)", []),
        ("", []),
    ],
)
def test_emphasis(prompt: str, pieces: list[tuple[str, float]]) -> None:
    assert pairs(emphasis(prompt)) == pieces


@pytest.mark.parametrize(
    ("prompt", "suggestion"),
    [
        ("a (red:9) fox", "a (red:3) fox"),
        ("a (red:-1) (blue:1.5)", "a (red:0) (blue:1.5)"),
        ("((a:99):1)", "((a:3):1)"),
    ],
)
def test_emphasis_beyond_reason(prompt: str, suggestion: str) -> None:
    with pytest.raises(PromptError) as refused:
        line(prompt)
    assert "from 0 to 3; you wrote" in sentence_of(refused.value)
    assert refused.value.suggestion == suggestion
    line(suggestion)


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("a castle, snow:0.8, night", "a castle, (snow:0.8), night"),
        ("deep snow:1.5", "(deep snow:1.5)"),
        ("snow: .5, hail :2.0", "(snow:.5), (hail:2.0)"),
        ("snow:8, hail:2.5, fog:0.0", "snow:8, hail:2.5, fog:0.0"),
        ("at 10:30, ratio 3:2, film 2.39:1.0", "at 10:30, ratio 3:2, film 2.39:1.0"),
        ("snow:0.8 at night", "snow:0.8 at night"),
        ("(a fox, snow:0.8)", "(a fox, snow:0.8)"),
    ],
)
def test_bare_weights_between_commas(prompt: str, read: str) -> None:
    parsed = parse(prompt, models=(), styles=())
    assert parsed.prompt == read
    changed = sum(a != b for a, b in zip(prompt.split(", "), read.split(", "), strict=True))
    assert [id for id, _ in parsed.notes] == ["note-prompt-weight"] * changed
    assert all(sentence("en", id, **facts) for id, facts in parsed.notes)
    assert parse(parsed.line, models=(), styles=()).prompt == read


def test_a_mixture_is_shown_as_it_was_read() -> None:
    parsed = parse("cat | dog", models=(), styles=())
    (id, facts), *others = parsed.notes
    assert parsed.line == "cat:: dog"
    assert not others
    assert "cat:: dog" in sentence("en", id, **facts)


def test_shares_of_a_mixture() -> None:
    assert pairs(shares(prompts("cat::2 dog::1 hen::0 red::-1"))) == [("cat", 1), ("dog", 0.5), ("red", -0.5)]
    assert pairs(shares(prompts("cat::1 dog::-1"))) == [("cat", 0.5), ("dog", 0.5)]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a (red:1.3) fox", "a red fox"),
        ("n(u:1.2)de", "nude"),
        ("cat::2 dog::-1 | hen BREAK fox", "cat dog hen fox"),
        (r"(a) [b] \(c\) d++", "(a) [b] (c) d++"),
    ],
)
def test_a_check_sees_the_words(prompt: str, said: str) -> None:
    assert words(prompt) == said


@given(st.one_of(st.text(), st.text(alphabet="():1.5|\\ ab[]-", max_size=40)))
def test_any_text_keeps_its_letters(text: str) -> None:
    for read in (prompts, emphasis):
        letters = [char for part in read(text) for char in part.text if char in "ab"]
        assert letters == [char for char in text if char in "ab"]
    mended = read_weights(text)
    assert read_weights(mended.prompt).problem is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["a fox", "2 cats", "x::y", "(b:1.2)", "c |d"]), st.integers(-20, 99)), min_size=1
    )
)
def test_a_prompts_is_written_as_it_is_read(parts: list[tuple[str, int]]) -> None:
    weighted = [Weighted(text, weight / 10) for text, weight in parts]
    if sum(part.weight for part in weighted) > 0:
        assert prompts(format_prompts(weighted)) == weighted


@pytest.mark.parametrize("unit", ["(", ")", "(a:1)", "((", ":", "::", "::1", " | ", "\\", ":1.", "(a", "BREAK "])
def test_long_lines_end_soon(unit: str) -> None:
    begun = time.thread_time()
    for read in (prompts, chunks, emphasis, read_weights, words):
        read(unit * (6000 // len(unit)))
    assert time.thread_time() - begun < 60, "it hangs: an idle machine needs a third of a second"
