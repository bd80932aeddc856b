"""Models that OpenAI draws: what the operator says about each, and what follows for a request.

No number here is a fact about OpenAI: sizes, qualities and prices are the operator's. Knows no client, no network.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gpu.params import GenerationParams
from gpu.types import ModelSpec, Setting

RETIRED = {"dall-e-2": "2026-05-12", "dall-e-3": "2026-05-12", "gpt-image-1": "2026-10-23"}
"""Models that OpenAI shut down, and when; people still write their names."""

SECONDS = 20.0
"""What a picture takes, roughly; it only decides what a member is told of the time."""

USED = ("model", "aspect_ratio", "num_images", "style", "quality", "mask", "zoom")
"""Parameters of the table that reach the API, or are done before it is asked. It takes no others."""


class OpenAIModel(Setting):
    """One `[openai.models."NAME"]` of config.toml."""

    sizes: tuple[Annotated[str, Field(pattern=r"^[1-9]\d{2,3}x[1-9]\d{2,3}$")], ...] = Field(min_length=1)
    """`1536x1024` …; `--ar` chooses the nearest."""
    qualities: dict[str, Annotated[float, Field(ge=0)]] = Field(min_length=1)
    """The API's own words → the price of one picture, in the currency of the limit. The first is the default."""

    def spec(self, name: str) -> ModelSpec:
        """The description that the parser and the studio work with."""
        sizes = tuple((int(width), int(height)) for width, _, height in (size.partition("x") for size in self.sizes))
        pixels = max(width * height for width, height in sizes)
        return ModelSpec(
            name=name, family="openai", source=name, licence="OpenAI's terms of use",
            licence_url="https://openai.com/policies/", pixels=pixels, multiple=1, sizes=sizes,
        )  # fmt: skip

    def quality(self, wish: str) -> str:
        """The API's word for a `--quality`: the same word, else by rank of its price."""
        if not wish or wish in self.qualities:
            return wish or next(iter(self.qualities))
        ranked = sorted(self.qualities, key=lambda word: self.qualities[word])
        return ranked[round(_rank(wish) * (len(ranked) - 1))]

    def price(self, params: GenerationParams) -> float:
        """What the job costs."""
        return self.qualities[self.quality(params.quality)] * params.num_images


def _rank(wish: str) -> float:
    """From 0, the cheapest, to 1; a number is a multiple of the usual effort."""
    named = {"draft": 0.0, "standard": 0.5, "high": 1.0, "precise": 1.0}
    if wish in named:
        return named[wish]
    effort = float(wish)
    return 0.0 if effort < 0.75 else 0.5 if effort < 1.5 else 1.0
