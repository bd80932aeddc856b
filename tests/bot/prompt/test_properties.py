"""What must hold for every line, however hostile."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import PromptError
from bot.prompt.marks import DASHES, QUOTES, escape, unescape
from bot.prompt.parser import LIMIT, ParsedPrompt, format_line, parse, visible
from bot.prompt.styles import bundled_styles
from bot.text import sentence_of
from gpu.params import QUALITY, TABLE, Param

STYLES = bundled_styles().names
MODELS = ("starter", "sdxl", "lcm", "My Model: v1.5")


def read(text: str, **options: object) -> ParsedPrompt:
    return parse(text, models=MODELS, styles=STYLES, options=options)


flag_names = st.sampled_from(
    [flag.strip("-") for row in TABLE for flag in row.flags]
    + ["chaos", "v", "tile", "sref", "hd", "s", "stop", "foo", "setps", "art", "No", "AR", "not", "ar-", "no-text"]
)
dashes = st.sampled_from(["--", "—", "–", "-", "---", "−−", "-- ", "— ", "\\--", "\\\\--", "－－", "”--", ",--", "―"])
pieces = st.one_of(
    st.builds("{}{}{}".format, dashes, flag_names, st.sampled_from([" ", "", "=", ": ", "\n", ", "])),
    st.sampled_from(list(QUOTES) + ["'", "\\", "{a, b}", "::2", "(fox:1.2)", "/imagine prompt:", "none", "a", "<", "\u200b"]),
    st.sampled_from(["3:2", "16/9", "1.5", "10:1", "0:0", "12", "500", "-1", "7,5", "1e9", "12px", "９", "99999999999", "nan"]),
    st.sampled_from([*STYLES, *MODELS, *QUALITY, "Euler a", "dpm++2m", "Karras", "https://a.b/c.png", "red", "fox", "雪"]),
    st.sampled_from([" ", " ", "  ", "\n", ", ", ". "]),
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
    }[row.kind]()


chosen_values = st.fixed_dictionaries({}, optional={row.name: value_of(row) for row in TABLE})


def content(text: str) -> list[str]:
    """The words of a line, without dashes and signs."""
    return re.findall(r"\w+", text.lower())


@given(lines)
@settings(max_examples=1500, deadline=None)
def test_any_text_is_read_or_refused_with_a_line_that_parses(text: str) -> None:
    try:
        parsed = read(text)
    except PromptError as error:
        assert len(error.suggestion) <= LIMIT
        assert read(error.suggestion).line == error.suggestion
        assert sentence_of(error) != error.id
        assert "{" not in sentence_of(error).replace("{a, b}", "").replace(str(error.facts.get("written")), "")
    else:
        assert read(parsed.line) == ParsedPrompt(parsed.prompt, parsed.chosen)
        parsed.line.encode()


@given(lines)
@settings(max_examples=800, deadline=None)
def test_no_word_vanishes(text: str) -> None:
    """Every word stands in the prompt or in a value; flags and what was normalised aside."""
    try:
        parsed = read(text)
    except PromptError:
        return
    kept = content(f"{parsed.prompt} {parsed.chosen.get('negative_prompt', '')}")
    values = {word for value in parsed.chosen.values() for word in content(str(value))}
    for word in ("red", "fox", "雪", "https", "karras", "foo", "not", "drunk"):
        assert content(text).count(word) <= kept.count(word) + (word in values) or word not in content(text)


@given(hostile, chosen_values)
@settings(max_examples=1500, deadline=None)
def test_a_canonical_line_means_what_it_was_made_of(words: str, values: dict[str, object]) -> None:
    prompt = " ".join(visible(words).split())
    line = format_line(prompt, values)
    try:
        parsed = read(line)
    except PromptError as error:
        assert error.id == "error-prompt-empty"
    else:
        assert parsed.prompt == prompt or prompt.startswith("/imagine")
        assert parsed.chosen == values


@given(st.text(alphabet=DASHES + QUOTES + "\\ arno3:2x", max_size=40))
@settings(max_examples=800, deadline=None)
def test_unescape_undoes_escape(words: str) -> None:
    assert unescape(escape(words)) == words


@given(lines, chosen_values)
@settings(max_examples=600, deadline=None)
def test_options_beside_any_line(text: str, values: dict[str, object]) -> None:
    try:
        parsed = read(text, **values)
    except PromptError as error:
        assert read(error.suggestion).line == error.suggestion
    else:
        others = {name: value for name, value in values.items() if name != "negative_prompt"}
        assert others.items() <= parsed.chosen.items()


@pytest.mark.parametrize("unit", ["-", "--", "—", "- ", "-- ", '"', ' "', "\\", "--a", " --a", " —ar", " —steps", "--no ", ",",
                                  " --ar 3", " -ar 3:2", "--ar 3:2 ", " “a", "('", "{", "a-", " --style oil", "9", " 9", "::"])
def test_long_repetitions_end_soon(unit: str, benchmark_seconds: float = 2.0) -> None:
    import time

    text = (unit * LIMIT)[:LIMIT]
    begun = time.perf_counter()
    try:
        read(text)
    except PromptError as error:
        assert read(error.suggestion).line == error.suggestion
    assert time.perf_counter() - begun < benchmark_seconds


def test_printable_ascii_noise() -> None:
    with pytest.raises(PromptError):
        read("--" + string.punctuation.replace("\\", "") + " --zzz")
