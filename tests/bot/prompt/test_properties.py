"""What must hold for every line, however hostile."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompt.marks import DASHES, QUOTES, escape, unescape
from bot.prompt.parser import LIMIT, ParsedPrompt, format_line, parse
from bot.prompt.reader import visible
from bot.prompt.styles import bundled_styles
from bot.prompt.weights import WeightedPrompt, read_weights
from bot.text import sentence_of
from gpu.params import QUALITY, TABLE, Param

STYLES = bundled_styles().names
LORAS = ("flat-lime", "wet.ink")
MODELS = ("starter", "sdxl", "lcm", "My Model: v1.5")


def read(text: str, **options: object) -> ParsedPrompt:
    return parse(text, models=MODELS, styles=STYLES, loras=LORAS, options=options)


flag_names = st.sampled_from(
    [flag.strip("-") for row in TABLE for flag in row.flags]
    + ["chaos", "v", "tile", "sref", "hd", "s", "stop", "foo", "setps", "art", "No", "AR", "not", "ar-", "no-text"]
)
dashes = st.sampled_from(["--", "—", "–", "-", "---", "−−", "-- ", "— ", "\\--", "\\\\--", "－－", "”--", ",--", "―"])
signs = [
    *QUOTES,
    "'",
    "\\",
    "{a, b}",
    "::2",
    "::-3",
    " | ",
    "(fox:1.2)",
    "(fox:9)",
    "<lora:flat-lime:0.8>",
    "<wet.ink>",
    "/imagine prompt:",
    "none",
    "a",
    "<",
    "\u200b",
]
numbers = ["3:2", "16/9", "1.5", "10:1", "0:0", "12", "500", "-1", "7,5", "1e9", "12px", "９", "99999999999", "nan"]
names = [*STYLES, *MODELS, *QUALITY, "Euler a", "dpm++2m", "Karras", "https://a.b/c.png", "red", "fox", "雪"]
pieces = st.one_of(
    st.builds("{}{}{}".format, dashes, flag_names, st.sampled_from([" ", "", "=", ": ", "\n", ", "])),
    st.sampled_from(signs),
    st.sampled_from(numbers),
    st.sampled_from(names),
    st.sampled_from([" ", "\u3000", "  ", "\n", ", ", ". "]),
    st.text(max_size=6),
)
hostile = st.lists(pieces, max_size=14).map("".join)
spaced = st.lists(pieces, max_size=14).map(" ".join)
lines = st.one_of(st.text(), st.text(alphabet=DASHES + QUOTES + "\\ ar=:3,no"), hostile, spaced)


def item(text: str) -> str:
    """A list item as the parser would give it."""
    return " ".join(re.sub("[,;，、；]", " ", visible(text)).split()).strip(QUOTES + " ")


def value_of(row: Param) -> st.SearchStrategy[object]:
    """Any legal value of a parameter."""
    words = st.lists(hostile.map(item).filter(bool), min_size=1, max_size=3).map(", ".join)
    return {
        "int": lambda: st.integers(int(row.low or 0), int(row.high or 0)),
        "float": lambda: st.floats(row.low, row.high, allow_nan=False),
        "list": lambda: words,
        "model": lambda: st.sampled_from(MODELS),
        "style": lambda: st.sampled_from(list(STYLES)),
        "quality": lambda: st.sampled_from([*QUALITY, "0.25", "0.5", "2", "4"]),
        "ratio": lambda: st.sampled_from(["1:1", "16:9", "16:10", "43:18", "1:4", "100:99"]),
        "choice": lambda: st.sampled_from(row.choices),
        "loras": lambda: st.sampled_from(["flat-lime:0.8", "flat-lime:1, wet.ink:-0.5"]),
        "controls": lambda: st.sampled_from(["canny:1", "depth:0.8:0-0.6, pose:ready:0.5"]),
        "weights": lambda: st.sampled_from(["1", "2, 0.5, 1"]),
        "str": lambda: st.sampled_from(row.examples),
        "bool": lambda: st.just(True),
    }[row.kind]()


chosen_values = st.fixed_dictionaries({}, optional={row.name: value_of(row) for row in TABLE})


def content(text: str) -> list[str]:
    """The words of a line, without dashes and signs."""
    return re.findall(r"\w+", text.lower())


def attempt(text: str, **options: object) -> ParsedPrompt | PromptError:
    """What comes of a line: nothing else may be raised."""
    try:
        return read(text, **options)
    except PromptError as error:
        return error


@given(lines)
@settings(max_examples=400)
def test_any_text_is_read_or_refused_with_a_line_that_parses(text: str) -> None:
    outcome = attempt(text)
    if isinstance(outcome, PromptError):
        assert len(outcome.suggestion) <= LIMIT
        assert read(outcome.suggestion).line == outcome.suggestion
        assert sentence_of(outcome) != outcome.id
    else:
        assert read(outcome.line) == ParsedPrompt(outcome.prompt, outcome.chosen)
        outcome.line.encode()


@given(lines)
@settings(max_examples=250)
def test_no_word_vanishes(text: str) -> None:
    """Every word stands in the prompt or in a value."""
    outcome = attempt(text)
    if isinstance(outcome, PromptError):
        return
    kept = content(f"{outcome.prompt} {outcome.chosen.get('negative_prompt', '')}")
    values = {word for value in outcome.chosen.values() for word in content(str(value))}
    for word in ("red", "fox", "雪", "https", "karras", "foo", "not"):
        assert content(text).count(word) <= kept.count(word) + (word in values)


@given(hostile, chosen_values)
@settings(max_examples=400)
def test_a_canonical_line_means_what_it_was_made_of(words: str, values: dict[str, object]) -> None:
    prompt = " ".join(visible(words).split())
    assume(not prompt.lower().startswith("/imagine"))  # no prompt begins so: the parser takes it off
    assume(read_weights(prompt) == WeightedPrompt(prompt))  # nor has weights in another spelling
    assume(not re.search(r"<[\w.:+-]+>", prompt))  # nor tags of LoRAs: they are taken, too
    outcome = attempt(format_line(prompt, values))
    if isinstance(outcome, PromptError):
        assert outcome.id == "error-prompt-empty"
    else:
        assert outcome.prompt == prompt
        assert outcome.chosen == values


@given(st.text(alphabet=DASHES + QUOTES + "\\ arno3:2x", max_size=40))
@settings(max_examples=250)
def test_unescape_undoes_escape(words: str) -> None:
    assert unescape(escape(words)) == words


@given(lines, chosen_values)
@settings(max_examples=200)
def test_options_beside_any_line(text: str, values: dict[str, object]) -> None:
    escaped = {name: escape(str(value)) for name, value in values.items() if name == "negative_prompt"}
    outcome = attempt(text, **{**values, **escaped})
    if isinstance(outcome, PromptError):
        assert read(outcome.suggestion).line == outcome.suggestion
    else:
        assert {name: value for name, value in values.items() if name != "lora"}.items() <= outcome.chosen.items()
        assert str(values.get("lora", "")) in outcome.chosen.get("lora", "")


units = """-|--|—|- |-- |"|\\|--a| --a| —ar| —steps|--no |,| --ar 3| -ar 3:2|--ar 3:2 | “a|('|a-| --style oil| 9|::"""


@pytest.mark.parametrize("unit", units.split("|"))
def test_6000_hostile_characters_end_soon(unit: str) -> None:
    text = (unit * LIMIT)[:LIMIT]
    begun = time.thread_time()
    outcome = attempt(text)
    assert time.thread_time() - begun < 20  # a quiet machine needs a tenth of a second
    if isinstance(outcome, PromptError):
        assert read(outcome.suggestion).line == outcome.suggestion


@pytest.mark.parametrize("length", [LIMIT + 1, 3 * LIMIT, 100 * LIMIT])
@pytest.mark.parametrize("unit", ["word ", "x", "— ", 'a "b '])
def test_a_line_that_is_too_long(unit: str, length: int) -> None:
    outcome = attempt((unit * length)[: length - 9] + " --ar 3:2")
    assert isinstance(outcome, PromptError)
    assert outcome.id == "error-prompt-long"
    assert outcome.facts == {"length": length, "limit": LIMIT}
    assert LIMIT * 0.9 < len(outcome.suggestion) <= LIMIT
    assert read(outcome.suggestion).line == outcome.suggestion
    assert read("x" * (LIMIT - 9) + " --ar 3:2").chosen == {"aspect_ratio": "3:2"}
