"""/settings: one's defaults as a panel or typed, and where each comes from. /prefer: own flags, a suffix, habits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import discord
from discord import app_commands
from discord.ext import commands

from bot import panel
from bot.completion import LENGTH, values_of
from bot.defaults import DEFAULTS, Owner
from bot.errors import Refusal
from bot.preferences import Preferences
from bot.requester import Requester
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import harmless
from bot.views.panel import panel_of
from bot.views.who import requester_of
from gpu.params import BY_NAME

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
FLAGS = {BY_NAME[name].flag.strip("-"): name for name in DEFAULTS}
Setting = Literal["model", "quality", "style", "stylize", "speed", "ar", "n"]
Value = app_commands.Range[str, 0, 100]


def _said(id: str) -> str:
    return sentence(DEFAULT_LOCALE, id)


async def answer_settings(
    interaction: Interaction, who: Requester, owner: Owner, name: Setting | None, value: str, reason: str = ""
) -> None:
    """Change what is named, if anything is, and show the panel of a layer. Raises `Refusal`."""
    bot: EaselBot = interaction.client
    if value and not name:
        raise Refusal("error-settings-name")
    head = ""
    if name:
        pick = (FLAGS[name], value)
        read = await panel.choose(bot.studio, bot.operation.administration, who, owner, pick, reason=reason)
        id = "settings-set" if read else "settings-reset"
        head = sentence(who.locale, id, flag=f"--{name}", value=harmless(read), of=owner.layer)
    shown = await panel_of(bot, who, owner, head=head)
    await interaction.response.send_message(**shown, ephemeral=True, allowed_mentions=discord.AllowedMentions.none())


async def suggest_value(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """What the setting that was named can be."""
    bot: EaselBot = interaction.client
    name = FLAGS.get(getattr(interaction.namespace, "name", None) or "")
    if not name:
        return []
    found = values_of(BY_NAME[name], bot.studio, current, await bot.studio.defaults.models(requester_of(interaction)))
    return [app_commands.Choice(name=one, value=one) for one in found if len(one) <= LENGTH]


class SettingsCog(commands.Cog):
    """The defaults of a member; those of channels and servers are in /admin settings."""

    @app_commands.command()
    @app_commands.describe(name=_said("option-setting"), value=_said("option-setting-value"))
    @app_commands.autocomplete(value=suggest_value)
    async def settings(self, interaction: Interaction, name: Setting | None = None, value: Value = "") -> None:
        """Show them with the layer that each comes from, or change one; without a value it is reset."""
        who = requester_of(interaction)
        await answer_settings(interaction, who, Owner("user", who.user_id), name, value)


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
        on = await self._preferences.toggle(interaction.user.id, "remix")
        await self._say(interaction, "prefer-remix", state="on" if on else "off")

    @app_commands.command(name="auto_dm", description=_said("command-prefer-auto-dm"))
    async def auto_dm(self, interaction: Interaction) -> None:
        """Switch it."""
        on = await self._preferences.toggle(interaction.user.id, "auto_dm")
        await self._say(interaction, "prefer-auto-dm", state="on" if on else "off")

    @app_commands.command(name="variability", description=_said("command-prefer-variability"))
    async def variability(self, interaction: Interaction) -> None:
        """Switch it."""
        on = await self._preferences.toggle(interaction.user.id, "variability")
        await self._say(interaction, "prefer-variability", state="high" if on else "low")

    async def _say(self, interaction: Interaction, id: str, **facts: str) -> None:
        text = sentence(str(interaction.locale), id, **cast(dict[str, Any], facts))
        await interaction.response.send_message(text, ephemeral=True)
