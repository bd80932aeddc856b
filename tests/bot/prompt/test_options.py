"""Slash options beside a line, and the table that both are read by."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import PromptError
from bot.prompt.foreign import FOREIGN
from bot.prompt.parser import ParsedPrompt, format_flag, parse
from bot.prompt.styles import bundled_styles
from bot.prompt.values import KINDS
from bot.text import sentence_of
from gpu.params import BY_FLAG, TABLE, Param


def read(text: str, **options: object) -> ParsedPrompt:
    names = {"models": ("starter", "sdxl"), "styles": bundled_styles().names, "loras": ("flat-lime",)}
    return parse(text, **names, options=options)


def refused(text: str, **options: object) -> PromptError:
    with pytest.raises(PromptError) as error:
        read(text, **options)
    assert read(error.value.suggestion).line == error.value.suggestion
    return error.value


@pytest.mark.parametrize(
    ("name", "value", "chosen"),
    [
        ("num_inference_steps", 12, 12),
        ("guidance_scale", 7, 7.0),
        ("guidance_scale", 7.5, 7.5),
        ("seed", 4294967295, 4294967295),
        ("scheduler", "DPM++ 2M Karras", "DPM++ 2M Karras"),
        ("scheduler", "euler_a", "Euler a"),
        ("aspect_ratio", "16/9", "16:9"),
        ("style", "Oil Painting", "oil painting"),
        ("model", "SDXL", "sdxl"),
        ("quality", "high", "high"),
        ("quality", "2", "2"),
        ("negative_prompt", "text ,hats", "text, hats"),
        ("negative_prompt", "a sign --ar 3:2", "a sign --ar 3:2"),
        ("num_images", 1, 1),
    ],
)
def test_an_option_is_read_like_its_flag(name: str, value: object, chosen: Any) -> None:
    assert read("a fox", **{name: value}) == ParsedPrompt("a fox", {name: chosen})


def test_an_absent_option_is_nothing() -> None:
    assert read("a fox", seed=None) == ParsedPrompt("a fox", {})


def test_the_same_value_in_both_places_is_fine() -> None:
    assert read("a fox --ar 16:9", aspect_ratio="16/9").chosen == {"aspect_ratio": "16:9"}


def test_different_values_in_both_places_are_refused() -> None:
    error = refused("a fox --steps 12", num_inference_steps=20, style="ink")
    assert sentence_of(error) == "--steps is 12 in the line and 20 in the option beside it. Give it once."
    assert error.suggestion == "a fox --steps 12 --style ink"


def test_an_error_in_the_line_keeps_the_options_in_the_suggestion() -> None:
    assert refused("a fox --ar 10:1", seed=5, style="ink").suggestion == "a fox --ar 4:1 --seed 5 --style ink"


@pytest.mark.parametrize(
    ("name", "value", "suggestion"),
    [
        ("style", "watercolour", "a fox --style watercolor"),
        ("style", "foo bar", "a fox"),
        ("style", "ink wash", "a fox"),
        ("aspect_ratio", "wide", "a fox --ar 16:9"),
        ("aspect_ratio", "9:1", "a fox --ar 4:1"),
        ("model", "dall-e", "a fox"),
        ("quality", "5", "a fox --quality 4"),
        ("num_images", 9, "a fox --n 4"),
        ("negative_prompt", " , ", "a fox"),
    ],
)
def test_a_wrong_option_is_refused_like_its_flag(name: str, value: object, suggestion: str) -> None:
    error = refused("a fox", **{name: value})
    assert error.suggestion == suggestion
    assert sentence_of(error).startswith("--")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_can_be_read_and_written(row: Param) -> None:
    assert row.kind in KINDS
    assert row.help
    assert len(row.help) <= 100
    assert (row.kind in ("int", "float")) <= (row.low is not None and row.high is not None)
    assert not {flag.strip("-") for flag in row.flags} & FOREIGN
    assert all(BY_FLAG[flag] is row for flag in row.flags)
    for example in row.examples:
        for flag in row.flags:
            parsed = read(f"a fox {flag} {example}")
            assert parsed.line == f"a fox {format_flag(row, parsed.chosen[row.name])}"
    if row.kind == "bool":
        assert read(f"a {row.flag} fox") == ParsedPrompt("a fox", {row.name: True})
    else:
        assert refused(f"a fox {row.flag}").id == "error-prompt-missing"
