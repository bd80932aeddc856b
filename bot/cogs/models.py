"""/models: what can draw here, and under which licence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.help import pages
from bot.studio import Studio
from bot.text import sentence
from bot.views.who import requester_of
from gpu.openai_models import OpenAIModel
from gpu.types import ModelSpec

Interaction = discord.Interaction[Any]


class ModelsCog(commands.Cog):
    """What `--model` takes."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @app_commands.command()
    async def models(self, interaction: Interaction) -> None:
        """Show the models, their settings and licences."""
        config, who = self._studio.config, requester_of(interaction)
        locale, hidden = who.locale, config.specs.keys() - await self._studio.defaults.models(who)
        usual, _ = (await self._studio.defaults.of(who)).get("model", (config.default_model, ""))
        lines = [
            model_line(spec, locale, default=name == usual, versions=config.versions_of(name))
            for name, spec in config.models.items()
            if name not in hidden
        ]
        lines += [
            sentence(locale, "models-line-openai", model=name, sizes=", ".join(model.sizes), prices=_prices(model))
            for name, model in config.openai.models.items()
            if name not in hidden
        ]
        embeds = [discord.Embed(description=page) for page in pages(lines)]
        await interaction.response.send_message(embeds=embeds[:1], ephemeral=True)
        for embed in embeds[1:]:
            await interaction.followup.send(embed=embed, ephemeral=True)


def _prices(model: OpenAIModel) -> str:
    return ", ".join(f"{quality} {price:.2f}" for quality, price in model.qualities.items())


def model_line(spec: ModelSpec, locale: str, *, default: bool, versions: Sequence[str] = ()) -> str:
    """`sdxl` (default) · 30 steps with Euler · CreativeML Open RAIL++-M · not for commercial use · draws --v 6.1"""
    licence = spec.licence or sentence(locale, "models-licence-unknown")
    return sentence(
        locale, "models-line", model=spec.name, default="yes" if default else "no", steps=spec.num_inference_steps,
        sampler=spec.scheduler, licence=f"[{licence}]({spec.licence_url})" if spec.licence_url else licence,
        commercial="yes" if spec.commercial else "no", versions=", ".join(versions) or "none",
    )  # fmt: skip
