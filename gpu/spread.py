"""`--chaos`: how the pictures of one grid are drawn with different guidance, wording and noise.

What is special about a picture follows from its own seed alone, never from its place: image k of a grid is the one
picture of seed + k − 1, today and tomorrow. Works for every family that says its conditioning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gpu.params import GenerationParams

if TYPE_CHECKING:
    from gpu.families.base import UNetFamily

GUIDANCE, WORDING, NOISE = 0.6, 0.6, 0.25
"""At chaos 100: shares by which guidance and weights differ at most, and the deviation of a channel's mean."""

SALT = 0xC4A05
"""Keeps these numbers apart from those that the noise is drawn from."""

_WEIGHTY = re.compile(r"[()\\|]|::|\bBREAK\b")
"""A prompt with weights of its own keeps them."""


def own(params: GenerationParams, index: int) -> GenerationParams:
    """The params of image `index` (1…n) alone: its guidance, and its weights of the phrases between commas."""
    alone = params.model_copy(update={"num_images": 1, "seed": params.image_seed(index)})
    if not params.chaos:
        return alone
    chance, chaos = _chance(alone), params.chaos / 100
    guidance = params.guidance_scale
    if guidance > 1:  # with guidance, every picture has it: the rows of a grid are of one kind
        guidance = 1 + (guidance - 1) * (1 + GUIDANCE * chaos * _between(chance))
    return alone.model_copy(
        update={"guidance_scale": guidance, "prompt": _reworded(params.prompt, WORDING * chaos, chance)}
    )


def conditioning(family: UNetFamily, params: GenerationParams) -> tuple[dict[str, Tensor], float | Tensor]:
    """The UNet's further arguments of all images, and their guidance: one number, or [n, 1, 1, 1] with chaos."""
    if not params.chaos:
        return family.conditioning(params), params.guidance_scale
    each = [own(params, index) for index in range(1, params.num_images + 1)]
    plain = family.conditioning(params.model_copy(update={"num_images": 1}))
    rows = [_of_length(family, one, params.prompt, plain) for one in each]
    sides = 2 if family.guided(params) else 1
    order = [(row, side) for side in range(sides) for row in rows]
    together = {name: torch.cat([row[name][side : side + 1] for row, side in order]) for name in plain}
    scales = torch.tensor([one.guidance_scale for one in each], device=family.device, dtype=family.dtype)
    return together, scales.view(-1, 1, 1, 1)


def noise(drawn: Tensor, params: GenerationParams) -> Tensor:
    """The noise [n, channels, h, w] of a grid; with chaos, the mean of each picture's channels is moved."""
    if not params.chaos:
        return drawn
    moves: Sequence[Tensor] = [
        torch.randn(1, drawn.shape[1], 1, 1, generator=_chance(own(params, index)))
        for index in range(1, params.num_images + 1)
    ]
    return drawn + NOISE * params.chaos / 100 * torch.cat(list(moves)).to(drawn)


def _of_length(family: UNetFamily, one: GenerationParams, prompt: str, plain: dict[str, Tensor]) -> dict[str, Tensor]:
    """The arguments of one image. Where weights move the place at which a long text is cut, its words stay plain."""
    found = family.conditioning(one)
    if found["encoder_hidden_states"].shape == plain["encoder_hidden_states"].shape:
        return found
    return family.conditioning(one.model_copy(update={"prompt": prompt}))


def _reworded(prompt: str, spread: float, chance: torch.Generator) -> str:
    if _WEIGHTY.search(prompt):
        return prompt
    phrases = [phrase.strip() for phrase in prompt.split(",") if phrase.strip()]
    return ", ".join(f"({phrase}:{1 + spread * _between(chance):.3f})" for phrase in phrases)


def _chance(params: GenerationParams) -> torch.Generator:
    return torch.Generator().manual_seed(params.seed ^ SALT)


def _between(chance: torch.Generator) -> float:
    """A number from -1 to 1."""
    return float(torch.rand(1, generator=chance)) * 2 - 1
