"""What a model cannot do is corrected, and said."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from bot.config import load_config
from bot.prompt.limits import fit, with_licence
from bot.prompt.parser import parse
from bot.prompt.resolve import resolve
from bot.prompt.styles import bundled_styles
from bot.text import sentence
from gpu.params import GenerationParams
from gpu.types import ModelSpec, Note

MODELS = load_config().models


def drawn(line: str, model: str) -> tuple[GenerationParams, list[str]]:
    """What a line becomes for a model, and the sentences beside it."""
    styles = bundled_styles()
    parsed = parse(line, models=MODELS, styles=styles.names)
    spec = MODELS[model]
    params, notes = fit(resolve(parsed, spec=spec, styles=styles, seed=1), spec, parsed.chosen)
    return params, [sentence("en", note.id, **note.facts) for note in notes]


@pytest.mark.parametrize(
    ("model", "line", "expected", "words"),
    [
        ("lcm", "a fox --steps 30", {"num_inference_steps": 8}, ["lcm draws in 4 to 8 steps, so 30 steps became 8."]),
        ("lcm", "a fox --steps 2", {"num_inference_steps": 4}, ["lcm draws in 4 to 8 steps, so 2 steps became 4."]),
        ("lcm", "a fox --cfg 7.5", {"guidance_scale": 2.0}, ["so 7.5 became 2."]),
        ("lcm", "a fox --sampler ddim", {"scheduler": "LCM"}, ["lcm draws with LCM, TCD only, so DDIM became LCM."]),
        ("lcm", "a fox --sampler tcd", {"scheduler": "TCD"}, []),
        ("turbo", "a fox --quality high", {"num_inference_steps": 4, "scheduler": "Euler a"}, ["50", "DPM++ 2M"]),
        ("turbo", "a fox --no rain", {"guidance_scale": 0.0}, ["cannot hear --no"]),
        ("turbo", "a fox --no none", {"guidance_scale": 0.0}, []),
        ("lightning", "a fox --steps 1", {"num_inference_steps": 4, "scheduler": "Euler"}, ["so 1 steps became 4"]),
        ("sdxl", "a fox --steps 60 --cfg 9 --no rain", {"num_inference_steps": 60, "guidance_scale": 9.0}, []),
    ],
)
def test_an_impossible_wish_is_corrected(model: str, line: str, expected: dict[str, Any], words: list[str]) -> None:
    params, sentences = drawn(line, model)
    assert {name: getattr(params, name) for name in expected} == expected
    assert len(sentences) == len(words)
    for sentence_, word in zip(sentences, words, strict=True):
        assert word in sentence_


@pytest.mark.parametrize("model", MODELS)
def test_a_model_draws_what_it_likes_without_a_word(model: str) -> None:
    assert drawn("a fox", model)[1] == []


def test_settings_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValidationError, match="among those that it allows"):
        ModelSpec(name="x", family="sdxl", source="x", num_inference_steps=30, max_steps=8)


def test_pictures_of_a_non_commercial_model_are_marked_once() -> None:
    others = (Note(id="note-image-weight"),)
    marked = with_licence(with_licence(others, MODELS["turbo"]), MODELS["turbo"])
    assert [note.id for note in marked] == ["note-image-weight", "note-non-commercial"]
    assert "Non-Commercial" in sentence("en", marked[1].id, **marked[1].facts)
    assert with_licence(marked, MODELS["sdxl"]) == others
