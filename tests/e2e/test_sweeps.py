"""Braces, --repeat and /sweep on Discord: asked, confirmed, drawn, cancelled, and put on one sheet."""

from __future__ import annotations

import io

import discord
import pytest
import simcord
from PIL import Image

from bot.requester import Requester
from bot.views.base import JobButton
from bot.views.sweep import CancelAllButton, DrawAllButton, DrawNoneButton
from storage.models import Job, JobState

from .conftest import World, is_done, labels

GRID = {"prompt": "a red fox --seed 7 --steps 3", "x": "cfg 3, 5", "y": "sampler Euler, DDIM"}


def answers(question: simcord.InteractionResult) -> dict[str, str]:
    """Label → custom id of the buttons of a private reply."""
    rows = question.response.components
    return {button["label"]: button["custom_id"] for row in rows for button in row["components"]}


def sweep_of(question: simcord.InteractionResult) -> str:
    """The id of what was asked."""
    return answers(question)["Draw them"].split(":")[2]


async def forged(world: World, button: JobButton) -> discord.Message:
    """A public message with a button that belongs under a private question."""
    view = discord.ui.View(timeout=None).add_item(button)
    return await world.bot.get_channel(world.channel.id).send("look", view=view)


async def asked(world: World, command: str = "imagine", **options: object) -> simcord.InteractionResult:
    """The private question."""
    result = await world.alice.slash(world.channel, command, **options)
    assert result.ephemeral, result.response.content
    assert list(answers(result)) == ["Draw them", "Cancel"], result.response.content
    return result


async def cells(world: World) -> list[Job]:
    """Alice's cells, row by row."""
    return sorted((job for job in await world.jobs(world.alice) if job.sweep_id), key=lambda job: job.cell)


async def all_drawn(world: World, count: int) -> bool:
    return sum(is_done(message) for message in world.messages()) == count


async def sheet_of(world: World) -> object:
    """The message of the contact sheet."""
    return await world.until(
        lambda: next((m for m in world.messages() if m.attachments and labels(m) == ["🗑️"]), None)
    )


def world_requester(world: World) -> Requester:
    return Requester(user_id=world.alice.id, guild_id=world.guild.id, channel_id=world.channel.id)


async def has_sheet(world: World, sweep_id: str) -> bool:
    return await world.runtime.jobs.find(sweep_id) is not None


async def told(world: World) -> bool:
    return await world.runtime.jobs.untold() == []


async def test_permutations_are_counted_confirmed_and_drawn_one_by_one(world: World) -> None:
    question = await asked(world, prompt="a {red, blue} fox --steps 3 --ar {1:1, 3:2}")
    assert "4 jobs" in question.response.content
    assert "16 pictures" in question.response.content
    assert "of the device" in question.response.content
    shown = question.response.embeds[0].description
    assert "a red fox" in shown
    assert shown.count("\n") == 3
    assert await world.jobs(world.alice) == [], "nothing is queued before the answer"
    await world.alice.click(question.response, label="Draw them")
    await world.until(lambda: all_drawn(world, 4))
    jobs = await cells(world)
    wanted = [("a red fox", "1:1"), ("a red fox", "3:2"), ("a blue fox", "1:1"), ("a blue fox", "3:2")]
    assert [(job.request.params.prompt, job.request.params.aspect_ratio) for job in jobs] == wanted
    assert len({job.request.params.seed for job in jobs}) == 4
    assert len({job.message_id for job in jobs}) == 4
    assert len(world.messages()) == 4, "no sheet for permutations"


async def test_a_question_outlives_a_restart_and_a_second_click_draws_nothing_more(world: World) -> None:
    question = await asked(world, prompt="a fox --repeat 3 --steps 2 --n 1 --seed 5")
    sweep_id = sweep_of(question)
    await world.restart()
    await world.alice.click(question.response, label="Draw them")
    await world.until(lambda: all_drawn(world, 3))
    assert [job.request.params.seed for job in await cells(world)] == [5, 6, 7]
    again = await world.alice.click(await forged(world, DrawAllButton(sweep_id)), label="Draw them")
    assert "answered already" in again.followups[0].content
    assert len(await cells(world)) == 3


async def test_somebody_else_can_neither_confirm_nor_decline(world: World) -> None:
    question = await asked(world, prompt="a {red, blue} fox")
    sweep_id = sweep_of(question)
    for kind in (DrawAllButton, DrawNoneButton, CancelAllButton):
        button = kind(sweep_id)
        refused = await world.bob.click(await forged(world, button), custom_id=button.custom_id)
        said = [message.content for message in (*refused.followups, refused.response) if message]
        assert "belongs to someone else" in str(said), kind
    assert await world.jobs(world.bob) == await world.jobs(world.alice) == []
    await world.alice.click(question.response, label="Cancel")
    assert await world.jobs(world.alice) == []
    found = await world.runtime.studio.sweeps.find(sweep_id)
    assert found is not None
    assert found.state == "cancelled"


async def test_every_line_is_checked_before_anything_is_asked_or_queued(world: World) -> None:
    blocked = await world.alice.slash(world.channel, "imagine", prompt="a {red fox, naked child}")
    assert "never draw" in blocked.response.content
    wrong = await world.alice.slash(world.channel, "imagine", prompt="a fox --steps {5, 500}")
    assert "150" in wrong.response.content
    many = await world.alice.slash(world.channel, "imagine", prompt=f"a {{{','.join(map(str, range(100)))}}} fox" * 2)
    assert "10000 jobs" in many.response.content
    deep = await world.alice.slash(world.channel, "imagine", prompt="{a, " * 50 + "b" + "}" * 50)
    assert "51 jobs" in deep.response.content
    full = await world.alice.slash(world.channel, "imagine", prompt="a fox --repeat 11")
    assert "room for 11 jobs" in full.response.content
    assert await world.jobs(world.alice) == []
    assert world.messages() == []


async def test_words_in_braces_and_backslashed_braces_are_drawn_as_they_stand(world: World) -> None:
    for prompt, drawn in ((r"a \{red, blue} fox", "a {red, blue} fox"), ("a {red} fox", "a {red} fox")):
        grid = await world.imagine(prompt, steps=2)
        assert (await world.job_of(grid)).request.params.prompt == drawn
        again = await world.click(world.alice, grid, "🔄")
        picture = await world.pictures(again.response.id)
        assert (await world.job_of(picture)).request.params.prompt == drawn


async def test_too_many_at_the_moment_of_the_answer_are_refused_together(slow: None, world: World) -> None:
    question = await asked(world, prompt="a fox --repeat 9 --steps 20")
    for _ in range(6):
        await world.waiting(steps=100)
    refused = await world.alice.click(question.response, label="Draw them")
    assert "none was queued" in refused.followups[0].content
    assert await cells(world) == []


async def test_a_sweep_becomes_a_sheet_and_single_pictures(world: World) -> None:
    question = await asked(world, "sweep", **GRID)
    assert "4 jobs" in question.response.content
    assert "one sheet" in question.response.content
    await world.alice.click(question.response, label="Draw them")
    sheet = await sheet_of(world)
    jobs = await cells(world)
    settings = [(job.request.params.scheduler, job.request.params.guidance_scale) for job in jobs]
    assert settings == [("Euler", 3), ("Euler", 5), ("DDIM", 3), ("DDIM", 5)]
    assert {job.request.params.seed for job in jobs} == {7}
    assert {job.request.params.num_images for job in jobs} == {1}
    assert "4 of 4 drawn" in sheet.content
    assert "x: cfg 3, 5; y: sampler Euler, DDIM" in sheet.content
    with Image.open(io.BytesIO(await sheet.attachments[0].read())) as picture:
        assert picture.width > 2 * 192
        assert picture.height > 2 * 192
    await world.until(lambda: all_drawn(world, 4))
    assert len(world.messages()) == 5
    for action in ("🔄", "V1"):
        assert action not in labels(sheet)


async def test_the_sheet_shows_blocked_cells_and_comes_after_a_restart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = await asked(world, "sweep", prompt="a fox --steps 2", x="prompt a fox, a cat", y="cfg 3, 5")
    await world.stop()
    jobs = await world.runtime.studio.sweeps.confirm(
        world_requester(world), sweep_of(question)
    )
    await world.runtime.studio.cancel(world_requester(world), jobs[3].id)
    await world.until(lambda: has_sheet(world, jobs[0].sweep_id))
    await world.restart()
    sheet = await sheet_of(world)
    assert "of 4 drawn" in sheet.content
    await world.until(lambda: told(world))
    assert sum(labels(message) == ["🗑️"] for message in world.messages()) == 1


async def test_all_cells_are_cancelled_together(slow: None, world: World) -> None:
    question = await asked(world, "sweep", **GRID | {"prompt": "a red fox --steps 100"})
    answered = await world.alice.click(question.response, label="Draw them")
    assert answered is not None
    await world.until(lambda: len(world.messages()) == 4)
    result = await world.alice.slash(world.channel, "cancel")
    assert "4 jobs are cancelled" in result.response.content
    await world.until(lambda: told(world))
    assert {job.state for job in await cells(world)} == {JobState.CANCELLED}
    assert len(world.messages()) == 4, "and there is no sheet"


async def test_the_button_cancels_them_too_and_others_may_not(slow: None, world: World) -> None:
    question = await asked(world, prompt="a {red, blue} fox --steps 100")
    await world.alice.click(question.response, label="Draw them")
    (sweep_id,) = {job.sweep_id for job in await cells(world)}
    refused = await world.bob.slash(world.channel, "cancel", job=sweep_id)
    assert "belongs to someone else" in refused.response.content
    done = await world.alice.click(question.response, custom_id=f"easel:sc:{sweep_id}")
    assert done is not None
    assert {job.state for job in await cells(world)} == {JobState.CANCELLED}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"prompt": "a fox", "x": "colour red, blue"}, "is no axis"),
        ({"prompt": "a fox", "x": "cfg"}, "is no axis"),
        ({"prompt": "a fox", "x": "cfg 3, 99"}, "from 0 to 30"),
        ({"prompt": "a fox", "x": "cfg 3", "y": "cfg 5"}, "Both axes"),
        ({"prompt": "a {red, blue} fox", "x": "cfg 3, 5"}, "has its values in x and y"),
        ({"prompt": "a fox", "x": "prompt a fox, a naked child"}, "never draw"),
        ({"prompt": "a fox", "x": f"steps {','.join(map(str, range(1, 42)))}"}, "41 jobs"),
        ({"prompt": "a fox", "x": "model starter, nosuch"}, "nosuch"),
    ],
)
async def test_sweeps_that_cannot_be_drawn(world: World, options: dict[str, str], words: str) -> None:
    result = await world.alice.slash(world.channel, "sweep", **options)
    assert words in result.response.content
    assert await world.jobs(world.alice) == []


async def test_a_dropped_picture_without_words_is_drawn_again_from_its_parameters(world: World) -> None:
    grid = await world.imagine("a red fox", seed=5, n=1, steps=3)
    data = ("picture.png", await grid.attachments[0].read())
    for prompt in ("=", " = "):
        again = await world.imagine_with(image=data, prompt=prompt)
        job = await world.job_of(again)
        assert (job.request.params.prompt, job.request.params.seed, job.request.inputs) == ("a red fox", 5, ())
    other = await world.imagine_with(image=data, prompt="=", seed=9)
    assert (await world.job_of(other)).request.params.seed == 9
    drawn_on = await world.imagine("a blue fox", image=data)
    assert len((await world.job_of(drawn_on)).request.inputs) == 1
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "PNG")
    nothing = await world.alice.slash(world.channel, "imagine", prompt="=", image=("plain.png", buffer.getvalue()))
    assert "carries no drawing parameters" in nothing.response.content
