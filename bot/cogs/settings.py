"""/settings: defaults in layers, and where each comes from. /prefer: flags of one's own, a suffix, and habits."""

from __future__ import annotations

from typing import Any, Literal, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.errors import Refusal
from bot.preferences import DEFAULTS, LAYERS, Preferences
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import harmless
from bot.views.who import requester_of
from gpu.params import BY_NAME

Interaction = discord.Interaction[Any]
FLAGS = {BY_NAME[name].flag.strip("-"): name for name in DEFAULTS}
Setting = Literal["model", "style", "stylize", "quality", "speed", "ar", "n"]


def _said(id: str) -> str:
    return sentence(DEFAULT_LOCALE, id)


class SettingsCog(commands.Cog):
    """The defaults of a member, a channel and a server."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    @app_commands.command()
    @app_commands.describe(
        name=_said("option-setting"), value=_said("option-setting-value"), of=_said("option-setting-of")
    )
    async def settings(
        self,
        interaction: Interaction,
        name: Setting | None = None,
        value: app_commands.Range[str, 0, 100] = "",
        of: Literal["me", "channel", "server"] = "me",
    ) -> None:
        """Show them with the layer that each comes from, or change one; without a value it is reset."""
        who = requester_of(interaction)
        lines = []
        if name:
            read = await self._preferences.set_default(who, LAYERS[of], FLAGS[name], value)
            id = "settings-set" if read else "settings-reset"
            lines.append(sentence(who.locale, id, flag=f"--{name}", value=read, of=of))
        elif value:
            raise Refusal("error-settings-name")
        layered = await self._preferences.layered(who)
        for flag, row in FLAGS.items():
            value, layer = layered.get(row, ("", "default"))
            shown = harmless(value) or "none"
            lines.append(sentence(who.locale, "settings-line", flag=f"--{flag}", value=shown, layer=layer))
        await interaction.response.send_message("\n".join(lines), ephemeral=True)


class PreferCog(commands.GroupCog, group_name="prefer", group_description=_said("command-prefer")):
    """What a member likes."""

    option = app_commands.Group(name="option", description=_said("command-prefer-option"))

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences

    @option.command(name="set", description=_said("command-prefer-option-set"))
    @app_commands.describe(name=_said("option-own-name"), value=_said("option-own-value"))
    async def option_set(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, 34],
        value: app_commands.Range[str, 0, 2000] = "",
    ) -> None:
        """Keep words and flags under a flag of one's own."""
        kept = await self._preferences.set_own(interaction.user.id, name, value)
        await self._say(interaction, "prefer-option-set" if value.strip() else "prefer-option-gone", name=kept)

    @option.command(name="list", description=_said("command-prefer-option-list"))
    async def option_list(self, interaction: Interaction) -> None:
        """Show them."""
        own = await self._preferences.own(interaction.user.id)
        lines = [f"`--{name}` {harmless(value)[:70]}" for name, value in own.items()]
        text = "\n".join(lines) or sentence(str(interaction.locale), "prefer-option-none")
        await interaction.response.send_message(text[:2000], ephemeral=True)

    @app_commands.command(name="suffix", description=_said("command-prefer-suffix"))
    @app_commands.describe(new_value=_said("option-suffix"))
    async def suffix(self, interaction: Interaction, new_value: app_commands.Range[str, 0, 2000] = "") -> None:
        """Put something behind every line."""
        await self._preferences.set_suffix(interaction.user.id, new_value)
        await self._say(interaction, "prefer-suffix-set" if new_value.strip() else "prefer-suffix-gone")

    @app_commands.command(name="remix", description=_said("command-prefer-remix"))
    async def remix(self, interaction: Interaction) -> None:
        """Switch it."""
        on = await self._preferences.toggle(interaction.user.id, "remix", "on")
        await self._say(interaction, "prefer-remix", state="on" if on else "off")

    @app_commands.command(name="auto_dm", description=_said("command-prefer-auto-dm"))
    async def auto_dm(self, interaction: Interaction) -> None:
        """Switch it."""
        on = await self._preferences.toggle(interaction.user.id, "auto_dm", "on")
        await self._say(interaction, "prefer-auto-dm", state="on" if on else "off")

    @app_commands.command(name="variability", description=_said("command-prefer-variability"))
    async def variability(self, interaction: Interaction) -> None:
        """Switch it."""
        on = await self._preferences.toggle(interaction.user.id, "variability", "high")
        await self._say(interaction, "prefer-variability", state="high" if on else "low")

    async def _say(self, interaction: Interaction, id: str, **facts: str) -> None:
        text = sentence(str(interaction.locale), id, **cast(dict[str, Any], facts))
        await interaction.response.send_message(text, ephemeral=True)
