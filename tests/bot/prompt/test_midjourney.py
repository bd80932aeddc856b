"""Every flag of Midjourney: one of ours, short for one of ours, or refused with a reason; never dropped in silence."""

from __future__ import annotations

import re

import pytest

from bot.config import load_config
from bot.docs import MIDJOURNEY, midjourney_table, update
from bot.errors import PromptError
from bot.prompt.foreign import MidjourneyFlag, midjourney
from bot.prompt.models import parse_line
from bot.prompt.own import named
from bot.prompt.parser import ParsedPrompt, parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from bot.prompt.taste import without_effect
from bot.text import sentence, sentence_of
from gpu.params import BY_FLAG
from gpu.types import ModelSpec

STYLES = bundled_styles()
SPEC = ModelSpec(name="starter", family="sdxl", source="x", negative_prompt="blurry")
VALUES = {
    "aspect": "16:9", "no": "snow", "style": "raw", "sref": "2, 1", "cref": "2, 1",
    "oref": "https://a.b/c.png", "edit": "https://a.b/c.png", "end": "https://a.b/c.png", "profile": "abc123",
    "motion": "low", "iw": "1.5", "zoom": "1.5", "cw": "50", "quality": ".5", "version": "6.1", "seed": "7",
}  # fmt: skip
"""Flag → a value that a member writes; 20 for others that take one."""


def read(text: str) -> ParsedPrompt:
    return parse(text, models=["starter", "sdxl"], styles=STYLES.names)


def written(flag: MidjourneyFlag, name: str) -> str:
    value = "" if flag.takes == "bare" else VALUES.get(flag.name, "6" if flag.takes == "some" else "20")
    return f"--{name} {value}".strip()


@pytest.mark.parametrize(("flag", "name"), [(flag, name) for flag in midjourney() for name in flag.names])
def test_every_spelling_is_one_of_ours_or_has_a_reason(flag: MidjourneyFlag, name: str) -> None:
    line = f"a fox {written(flag, name)} --seed 7"
    if flag.ours or flag.stands_for:
        parsed = read(line)
        changed = {key: value for key, value in parsed.chosen.items() if key != "seed"}
        assert parsed.prompt == "a fox"
        assert changed or parsed.notes or name == "seed"
        assert len(flag.note) == 0 or flag.note in [id for id, _ in parsed.notes]
    else:
        with pytest.raises(PromptError) as refused:
            read(line)
        assert refused.value.id == (f"error-prompt-mj-{flag.reason}" if flag.reason else "error-prompt-flag")
        assert refused.value.suggestion == "a fox --seed 7"
        assert f"--{name}" in sentence_of(refused.value)


VERSIONS = {"6.1": "sdxl", "7": "lcm", "niji 6": "turbo", "niji": "sd15"}


@pytest.mark.parametrize(
    ("line", "model", "note"),
    [
        ("a fox --v 6.1", "sdxl", ""),
        ("a fox --version 6.1 --ar 3:2", "sdxl", ""),
        ("a fox --v=7.0", "lcm", ""),
        ("a fox --v 7, in snow", "lcm", ""),
        ("a fox —v6.1", "sdxl", ""),
        ("a fox --niji 6", "turbo", ""),
        ("a fox --niji 5", "sd15", ""),
        ("a fox --niji", "sd15", ""),
        ("a fox --version starter", "starter", ""),
        ("a fox --v 5.2", "", "note-mj-version"),
        ("a fox --v 6", "", "note-mj-version"),
    ],
)
def test_versions_that_are_set_up_choose_a_model(line: str, model: str, note: str) -> None:
    config = load_config().model_copy(update={"versions": VERSIONS})
    parsed = parse_line(line, config, STYLES)
    assert parsed.chosen.get("model", "") == model
    assert "style" not in parsed.chosen
    assert parsed.prompt.startswith("a fox")
    assert [id for id, _ in parsed.notes if id.startswith("note-mj")] == [note] * bool(note)
    for id, facts in parsed.notes:
        if id == note:
            said = sentence("en", id, **facts)
            assert "starter draws" in said
            assert "Set up are --v 6.1, --v 7, --niji 6, --niji;" in said
    assert named(line, VERSIONS) - {"aspect_ratio"} == ({"model"} if model else set())


@pytest.mark.parametrize(
    ("line", "said", "names"),
    [
        ("a fox --v 6.1 --model sd15", "set up for it here: sd15 draws. --model and /models name those", {"model"}),
        ("a fox --niji 6", "used the style “anime” on starter", {"style"}),
        ("a fox --v 6.1", "starter draws", set()),
    ],
)  # fmt: skip
def test_without_any_the_note_says_which_model_draws(line: str, said: str, names: set[str]) -> None:
    parsed = parse_line(line, load_config(), STYLES)
    assert said in " ".join(sentence("en", id, **facts) for id, facts in parsed.notes)
    assert named(line) == names


def test_a_version_and_another_model_are_two_wishes() -> None:
    config = load_config().model_copy(update={"versions": VERSIONS})
    with pytest.raises(PromptError) as refused:
        parse_line("a fox --v 6.1 --model lcm", config, STYLES)
    assert refused.value.id == "error-prompt-twice"
    assert refused.value.suggestion == "a fox --model lcm"


@pytest.mark.parametrize("flag", midjourney(), ids=lambda flag: flag.name)
def test_the_table_is_whole(flag: MidjourneyFlag) -> None:
    assert flag.does
    assert not (flag.reason and (flag.stands_for or flag.ours))
    assert not flag.stands_for or flag.stands_for.split()[0] in BY_FLAG
    for id in filter(None, (flag.note, flag.reason and f"error-prompt-mj-{flag.reason}")):
        assert sentence("en", id, flag="--x 1") != id


def test_the_document_is_that_table() -> None:
    text = MIDJOURNEY.read_text("utf-8")
    assert text == update(text, midjourney_table())
    assert len(re.findall(r"^\| `--", text, re.MULTILINE)) == len(midjourney())


@pytest.mark.parametrize(
    ("line", "family", "note"),
    [
        ("a fox --stylize 300", "sdxl", "note-stylize-plain"),
        ("a fox --stylize 0 --style ink", "sdxl", "note-stylize-off"),
        ("a fox --stylize 300 --style ink", "sdxl", ""),
        ("a fox --chaos 20", "sdxl", ""),
        ("a fox --chaos 20 --n 1", "sdxl", "note-chaos-one"),
        ("a fox --chaos 20 --stop 50 --weird 100", "flux", "note-flag-unheard"),
        ("a fox --stop 100", "flux", ""),
        ("a fox --hires-by latent", "sdxl", "note-flag-idle"),
        ("a fox --hires 1.5 --hires-by latent", "sdxl", ""),
        ("a fox --hires 1.5 --hires-by latent --upscaler anime", "sdxl", "note-hires-picture"),
        ("a fox --upscaler anime --noise-level 50", "sdxl", "note-flag-idle"),
        ("a fox --upscaler sd-x4 --noise-level 50", "sdxl", ""),
        ("a fox --q 2 --steps 10", "sdxl", "note-quality-overruled"),
        ("a fox --q draft --steps 10 --sampler DDIM", "sdxl", "note-quality-overruled"),
        ("a fox --q draft --steps 10", "sdxl", ""),
    ],
)
def test_what_changes_nothing_says_so(line: str, family: str, note: str) -> None:
    parsed, spec = read(line), SPEC.model_copy(update={"family": family})
    params = resolve(parsed, spec=spec, styles=STYLES, seed=1)
    assert [found.id for found in without_effect(parsed.chosen, params, spec)] == [note] * bool(note)


def test_raw_switches_template_and_negative_words_of_the_model_off() -> None:
    for line, words in (("a fox", "blurry"), ("a fox --style raw", ""), ("a fox --raw --no rain", "rain")):
        assert resolve(read(line), spec=SPEC, styles=STYLES, seed=1).negative_prompt == words


def test_weird_words_follow_the_seed() -> None:
    first, again, other = (
        resolve(read(f"a fox --weird 900 --seed {seed}"), spec=SPEC, styles=STYLES, seed=0).prompt for seed in (1, 1, 2)
    )
    assert first == again != other
    assert first.startswith("a fox::1 a fox, ")
