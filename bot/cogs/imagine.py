"""/imagine: one line, or the same as typed options; both are made of the parameter table."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.attachments import ROLES, received
from bot.completion import LENGTH, complete, values_of
from bot.delivery import Delivery
from bot.requester import Requester
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.who import requester_of
from gpu.params import TABLE, Param
from storage.models import Job

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]

NUMBERS = {"int": int, "float": float}
COMPLETED = ("model", "style", "quality", "ratio", "loras", "controls")
"""Kinds whose values are suggested while typing: they depend on the configuration, or are open."""
MAX_PROMPT = 6000
"""The longest text that Discord lets a member type."""


def typed_options(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `prompt`, an option for every kind of picture, and one for every row that wants to be one."""
    rows = [row for row in TABLE if row.slash]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    own = [p for p in inspect.signature(callback).parameters.values() if p.name in ("self", "interaction")]
    prompt = inspect.Parameter("prompt", kind, annotation=app_commands.Range[str, 1, MAX_PROMPT])
    typed = [inspect.Parameter(row.name, kind, annotation=_annotation(row) | None, default=None) for row in rows]
    files = [inspect.Parameter(name, kind, annotation=discord.Attachment | None, default=None) for name in ROLES]
    callback.__signature__ = inspect.Signature([*own, prompt, *files, *typed])  # type: ignore[attr-defined]
    described = {name: sentence(DEFAULT_LOCALE, f"option-{name}") for name in ("prompt", *ROLES)}
    described |= {row.name: row.help for row in rows}
    callback = app_commands.describe(**described)(callback)
    callback = app_commands.rename(**{row.name: row.flag.strip("-") for row in rows})(callback)
    suggesting = {row.name: _suggest(row) for row in rows if row.kind in COMPLETED}
    return app_commands.autocomplete(prompt=suggest_prompt, **suggesting)(callback)


def _annotation(row: Param) -> Any:
    if row.choices:
        return Literal[row.choices]
    if row.kind in NUMBERS:
        return app_commands.Range[NUMBERS[row.kind], row.low, row.high]
    return app_commands.Range[str, 1, MAX_PROMPT]


def _suggest(row: Param) -> Callable[[Interaction, str], Any]:
    async def suggest(interaction: Interaction, current: str) -> Choices:
        studio: Studio = interaction.client.studio
        found = values_of(row, studio, current, await studio.defaults.models(requester_of(interaction)))
        return [app_commands.Choice(name=value, value=value) for value in found if len(value) <= LENGTH]

    return suggest


async def suggest_prompt(interaction: Interaction, current: str) -> Choices:
    """The flag being typed, its values, or the member's own earlier lines."""
    studio: Studio = interaction.client.studio
    who = requester_of(interaction)
    recent, models = await studio.recent_prompts(who, current, 10), await studio.defaults.models(who)
    return [app_commands.Choice(name=name, value=value) for name, value in complete(current, studio, recent, models)]


class ImagineCog(commands.Cog):
    """The command that everything is about."""

    def __init__(self, studio: Studio, delivery: Delivery) -> None:
        self._studio = studio
        self._delivery = delivery

    @app_commands.command()
    @typed_options
    async def imagine(self, interaction: Interaction, prompt: str, **options: object) -> None:
        """Draw a line; without one, the parameters that the attached picture carries."""
        given = {name: value for name, value in options.items() if value is not None and name not in ROLES}

        async def make(who: Requester) -> Job:
            return await self._studio.imagine(who, prompt, options=given, inputs=await received(options))

        await self._delivery.answer(interaction, make)
