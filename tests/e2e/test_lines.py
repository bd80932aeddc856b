"""/describe, /shorten, /expand and translation, with and without models, and their buttons."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from PIL import Image

from bot.config import Config
from bot.runtime import open_studio
from bot.views.describing import AgainButton
from bot.views.picks import PickAllButton, picks
from gpu.errors import WorkerCrashed
from gpu.fake import MARK
from storage.models import Job, JobState

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


def lines(message: Any) -> list[str]:
    return [line(message, number) for number in range(1, len(message.embeds) + 1)]


def labels(message: Any) -> list[str]:
    """Of a response, whose rows are dicts."""
    return list(_buttons(message))


def custom_id(message: Any, label: str) -> str:
    return _buttons(message)[label]


def _buttons(message: Any) -> dict[str, str]:
    every = [button for row in message.components for button in row["components"]]
    return {button.get("label") or button["emoji"]["name"]: button["custom_id"] for button in every}


async def test_describe_without_a_model_says_so_and_offers_four_lines(world: World) -> None:
    told = await world.alice.slash(world.channel, "describe", image=png("navy"))
    message = told.response
    assert message.ephemeral
    assert "PNG of 90×60 (3:2)" in message.content
    assert "navy blue" in message.content
    assert "no model here that sees" in message.content
    assert labels(message) == ["1", "2", "3", "4", "🔄", "Imagine all"]
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


async def test_describe_again_has_other_words_also_after_a_restart(world: World) -> None:
    name, data = png("navy")
    first = (await world.alice.slash(world.channel, "describe", image=(name, data))).response
    assert await first.attachments[0].read() == data, "the picture hangs on the message"
    seen = lines(first)
    for _ in range(4):
        await world.restart()
        again = await world.alice.click(first, custom_id=custom_id(first, "🔄"))
        assert again.response.id == first.id, "the message itself changes"
        new = lines(again.response)
        assert len(new) == 4
        assert not set(new) & set(seen)
        seen += new
        first = again.response
        assert labels(first) == ["1", "2", "3", "4", "🔄", "Imagine all"]
        assert len(first.attachments) == 1
    drawn = await world.alice.click(first, label="3")
    picture = await world.pictures(drawn.response.id)
    assert (await world.job_of(picture)).text == seen[-2]


async def test_all_lines_are_drawn_after_a_question(world: World) -> None:
    message = (await world.alice.slash(world.channel, "describe", image=png("navy", (60, 60)))).response
    await world.restart()
    question = await world.alice.click(message, label="Imagine all")
    assert question.ephemeral
    assert "4 jobs" in question.response.content
    assert "16 pictures" in question.response.content
    assert await world.jobs(world.alice) == []
    await world.restart()
    await world.alice.click(question.response, label="Draw them")
    jobs = await world.until(lambda: all_done(world, world.alice, 4))
    assert sorted(job.text for job in jobs) == sorted(lines(message))


async def all_done(world: World, member: simcord.MemberActor, count: int) -> list[Job]:
    jobs = await world.jobs(member)
    return jobs if [job.state for job in jobs] == [JobState.DONE] * count else []


async def test_describing_is_private_whoever_presses(world: World) -> None:
    """A message that others see does not change, and Alice's lines are not shown to Bob."""
    await world.imagine("a red fox", seed=5, n=1)
    grid = (await world.jobs(world.alice))[0]
    picture = (await world.runtime.studio.image(grid.id, 1)).path
    with Image.open(world.runtime.files.absolute(picture)) as image:
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "PNG")
    view = discord.ui.View(timeout=None)
    for button in (AgainButton(1), PickAllButton()):
        view.add_item(button)
    file = discord.File(io.BytesIO(buffer.getvalue()), "x.png")
    public = await world.bot.get_channel(world.channel.id).send("look", view=view, file=file)
    await world.restart()
    told = await world.bob.click(public, custom_id="easel:describe:1")
    assert told.ephemeral
    assert len(told.response.attachments) == 1
    assert "a red fox" not in "".join(lines(told.response))
    assert world.message(public.id).content == "look"
    nothing = await world.bob.click(public, custom_id="easel:pickall")
    assert "Ask for it again" in nothing.response.content
    bare = await world.bot.get_channel(world.channel.id).send("look", view=view)
    gone = await world.bob.click(bare, custom_id="easel:describe:1")
    assert "no longer in this message" in gone.response.content
    assert await world.jobs(world.bob) == []


async def test_a_picture_that_may_not_be_shown_is_not_described(world: World) -> None:
    image = Image.new("RGB", (60, 60), "navy")
    image.putpixel((0, 0), MARK)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    told = (await world.alice.slash(world.channel, "describe", image=("x.png", buffer.getvalue()))).response
    assert "I do not describe this picture" in told.content
    assert "navy" not in told.content
    assert (told.embeds, told.attachments) == ([], [])
    inputs = world.runtime.files.root / "inputs"
    assert not list(inputs.rglob("*.png"))


async def test_what_a_moderator_would_see_first_is_not_described(borderline: None, world: World) -> None:
    told = (await world.alice.slash(world.channel, "describe", image=png("navy"))).response
    assert "I do not describe this picture" in told.content


async def test_nothing_is_described_that_the_check_has_not_seen(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(path: Path) -> dict[str, float]:
        raise WorkerCrashed

    monkeypatch.setattr(world.runtime.studio.describer, "_score", crash)
    told = (await world.alice.slash(world.channel, "describe", image=png("navy"))).response
    assert "I describe nothing that it has not seen" in told.content
    assert told.embeds == []


async def test_lines_that_the_server_refuses_are_not_offered(world: World) -> None:
    await world.runtime.studio.guard.places._store.save_word(world.guild.id, "oil painting", "block")
    told = (await world.alice.slash(world.channel, "describe", image=png("navy"))).response
    assert len(lines(told)) == 3
    assert not [each for each in lines(told) if "oil painting" in each]
    await world.runtime.studio.guard.places._store.save_word(world.guild.id, "navy", "block")
    told = (await world.alice.slash(world.channel, "describe", image=png("navy"))).response
    assert (lines(told), labels(told)) == ([], [])
    assert "navy blue" in told.content


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
    found = lines(message)
    copy = await world.bot.get_channel(world.channel.id).send("look", **picks(found))
    await world.restart()
    for _ in range(2):
        await world.bob.click(copy, label="2")
    drawn = await world.until(lambda: world.jobs(world.bob))
    assert [job.text for job in drawn] == [found[1]]
    assert await world.jobs(world.alice) == []
    empty = await world.bot.get_channel(world.channel.id).send("look", view=picks(found)["view"])
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
        again = (await world.alice.click(told, custom_id=custom_id(told, "🔄"))).response
        assert line(again, 1) == "a picture of 90 by 60, caption 5 --ar 3:2"
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
