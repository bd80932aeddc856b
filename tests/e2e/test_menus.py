"""Apps in the menu of a message: of one's own, of others, of no job, of another server; and with closed doors."""

from __future__ import annotations

import pytest
import simcord

from gpu.types import InputRole
from storage.models import JobState
from tests.bot.cdnserver import CDN, Cdn
from tests.gpu.pictures import photo, png

from .conftest import World
from .test_security import said

MENUS = ("Cancel job", "Report", "Use as image prompt", "Show parameters", "DM me the images")
PHOTO = png(photo((300, 200)))


@pytest.fixture(autouse=True)
def real_links(world: World, cdn: Cdn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the simulated Discord lie under the addresses of the real one."""
    monkeypatch.setattr("simcord.backend.cdn.CDN_BASE", "https://cdn.discordapp.com")
    cdn.behind = world.env.backend.cdn.get


async def test_whoever_asked_cancels_and_nobody_else(slow: None, world: World) -> None:
    message = await world.waiting(steps=100)
    refused = await world.bob.context_menu(world.channel, "Cancel job", message)
    assert refused.ephemeral
    assert "belongs to someone else" in said(refused)
    assert not (await world.job_of(message)).state.final
    done = await world.alice.context_menu(world.channel, "Cancel job", message)
    assert done.ephemeral
    assert (await world.job_of(message)).state is JobState.CANCELLED
    assert "cancelled" in said(done).lower()
    assert "cancelled" in said(await world.alice.context_menu(world.channel, "Cancel job", message)).lower()


async def test_a_job_that_is_done_is_not_cancelled(world: World) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2")
    assert "done already" in said(await world.alice.context_menu(world.channel, "Cancel job", grid))
    assert await world.runtime.studio.images((await world.job_of(grid)).id)


async def test_members_report_once_and_others_do_not_see_who(world: World) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2")
    job = await world.job_of(grid)
    moderation = world.runtime.studio.guard.moderation
    moderation._config = moderation._config.model_copy(update={"report_account_days": 0})
    for _ in range(2):
        thanked = await world.bob.context_menu(world.channel, "Report", grid)
        assert thanked.ephemeral
        assert "Thank you" in said(thanked)
    assert list(await moderation.reviews.reporters(job.id)) == [world.bob.id]


async def test_parameters_of_a_job_and_of_any_other_picture(world: World) -> None:
    grid = await world.imagine("a red fox --seed 41 --n 1 --steps 2")
    shown = await world.bob.context_menu(world.channel, "Show parameters", grid)
    assert shown.ephemeral
    assert (await world.job_of(grid)).id in said(shown)
    carried = ("kept.png", await grid.attachments[0].read())
    posted = await world.bob.send(world.channel, "mine?", attachments=[carried])
    read = await world.alice.context_menu(world.channel, "Show parameters", posted)
    assert "seed" in str(read.response.embeds[0].description) + said(read)
    bare = await world.bob.send(world.channel, "a photo", attachments=[("photo.png", PHOTO)])
    assert (await world.alice.context_menu(world.channel, "Show parameters", bare)).ephemeral


async def test_the_owner_gets_the_pictures_directly(world: World) -> None:
    grid = await world.imagine(seed=41)
    mailed = await world.alice.context_menu(world.channel, "DM me the images", grid)
    assert "direct message" in said(mailed)
    assert len(world.alice.user.dm_channel.history()[-1].attachments) == 4
    assert "Only the owner" in said(await world.bob.context_menu(world.channel, "DM me the images", grid))
    assert world.bob.user.dm_channel.history() == []


@pytest.mark.parametrize("path", ["/users/@me/channels", "/channels/*/messages"])
async def test_a_closed_door_is_said(world: World, path: str) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2")
    world.env.inject_error("POST", path, status=403, code=50007)
    result = await world.alice.context_menu(world.channel, "DM me the images", grid)
    assert result.ephemeral
    assert "I cannot send you a direct message. Allow direct messages" in said(result)


@pytest.mark.parametrize("name", MENUS)
async def test_a_message_that_shows_no_job(world: World, name: str) -> None:
    chat = await world.alice.send(world.channel, "hello")
    result = await world.bob.context_menu(world.channel, name, chat)
    assert result.ephemeral
    picture = name == "Use as image prompt"
    assert ("no picture in that message" if picture else "shows no job of mine") in said(result)


@pytest.mark.parametrize("name", [name for name in MENUS if name != "Use as image prompt"])
async def test_a_job_of_another_server_is_none_here(world: World, name: str) -> None:
    grid = await world.imagine("a red fox --n 1 --steps 2")
    job = await world.job_of(grid)
    other = world.env.create_guild("Elsewhere")
    channel = other.create_text_channel("art")
    mallory = other.add_member(world.env.create_user("mallory"))
    copy = await world.bot.get_channel(channel.id).send("look")
    await world.runtime.jobs.attach(job.id, channel.id, copy.id)
    result = await mallory.context_menu(channel, name, copy)
    assert result.ephemeral
    assert "shows no job of mine" in said(result)
    assert await world.runtime.studio.images(job.id)
    assert await world.runtime.studio.guard.moderation.reviews.reporters(job.id) == []


async def test_any_picture_becomes_an_image_prompt_also_after_a_restart(world: World) -> None:
    posted = await world.alice.send(world.channel, "look", attachments=[("notes.txt", b"words"), ("photo.png", PHOTO)])
    for _ in range(2):
        form = await world.bob.context_menu(world.channel, "Use as image prompt", posted)
        await world.restart()
        sent = await world.bob.submit_modal(form, {**prefilled(form), "line": "a fox --n 1"})
        made = await world.pictures(sent.response.id)
        job = await world.job_of(made)
        assert (job.user_id, job.request.params.prompt) == (world.bob.id, "a fox")
        assert [one.role for one in job.request.inputs] == [InputRole.IMAGE]
    form = await world.bob.context_menu(world.channel, "Use as image prompt", made)
    refused = await world.bob.submit_modal(form, {**prefilled(form), "line": "a fox --steps 900"})
    assert refused.ephemeral
    assert "https://cdn.discordapp.com/attachments/" in str(refused.response.embeds[0].description), "its picture stays"


def prefilled(form: simcord.InteractionResult) -> dict[str, str]:
    """What stands in the fields of a form that was opened."""
    assert form.modal
    fields = [row["component"] for row in form.modal["components"]]
    return {field["custom_id"]: field["value"] for field in fields if field.get("value")}


async def test_a_form_without_its_link_or_with_another_is_refused(world: World, cdn: Cdn) -> None:
    posted = await world.alice.send(world.channel, "look", attachments=[("photo.png", PHOTO)])
    for link, words in (
        ("", "link of the picture is missing"), ("a dog", "link of the picture is missing"),
        ("http://169.254.169.254/latest", "Discord's own servers only"), (f"{CDN}/gone.png", "has expired"),
    ):  # fmt: skip
        form = await world.bob.context_menu(world.channel, "Use as image prompt", posted)
        result = await world.bob.submit_modal(form, {"picture": link or " ", "line": "a fox"})
        assert result.ephemeral
        assert words in said(result), said(result)
    assert await world.jobs(world.bob) == []
