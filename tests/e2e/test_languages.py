"""A member whose Discord is in Chinese: commands, refusals and the messages of jobs."""

from __future__ import annotations

from typing import Any

import pytest
import simcord.interactions

from bot.text import sentence
from bot.translator import BotTranslator
from gpu.params import BY_FLAG

from .conftest import World


@pytest.fixture
def chinese(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The simulated Discord, which itself only speaks of en-US, with every member's language Chinese."""
    build = simcord.interactions.base_payload

    def in_chinese(*args: Any, **named: Any) -> Any:
        record, payload = build(*args, **named)
        return record, payload | {"locale": "zh-CN"}

    monkeypatch.setattr(simcord.interactions, "base_payload", in_chinese)
    return world


async def payloads(world: World) -> dict[str, dict[str, Any]]:
    """What is sent to Discord for each command."""
    tree = world.bot.tree
    assert isinstance(tree.translator, BotTranslator)
    sent = [await command.get_translated_payload(tree, tree.translator) for command in tree.get_commands()]
    return {command["name"]: command for command in sent}


async def test_imagine_is_told_to_discord_in_chinese(world: World) -> None:
    imagine = (await payloads(world))["imagine"]
    assert imagine["description_localizations"] == {"zh-CN": "用一行文字画一张图"}
    assert imagine["name_localizations"] == {}
    options = {option["name"]: option for option in imagine["options"]}
    assert options["prompt"]["description_localizations"]["zh-CN"] == sentence("zh-CN", "option-prompt")
    steps = sentence("zh-CN", f"param-{BY_FLAG['--steps'].name}")
    assert options["steps"]["description_localizations"] == {"zh-CN": steps}


async def test_every_text_of_every_command_is_translated_and_fits(world: World) -> None:
    for name, command in (await payloads(world)).items():
        if command["type"] == 3:  # a menu of a message
            assert len(command["name_localizations"]["zh-CN"]) <= 32, name
            continue
        for node in walk(command):
            assert 0 < len(node["description_localizations"]["zh-CN"]) <= 100, (name, node["name"])
            assert len(node["description"]) <= 100, (name, node["name"])
        assert max(size(command, "en"), size(command, "zh-CN")) <= 8000, name


def walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The command, its subcommands and all their options."""
    return [node, *(deeper for option in node.get("options", ()) for deeper in walk(option))]


def size(command: dict[str, Any], locale: str) -> int:
    """Characters that Discord counts: names, descriptions and choices, in the longer of the languages."""
    count = 0
    for node in walk(command):
        said = max(len(node["description"]), len(node["description_localizations"].get(locale, "")))
        choices = sum(len(choice["name"]) + len(str(choice["value"])) for choice in node.get("choices", ()))
        count += len(node["name"]) + said + choices
    return count


async def test_a_chinese_member_reads_chinese(chinese: World) -> None:
    refused = await chinese.alice.slash(chinese.channel, "imagine", prompt="a fox --steps 999")
    assert "必须是 1 到 150 的整数" in refused.response.content
    grid = await chinese.imagine("a red fox --seed 7 --n 1")
    assert "种子 7" in shown(grid)
    assert "放大（忠实）" in labels(grid)
    explained = await chinese.alice.slash(chinese.channel, "help")
    assert explained.response.content.startswith("输入 **/imagine**")


def shown(message: Any) -> str:
    """All that a message says."""
    return "\n".join([message.content, *(embed.description or "" for embed in message.embeds)])


def labels(message: Any) -> set[str]:
    """What its buttons say."""
    return {button.label for row in message.components for button in row.children if button.label}
