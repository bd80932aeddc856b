"""Style, character and prompt images on their way to the worker: roles, weights, notes, refusals."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from bot.errors import PromptError
from bot.inputs import Picture, prepare
from bot.prompt.parser import ParsedPrompt, parse
from gpu.errors import EaselError
from gpu.params import GenerationParams
from gpu.references import read_references
from gpu.types import AdapterSpec, GenerationRequest, InputImage, InputRole, ModelSpec

STYLE, FIGURE, IMAGE, PROMPT = InputRole.STYLE, InputRole.CHARACTER, InputRole.IMAGE, InputRole.PROMPT
ADAPTER = AdapterSpec(source="h94/IP-Adapter", weight_name="ip-adapter_sdxl.safetensors", subfolder="sdxl_models")


def spec(*kinds: str) -> ModelSpec:
    return ModelSpec(name="sdxl", family="sdxl", source="x", ip_adapters=dict.fromkeys(kinds, ADAPTER))  # type: ignore[arg-type]


def read(text: str) -> ParsedPrompt:
    return parse(text, models=("sdxl",), styles=())


def prepared(text: str, roles: list[InputRole], *kinds: str) -> Any:
    chosen = read(text).chosen
    pictures = [Picture(role, Image.new("RGB", (64, 64))) for role in roles]
    return prepare(GenerationParams(**chosen), pictures, chosen, spec(*kinds))


ALL = ("image", "style", "character")


@pytest.mark.parametrize(
    ("text", "roles", "kinds", "expected", "notes"),
    [
        ("a fox", [STYLE], ALL, [(STYLE, 1)], []),
        ("a fox --sref 2, 1 --sw 300", [STYLE, STYLE], ALL, [(STYLE, 2), (STYLE, 1)], []),
        ("a fox --sref ::2 ::0.5 --cref 1", [STYLE, FIGURE, STYLE], ALL, [(STYLE, 2), (FIGURE, 1), (STYLE, 0.5)], []),
        ("a fox --cref 2 --cw 20", [FIGURE, FIGURE], ALL, [(FIGURE, 2), (FIGURE, 2)], []),
        ("a fox", [IMAGE, IMAGE], ALL, [(PROMPT, 1), (PROMPT, 1)], ["note-image-prompt"]),
        ("a fox --iw 2", [IMAGE], ALL, [(PROMPT, 1)], ["note-image-prompt"]),
        ("a fox --iw 2", [IMAGE, STYLE], ("style",), [(IMAGE, 1), (STYLE, 1)], ["note-image-weight"]),
        ("a fox --strength 0.5", [IMAGE, STYLE], ALL, [(IMAGE, 1), (STYLE, 1)], []),
        ("a fox --iw 2 --mask right", [IMAGE], ALL, [(IMAGE, 1), (InputRole.MASK, 1)], ["note-image-weight-drawn"]),
    ],
)  # fmt: skip
def test_what_becomes_of_pictures(text: str, roles: Any, kinds: Any, expected: Any, notes: list[str]) -> None:
    done = prepared(text, roles, *kinds)
    assert [(picture.role, picture.weight) for picture in done.pictures] == expected
    assert [note.id for note in done.notes] == notes


@pytest.mark.parametrize(
    ("text", "roles", "kinds", "sentence"),
    [
        ("a fox", [STYLE], (), "error-adapter-style"),
        ("a fox --sref 2", [], (), "error-adapter-style"),
        ("a fox", [FIGURE], ("style",), "error-adapter-character"),
        ("a fox --sw 5", [], ALL, "error-reference-style"),
        ("a fox --cref 1", [STYLE], ALL, "error-reference-character"),
        ("a fox --sref 1, 2, 3", [STYLE, STYLE], ALL, "error-reference-count"),
        ("a fox", [IMAGE, IMAGE], ("style",), "error-input-starts"),
    ],
)
def test_what_is_refused(text: str, roles: Any, kinds: Any, sentence: str) -> None:
    with pytest.raises(EaselError) as error:
        prepared(text, roles, *kinds)
    assert error.value.id == sentence


@pytest.mark.parametrize(
    ("text", "prompt", "chosen"),
    [
        ("a fox --sref 2, 1", "a fox", {"style_references": "2, 1"}),
        ("a fox --sref 2,1 in snow", "a fox in snow", {"style_references": "2, 1"}),
        ("a fox --sref ::2 ::1", "a fox", {"style_references": "2, 1"}),
        ("a fox --sref 0.5 --sw 1000", "a fox", {"style_references": "0.5", "style_weight": 1000.0}),
        ("a fox --cref 1 --cw 0", "a fox", {"character_references": "1", "character_weight": 0.0}),
    ],
)
def test_weights_are_read(text: str, prompt: str, chosen: dict[str, Any]) -> None:
    parsed = read(text)
    assert (parsed.prompt, parsed.chosen) == (prompt, chosen)
    assert read(parsed.line) == parsed


@pytest.mark.parametrize(
    ("text", "sentence", "suggestion"),
    [
        ("a fox --sref 3149588192", "error-prompt-reference-code", "a fox"),
        ("a fox --sref random in snow", "error-prompt-reference-code", "a fox in snow"),
        ("a fox --sref https://x.y/z.png::2 https://a.b/c.png in snow", "error-prompt-reference-link", "a fox in snow"),
        ("a fox --cref https://x.y/z.png --cw 50", "error-prompt-reference-link", "a fox --cw 50"),
        ("a fox --sref 20", "error-prompt-references", "a fox --sref 10"),
        ("a fox --sref much", "error-prompt-references", "a fox"),
        ("a fox --sw 2000", "error-prompt-number", "a fox --sw 1000"),
        ("a fox --cw 101", "error-prompt-number", "a fox --cw 100"),
    ],
)
def test_codes_and_links_are_refused_with_the_reason(text: str, sentence: str, suggestion: str) -> None:
    with pytest.raises(PromptError) as error:
        read(text)
    assert error.value.id == sentence
    assert error.value.suggestion == suggestion


def test_weights_share_the_scale() -> None:
    images = tuple(InputImage(role=STYLE, path="x.png", weight=weight) for weight in (3, 1))  # type: ignore[arg-type]
    params = GenerationParams(style_weight=100)
    request = GenerationRequest(job_id="a", params=params, output_dir="x", inputs=images)  # type: ignore[arg-type]
    assert [reference.scale for reference, _ in read_references(request)] == [0.75, 0.25]
