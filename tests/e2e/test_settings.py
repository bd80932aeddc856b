"""/settings and /prefer: layers, flags of one's own, habits, and what is left of them after a restart."""

from __future__ import annotations

from typing import Any

import discord

from bot.config import Config
from bot.runtime import open_studio

from .conftest import World
from .test_blend import png


async def say(world: World, who: Any, command: str, **options: Any) -> str:
    result = await who.slash(world.channel, command, **options)
    assert result.ephemeral
    return str(result.response.content)


async def draw(world: World, who: Any, prompt: str) -> Any:
    await who.slash(world.channel, "imagine", prompt=prompt)
    return (await world.jobs(who))[0]


async def test_own_flags_are_written_out_and_kept(world: World) -> None:
    said = await say(world, world.alice, "prefer option set", name="mine", value="in snow --ar 3:2 --steps 2")
    assert "--mine" in said
    await world.restart()
    assert "in snow" in await say(world, world.alice, "prefer option list")
    assert (await draw(world, world.alice, "a fox --mine --n 1")).text == "a fox in snow --ar 3:2 --steps 2 --n 1"
    refused = await world.bob.slash(world.channel, "imagine", prompt="a fox --mine")
    assert refused.ephemeral
    await say(world, world.alice, "prefer option set", name="mine")
    assert "no flags" in await say(world, world.alice, "prefer option list")


async def test_names_that_are_taken_are_refused(world: World) -> None:
    assert "already" in await say(world, world.alice, "prefer option set", name="--chaos", value="x")
    assert "letters" in await say(world, world.alice, "prefer option set", name="my flag", value="x")


async def test_the_suffix_stands_behind_the_words(world: World) -> None:
    await say(world, world.alice, "prefer suffix", new_value="in snow --steps 2")
    assert (await draw(world, world.alice, "a fox --n 1")).text == "a fox in snow --steps 2 --n 1"
    await say(world, world.alice, "prefer suffix")
    assert (await draw(world, world.alice, "a fox --n 1")).text == "a fox --n 1"


async def test_a_version_of_midjourney_chooses_a_model_where_one_is_set_up(config: Config) -> None:
    versions = {"6.1": "sd15", "niji 6": "lcm"}
    async with open_studio(config.model_copy(update={"versions": versions})) as runtime:
        world = World(runtime)
        await world.start()
        await say(world, world.alice, "settings", name="model", value="turbo")
        for line, model, text in (
            ("a fox --n 1 --v 6.1", "sd15", "a fox --model sd15 --n 1"),
            ("a fox --n 1 --niji 6", "lcm", "a fox --model lcm --n 1"),
            ("a fox --n 1 --v 5", "turbo", "a fox --model turbo --n 1"),
            ("a fox --n 1", "turbo", "a fox --model turbo --n 1"),
        ):
            message = await world.imagine(line)
            job = await world.job_of(message)
            assert (job.request.params.model, job.text) == (model, text)
            noted = "--v 5 is a version of Midjourney's own model, and none is set up for it here: turbo draws."
            assert (noted in message.content) == ("--v 5" in line)
        await say(world, world.alice, "prefer suffix", new_value="--model starter")
        assert (await draw(world, world.alice, "a fox --n 1 --v 6.1")).request.params.model == "sd15"
        assert (await draw(world, world.alice, "a fox --n 1 --v 5")).request.params.model == "starter"
        listed = (await world.bob.slash(world.channel, "models")).response.embeds[0].description
        assert "draws --v 6.1" in listed
        await world.close()


async def test_a_line_wins_over_a_member_over_others(world: World) -> None:
    assert "your choice" in await say(world, world.alice, "settings", name="style", value="ink")
    await say(world, world.alice, "settings", name="speed", value="relax")
    await world.restart()
    job = await draw(world, world.alice, "a fox --n 1")
    assert (job.request.params.style, job.lane) == ("ink", "relax")
    job = await draw(world, world.alice, "a fox --n 1 --style anime --turbo")
    assert (job.request.params.style, job.lane) == ("anime", "turbo")
    assert (await draw(world, world.bob, "a fox --n 1")).request.params.style == ""
    assert "reset" in await say(world, world.alice, "settings", name="style")
    assert (await draw(world, world.alice, "a fox --n 1")).request.params.style == ""


async def test_a_wrong_value_is_refused_with_its_reason(world: World) -> None:
    assert "--style" in await say(world, world.alice, "settings", name="style", value="nothing such")


async def test_remix_is_kept(world: World) -> None:
    assert "on" in await say(world, world.alice, "prefer remix")
    await world.restart()
    assert await world.bot.wants_remix(world.alice.id)
    assert not await world.bot.wants_remix(world.bob.id)


def manager(world: World) -> Any:
    """A member who may manage the server."""
    role = world.guild.create_role("managers", permissions=discord.Permissions(manage_guild=True, manage_messages=True))
    return world.guild.add_member(world.env.create_user("carol"), roles=[role])


async def test_layers_from_server_to_member(world: World) -> None:
    carol = manager(world)
    await say(world, carol, "admin settings", name="n", value="3")
    assert "`--n` 3 · from this server" in await say(world, world.alice, "settings")
    assert (await draw(world, world.alice, "a fox --steps 1")).request.params.num_images == 3
    await say(world, carol, "admin settings", name="n", value="2", channel=world.channel)
    assert (await draw(world, world.alice, "a fox --steps 1")).request.params.num_images == 2
    await say(world, world.alice, "settings", name="n", value="1")
    assert (await draw(world, world.alice, "a fox --steps 1")).request.params.num_images == 1


async def test_variability_decides_how_v_draws(world: World) -> None:
    assert "strong" in await say(world, world.alice, "prefer variability")
    grid = await world.imagine("a fox --steps 1")
    await world.click(world.alice, grid, "V1")
    vary = world.bot.config.vary
    assert (await world.jobs(world.alice))[0].request.strength == vary.strong
    await world.click(world.bob, grid, "V1")
    assert (await world.jobs(world.bob))[0].request.strength == vary.strength


async def test_finished_pictures_also_come_directly(world: World) -> None:
    assert "also sent" in await say(world, world.alice, "prefer auto_dm")
    await world.imagine("a fox --steps 1 --n 1")
    sent = await world.until(lambda: mails(world))
    assert sent[0].attachments


async def test_info_shows_the_member(world: World) -> None:
    await world.imagine("a fox --steps 1 --n 1")
    said = await say(world, world.alice, "info")
    assert "0 being drawn, 0 waiting · speed fast · so far 1 jobs" in said


def mails(world: World) -> list[Any]:
    channel = world.alice.user.dm_channel
    return list(channel.history()) if channel else []


# --- Everywhere -------------------------------------------------------------------------------------------------------


async def test_preferences_apply_to_sweeps_but_not_to_their_cells_number(world: World) -> None:
    await say(world, world.alice, "prefer option set", name="mine", value="in snow")
    await say(world, world.alice, "settings", name="style", value="ink")
    await say(world, world.alice, "settings", name="n", value="3")
    asked = await world.alice.slash(world.channel, "sweep", prompt="a fox --mine", x="cfg 3, 5")
    await world.alice.click(asked.response, label="Draw them")
    jobs = [job for job in await world.jobs(world.alice) if job.sweep_id]
    assert {job.text.split(" --")[0] for job in jobs} == {"a fox in snow"}
    assert {(job.request.params.style, job.request.params.num_images) for job in jobs} == {("ink", 1)}


async def test_the_suffix_and_defaults_go_with_blended_pictures(world: World) -> None:
    await say(world, world.alice, "prefer suffix", new_value="in snow --steps 2 --ar 2:3")
    await say(world, world.alice, "settings", name="style", value="ink")
    files = {f"image{number}": png("red") for number in (1, 2)}
    result = await world.alice.slash(world.channel, "blend", **files)
    assert not result.ephemeral, result.response.content
    job = (await world.jobs(world.alice))[0]
    assert job.text == "in snow --ar 1:1 --steps 2 --style ink"
    assert (job.request.params.style, job.request.params.num_inference_steps) == ("ink", 2)


async def test_a_corrected_line_gets_the_suffix_once(world: World) -> None:
    await say(world, world.alice, "prefer suffix", new_value="in snow --steps 2")
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox --n 9")
    assert refused.ephemeral
    await world.alice.click(refused.response, label="Run this line")
    assert (await world.jobs(world.alice))[0].text == "a fox in snow --steps 2 --n 4"


async def test_a_remixed_line_knows_own_flags_and_has_its_suffix_already(world: World) -> None:
    grid = await world.imagine("a fox --steps 1 --n 1")
    await say(world, world.alice, "prefer suffix", new_value="in snow")
    await say(world, world.alice, "prefer option set", name="mine", value="at night")
    form = await world.click(world.alice, grid, "Remix")
    await world.alice.submit_modal(form, {"line": "a fox --mine --steps 1 --n 1"})
    assert (await world.jobs(world.alice))[0].text == "a fox at night --steps 1 --n 1"


async def test_a_default_that_nothing_draws_with_any_more_is_passed_over(world: World) -> None:
    store = world.bot.studio.defaults._store
    await store.set("user", world.alice.id, "model", "gone")
    await store.set("user", world.alice.id, "style", "gone")
    assert (await draw(world, world.alice, "a fox --steps 1")).request.params.model == "starter"
