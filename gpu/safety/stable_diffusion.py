"""The safety checker of Stable Diffusion 1.x, standalone: CLIP compares a picture with seventeen concepts.

Looks at pictures of any family, and blackens none: the margin by which the nearest concept is beyond its own limit
becomes a number. With the usual threshold of 0.7 exactly those are refused that stock would blacken.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker, cosine_distance
from PIL import Image
from torch import Tensor
from transformers import CLIPImageProcessorPil

from gpu.errors import ModelError
from gpu.hub import HubCache
from gpu.layouts import Layout, Part
from gpu.sources import choose
from gpu.types import CheckerSource

LAYOUT = Layout(
    parts=(Part("safety_checker", ("safety_checker",)), Part("feature_extractor", ("feature_extractor",), False)),
    prefixes=(),
)
"""As in every repository of Stable Diffusion 1.x."""

FLAGGED, EDGE, SLOPE = 0.001, 0.7, 5.0
"""The smallest margin that stock calls bad, the number that stands for it, and numbers for one more of margin."""
SPECIAL_CARE = 0.01
"""How much sooner a concept is bad where one that needs special care is near."""


class StableDiffusionChecker:
    """About a second a picture on two cores."""

    categories: tuple[str, ...] = ("sexual",)

    def __init__(
        self,
        source: CheckerSource,
        device: str = "cpu",
        on_progress: Callable[[int, int], None] = lambda done, total: None,
        hub: HubCache | None = None,
    ) -> None:
        """Downloads what is missing. Raises `ModelError`."""
        folder = (hub or HubCache.from_environment()).parts(source, LAYOUT, on_progress)
        self._device = torch.device(device)
        self._pictures = CLIPImageProcessorPil.from_pretrained(folder / "feature_extractor", local_files_only=True)
        self._model = _loaded(folder, source.source).to(self._device)

    def score(self, image: Image.Image) -> dict[str, float]:
        """0.7 where stock just begins to refuse, 0.6 for 0.02 less."""
        return {"sexual": min(max(EDGE + SLOPE * (self.margin(image) - FLAGGED), 0.0), 1.0)}

    @torch.no_grad()
    def margin(self, image: Image.Image) -> float:
        """How far the nearest concept is beyond its limit, rounded as stock rounds it: more than 0 is bad."""
        model: Any = self._model
        pixels = self._pictures(image.convert("RGB"), return_tensors="pt").pixel_values.to(self._device)
        seen = model.visual_projection(model.vision_model(pixels)[1])
        special = _beyond(seen, model.special_care_embeds, model.special_care_embeds_weights)
        adjustment = 0.0
        for margin in special:  # each one that is near makes the ones after it nearer, too
            adjustment = SPECIAL_CARE if round(margin + adjustment, 3) > 0 else adjustment
        margins = _beyond(seen, model.concept_embeds, model.concept_embeds_weights)
        return max(round(margin + adjustment, 3) for margin in margins)


def _beyond(seen: Tensor, concepts: Tensor, limits: Tensor) -> list[float]:
    """Likeness to each concept, minus its limit."""
    likeness = cosine_distance(seen, concepts)[0].cpu().float()
    return [float(near) - float(limit) for near, limit in zip(likeness, limits, strict=True)]


def _loaded(folder: Path, source: str) -> Any:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    choice = choose(names, LAYOUT, "", source)["safety_checker"]
    try:
        model, info = StableDiffusionSafetyChecker.from_pretrained(
            folder / choice.folder, variant=choice.variant or None, dtype=torch.float32,
            use_safetensors=True, local_files_only=True, output_loading_info=True,
        )  # fmt: skip
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        problem = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise ModelError(source=source, problem=problem[:300]) from error
    if lost := sorted(info["missing_keys"]):
        raise ModelError("error-model-weights", file=str(folder), count=len(lost), example=str(lost[0]))
    return model.eval().requires_grad_(False)
