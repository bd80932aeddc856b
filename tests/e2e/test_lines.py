"""/describe, /shorten, /expand and translation, with and without models, and their buttons."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import simcord
from PIL import Image

from bot.config import Config
from bot.runtime import open_studio
from bot.views.picks import picks

from .conftest import FAST, World


def png(colour: str, size: tuple[int, int] = (90, 60)) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return "picture.png", buffer.getvalue()


@pytest.fixture
def config(config: Config) -> Config:
    """Without a sentence encoder, whatever is installed."""
    return config.model_copy(update={"prompt": config.prompt.model_copy(update={"embedder": "off"})})


def line(message: Any, number: int) -> str:
    return str(message.embeds[number - 1].description).removeprefix("```\n").removesuffix("\n```")


def labels(message: Any) -> list[str]:
    """Of a response, whose rows are dicts."""
    return [button["label"] for row in message.components for button in row["components"]]


async def test_describe_without_a_model_says_so_and_offers_four_lines(world: World) -> None:
    told = await world.alice.slash(world.channel, "describe", image=png("navy"))
    message = told.response
    assert message.ephemeral
    assert "PNG of 90×60 (3:2)" in message.content
    assert "navy blue" in message.content
    assert "no model here that sees" in message.content
    assert labels(message) == ["1", "2", "3", "4"]
    assert line(message, 1) == "a scene in navy blue, dark, oil painting --ar 3:2"
    await world.restart()
    drawn = await world.alice.click(message, label="2")
    picture = await world.pictures(drawn.response.id)
    assert (await world.job_of(picture)).request.params.prompt == "a scene in navy blue, dark, watercolor"


async def test_describe_finds_the_line_in_the_picture_and_the_members_own(world: World) -> None:
    grid = await world.imagine("a red fox", seed=5, n=1)
    data = await grid.attachments[0].read()
    told = (await world.alice.slash(world.channel, "describe", image=("1.png", data))).response
    assert "drawn by Easel" in told.content
    assert "--seed 5" in line(told, 1)
    assert "your own line whose picture" in told.content
    plain = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(plain, "JPEG")
    again = (await world.alice.slash(world.channel, "describe", image=("1.jpg", plain.getvalue()))).response
    assert "says nothing about how it was made" in again.content
    assert line(again, 1) == "a red fox --seed 5 --n 1"
    other = (await world.bob.slash(world.channel, "describe", image=("1.jpg", plain.getvalue()))).response
    assert "a red fox" not in "".join(line(other, n) for n in range(1, 5)), "not another member's line"


async def test_describe_refuses_what_is_no_picture(world: World) -> None:
    told = await world.alice.slash(world.channel, "describe", image=("x.png", b"GIF89a nothing"))
    assert "picture you sent" in told.response.content


async def test_shorten_marks_words_and_offers_shorter_lines(world: World) -> None:
    prompt = "a beautiful portrait of an old fisherman, stormy sea, 8k, masterpiece --ar 3:2"
    message = (await world.alice.slash(world.channel, "shorten", prompt=prompt)).response
    assert "~~beautiful~~" in message.content
    assert "**portrait**" in message.content
    assert "by a table of words" in message.content
    assert line(message, 1) == "portrait of an old fisherman, stormy sea --ar 3:2"
    assert 2 <= len(labels(message)) <= 5
    with pytest.raises(simcord.SetupError):
        await world.bob.click(message, label="1")  # only Alice sees it
    drawn = await world.alice.click(message, label="1")
    picture = await world.pictures(drawn.response.id)
    assert (await world.job_of(picture)).user_id == world.alice.id


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("shorten", {"prompt": "a beautiful portrait of an old fisherman, stormy sea, 8k, masterpiece"}),
        ("expand", {"prompt": "a fox"}),
        ("describe", {"image": png("navy")}),
    ],
)
async def test_the_lines_of_others(world: World, command: str, options: dict[str, Any]) -> None:
    """They are seen by nobody else; a button that reaches somebody else all the same draws a job of theirs, once."""
    message = (await world.alice.slash(world.channel, command, **options)).response
    assert message.ephemeral
    for label in labels(message):
        with pytest.raises(simcord.SetupError):
            await world.bob.click(message, label=label)
    assert await world.jobs(world.bob) == []
    lines = [line(message, number) for number in range(1, len(message.embeds) + 1)]
    copy = await world.bot.get_channel(world.channel.id).send("look", **picks(lines))
    await world.restart()
    for _ in range(2):
        await world.bob.click(copy, label="2")
    drawn = await world.until(lambda: world.jobs(world.bob))
    assert [job.text for job in drawn] == [lines[1]]
    assert await world.jobs(world.alice) == []
    empty = await world.bot.get_channel(world.channel.id).send("look", view=picks(lines)["view"])
    assert "Ask for it again" in (await world.bob.click(empty, label="1")).response.content


async def test_shorten_refuses_weights_and_mistakes(world: World) -> None:
    told = await world.alice.slash(world.channel, "shorten", prompt="cat::2 dog::1")
    assert "cannot shorten a line with weights" in told.response.content
    told = await world.alice.slash(world.channel, "shorten", prompt="cat --no dog")
    assert "--no" in told.response.content
    told = await world.alice.slash(world.channel, "shorten", prompt="cat --steps 500")
    assert "--steps 150" in told.response.embeds[0].description


async def test_expand_offers_longer_lines(world: World) -> None:
    message = (await world.alice.slash(world.channel, "expand", prompt="a {red, blue} fox --seed 3")).response
    assert "out of tables" in message.content
    assert labels(message) == ["1", "2", "3", "4"]
    drawn = await world.alice.click(message, label="4")
    picture = await world.pictures(drawn.response.id)
    params = (await world.job_of(picture)).request.params
    assert params.prompt.startswith("a {red, blue} fox, ")
    assert params.seed == 3


async def test_with_models_captions_are_offered_and_lines_translated(config: Config, tmp_path: Path) -> None:
    prompt = config.prompt.model_copy(update={"translator": "x", "writer": "x", "embedder": "x"})
    describe = config.describe.model_copy(update={"captioner": "x"})
    async with open_studio(config.model_copy(update={"prompt": prompt, "describe": describe})) as runtime:
        world = World(runtime, FAST)
        await world.start()
        told = (await world.alice.slash(world.channel, "describe", image=png("red"))).response
        assert "no model here that sees" not in told.content
        assert line(told, 1) == "a picture of 90 by 60, caption 1 --ar 3:2"
        assert list((config.data_dir / "inputs").iterdir()) == [], "what was looked at is not kept"
        shown = await world.alice.slash(world.channel, "imagine", prompt="一只红狐狸 fox")
        grid = await world.pictures(shown.response.id)
        job = await world.job_of(grid)
        assert job.request.params.prompt == "in English: fox"
        assert job.text == "一只红狐狸 fox"
        assert "translated: in English: fox" in grid.content
        assert "Chinese" not in grid.content
        expanded = (await world.alice.slash(world.channel, "expand", prompt="a fox")).response
        assert line(expanded, 1) == "a fox, written 0"
        shortened = (await world.alice.slash(world.channel, "shorten", prompt="a red fox in snow")).response
        assert "by a sentence encoder" in shortened.content
        await world.close()
