"""Embeddings as members meet them: listed, named in a prompt, heard or not, exported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from bot.config import Config, EmbeddingsConfig
from bot.runtime import open_studio
from tests.e2e.conftest import FAST, World


@pytest.fixture
async def world(config: Config, tmp_path: Path) -> AsyncIterator[World]:
    """A bot with an embedding for SDXL and one for SD 1.5."""
    folder = tmp_path / "embeddings"
    folder.mkdir()
    save_file({"clip_l": torch.zeros(1, 768), "clip_g": torch.zeros(1, 1280)}, folder / "mycat.safetensors")
    save_file({"emb_params": torch.zeros(4, 768)}, folder / "easynegative.safetensors")
    own = config.model_copy(update={"embeddings": EmbeddingsConfig(folder=folder)})
    async with open_studio(own) as runtime:
        world = World(runtime, FAST)
        await world.start()
        yield world
        await world.close()


async def test_they_are_listed_with_the_models_that_they_are_for(world: World) -> None:
    listed = await world.alice.slash(world.channel, "embeddings")
    assert listed.ephemeral
    assert listed.response.embeds[0].description.splitlines() == [
        "**easynegative** for SD 1.5 models · counts as 4 tokens", "**mycat** for SDXL models · counts as 1 token",
    ]  # fmt: skip


async def test_a_result_says_which_words_were_heard_as_embeddings(world: World) -> None:
    message = await world.imagine("a portrait of <mycat> --no easynegative")
    job = await world.job_of(message)
    assert job.request.params.prompt == "a portrait of <mycat>"
    assert [note.id for note in job.request.notes][:2] == ["note-embeddings", "note-embeddings-other"]
    shown = str(message.content) + "".join(embed.description or "" for embed in message.embeds)
    assert "Heard as embeddings: mycat." in shown
    assert "easynegative: embeddings for another kind of model; starter reads plain words." in shown


async def test_the_other_program_gets_its_own_way_of_naming_one(world: World) -> None:
    job = await world.job_of(await world.imagine("a portrait of mycat"))
    sent = await world.alice.slash(world.channel, "export", job=job.id, format="comfyui")
    (file,) = sent.response.attachments
    graph = json.loads(await file.read())
    assert "a portrait of embedding:mycat" in [node["inputs"].get("text") for node in graph.values()]


async def test_where_there_are_none_the_answer_says_who_can_change_that(plain: World) -> None:
    listed = await plain.alice.slash(plain.channel, "embeddings")
    assert "the operator puts .safetensors files" in listed.response.embeds[0].description


@pytest.fixture
async def plain(config: Config) -> AsyncIterator[World]:
    async with open_studio(config) as runtime:
        world = World(runtime, FAST)
        await world.start()
        yield world
        await world.close()
