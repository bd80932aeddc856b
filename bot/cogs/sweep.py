"""/sweep: one line with several values of one or two settings, compared on a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.imagine import MAX_PROMPT
from bot.permissions import require_in
from bot.prompt.cells import AXES
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.who import requester_of
from gpu.params import BY_FLAG

Interaction = discord.Interaction[Any]
Text = app_commands.Range[str, 1, MAX_PROMPT]
OPTIONS = ("prompt", "x", "y")


class SweepCog(commands.Cog):
    """Comparisons."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    @app_commands.describe(**{name: sentence(DEFAULT_LOCALE, f"option-sweep-{name}") for name in OPTIONS})
    async def sweep(self, interaction: Interaction, prompt: Text, x: Text, y: Text | None = None) -> None:
        """Ask whether to draw every cell; the question is shown like a refusal, to the member alone."""
        require_in(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)  # pictures are fetched, and many lines checked
        raise await self._studio.sweeps.ask_grid(requester_of(interaction), prompt, x, y or "")

    @sweep.autocomplete("x")
    @sweep.autocomplete("y")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """The settings, and behind one of them its values one after the other."""
        names = [name for name in AXES if name.startswith(current.strip().lower())]
        models = await self._studio.defaults.models(requester_of(interaction))
        if names:
            examples = [self._example(name, models) for name in names]
            return [app_commands.Choice(name=text, value=text) for text in examples]
        return [app_commands.Choice(name=current[:100], value=current[:100])]

    def _example(self, name: str, models: Sequence[str]) -> str:
        row = BY_FLAG.get(f"--{name}")
        known = {"prompt": ("red", "blue"), "cfg": ("3", "5", "7"), "steps": ("10", "20", "40")}
        found = known.get(name) or (row.choices[:3] if row and row.choices else ())
        if name == "model":
            found = tuple(models)[:3]
        if name == "lora":
            found = ("none", *(f"{lora}:0.8" for lora in list(self._studio.loras.files)[:2]))
        return f"{name} {', '.join(found)}"[:100]
