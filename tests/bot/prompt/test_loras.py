"""LoRAs in a line: tags of other tools, the flag, trigger words."""

from __future__ import annotations

import pytest

from bot.config import load_config
from bot.errors import PromptError
from bot.prompt.parser import ParsedPrompt, parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from bot.text import sentence_of
from gpu.weights import prompts

LORAS = ("flat-lime", "ink", "Old_Film")


def read(text: str, **options: object) -> ParsedPrompt:
    return parse(text, models=(), styles=(), loras=LORAS, options=options)


@pytest.mark.parametrize(
    ("text", "prompt", "lora"),
    [
        ("a fox <lora:ink:0.8>", "a fox", "ink:0.8"),
        ("<lora:ink> a fox", "a fox", "ink:1"),
        ("a fox <lora:ink:-1>, at night", "a fox, at night", "ink:-1"),
        ("a fox <ink:0.8>", "a fox", "ink:0.8"),
        ("a fox <INK:0.8> --lora old-film:0.5", "a fox", "Old_Film:0.5, ink:0.8"),
        ("a fox --lora ink:0.8 in snow", "a fox in snow", "ink:0.8"),
        ("a fox --lora ink --lora flat-lime:0.5", "a fox", "ink:1, flat-lime:0.5"),
        ('a fox --lora "ink:0.8, flat-lime:.5"', "a fox", "ink:0.8, flat-lime:0.5"),
        ("a fox --lora flat_lime:0", "a fox", "flat-lime:0"),
    ],
)
def test_understood(text: str, prompt: str, lora: str) -> None:
    parsed = read(text)
    assert (parsed.prompt, parsed.chosen) == (prompt, {"lora": lora})
    again = read(parsed.line)
    assert (again.prompt, again.chosen, again.notes) == (prompt, {"lora": lora}, [])
    assert read("a fox", lora=lora).chosen == {"lora": lora}


@pytest.mark.parametrize("text", ["i <3 foxes", "a <fox:0.8> sign", "x < y > z", "<b>a fox</b>", "<lora> of the rings"])
def test_words(text: str) -> None:
    assert read(text).prompt == text
    assert not read(text).chosen


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("a fox <lora:inkk:0.8>", "a fox --lora ink:0.8"),
        ("a fox <lora:zzz:0.8>", "a fox"),
        ("a fox --lora ink:9", "a fox --lora ink:2"),
        ("a fox --lora flatlime2:1", 'a fox --lora "flat-lime:1"'),
        ("a fox <lora:../ink:1>", "a fox <lora:../ink:1>"),
    ],
)
def test_refused_with_a_corrected_line(text: str, suggestion: str) -> None:
    if text == suggestion:  # no name at all: words
        assert read(text).prompt == text
        return
    with pytest.raises(PromptError) as refused:
        read(text)
    assert "--lora takes a LoRA" in sentence_of(refused.value)
    assert refused.value.suggestion == suggestion
    read(suggestion)


def test_trigger_words_are_added_once() -> None:
    spec, styles = load_config().models["starter"], bundled_styles()

    def drawn(text: str, **more: object) -> str:
        return resolve(read(text), spec=spec, styles=styles, seed=1, triggers=["in lime"]).prompt

    assert drawn("a fox") == "a fox, in lime"
    assert drawn("a fox In Lime") == "a fox In Lime"
    assert [part.text for part in prompts(drawn("a fox::2 a dog"))] == ["a fox, in lime", "a dog, in lime"]
