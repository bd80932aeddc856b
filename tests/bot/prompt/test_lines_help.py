"""Shorter and longer lines, and what is said of a picture, all without a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.assistant import Assistant
from bot.config import Config, load_config
from bot.errors import PromptBlocked, Refusal
from bot.prompt import expanding, shortening
from bot.prompt.looking import COLOURS, look, signature, unlike
from bot.prompt.models import parse_line
from bot.prompt.parser import ParsedPrompt
from bot.prompt.scripts import foreign_script
from bot.prompt.styles import bundled_styles
from gpu.errors import WorkerCrashed
from gpu.skills.base import Answer, Question
from gpu.skills.fake import FakeSkill

CONFIG = load_config()
STARTER = CONFIG.models["starter"]
LONG = (
    "a beautiful stunning portrait of an old fisherman, weathered face, stormy sea, 8k, masterpiece, "
    "very highly detailed"
)


def parsed(line: str) -> ParsedPrompt:
    return parse_line(line, CONFIG, bundled_styles())


def shortened(line: str) -> list[str]:
    found = parsed(line)
    return shortening.shorter(shortening.by_tables(shortening.shortenable(found)), found)


def test_filler_goes_first_and_each_line_is_shorter() -> None:
    words = {word.text: word for word in shortening.by_tables(shortening.shortenable(parsed(LONG)))}
    assert all(words[text].filler for text in ("beautiful", "8k,", "masterpiece,", "very", "highly", "detailed"))
    assert words["fisherman,"].importance > shortening.SMALL >= words["of"].importance
    lines = shortened(f"{LONG} --ar 3:2 --seed 7")
    assert lines[0] == "portrait of an old fisherman, weathered face, stormy sea --ar 3:2 --seed 7"
    assert 3 <= len(lines) <= 5
    assert [len(line) for line in lines] == sorted({len(line) for line in lines}, reverse=True)
    assert all(line.endswith("--ar 3:2 --seed 7") for line in lines)


@pytest.mark.parametrize("line", ["fox", "a fox", "8k masterpiece", "🦊", "the of and"])
def test_what_is_short_stays(line: str) -> None:
    assert all(len(short) < len(line) for short in shortened(line))


@pytest.mark.parametrize("line", ["cat::2 dog::1", "cat | dog", "a (red:1.3) fox", "a fox --no cats", r"std\::vector"])
def test_weights_and_no_are_not_shortened(line: str) -> None:
    with pytest.raises(Refusal, match="error-shorten-weights"):
        shortened(line)


def test_words_that_change_the_meaning_matter_more() -> None:
    words = ["a", "red", "fox", "8k"]
    found = shortening.by_likeness(words, [0.99, 0.9, 0.5, 0.2])
    assert [word.importance for word in found] == [0.1, 0.2, 1.0, 0.0], "tables know a and 8k"


def test_longer_lines_keep_the_flags_and_repeat_nothing() -> None:
    lines = expanding.expanded(parsed("a fox at golden hour --ar 3:2"))
    assert len(set(lines)) == 4
    assert lines == expanding.expanded(parsed("a fox at golden hour --ar 3:2"))
    for line in lines:
        again = parsed(line)
        assert again.prompt.startswith("a fox at golden hour, ")
        assert again.chosen == {"aspect_ratio": "3:2"}
        assert line.count("light") == 0 or "studio light" not in line
    assert all("oil painting" not in line for line in expanding.expanded(parsed("a fox --style anime")))


@pytest.mark.parametrize("name", COLOURS)
def test_colours_have_their_names(name: str) -> None:
    assert look(Image.new("RGB", (60, 40), COLOURS[name])).colours == (name,)


def test_a_picture_in_words() -> None:
    image = Image.new("RGB", (300, 200), "navy")
    image.paste("orange", (0, 0, 120, 200))
    seen = look(image)
    assert set(seen.colours) == {"navy blue", "orange"}
    assert seen.ratio == "3:2"
    assert look(Image.new("RGB", (8, 8), "black")).light == "dark"
    assert look(Image.new("RGB", (8, 8), "white")).light == "bright"


def test_signatures() -> None:
    red, blue = (signature(Image.new("RGB", (50, 30), colour)) for colour in ("red", "blue"))
    assert unlike(red, red) == 0
    assert unlike(signature(Image.new("RGB", (9, 9))), signature(Image.new("RGB", (5, 5), "white"))) == pytest.approx(1)
    assert unlike(red, blue) > 0.5


def configured(**prompt: str) -> Config:
    return CONFIG.model_copy(update={"prompt": CONFIG.prompt.model_copy(update={"embedder": "off", **prompt})})


class Asked:
    """Stand-in answers of the fake engine, without a process."""

    def __init__(self) -> None:
        self.questions: list[Question] = []

    async def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        return FakeSkill(Path()).answer(question)


async def test_a_line_in_another_script_is_translated_part_by_part() -> None:
    ask = Asked()
    assistant = Assistant(configured(translator="x"), ask)
    spoken, notes = await assistant.spoken(parsed("狐 fox::2 a lake::1 --no 猫 cat"), STARTER)
    assert spoken.prompt == "in English: fox::2 a lake::1"
    assert spoken.chosen["negative_prompt"] == "in English: cat"
    assert [note.id for note in notes] == ["note-translated"]
    assert foreign_script(spoken.prompt, "sdxl") == ""
    await assistant.spoken(parsed("狐 fox::2 a lake::1 --no 猫 cat"), STARTER)
    assert len(ask.questions) == 1, "it is remembered"


@pytest.mark.parametrize(("line", "config"), [("a café", {"translator": "x"}), ("狐狸 fox", {})])
async def test_what_needs_no_translation_or_has_no_model_stays(line: str, config: Any) -> None:
    found = parsed(line)
    ask = Asked()
    assert await Assistant(configured(**config), ask).spoken(found, STARTER) == (found, ())
    assert ask.questions == []


async def test_without_an_answer_the_line_is_drawn_as_it_is_and_that_is_said() -> None:
    async def crash(question: Question) -> Answer:
        raise WorkerCrashed

    found = parsed("狐狸 fox")
    spoken, notes = await Assistant(configured(translator="x"), crash).spoken(found, STARTER)
    assert spoken == found
    assert [note.id for note in notes] == ["note-translate-failed"]


async def test_what_no_place_allows_is_refused_before_it_is_translated() -> None:
    with pytest.raises(PromptBlocked):
        await Assistant(configured(translator="x"), Asked()).spoken(parsed("naked 12 year old girl 狐狸"), STARTER)


async def test_models_do_more_where_there_are_some() -> None:
    assistant = Assistant(configured(embedder="x", writer="x"), Asked())
    assert (await assistant.shorten(parsed("a red fox in snow"))).measured
    expanded = await assistant.expand(parsed("a red fox --ar 3:2"))
    assert expanded.written
    assert expanded.lines[0] == "a red fox, written 0 --ar 3:2"
    without = Assistant(configured(), Asked())
    assert not (await without.shorten(parsed("a red fox in snow"))).measured
    assert not (await without.expand(parsed("a red fox"))).written
