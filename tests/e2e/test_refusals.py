"""What is refused is said to the one who asked, with a way on: a corrected line, a name, an id."""

from __future__ import annotations

import discord
import pytest

from bot.permissions import NEEDED, invite_url
from storage.models import JobState

from .conftest import World, buttons, is_done, labels


async def test_a_refused_line_comes_back_corrected_with_a_button_that_runs_it(world: World) -> None:
    result = await world.alice.slash(world.channel, "imagine", prompt="a red fox --steps 500")
    assert result.ephemeral
    assert "500" in result.response.content
    assert "150" in result.response.content
    assert result.response.embeds[0].description == "```\na red fox --steps 150\n```"
    assert await world.jobs(world.alice) == []
    await world.restart()
    ran = await world.alice.click(result.response, label="Run this line")
    assert not ran.ephemeral
    message = await world.pictures(ran.response.id)
    assert message.content.startswith("**a red fox --steps 150**")


async def test_a_long_corrected_line_is_run_whole(world: World) -> None:
    words = " ".join(f"word{number}" for number in range(600))  # more than one embed holds
    result = await world.alice.slash(world.channel, "imagine", prompt=f"{words} --steps 500")
    assert len(result.response.embeds) == 2
    ran = await world.alice.click(result.response, label="Run this line")
    assert (await world.jobs(world.alice))[0].request.params.prompt == words
    assert len(ran.response.content) <= 2000


async def test_option_and_flag_that_differ_are_refused(world: World) -> None:
    result = await world.alice.slash(world.channel, "imagine", prompt="a fox --steps 20", steps=30)
    assert result.ephemeral
    assert "20" in result.response.content
    assert "30" in result.response.content


@pytest.mark.parametrize("name", ["attach_files", "embed_links", "read_message_history", "send_messages"])
async def test_a_missing_permission_is_named_before_anything_is_queued(world: World, name: str) -> None:
    denied = {world.guild.default_role: discord.PermissionOverwrite(**{name: False})}
    channel = world.guild.create_text_channel("quiet", overwrites=denied)
    result = await world.alice.slash(channel, "imagine", prompt="a red fox")
    assert result.ephemeral
    assert name.replace("_", " ").title() in result.response.content
    assert await world.jobs(world.alice) == []


async def test_reaction_without_permissions_makes_no_job(world: World) -> None:
    grid = await world.imagine()
    channel = world.bot.get_channel(world.channel.id)
    await channel.set_permissions(channel.guild.default_role, attach_files=False)
    await world.alice.react(grid, "🔁")
    assert len(await world.jobs(world.alice)) == 1
    assert "Attach Files" in world.messages()[-1].content


def test_the_invite_asks_for_exactly_these_permissions() -> None:
    assert f"permissions={NEEDED.value}" in invite_url(1)
    assert not NEEDED.administrator
    assert not NEEDED.manage_messages


async def test_cancel_and_delete_are_for_owner_and_moderators(slow: None, world: World) -> None:
    message = await world.waiting(steps=40)
    refused = await world.click(world.bob, message, "Cancel")
    said = refused.followups[0]
    assert said.ephemeral
    assert "belongs to someone else" in said.content
    await world.bob.react(message, "❌")
    job = await world.job_of(message)
    assert job.state in (JobState.QUEUED, JobState.RUNNING)
    moderators = world.guild.create_role("mods", permissions=discord.Permissions(manage_messages=True))
    carol = world.guild.add_member(world.env.create_user("carol"), roles=[moderators])
    await world.click(carol, message, "Cancel")
    assert (await world.job_of(message)).state is JobState.CANCELLED
    await world.until(lambda: "🗑️" in labels(world.message(message.id)))
    await world.click(world.bob, message, "🗑️")
    assert world.message(message.id)
    await world.click(carol, message, "🗑️")
    assert world.message(message.id) is None


async def test_a_double_click_is_one_job(world: World) -> None:
    grid = await world.imagine()
    for label, made in (("V1", 1), ("🔄", 2), ("U1", 3)):
        first = await world.click(world.bob, grid, label)
        second = await world.click(world.bob, grid, label)
        assert second.acknowledged
        assert second.response is None or second.response.id == first.response.id or second.response.id == grid.id
        assert len(await world.jobs(world.bob)) == made


async def test_two_members_who_press_the_same_get_a_job_each(world: World) -> None:
    grid = await world.imagine()
    await world.click(world.alice, grid, "V2")
    await world.click(world.bob, grid, "V2")
    assert [len(await world.jobs(member)) for member in (world.alice, world.bob)] == [2, 1]


async def test_the_eleventh_waiting_job_is_refused(slow: None, world: World) -> None:
    for number in range(3):
        await world.alice.slash(world.channel, "imagine", prompt=f"fox {number}", steps=100)
    await world.until(lambda: _running(world, 3))
    for number in range(10):
        result = await world.alice.slash(world.channel, "imagine", prompt=f"owl {number}")
        assert not result.ephemeral
    refused = await world.alice.slash(world.channel, "imagine", prompt="one more")
    assert refused.ephemeral
    assert "10" in refused.response.content
    accepted = await world.bob.slash(world.channel, "imagine", prompt="mine")
    assert not accepted.ephemeral


async def _running(world: World, count: int) -> bool:
    return len([job for job in await world.jobs(world.alice) if job.state is JobState.RUNNING]) == count


async def test_pictures_that_are_gone_say_so(world: World) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    world.runtime.files.remove(job.id)
    for label in ("U1", "V1"):
        result = await world.click(world.alice, grid, label)
        assert result.ephemeral
        assert job.id in result.response.content
    again = await world.click(world.alice, grid, "🔄")
    assert is_done(await world.pictures(again.response.id))


async def test_a_button_of_an_unknown_job_says_so(world: World) -> None:
    grid = await world.imagine()
    view = discord.ui.View(timeout=None)
    for custom_id in ("easel:v:nosuchjob:1", "easel:v:nosuchjob:9", "easel:zz:nosuchjob", "easel:r:../../etc"):
        view.add_item(discord.ui.Button(label=custom_id, custom_id=custom_id))
    await world.bot.get_partial_messageable(world.channel.id).get_partial_message(grid.id).edit(view=view)
    shown = world.message(grid.id)
    known, *forged = buttons(shown)
    result = await world.alice.click(shown, custom_id=known.custom_id)
    assert result.ephemeral
    assert "nosuchjob" in result.response.content
    for button in forged:
        result = await world.alice.click(shown, custom_id=button.custom_id)
        assert result.ephemeral
        assert "older" in result.response.content


async def test_a_bug_gets_an_id_and_no_traceback(world: World, caplog: pytest.LogCaptureFixture) -> None:
    grid = await world.imagine()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.runtime.studio, "vary", None)
        result = await world.click(world.alice, grid, "V1")
    assert result.ephemeral
    assert "TypeError" not in result.response.content
    bug = result.response.content.partition("error ")[2].partition(")")[0]
    assert f"bug {bug}" in caplog.text
    assert "TypeError" in caplog.text


@pytest.fixture
def indecent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The image check finds something in every picture."""
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.95")


async def test_a_blocked_job_says_why_and_shows_nothing(indecent: None, world: World) -> None:
    message = await world.waiting()
    await world.until(lambda: _is(world, message, JobState.BLOCKED))
    message = world.message(message.id)
    assert message.attachments == []
    assert "sexual" in message.content


async def _is(world: World, message: discord.Message, state: JobState) -> bool:
    job = await world.job_of(message)
    return job.told_state == job.state == state
