"""Commands about finished jobs, pages of them, stars and the server's gallery, apps in the menu of a message."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from gpu.types import InputRole, Task

from .conftest import World, buttons, labels


def png(colour: int = 255) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (colour, 40, 40)).save(buffer, "PNG")
    return buffer.getvalue()


async def test_show_posts_an_own_job_once_more(world: World) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    shown = await world.alice.slash(world.channel, "show", job=job.id)
    message = await world.pictures(shown.response.id)
    assert "U1" in labels(message)
    assert (await world.job_of(message)).id == job.id
    refused = await world.bob.slash(world.channel, "show", job=job.id)
    assert refused.ephemeral
    assert "your own jobs" in refused.response.content
    assert "I know no job" in (await world.alice.slash(world.channel, "show", job="nope")).response.content


async def test_show_moves_a_running_job(slow: None, world: World) -> None:
    message = await world.waiting(steps=60)
    job = await world.job_of(message)
    shown = await world.alice.slash(world.channel, "show", job=job.id)
    await world.until(lambda: world.message(shown.response.id).attachments)
    assert (await world.runtime.jobs.get(job.id)).message_id == shown.response.id


async def test_vary_zoom_and_inpaint_by_id(world: World) -> None:
    job = await world.job_of(await world.imagine())
    options: list[tuple[str, dict[str, Any], Task]] = [
        ("vary", {"picture": 3, "strong": True}, Task.VARY),
        ("zoom", {"picture": 2, "factor": 1.5}, Task.OUTPAINT),
        ("zoom", {"factor": 1.2, "prompt": "a room"}, Task.OUTPAINT),
        ("inpaint", {"prompt": "a hat", "region": "tl"}, Task.IMAGINE),
    ]
    for name, given, task in options:
        asked = await world.bob.slash(world.channel, name, job=job.id, **given)
        made = await world.job_of(await world.pictures(asked.response.id))
        assert (made.task, made.parent_id, made.user_id) == (task, job.id, world.bob.id), name
        assert made.parent_index == given.get("picture", 1)
    assert made.request.params.mask == "0,0,0.5,0.5"


async def test_inpaint_takes_a_picture_and_a_mask(world: World) -> None:
    files = {"image": ("a.png", png()), "mask": ("m.png", png())}
    asked = await world.alice.slash(world.channel, "inpaint", prompt="a hat", **files)
    job = await world.job_of(await world.pictures(asked.response.id))
    assert [one.role for one in job.request.inputs] == [InputRole.IMAGE, InputRole.MASK]
    for given in ({}, {"region": "left"}, {"image": ("a.png", png())}):
        refused = await world.alice.slash(world.channel, "inpaint", prompt="a hat", **given)
        assert refused.ephemeral, given


async def test_jobs_of_direct_messages_stay_private(world: World) -> None:
    await world.alice.user.slash("imagine", prompt="a red fox")
    await world.until(lambda: world.alice.user.dm_channel.history()[-1].attachments)
    job = (await world.jobs(world.alice))[0]
    for name, given in (("vary", {}), ("zoom", {}), ("inpaint", {"prompt": "x", "region": "left"})):
        refused = await world.bob.slash(world.channel, name, job=job.id, **given)
        assert "I know no job" in refused.response.content


async def test_history_is_searched_filtered_and_turned(world: World) -> None:
    for number in range(6):
        await world.imagine(f"a red fox {number}", n=1, steps=1)
    await world.imagine("an owl", n=1, steps=1)
    page = await world.alice.slash(world.channel, "history")
    assert page.ephemeral
    assert "an owl" in page.response.embeds[0].description
    assert "fox 0" not in page.response.embeds[0].description
    await world.restart()
    turn = next(one for one in buttons(page.response.message) if str(one.emoji) == "▶️")
    turned = await world.alice.click(page.response, custom_id=turn.custom_id)
    assert "fox 0" in turned.response.embeds[0].description
    found = await world.alice.slash(world.channel, "history", search="OWL", state="done")
    assert "owl" in found.response.embeds[0].description
    assert "fox" not in found.response.embeds[0].description
    look = next(one for one in buttons(found.response.message) if one.label == "1")
    seen = await world.alice.click(found.response, custom_id=look.custom_id)
    shown = [*seen.followups, seen.response]
    assert any(one and one.attachments for one in shown)
    for query in ("%", "_", "\\", "nothing"):
        none = await world.alice.slash(world.channel, "history", search=query)
        assert "no job like that" in none.response.embeds[0].description
    assert "no job like that" in (await world.bob.slash(world.channel, "history")).response.embeds[0].description


async def test_styles_are_listed(world: World) -> None:
    shown = await world.alice.slash(world.channel, "styles")
    assert all(name in shown.response.embeds[0].description for name in world.runtime.studio.styles.names)


async def test_favourites_by_button_and_reaction(world: World) -> None:
    grid = await world.imagine()
    kept = await world.click(world.bob, grid, "⭐")
    assert "Kept" in kept.response.content
    assert "fox" in (await world.bob.slash(world.channel, "favorites")).response.embeds[0].description
    assert "no favourite" in (await world.alice.slash(world.channel, "favorites")).response.embeds[0].description
    await world.alice.react(grid, "⭐")
    assert "fox" in (await world.alice.slash(world.channel, "favorites")).response.embeds[0].description
    await world.alice.unreact(grid, "⭐")
    assert "no favourite" in (await world.alice.slash(world.channel, "favorites")).response.embeds[0].description
    assert "no gallery channel" in (await world.bob.slash(world.channel, "gallery")).response.content


async def test_the_owners_star_goes_to_the_gallery(world: World) -> None:
    show = world.guild.create_text_channel("gallery")
    world.bot.gallery._channels = {str(world.guild.id): show.id}
    grid = await world.imagine()
    await world.click(world.bob, grid, "⭐")
    assert world.messages(show) == []
    shown = await world.click(world.alice, grid, "⭐")
    assert "gallery" in shown.response.content
    posted = world.messages(show)[0]
    assert posted.attachments
    assert "U1" in labels(posted)
    page = await world.bob.slash(world.channel, "gallery")
    assert show.mention in page.response.content
    assert "fox" in page.response.embeds[0].description
    await world.alice.react(grid, "⭐")
    assert len(world.messages(show)) == 1
    await world.alice.unreact(grid, "⭐")
    assert world.messages(show) == []


async def test_what_is_age_restricted_does_not_go_to_an_open_gallery(world: World) -> None:
    show = world.guild.create_text_channel("gallery")
    world.bot.gallery._channels = {str(world.guild.id): show.id}
    grid = await world.imagine()
    drawn_in = world.channel.id
    world.bot.gallery._restricted = lambda guild_id, channel_id: channel_id == drawn_in  # SimCord marks no channel
    await world.alice.react(grid, "⭐")
    assert world.messages(show) == []


async def test_the_arrow_enlarges_one_and_asks_for_one_of_several(world: World) -> None:
    grid = await world.imagine()
    await world.alice.react(grid, "⬆️")
    assert "Press U" in world.messages()[-1].content
    single = await world.pictures((await world.click(world.alice, grid, "U2")).response.id)
    await world.alice.react(single, "⬆️")
    made = await world.next_pictures(single)
    assert (await world.job_of(made)).task is Task.ENLARGE


async def test_reports_by_reaction_and_menu_are_counted(world: World) -> None:
    grid = await world.imagine()
    job = await world.job_of(grid)
    config = world.runtime.studio.guard.moderation._config
    world.runtime.studio.guard.moderation._config = config.model_copy(update={"report_account_days": 0})
    await world.bob.react(grid, "🙈")
    thanked = await world.alice.context_menu(world.channel, "Report", world.message(grid.id))
    assert "Thank you" in thanked.response.content
    assert set(await world.runtime.studio.guard.moderation.reviews.reporters(job.id)) == {world.bob.id, world.alice.id}
