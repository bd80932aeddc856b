"""From what a user wrote to everything that decides the pixels.

The layers, each over the one before: the model's own settings, the style's, `--quality`, the flags. Knows no Discord
and no device; what it returns is complete, so that the stored params alone repeat the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.prompt.aspect import nearest, size
from bot.prompt.negative import default_negative
from bot.prompt.parser import ParsedPrompt
from bot.prompt.styles import Style, Styles
from bot.prompt.taste import quality, template_weight, with_weird
from bot.prompt.weights import format_prompts
from gpu.params import BY_NAME, GenerationParams
from gpu.types import ModelSpec
from gpu.weights import Weighted, prompts

NO_DEFAULTS = "none"
"""`--no none` switches the negative words of model and style off."""


def resolve(
    parsed: ParsedPrompt, *, spec: ModelSpec, styles: Styles, seed: int, triggers: Sequence[str] = ()
) -> GenerationParams:
    """The complete params of a line for the model `spec`.

    `seed` is used unless the line has one; `triggers` are words that its LoRAs want in the prompt.

    `prompt` and `negative_prompt` are what the model is told: the style's template is applied. The user's own words
    stay in the line that is stored with the job.
    """
    chosen = parsed.chosen
    settings = layered(chosen, spec=spec, styles=styles)
    style = styles.get(settings["style"])
    width, height = drawn_size(settings["aspect_ratio"], spec)
    weight = template_weight(settings["stylize"], spec)
    own = {
        "prompt": with_weird(_framed(parsed.prompt, style, triggers, weight), settings, spec, seed),
        "negative_prompt": _negative(spec, style if weight else None, chosen.get("negative_prompt", "")),
        "width": width,
        "height": height,
    }
    return GenerationParams.model_validate({"seed": seed, **settings, **own})


def _framed(prompt: str, style: Style | None, triggers: Sequence[str], weight: float) -> str:
    """Trigger words and the style's template around the prompt; around each one of a mixture, which shares them out."""

    def framed(text: str) -> str:
        missing = [words for words in triggers if words.lower() not in text.lower()]
        text = ", ".join([text, *missing])
        return style.apply(text, weight) if style else text

    parts = prompts(prompt)
    if len(parts) < 2 or not (style or triggers):
        return framed(prompt)
    return format_prompts([Weighted(framed(part.text), part.weight) for part in parts])


def drawn_size(ratio: str, spec: ModelSpec) -> tuple[int, int]:
    """Width and height that the model draws for an aspect ratio: the nearest it has, or about the area it was made for.
    """
    return nearest(ratio, spec.sizes) if spec.sizes else size(ratio, spec.pixels, spec.multiple)


def layered(chosen: Mapping[str, Any], *, spec: ModelSpec, styles: Styles) -> dict[str, Any]:
    """Every parameter of the table but the seed: model ← style ← quality ← chosen."""
    style = styles.get(chosen.get("style", ""))
    settings = {name: row.default for name, row in BY_NAME.items() if name != "seed"}
    settings |= {name: getattr(spec, name) for name in settings.keys() & ModelSpec.model_fields.keys()}
    settings |= {"model": spec.name} | (style.defaults.model_dump(exclude_none=True) if style else {})
    settings |= quality(chosen.get("quality", ""), settings["num_inference_steps"])
    return settings | dict(chosen)


def _negative(spec: ModelSpec, style: Style | None, own: str) -> str:
    """The negative words of model, style and user, each once. `none` in the user's switches the others off."""
    wanted = [word.strip() for word in own.split(",")]
    if any(word.lower() == NO_DEFAULTS for word in wanted):
        return ", ".join(word for word in wanted if word.lower() != NO_DEFAULTS)
    of_model = "" if style and style.plain else default_negative(spec)
    of_style = style.negative_prompt if style else ""
    every = [*f"{of_model},{of_style}".split(","), *wanted]
    return ", ".join(dict.fromkeys(word.strip() for word in every if word.strip()))
