"""/imagine's options and suggestions, /queue, /cancel, /info, /help, and the names of them all."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
import simcord
from fluent.syntax import FluentSerializer
from fluent.syntax.ast import Message

from bot.app import EaselBot
from bot.attachments import ROLES
from bot.config import Config
from bot.runtime import Runtime, open_studio
from bot.text import _resources, locales
from bot.translator import BotTranslator
from gpu.params import TABLE
from storage.models import JobState

from .conftest import FAST, World


async def suggestions(world: World, prompt: str, option: str = "prompt", **filled: Any) -> list[dict[str, Any]]:
    return await world.alice.autocomplete(world.channel, "imagine", option, prompt, **filled)


def values(choices: list[dict[str, Any]]) -> list[str]:
    return [choice["value"] for choice in choices]


# --- /imagine ---------------------------------------------------------------------------------------------------------


async def test_every_slash_row_of_the_table_is_an_option_with_its_range(world: World) -> None:
    command = next(command for command in world.bot.tree.get_commands() if command.name == "imagine")
    options = {option["name"]: option for option in command.to_dict(world.bot.tree)["options"]}
    assert next(iter(options)) == "prompt"
    for row in (row for row in TABLE if row.slash):
        option = options[row.flag.strip("-")]
        assert option["description"] == row.help
        assert [choice["value"] for choice in option.get("choices", [])] == list(row.choices)
        if row.kind in ("int", "float"):
            assert (option["min_value"], option["max_value"]) == (row.low, row.high)
    assert len(options) == 1 + len(ROLES) + sum(row.slash for row in TABLE)


async def test_options_and_flags_make_the_same_job(world: World) -> None:
    await world.alice.slash(
        world.channel, "imagine", prompt="a fox", steps=5, cfg=2.5, sampler="DDIM", seed=9, n=2, ar="3:2", no="snow"
    )
    await world.alice.slash(
        world.channel,
        "imagine",
        prompt="a fox --steps 5 --cfg 2.5 --sampler DDIM --seed 9 --n 2 --ar 3:2 --no snow",
    )
    first, second = await world.jobs(world.alice)
    assert first.request.params == second.request.params
    assert first.text == second.text
    assert first.request.params.num_images == 2


async def test_values_that_discord_would_refuse_never_reach_us(world: World) -> None:
    for options in ({"steps": 151}, {"sampler": "best"}, {"seed": -1}):
        with pytest.raises(simcord.SetupError):
            await world.alice.slash(world.channel, "imagine", prompt="a fox", **options)


async def test_a_flag_is_completed_while_it_is_typed(world: World) -> None:
    found = await suggestions(world, "a fox --st")
    assert values(found) == [f"a fox --{name} " for name in ("steps", "style", "stylize", "stop", "strength")]
    assert found[0]["name"].startswith("--steps")
    assert values(await suggestions(world, "a fox —sam")) == ["a fox --sampler "]
    assert len(await suggestions(world, "a fox --")) == min(len(TABLE), 25)
    assert "a fox --ar 3:2 --ar " not in values(await suggestions(world, "a fox --ar 3:2 --"))


async def test_values_are_completed_too(world: World) -> None:
    assert "a fox --sampler DPM++ 2M Karras" in values(await suggestions(world, "a fox --sampler DPM"))
    assert values(await suggestions(world, "a fox --style water")) == ["a fox --style watercolor"]
    draft, standard = values(await suggestions(world, "a fox --quality d"))
    assert (draft, standard) == ("a fox --quality draft", "a fox --quality standard")
    assert values(await suggestions(world, "sta", "model")) == ["starter"]
    assert "watercolor" in values(await suggestions(world, "", "style"))


async def test_own_recent_lines_are_suggested(world: World) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="a red fox", seed=4)
    await world.bob.slash(world.channel, "imagine", prompt="a red owl")
    assert values(await suggestions(world, "a re")) == ["a red fox --seed 4"]
    assert await suggestions(world, "b") == []


async def test_suggestions_fit_discord(world: World) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="long " * 60)
    assert await suggestions(world, "long") == []
    assert await suggestions(world, "x" * 98 + " --st") == []
    found = await suggestions(world, "x" * 80 + " --")
    assert found
    assert all(1 <= len(choice[key]) <= 100 for choice in found for key in ("name", "value"))


# --- /queue, /cancel --------------------------------------------------------------------------------------------------


async def test_queue_lists_what_has_not_ended(slow: None, world: World) -> None:
    assert "/imagine" in (await world.alice.slash(world.channel, "queue")).response.content
    messages = [await world.waiting(f"fox {number}", steps=100) for number in range(4)]
    await world.until(lambda: _states(world, [JobState.RUNNING] * 3 + [JobState.QUEUED]))
    result = await world.alice.slash(world.channel, "queue")
    assert result.ephemeral
    lines = result.response.content.splitlines()
    assert ["being drawn" in line for line in lines] == [True, True, True, False]
    assert all(message.jump_url in line for message, line in zip(messages, lines, strict=True))
    assert "fox" not in (await world.bob.slash(world.channel, "queue")).response.content


async def _states(world: World, states: list[JobState]) -> bool:
    return [job.state for job in reversed(await world.jobs(world.alice))] == states


async def test_cancel_takes_the_named_job_or_the_newest(slow: None, world: World) -> None:
    first, second = [await world.waiting(f"fox {number}", steps=100) for number in range(2)]
    offered = await world.alice.autocomplete(world.channel, "cancel", "job", "fox 0")
    assert [choice["name"] for choice in offered] == ["fox 0 --steps 100"]
    result = await world.alice.slash(world.channel, "cancel", job=offered[0]["value"])
    assert result.ephemeral
    assert "fox 0" in result.response.content
    assert (await world.job_of(first)).state is JobState.CANCELLED
    assert (await world.job_of(second)).state is not JobState.CANCELLED
    await world.alice.slash(world.channel, "cancel")
    assert (await world.job_of(second)).state is JobState.CANCELLED
    await world.until(lambda: "(Cancelled)" in world.message(second.id).content)
    assert "no job" in (await world.alice.slash(world.channel, "cancel")).response.content


async def test_cancel_of_others_and_of_nonsense_is_refused(slow: None, world: World) -> None:
    message = await world.waiting(steps=100)
    job = await world.job_of(message)
    refused = await world.bob.slash(world.channel, "cancel", job=job.id)
    assert refused.ephemeral
    assert "someone else" in refused.response.content
    unknown = await world.bob.slash(world.channel, "cancel", job="nonsense!")
    assert "nonsense!" in unknown.response.content
    assert (await world.job_of(message)).state is not JobState.CANCELLED


async def test_cancel_of_a_finished_job_says_that_it_is_done(world: World) -> None:
    job = await world.job_of(await world.imagine())
    assert "done already" in (await world.alice.slash(world.channel, "cancel", job=job.id)).response.content


# --- /info, /help -----------------------------------------------------------------------------------------------------


async def test_info_shows_line_parameters_and_origin(world: World) -> None:
    grid = await world.imagine("a red fox", seed=5)
    varied = await world.pictures((await world.click(world.bob, grid, "V2")).response.id)
    parent, job = await world.job_of(grid), await world.job_of(varied)
    result = await world.alice.slash(world.channel, "info", job=job.id.upper())
    assert result.ephemeral
    assert "a red fox" in result.response.embeds[0].description
    seed = f"seed {job.request.params.seed}"
    for fact in (seed, parent.id, grid.jump_url, varied.jump_url, world.bob.mention, "Done"):
        assert fact in result.response.content


async def test_info_keeps_direct_messages_private(world: World) -> None:
    await world.alice.user.slash("imagine", prompt="a secret fox")
    job = (await world.jobs(world.alice))[0]
    for result in (
        await world.bob.slash(world.channel, "info", job=job.id),
        await world.bob.slash(world.channel, "info", job="nosuchjob"),
    ):
        assert result.ephemeral
        assert "I know no job" in result.response.content
    assert "secret" in (await world.alice.slash(world.channel, "info", job=job.id)).response.embeds[0].description


async def test_help_comes_from_the_table(world: World) -> None:
    result = await world.alice.slash(world.channel, "help")
    assert result.ephemeral
    text = "\n".join(embed.description for embed in result.response.embeds)
    for row in TABLE:
        assert all(f"`{flag}`" in text for flag in row.flags)
        assert row.help in text
    assert "1–150" in text
    assert "4294967295" in text
    more = "\n".join(embed.description for reply in result.followups for embed in reply.embeds)
    for command in world.bot.tree.get_commands(type=discord.AppCommandType.chat_input):
        assert f"`/{command.name}` · " in more
    assert "**Rules:**" in more


async def test_models_with_their_licences(world: World) -> None:
    result = await world.alice.slash(world.channel, "models")
    assert result.ephemeral
    text = "\n".join(embed.description for embed in result.response.embeds)
    models = world.bot.config.models
    for name, spec in models.items():
        line = next(line for line in text.splitlines() if f"`{name}`" in line)
        assert spec.licence in line
        assert ("not for commercial use" in line) is not spec.commercial
        assert ("(default)" in line) is (name == world.bot.config.default_model)
    assert not all(spec.commercial for spec in models.values())


async def test_a_corrected_wish_is_said_while_the_job_waits_and_a_licence_with_the_pictures(world: World) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="a fox --model turbo --steps 20")
    (job,) = await world.jobs(world.alice)
    assert job.request.params.num_inference_steps == 4
    assert [note.id for note in job.request.notes] == ["note-corrected-num-inference-steps", "note-non-commercial"]


# --- /loras -----------------------------------------------------------------------------------------------------------


async def test_loras_are_listed_suggested_and_drawn_with(world: World) -> None:
    listed = await world.alice.slash(world.channel, "loras")
    assert listed.ephemeral
    assert "**flat-lime**" in listed.response.embeds[0].description
    assert "adds “in lime”" in listed.response.embeds[0].description
    job = await world.job_of(await world.imagine("a fox <flat-lime:0.8>"))
    assert (job.request.params.lora, job.request.params.prompt) == ("flat-lime:0.8", "a fox, in lime")
    assert job.text == 'a fox --lora "flat-lime:0.8"'


async def test_an_unknown_lora_is_refused_with_a_line_that_can_be_run(world: World) -> None:
    result = await world.alice.slash(world.channel, "imagine", prompt="a fox <lora:flat-line:0.8>")
    assert "/loras lists those that there are" in result.response.content
    assert "flat-lime:0.8" in str(result.response.content) + str([e.description for e in result.response.embeds])


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def prefixed(config: Config) -> AsyncIterator[World]:
    """A bot whose commands begin with `easel-`."""
    named = config.discord.model_copy(update={"command_prefix": "easel-"})
    async with open_studio(config.model_copy(update={"discord": named})) as runtime:
        world = World(runtime, FAST)
        await world.start()
        yield world
        await world.close()


async def test_two_bots_can_live_in_one_server(prefixed: World) -> None:
    world, tree = prefixed, prefixed.bot.tree
    assert {"easel-imagine", "easel-prefer", "easel-Report"} <= {command.name for command in tree.get_commands()}
    assert [command.name for command in tree.get_commands() if not command.name.startswith("easel-")] == []
    sent = [await command.get_translated_payload(tree, BotTranslator()) for command in tree.get_commands()]
    report = next(command for command in sent if command["name"] == "easel-Report")
    assert report["name_localizations"] == {"zh-CN": "easel-举报"}
    result = await world.alice.slash(world.channel, "easel-imagine", prompt="a red fox")
    assert await world.pictures(result.response.id)


async def test_sentences_name_commands_as_this_bot_calls_them(prefixed: World) -> None:
    world = prefixed
    unknown = await world.alice.slash(world.channel, "easel-info", job="nothing")
    assert "; /easel-queue lists yours" in unknown.response.content
    helped = await world.alice.slash(world.channel, "easel-help")
    assert "**/easel-imagine**" in helped.response.content
    pasted = await world.alice.slash(world.channel, "easel-imagine", prompt="/easel-imagine prompt: a red fox --n 1")
    assert (await world.job_of(await world.pictures(pasted.response.id))).request.params.prompt == "a red fox"


@pytest.mark.parametrize("locale", sorted(locales()))
async def test_every_command_in_a_sentence_is_one_and_has_the_prefix(world: World, locale: str) -> None:
    """Walks all sentences, with and without a prefix."""
    commands = {command.name for command in world.bot.tree.get_commands()}
    plain = "\n".join(_texts(locale, ""))
    found = re.findall(r"(?<![A-Za-z0-9_/.<])/([a-z]+)", plain)
    assert set(found) <= commands, "every word behind a slash is a command"
    assert len(found) > 40
    prefixed = "\n".join(_texts(locale, "easel-"))
    assert re.findall(r"(?<![A-Za-z0-9_/.<])/easel-([a-z]+)", prefixed) == found
    assert prefixed.replace("/easel-", "/") == plain


def _texts(locale: str, prefix: str) -> list[str]:
    """The patterns of all sentences of a language, variants included."""
    entries = [entry for resource in _resources(locale, prefix) for entry in resource.body]
    write = FluentSerializer().serialize_entry
    return [write(Message(entry.id, entry.value)) for entry in entries if isinstance(entry, Message)]


async def test_no_privileged_intent_is_asked_for(runtime: Runtime) -> None:
    intents = EaselBot(runtime).intents
    assert dict(intents) | {"guilds": True, "guild_reactions": True, "dm_reactions": True} == dict(intents)
    assert sum(dict(intents).values()) == 3
