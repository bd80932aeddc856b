"""From a line to complete params: layers, styles, negative words, sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load_config
from bot.errors import ConfigError
from bot.prompt.listing import params_json, parse_json
from bot.prompt.parser import parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import Styles, bundled_styles
from bot.text import sentence_of
from gpu.params import TABLE, GenerationParams
from gpu.types import ModelSpec

CONFIG = load_config()
PLAIN = ModelSpec(name="starter", family="sdxl", source="x", pixels=16384, multiple=8, num_inference_steps=14,
                  guidance_scale=4.0, negative_prompt="")  # fmt: skip
WORDY = PLAIN.model_copy(update={"name": "sdxl", "negative_prompt": "blurry, text"})
STYLES = Styles.load(Path(__file__).with_name("styles.toml"))


def drawn(line: str, spec: ModelSpec = PLAIN, styles: Styles = STYLES) -> GenerationParams:
    return resolve(parse(line, models=["starter", "sdxl"], styles=styles.names), spec=spec, styles=styles, seed=99)


def test_a_bare_line_takes_everything_from_the_model() -> None:
    assert drawn("a fox") == GenerationParams(
        prompt="a fox", model="starter", num_inference_steps=14, guidance_scale=4.0, seed=99, width=128, height=128
    )


def test_the_layers_in_order() -> None:
    assert drawn("a fox --style slow").num_inference_steps == 40
    assert drawn("a fox --style slow").aspect_ratio == "3:2"
    assert (drawn("a fox --style slow").width, drawn("a fox --style slow").height) == (152, 104)
    assert drawn("a fox --style slow --quality draft").num_inference_steps == 15
    assert drawn("a fox --style slow --quality 0.5").num_inference_steps == 20
    assert drawn("a fox --style slow --quality draft --steps 3 --ar 1:1").num_inference_steps == 3
    assert drawn("a fox --quality high").scheduler == "DPM++ 2M"
    assert drawn("a fox --quality high --sampler DDIM").scheduler == "DDIM"
    assert drawn("a fox --quality precise").guidance_scale == 1.0
    assert drawn("a fox --seed 5").seed == 5


@pytest.mark.parametrize(("quality", "steps"), [("0.25", 4), ("0.5", 7), ("1", 14), ("1.5", 21), ("4", 56)])
def test_a_number_as_quality_multiplies_the_steps_of_the_model(quality: str, steps: int) -> None:
    assert drawn(f"a fox --quality {quality}").num_inference_steps == steps


def test_multiplied_steps_stay_in_the_range_of_the_table() -> None:
    assert drawn("a fox --q 4", PLAIN.model_copy(update={"num_inference_steps": 100})).num_inference_steps == 150
    assert drawn("a fox --q 0.25", PLAIN.model_copy(update={"num_inference_steps": 1})).num_inference_steps == 1


def test_the_template_holds_the_words_as_they_are() -> None:
    assert drawn("a {fox} --style slow").prompt == "slow a {fox}, really"
    assert drawn("{prompt} --style slow").prompt == "slow {prompt}, really"


@pytest.mark.parametrize(
    ("line", "negative"),
    [
        ("a fox", "blurry, text"),
        ("a fox --no hats", "blurry, text, hats"),
        ("a fox --no text", "blurry, text"),
        ("a fox --style slow", "blurry, text, haste"),
        ("a fox --style slow --no hats", "blurry, text, haste, hats"),
        ("a fox --style slow --no none", ""),
        ("a fox --style slow --no None, hats", "hats"),
    ],
)
def test_negative_words_of_model_style_and_user(line: str, negative: str) -> None:
    assert drawn(line, WORDY).negative_prompt == negative


@pytest.mark.parametrize("name", bundled_styles())
def test_bundled_styles_are_complete(name: str) -> None:
    style = bundled_styles()[name]
    assert style.help
    assert drawn(f"a red fox --style {name}", styles=bundled_styles()).prompt == style.apply("a red fox")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('[ink]\nprompt = "no place"', "styles.toml: ink.prompt"),
        ('[ink]\nprompt = "{prompt} {prompt}"', "styles.toml: ink.prompt"),
        ('[ink]\nprompt = "{prompt}"\nnegativ = "x"', "styles.toml: ink.negativ"),
        ('[ink]\nprompt = "{prompt}"\n[ink.defaults]\nsteps = 3', "styles.toml: ink.defaults.steps"),
        ('[ink]\nprompt = "{prompt}"\n[ink.defaults]\nscheduler = "PLMS"', "styles.toml: ink.defaults.scheduler"),
        ('["--ink"]\nprompt = "{prompt}"', "styles.toml: --ink.name"),
        ("[ink", "styles.toml"),
        ("ink = 3", "styles.toml"),
    ],
)
def test_a_broken_styles_file_is_named(tmp_path: Path, text: str, hint: str) -> None:
    path = tmp_path / "styles.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as refused:
        Styles.load(path)
    assert hint in str(refused.value.facts)
    assert str(refused.value.facts.get("problem")) in sentence_of(refused.value)


def test_a_missing_styles_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Styles.load(tmp_path / "none.toml")


def test_parse_answers_with_every_parameter() -> None:
    answer = parse_json("a red fox --ar 16:9 --no a,b", CONFIG)
    spec = CONFIG.models[CONFIG.default_model]
    assert answer["ok"] is True
    assert answer["prompt"] == "a red fox"
    assert answer["params"].keys() == {row.name for row in TABLE} | {"width", "height"}
    assert answer["params"]["aspect_ratio"] == "16:9"
    assert answer["params"]["negative_prompt"] == "a, b"
    assert answer["params"]["num_inference_steps"] == spec.num_inference_steps
    assert answer["params"]["seed"] is None
    assert parse_json("a fox --seed 7", CONFIG)["params"]["seed"] == 7


def test_parse_answers_with_sentence_and_suggestion() -> None:
    answer = parse_json("a fox --steps 500", CONFIG)
    assert answer == {
        "ok": False,
        "error": "--steps must be a whole number from 1 to 150; you wrote “500”.",
        "suggestion": "a fox --steps 150",
    }


def test_params_lists_the_table() -> None:
    rows = {row["name"]: row for row in params_json(CONFIG)}
    assert list(rows) == [row.name for row in TABLE]
    assert rows["num_inference_steps"]["flags"] == ["--steps"]
    assert rows["num_inference_steps"]["range"] == [1, 150]
    assert rows["num_inference_steps"]["default"] == CONFIG.models[CONFIG.default_model].num_inference_steps
    assert rows["seed"]["default"] is None
    assert rows["style"]["choices"] == list(bundled_styles())
    assert rows["scheduler"]["choices"][0] == "Euler"
    assert all(row["help"] for row in rows.values())
