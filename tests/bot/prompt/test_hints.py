"""The table of hints: what each says of a picture, and which are said unasked."""

from __future__ import annotations

from typing import Any

import pytest

from bot.prompt.hints import HINTS, NOTES, Drawn, advice, noticed
from bot.prompt.negative import default_negative
from bot.prompt.palette import palette
from bot.prompt.scripts import foreign_script
from bot.prompt.styles import bundled_styles
from bot.text import sentence
from gpu.params import QUALITY, GenerationParams
from gpu.types import ModelSpec

SDXL = ModelSpec(name="sdxl", family="sdxl", source="x")
TURBO = ModelSpec(
    name="turbo", family="sdxl", source="x", num_inference_steps=2, max_steps=4, guidance_scale=1.0, max_guidance=1.0
)
FLUX = SDXL.model_copy(update={"name": "flux", "family": "flux"})
ZIMAGE = SDXL.model_copy(update={"name": "zimage", "family": "zimage"})


def told(prompt: str = "a fox", spec: ModelSpec = SDXL, quick: str = "", **params: Any) -> dict[str, Any]:
    return dict(advice(Drawn(GenerationParams(prompt=prompt, **params), spec, quick)))


def noted(prompt: str = "a fox", spec: ModelSpec = SDXL, **params: Any) -> list[str]:
    return [note.id for note in noticed(Drawn(GenerationParams(prompt=prompt, **params), spec))]


@pytest.mark.parametrize(
    ("hint", "facts", "params"),
    [
        ("blurred", {"steps": 20, "more": 40, "sampler": "DPM++ 2M"}, {"num_inference_steps": 20}),
        ("blurred", {"steps": 40, "more": 80, "sampler": "Euler a"},
         {"num_inference_steps": 40, "scheduler": "DPM++ 2M"}),
        ("blurred", {"steps": 2, "more": 4, "sampler": "DPM++ 2M"}, {"num_inference_steps": 2, "spec": TURBO}),
        ("off-prompt", {"now": "5", "more": "7"}, {"guidance_scale": 5.0}),
        ("off-prompt", {"now": "1", "more": "none"}, {"guidance_scale": 1.0, "spec": TURBO}),
        ("burnt", {"now": "10", "less": "6"}, {"guidance_scale": 10.0}),
        ("keywords", {"count": 3, "filler": "8k, masterpiece"}, {"prompt": "a fox, Masterpiece, (8k:1.2)"}),
        ("slow", {"model": "lcm"}, {"quick": "lcm"}),
        ("slow", {"model": "none"}, {}),
        ("memory", {"width": 1024, "height": 1024, "images": 4}, {}),
        ("script", {"script": "Cyrillic", "model": "sdxl"}, {"prompt": "лиса in the snow"}),
        ("long", {"tokens": 100, "limit": 75, "parts": 2}, {"prompt": "word " * 100}),
        ("long", {"tokens": 600, "limit": 512, "parts": 0}, {"prompt": "word " * 600, "spec": FLUX}),
        ("precise", {}, {"quality": "precise"}),
    ],
)  # fmt: skip
def test_each_complaint_has_advice_that_fits_the_picture(hint: str, facts: dict[str, Any], params: Any) -> None:
    found = told(**params)
    assert found[f"hint-{hint}"] == facts
    said = sentence("en", f"hint-{hint}", **facts)
    assert said.startswith("**")
    assert all(str(value) in said for value in facts.values() if value not in ("none", 0))


@pytest.mark.parametrize(
    ("hint", "params"),
    [
        ("burnt", {"guidance_scale": 0.0, "spec": FLUX}), ("slow", {"spec": TURBO}), ("keywords", {}), ("script", {}),
        ("script", {"prompt": "一只红狐狸", "spec": ZIMAGE}),
        ("precise", {}), ("long", {"prompt": "word " * 100, "spec": FLUX}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_not_said(hint: str, params: Any) -> None:
    assert f"hint-{hint}" not in told(**params)


@pytest.mark.parametrize(
    ("notes", "params"),
    [
        ([], {}),
        (["note-hint-blurred"], {"num_inference_steps": 10}),
        ([], {"num_inference_steps": 10, "quality": "0.25"}),
        ([], {"num_inference_steps": 1, "spec": TURBO}),
        (["note-hint-burnt"], {"guidance_scale": 20.0}),
        (["note-hint-keywords"], {"prompt": ", ".join("fox" for _ in range(21))}),
        (["note-hint-script", "note-hint-long"], {"prompt": "лиса, " * 100, "guidance_scale": 20.0}),
    ],
)
def test_notes_are_few(notes: list[str], params: Any) -> None:
    assert noted(**params) == notes
    assert len(notes) <= NOTES


def test_every_hint_has_its_sentences() -> None:
    for hint in HINTS:
        assert sentence("en", f"hint-{hint.name}") != f"hint-{hint.name}"
        assert not hint.notice or sentence("en", f"note-hint-{hint.name}") != f"note-hint-{hint.name}"


@pytest.mark.parametrize(
    ("text", "script"),
    [("a café über naïve ñ", ""), ("α blending", ""), ("5 µm", ""), ("αβγ", "Greek"), ("狐狸", "Chinese characters"),
     ("ﾌｫｯｸｽ", "Halfwidth"), ("きつね", "Japanese"), ("여우", "Korean"), ("ثعلب", "Arabic"), ("🦊🦊", "")],
)  # fmt: skip
def test_scripts(text: str, script: str) -> None:
    assert foreign_script(text, "sdxl") == script
    assert foreign_script(text, "zimage") == ""


def test_default_negative_words_by_family_and_by_model() -> None:
    assert default_negative(SDXL) == "blurry, low quality, distorted"
    assert default_negative(FLUX) == ""
    assert default_negative(SDXL.model_copy(update={"negative_prompt": ""})) == ""
    assert default_negative(ModelSpec(name="x", family="sdxl", source="x", negative_prompt="text")) == "text"


def test_the_named_styles_and_presets_are_there() -> None:
    named = "oil painting, watercolor, digital art, photorealistic, anime, concept art, pixel art, 3d render"
    assert {*named.split(", "), "product shot", "interior", "game asset", "logo"} <= set(bundled_styles().names)
    assert QUALITY["draft"] == {"num_inference_steps": 15, "scheduler": "Euler"}
    assert QUALITY["standard"] == {"num_inference_steps": 30, "scheduler": "Euler a"}
    assert QUALITY["high"] == {"num_inference_steps": 50, "scheduler": "DPM++ 2M"}
    assert QUALITY["precise"] == {"num_inference_steps": 30, "guidance_scale": 1.0}


def test_the_palette_fits_a_form() -> None:
    assert len(palette().view) + len(palette().light) <= 25
