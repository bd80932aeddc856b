"""The panel of /settings and of /admin settings: by clicks, after restarts, by others, with the longest names."""

from __future__ import annotations

from typing import Any

import discord
import pytest
import simcord

from bot.defaults import Owner
from bot.panel import PAGES
from bot.requester import Requester
from bot.text import locales, plain_ids
from bot.views.panel import panel_of

from .conftest import World, buttons
from .test_settings import draw, mails, manager


async def opened(world: World, who: Any, command: str = "settings", **options: Any) -> discord.Message:
    result = await who.slash(world.channel, command, **options)
    assert result.ephemeral
    message: discord.Message = result.response
    return message


def items(message: Any) -> list[dict[str, Any]]:
    """Buttons and menus, as Discord has them."""
    return [item for row in message.components for item in row["components"]]


def menu(message: Any, name: str) -> dict[str, Any]:
    """The menu about a parameter or a rule."""
    return next(item for item in items(message) if f":{name}:" in item["custom_id"])


def options(message: Any, name: str) -> list[str]:
    return [option["label"] for option in menu(message, name)["options"]]


async def choose(who: Any, message: Any, name: str, *values: Any) -> Any:
    return (await who.select(message, list(values), custom_id=menu(message, name)["custom_id"])).response


async def press(who: Any, message: Any, label: str) -> Any:
    """By its label, or its emoji."""
    button = next(item for item in items(message) if label in (item.get("label"), item.get("emoji", {}).get("name")))
    return (await who.click(message, custom_id=button["custom_id"])).response


BLUE, GREY, GREEN = (discord.ButtonStyle[name].value for name in ("primary", "secondary", "success"))


def styles(message: Any) -> dict[str, int]:
    return {item["label"]: item["style"] for item in items(message) if "label" in item}


async def test_buttons_set_and_take_back_and_survive_a_restart(world: World) -> None:
    shown = await opened(world, world.alice)
    assert "`--stylize` 100 · the default" in shown.content
    assert styles(shown)["Stylize med"] == BLUE
    await world.restart()
    shown = await press(world.alice, shown, "Stylize high")
    assert "`--stylize` 250 · your choice" in shown.content
    assert styles(shown)["Stylize high"] == GREEN
    assert styles(shown)["Stylize med"] == GREY
    shown = await press(world.alice, shown, "RAW")
    shown = await press(world.alice, shown, "Relax")
    job = await draw(world, world.alice, "a fox --steps 1")
    assert (job.request.params.stylize, job.request.params.style, job.lane) == (250, "raw", "relax")
    shown = await press(world.alice, shown, "RAW")
    assert "`--style` – · the default" in shown.content
    shown = await press(world.alice, shown, "Reset")
    assert "your choice" not in shown.content


async def test_menus_and_pages(world: World) -> None:
    shown = await opened(world, world.alice)
    shown = await choose(world.alice, shown, "model", "=lcm")
    assert "`--model` lcm · your choice" in shown.content
    assert "`--n` 4 · the default" in shown.content
    shown = await press(world.alice, shown, "▶️")
    shown = await choose(world.alice, shown, "style", "=ink")
    shown = await choose(world.alice, shown, "aspect_ratio", "=3:2")
    shown = await press(world.alice, shown, "2 pictures")
    params = (await draw(world, world.alice, "a fox --steps 1 --model starter")).request.params
    assert (params.style, params.aspect_ratio, params.num_images) == ("ink", "3:2", 2)
    shown = await choose(world.alice, shown, "style", "-")
    assert "`--style` – · the default" in shown.content


async def test_habits(world: World) -> None:
    shown = await opened(world, world.alice)
    assert "Remix off · V draws subtle variations" in shown.content
    for label in ("Remix", "High variation", "Send to me directly"):
        shown = await press(world.alice, shown, label)
        assert styles(shown)[label] == GREEN
    preferences = world.bot.studio.preferences
    assert await preferences.habits(world.alice.id) == {"remix": "on", "variability": "high", "auto_dm": "on"}
    shown = await press(world.alice, shown, "Low variation")
    assert "V draws subtle variations" in shown.content
    await press(world.alice, shown, "Reset")
    assert await preferences.habits(world.alice.id) == {}


# --- Others -----------------------------------------------------------------------------------------------------------


async def leaked(world: World, owner: Owner, page: int = 0) -> Any:
    """The panel of somebody where all can see it."""
    who = Requester(user_id=owner.id, guild_id=world.guild.id, channel_id=world.channel.id)
    with world.env.time_context():
        channel = world.bot.get_partial_messageable(world.channel.id)
        sent = await channel.send(**await panel_of(world.bot, who, owner, page))
    return world.message(sent.id)


async def click_at(who: Any, message: Any, part: str) -> Any:
    button = next(button for button in buttons(message) if part in button.custom_id)
    return (await who.click(message, custom_id=button.custom_id)).response


async def test_another_members_click_on_a_panel_changes_nothing(world: World) -> None:
    shown = await leaked(world, Owner("user", world.alice.id))
    for part in (":set:", ":reset:", ":panel:"):
        answer = await click_at(world.bob, shown, part)
        assert answer.ephemeral
        assert "belongs to someone else" in answer.content
    chosen = next(item for item in buttons(shown) if ":choose:" in item.custom_id).custom_id
    answer = (await world.bob.select(shown, ["=lcm"], custom_id=chosen)).response
    assert "belongs to someone else" in answer.content
    for member in (world.alice, world.bob):
        assert await world.bot.studio.defaults.chosen(Owner("user", member.id)) == {}


async def test_the_panel_of_a_server_is_for_its_administrators(world: World) -> None:
    with pytest.raises(simcord.SetupError, match="default-member-permissions"):
        await world.bob.slash(world.channel, "admin settings")
    moderators = world.guild.create_role("moderators", permissions=discord.Permissions(manage_messages=True))
    dave = world.guild.add_member(world.env.create_user("dave"), roles=[moderators])
    refused = await dave.slash(world.channel, "admin settings")
    assert "Manage Server" in refused.response.content
    for page in (0, 2):
        shown = await leaked(world, Owner("guild", world.guild.id), page)
        assert "Manage Server" in (await click_at(world.bob, shown, ":reset:")).content
        assert "Manage Server" in (await click_at(dave, shown, ":reset:")).content


async def test_a_panel_of_another_server_changes_nothing(world: World) -> None:
    carol, other = manager(world), world.env.create_guild("Other").create_text_channel("there")
    for owner in (Owner("guild", 4711), Owner("channel", other.id)):
        shown = await leaked(world, owner)
        assert "not the one where you are" in (await click_at(carol, shown, ":set:")).content
        assert await world.bot.studio.defaults.chosen(owner) == {}


# --- Servers ----------------------------------------------------------------------------------------------------------


async def rules_page(world: World, who: Any, **where: Any) -> Any:
    shown = await opened(world, who, "admin settings", **where)
    return await press(who, await press(who, shown, "▶️"), "▶️")


async def test_a_server_and_its_channel_say_what_holds_and_it_is_written_down(world: World) -> None:
    carol = manager(world)
    shown = await opened(world, carol, "admin settings")
    assert "Remix" not in styles(shown)
    assert "`--stylize` 250 · from this server" in (await press(carol, shown, "Stylize high")).content
    await world.restart()
    shown = await opened(world, carol, "admin settings", channel=world.channel)
    assert "Settings of <#" in shown.content
    shown = await press(carol, shown, "Stylize very high")
    assert "`--stylize` 750 · from this channel" in shown.content
    assert "`--stylize` 750 · from this channel" in (await opened(world, world.alice)).content
    other = world.guild.create_text_channel("other")
    elsewhere = await world.alice.slash(other, "settings")
    assert "`--stylize` 250 · from this server" in elsewhere.response.content
    entries = await world.bot.operation.search(world.guild.id, action="default")
    assert [(entry.before, entry.after, entry.actor_id) for entry in entries] == [
        ("", "750", carol.id), ("", "250", carol.id),
    ]  # fmt: skip
    assert "stylize of channel" in entries[0].target


async def test_pictures_are_drawn_in_the_allowed_channels_and_their_threads(world: World) -> None:
    carol, other = manager(world), world.guild.create_text_channel("other")
    shown = await choose(carol, await rules_page(world, carol), "channels", other)
    assert f"Drawn in: <#{other.id}>" in shown.content
    await world.restart()
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox")
    assert f"I draw in <#{other.id}>" in refused.response.content
    assert refused.ephemeral
    assert not (await world.alice.slash(other, "imagine", prompt="a fox --steps 1")).ephemeral
    thread = Requester(user_id=5, guild_id=world.guild.id, channel_id=77, parent_id=other.id)
    await world.bot.studio.guard.switches.require_channel(thread)
    shown = await choose(carol, await rules_page(world, carol), "channels")
    assert "all channels" in shown.content
    assert not (await world.alice.slash(world.channel, "imagine", prompt="a fox --steps 1")).ephemeral


async def test_only_allowed_models_draw_and_are_offered(world: World) -> None:
    carol, other = manager(world), world.guild.create_text_channel("other")
    await choose(carol, await rules_page(world, carol), "models", "=lcm", "=sdxl")
    shown = await choose(carol, await rules_page(world, carol, channel=other), "models", "=starter")
    assert "Models: starter" in shown.content
    offered = await world.alice.autocomplete(world.channel, "imagine", "model", "")
    assert {choice["value"] for choice in offered} == {"lcm", "sdxl"}
    offered = await world.alice.autocomplete(world.channel, "settings", "value", "", name="model")
    assert {choice["value"] for choice in offered} == {"lcm", "sdxl"}
    assert options(await opened(world, world.alice), "model")[1:] == ["sdxl", "lcm"]
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox --model starter")
    assert "These do: lcm, sdxl" in refused.response.content
    assert "`--model` sdxl · from this server" in (await opened(world, world.alice)).content
    assert not (await world.alice.slash(other, "imagine", prompt="a fox --steps 1")).ephemeral
    assert "sdxl" not in (await world.alice.slash(other, "models")).response.embeds[0].description
    wrong = await carol.slash(world.channel, "admin settings", name="model", value="starter")
    assert "does not draw here" in wrong.response.content


async def test_the_gallery_channel_is_chosen_by_the_server(world: World) -> None:
    carol, gallery = manager(world), world.guild.create_text_channel("gallery")
    shown = await choose(carol, await rules_page(world, carol), "gallery", gallery)
    assert f"Gallery: <#{gallery.id}>" in shown.content
    picture = await world.imagine("a fox --steps 1 --n 1")
    await world.click(world.alice, picture, "⭐")
    assert len(await world.until(lambda: world.messages(gallery))) == 1
    assert f"<#{gallery.id}>" in (await world.alice.slash(world.channel, "gallery")).response.content


async def test_the_language_of_a_server_is_that_of_what_all_can_see(world: World) -> None:
    carol = manager(world)
    shown = await choose(carol, await rules_page(world, carol), "language", "=zh-CN")
    assert "Language of what all can see: zh-CN" in shown.content, "the panel is in the member's own"
    grid = await world.imagine("a red fox --seed 7 --n 1 --steps 1")
    assert "种子 7" in grid.content
    assert any(button.label == "放大（忠实）" for button in buttons(grid))
    refused = await world.alice.slash(world.channel, "imagine", prompt="a fox --steps 999")
    assert "must be" in refused.response.content
    await world.alice.slash(world.channel, "prefer auto_dm")
    await world.imagine("a red fox --seed 7 --n 1 --steps 1")
    mail = await world.until(lambda: mails(world))
    assert "seed 7" in mail[0].content
    shown = await choose(carol, await rules_page(world, carol), "language", "-")
    assert "that of whoever asks" in shown.content
    assert "seed 7" in (await world.imagine("a red fox --seed 7 --n 1 --steps 1")).content


# --- Direct messages, and limits --------------------------------------------------------------------------------------


async def test_the_panel_in_direct_messages(world: World) -> None:
    shown = (await world.alice.user.slash("settings")).response
    assert "Your settings" in shown.content
    button = next(item for item in items(shown) if item.get("label") == "Relax")
    shown = (await world.alice.user.click(shown, custom_id=button["custom_id"])).response
    assert "`--speed` relax · your choice" in shown.content


NAMES = [f"{number:02}-" + "m" * 95 for number in range(60)]


@pytest.mark.parametrize("layer", ["user", "channel", "guild"])
@pytest.mark.parametrize("locale", sorted(locales()))
async def test_the_longest_panel_fits(world: World, layer: Any, locale: str) -> None:
    studio, bot = world.bot.studio, world.bot
    spec = bot.config.specs["starter"]
    bot.config = studio.config = bot.config.model_copy(
        update={"models": {"starter": spec} | {name: spec.model_copy(update={"name": name}) for name in NAMES}}
    )
    studio.defaults._config = bot.config
    owner = Owner(layer, 2**63 - 1)
    who = Requester(user_id=2**63 - 1, guild_id=2**63 - 1, channel_id=2**63 - 1, locale=locale)
    await studio.defaults.set(owner, "model", NAMES[30])
    await studio.preferences.set_suffix(who.user_id, "*_~ " * 400)
    channels = [2**63 - 1 - number for number in range(25)]
    await studio.guard.switches.settings.set(who.guild_id, "channels", channels)
    await studio.guard.switches.settings.set(who.guild_id, "models", NAMES)
    for page in range(3):
        for window in range(3):
            shown = await panel_of(bot, who, owner, page, windows={"model": window, "models": window})
            assert 0 < len(shown["content"]) <= 2000
            rows = shown["view"].to_components()
            assert len(rows) <= 5
            ids = [item["custom_id"] for row in rows for item in row["components"]]
            assert len(set(ids)) == len(ids)
            assert max(map(len, ids)) <= 100
            for row in rows:
                assert 1 <= len(row["components"]) <= 5
                for item in row["components"]:
                    assert len(item.get("options", [])) <= 25
                    assert len(item.get("placeholder", "")) <= 150
                    assert len(item.get("label", "")) <= 80
                    entries = item.get("options", [])
                    assert all(len(entry["label"]) <= 100 and len(entry["value"]) <= 100 for entry in entries)
                    assert sum(entry.get("default", False) for entry in entries) <= item.get("max_values", 1)


async def test_every_value_of_a_long_list_can_be_reached(world: World) -> None:
    specs = {name: world.bot.config.specs["starter"].model_copy(update={"name": name}) for name in NAMES}
    config = world.bot.config.model_copy(update={"models": {**world.bot.config.models, **specs}})
    world.bot.config = world.bot.studio.config = world.bot.studio.defaults._config = config
    shown, seen = await opened(world, world.alice), set()
    for _ in range(5):
        seen |= set(options(shown, "model"))
        shown = await choose(world.alice, shown, "model", ">")
    assert set(NAMES) <= seen
    shown = await choose(world.alice, shown, "model", ">")
    later = options(shown, "model")[3]
    shown = await choose(world.alice, shown, "model", f"={later}")
    assert later in shown.content


def test_every_button_has_words() -> None:
    picks = [pick for page in PAGES for row in page if not isinstance(row, str) for pick in row]
    ids = {f"panel-{name.replace('_', '-')}-{value}" for name, value in picks}
    assert ids <= plain_ids("en") & plain_ids("zh-CN")
