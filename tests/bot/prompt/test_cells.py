"""Lines that stand for several jobs: what each cell says, and what is refused before it is made."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from bot.config import load_config
from bot.errors import PromptError, Refusal
from bot.prompt.cells import grid, lines_of, read_axis, title
from bot.prompt.models import parse_line
from bot.prompt.parser import ParsedPrompt
from bot.prompt.permutations import Permutations
from bot.prompt.styles import bundled_styles

CONFIG, STYLES = load_config(), bundled_styles()


def parse(text: str, options: Mapping[str, object]) -> ParsedPrompt:
    return parse_line(text, CONFIG, STYLES, options, loras=["flat-lime"])


def lines(text: str, limit: int = 40, **options: object) -> list[str]:
    return lines_of(text, options, parse, limit=limit, repeat_limit=40)


def refused(text: str, **options: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        lines(text, **options)
    return caught.value


def test_a_plain_line_is_one() -> None:
    assert lines("a {fox} --steps 5") == ["a {fox} --steps 5"]


def test_words_flags_and_options_may_hold_braces() -> None:
    assert lines("a {red, blue} fox --ar {1:1, 3:2}") == [
        "a red fox --ar 1:1", "a red fox --ar 3:2", "a blue fox --ar 1:1", "a blue fox --ar 3:2",
    ]  # fmt: skip
    assert lines("a fox", aspect_ratio="{1:1, 3:2}", num_images=1) == ["a fox --ar 1:1 --n 1", "a fox --ar 3:2 --n 1"]
    assert lines("a fox --{hires 1.5, n 2}") == ["a fox --hires 1.5", "a fox --n 2"]


def test_repeats_go_on_with_the_seed_where_the_pictures_before_end() -> None:
    assert lines("a fox --repeat 3") == ["a fox"] * 3
    assert lines("a fox --repeat 3 --seed 4294967290 --n 2") == [
        "a fox --seed 4294967290 --n 2", "a fox --seed 4294967292 --n 2", "a fox --seed 4294967294 --n 2",
    ]  # fmt: skip
    assert lines("a fox --r 2 --seed 5") == ["a fox --seed 5", "a fox --seed 9"]
    assert lines("a {red, blue} fox --repeat {1, 2}") == ["a red fox"] + ["a red fox"] * 2 + ["a blue fox"] * 3


def test_too_many_are_counted_and_not_made() -> None:
    begun = time.process_time()
    assert refused("{a, b} " * 800).facts == {"count": "1000000+", "limit": 40}
    hundred = f"{{{','.join(map(str, range(100)))}}} "
    assert refused(hundred * 2).facts == {"count": 10_000, "limit": 40}
    assert refused("{a, " * 50 + "b" + "}" * 50).facts == {"count": 51, "limit": 40}
    assert len(lines("{a, " * 39 + "b" + "}" * 39)) == 40
    assert len(lines("{" * 40 + "a, b" + "}" * 40)) == 2
    assert refused("a {red, blue} fox --repeat 30").facts == {"count": 60, "limit": 40}
    assert time.process_time() - begun < 2


def test_a_mistake_in_one_of_many_has_no_line_to_run_and_one_alone_has() -> None:
    error = refused("a fox --steps {5, 500}")
    assert not isinstance(error, PromptError)
    assert error.facts["written"] == "500"
    with pytest.raises(PromptError) as caught:
        lines(r"a \{red, blue} fox --steps 500")
    assert list(Permutations(caught.value.suggestion)) == ["a {red, blue} fox --steps 150"]


@pytest.mark.parametrize(
    ("written", "name", "values"),
    [
        ("cfg 3, 5,7", "cfg", ("3", "5", "7")),
        ("CFG: 3,5,3", "cfg", ("3", "5")),
        ("--guidance=3", "cfg", ("3",)),
        ("sampler Euler, DPM++ 2M Karras", "sampler", ("Euler", "DPM++ 2M Karras")),
        (r"prompt red\, big, {dark, light} blue", "prompt", ("red, big", "dark blue", "light blue")),
        ("lora none, flat-lime:0.8", "lora", ("none", "flat-lime:0.8")),
    ],
)
def test_axes(written: str, name: str, values: tuple[str, ...]) -> None:
    axis = read_axis(written, 40)
    assert (axis.name, axis.values) == (name, values)


@pytest.mark.parametrize("written", ["", "cfg", "cfg ,", "colour red", "seed 1, 2", "3, 5", "x" * 6000])
def test_what_is_no_axis(written: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_axis(written, 40)
    assert caught.value.id == "error-sweep-axis"


def test_a_grid_goes_row_by_row_and_an_axis_wins_over_the_line() -> None:
    axes = [read_axis("cfg 3, 5", 40), read_axis("prompt fox, cat", 40)]
    line, cells = grid("a fox --cfg 9 --steps 5", axes, parse, {}, seed=7, limit=40)
    assert line == "a fox --steps 5 --cfg 9 --seed 7 --n 1"
    assert cells == [f"a {a} --steps 5 --cfg {c} --seed 7 --n 1" for a in ("fox", "cat") for c in (3, 5)]
    assert title(line, axes).endswith("(x: cfg 3, 5; y: prompt fox, cat)")


def test_words_that_are_not_there_are_added_and_a_lora_may_be_none() -> None:
    _, cells = grid("a fox", [read_axis("prompt at night, by day", 40)], parse, {}, seed=7, limit=40)
    assert [cell.partition(" --")[0] for cell in cells] == ["a fox, at night", "a fox, by day"]
    axes = [read_axis("lora none, flat-lime:0.5", 40)]
    _, cells = grid("a fox --lora flat-lime:1", axes, parse, {}, seed=7, limit=40)
    assert ["--lora" in cell for cell in cells] == [False, True]
    assert "flat-lime:0.5" in cells[1]
