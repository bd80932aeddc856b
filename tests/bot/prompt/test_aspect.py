"""Sizes: legal, near the pixel budget, near the ratio."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.prompt.aspect import COMMON, MAX_RATIO, clamp, find_ratio, fraction, size

SDXL = 1024 * 1024


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("1:1", (1024, 1024)), ("16:9", (1344, 768)), ("9:16", (768, 1344)), ("3:2", (1216, 832)), ("2:3", (832, 1216)),
        ("4:3", (1152, 896)), ("3:4", (896, 1152)), ("21:9", (1536, 640)), ("2:1", (1408, 704)), ("4:1", (2048, 512)),
    ],
)  # fmt: skip
def test_sdxl_gets_the_sizes_it_was_trained_on(ratio: str, expected: tuple[int, int]) -> None:
    assert size(ratio, SDXL, 64) == expected


@pytest.mark.parametrize(("ratio", "expected"), [("1:1", (128, 128)), ("3:2", (152, 104)), ("2:3", (104, 152))])
def test_the_starter_gets_the_sizes_it_was_trained_on(ratio: str, expected: tuple[int, int]) -> None:
    assert size(ratio, 16384, 8) == expected


@given(st.integers(1, 100), st.integers(1, 100), st.sampled_from([(16384, 8), (512 * 512, 64), (SDXL, 64), (SDXL, 8)]))
def test_every_ratio_has_a_legal_size_near_the_budget(width: int, height: int, model: tuple[int, int]) -> None:
    ratio = clamp(f"{width}:{height}")
    pixels, multiple = model
    w, h = size(ratio, pixels, multiple)
    assert w % multiple == h % multiple == 0
    assert 0.75 <= w * h / pixels <= 1.06
    assert 0.8 <= w / h / fraction(ratio) <= 1.25
    assert size(":".join(reversed(ratio.split(":"))), pixels, multiple) == (h, w)


@pytest.mark.parametrize("ratio", COMMON)
def test_a_big_canvas_meets_the_common_ratios_closely(ratio: str) -> None:
    w, h = size(ratio, SDXL, 8)
    assert abs(w / h / fraction(ratio) - 1) < 0.02
    assert 0.94 <= w * h / SDXL <= 1.03


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(":/x×*"))
def test_whole_numbers_are_kept_or_reduced_to_nearly_the_same(width: int, height: int, sign: str) -> None:
    found = find_ratio(f"{width}{sign}{height}")
    assert found is not None
    ratio, end = found
    assert end == len(f"{width}{sign}{height}")
    value = Fraction(width, height)
    if Fraction(1, MAX_RATIO) <= value <= MAX_RATIO:
        assert abs(fraction(ratio) / value - 1) < Fraction(1, 200)
    if max(width, height) <= 100:
        assert ratio == f"{width}:{height}"
