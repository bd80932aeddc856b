"""The negative words that a family of models is better with, unless its configuration or the member says otherwise.

They are shown beside every picture that they changed, and `--no none` leaves them out. Knows no Discord.
"""

from __future__ import annotations

from bot.prompt.words import shorten
from gpu.params import GenerationParams
from gpu.types import ModelSpec, Note

FAMILY_NEGATIVE = {
    "sd15": "blurry, low quality, distorted, watermark",
    "sdxl": "blurry, low quality, distorted",
    "sd3": "blurry, low quality, distorted",
}
"""Family → what it should not show. Families that hear no negative prompt, or need none, are not here."""


def default_negative(spec: ModelSpec) -> str:
    """What `negative_prompt` in the model's table of config.toml says, "" included; else its family's words."""
    return spec.negative_prompt if "negative_prompt" in spec.model_fields_set else FAMILY_NEGATIVE.get(spec.family, "")


def negative_note(params: GenerationParams, spec: ModelSpec) -> tuple[Note, ...]:
    """Says which words nobody wrote; nothing where they are not heard, or were switched off."""
    words = default_negative(spec)
    if not words or not params.negative_prompt.startswith(words) or not spec.hears_negative(params.guidance_scale):
        return ()
    return (Note(id="note-negative-default", facts={"words": shorten(words, 120)}),)
