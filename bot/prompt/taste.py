"""`--stylize` and `--weird`: how strongly the words around a prompt are heard, and which odd ones are blended in.

Also says which of Midjourney's flags change nothing on a model. Knows no parser and no device.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from bot.prompt.weights import format_prompts
from gpu.params import BY_NAME, ENLARGERS, NO_UPSCALER, QUALITY, GenerationParams
from gpu.types import ModelSpec, Note
from gpu.weights import Weighted, prompts

WHOLE = frozenset({"sd3", "flux", "zimage"})
"""Families that a pipeline of diffusers draws: it reads no weights in a text, and has no rows or steps of ours."""

UNHEARD = ("chaos", "weird", "stop")
"""What such a pipeline does not know."""

NEEDS: Mapping[str, tuple[str, Callable[[GenerationParams], bool]]] = {
    "hires_by": ("--hires", lambda params: params.hires > 1),
    "noise_level": ("--upscaler sd-x4", lambda params: params.upscaler in ENLARGERS),
}
"""Parameter → the flag without which it changes nothing, and whether that is there."""

STRONGEST = 1.7
"""Weight of a template's words at `--stylize 1000`; beyond, pictures fall apart."""
MOST_WEIRD = 0.6
"""Share of the unusual styles at `--weird 3000`."""

ODD = (
    "made of melting wax", "x-ray photograph", "medieval marginalia", "deep sea creature", "glitched scan",
    "knitted from wool", "cyanotype of lace", "bioluminescent fungus", "brutalist concrete", "stained glass insect",
    "hand-coloured daguerreotype", "liquid mercury", "folded paper labyrinth", "thermal camera", "cave painting",
    "overgrown machine", "anatomical wood engraving", "soap bubble interference", "patchwork of maps", "burnt film",
)  # fmt: skip
"""Looks that few ask for."""


def template_weight(stylize: int, spec: ModelSpec) -> float:
    """How much the words of a style's template count, 0 (left out) … `STRONGEST`; 1 at 100."""
    if spec.family in WHOLE or spec.family == "openai":
        return float(stylize > 0)
    weight = stylize / 100 if stylize <= 100 else 1 + (STRONGEST - 1) * (stylize - 100) / 900
    return round(weight, 3)


def quality(written: str, steps: int) -> dict[str, Any]:
    """What a preset sets; a number multiplies the steps that there would be without it."""
    if not written or written in QUALITY:
        return QUALITY.get(written, {})
    row = BY_NAME["num_inference_steps"]
    scaled = round(steps * float(written))
    return {"num_inference_steps": int(min(max(scaled, row.low or 1), row.high or scaled))}


def with_weird(prompt: str, settings: Mapping[str, Any], spec: ModelSpec, seed: int) -> str:
    """The prompt mixed with two unusual styles: which ones the seed decides, how much `--weird`."""
    weird = settings["weird"]
    if not weird or spec.family in WHOLE or spec.family == "openai":
        return prompt
    parts = prompts(prompt)
    share = MOST_WEIRD * weird / (BY_NAME["weird"].high or 1)
    each = sum(part.weight for part in parts) * share / (1 - share) / 2
    chosen = random.Random(settings.get("seed", seed)).sample(ODD, 2)
    odd = [Weighted(f"{part.text}, {words}", round(each, 4)) for part, words in zip(parts[:1] * 2, chosen, strict=True)]
    return format_prompts([*parts, *odd])


def without_effect(chosen: Mapping[str, Any], params: GenerationParams, spec: ModelSpec) -> tuple[Note, ...]:
    """A note for each flag of a line that changes nothing there: nothing is silently ignored."""
    notes = [*_stylize(chosen, params), *_unheard(chosen, params, spec)]
    notes += [
        Note(id="note-flag-idle", facts={"flag": BY_NAME[name].flag, "needs": needs})
        for name, (needs, works) in NEEDS.items()
        if chosen.get(name, BY_NAME[name].default) != BY_NAME[name].default and not works(params)
    ]
    if "hires_by" in chosen and params.hires > 1 and params.hires_by == "latent" and params.upscaler != NO_UPSCALER:
        notes.append(Note(id="note-hires-picture", facts={"upscaler": params.upscaler}))
    if chosen.get("quality") and quality(chosen["quality"], 1).keys() <= chosen.keys():
        notes.append(Note(id="note-quality-overruled", facts={"quality": chosen["quality"]}))
    return tuple(notes)


def _stylize(chosen: Mapping[str, Any], params: GenerationParams) -> list[Note]:
    style = params.style
    if "stylize" in chosen and chosen["stylize"] != BY_NAME["stylize"].default and style in ("", "raw"):
        return [Note(id="note-stylize-plain")]
    return [Note(id="note-stylize-off", facts={"style": style})] if style and params.stylize == 0 else []


def _unheard(chosen: Mapping[str, Any], params: GenerationParams, spec: ModelSpec) -> list[Note]:
    given = [BY_NAME[name] for name in UNHEARD if name in chosen]
    unheard = [row.flag for row in given if chosen[row.name] != row.default]
    if unheard and spec.family in WHOLE:
        return [Note(id="note-flag-unheard", facts={"model": spec.name, "flags": ", ".join(unheard)})]
    return [Note(id="note-chaos-one")] if "chaos" in chosen and params.num_images == 1 else []
