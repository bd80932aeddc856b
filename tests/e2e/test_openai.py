"""A model of OpenAI on Discord: the message says what was drawn, with which notes, and what it cost."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.config import Config
from gpu.openai_models import OpenAIModel
from tests.gpu.openaiserver import KEY, OpenAIServer, serving

from .conftest import World

MODEL = OpenAIModel(sizes=("128x128", "192x128"), qualities={"medium": 0.1, "low": 0.05})


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with serving() as running:
        yield running


@pytest.fixture
def config(config: Config, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    update = {"base_url": server.url, "models": {"painter": MODEL}, "daily_limit": 0.5}
    return config.model_copy(update={"openai": config.openai.model_copy(update=update)})


async def test_it_is_drawn_shown_and_limited(world: World, server: OpenAIServer) -> None:
    grid = await world.imagine("a red fox", model="dall-e-3", seed=5)
    assert len(server.asked) == 1
    assert grid.attachments
    for part in ("painter", "price 0.40", "takes no --seed", "dall-e-3 was shut down on 2026-05-12"):
        assert part in grid.content
    assert "steps" not in grid.content
    listed = (await world.alice.slash(world.channel, "models")).response
    assert "drawn by OpenAI · 128x128, 192x128 · price of a picture: medium 0.10" in listed.embeds[0].description
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox", model="painter", n=2)
    assert refused.ephemeral
    assert "you have spent 0.40 of the 0.50" in refused.response.content
    varied = await world.click(world.alice, grid, "V1")
    assert varied.ephemeral
