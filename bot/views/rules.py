"""What administrators decide for a server or a channel by menus: models, channels, gallery, language.

The menus stand on the last page of the panel, `bot.views.panel`; what they set is audited.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.defaults import Owner
from bot.errors import NotYours
from bot.permissions import require
from bot.requester import Requester
from bot.switches import CHANNELS, GALLERY, LANGUAGE
from bot.text import locales, sentence
from bot.views.menus import menu, part_of, picked

if TYPE_CHECKING:
    from bot.app import EaselBot

Item = discord.ui.Item[Any]
PLACES = [discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.forum, discord.ChannelType.voice]
POSTABLE = [discord.ChannelType.text, discord.ChannelType.news]
MOST_CHANNELS = 25


@dataclass(frozen=True, slots=True)
class Pressed:
    """A menu that somebody used who may."""

    bot: EaselBot
    who: Requester
    owner: Owner
    guild: discord.Guild | None
    values: Sequence[str]
    window: int

    @property
    def channel_id(self) -> int:
        """The channel that it is about; 0: the server."""
        return self.owner.id if self.owner.layer == "channel" else 0

    def channels(self) -> list[discord.abc.GuildChannel]:
        """The channels that were chosen. Raises `NotYours` for one of another server."""
        found = [self.guild.get_channel(int(id)) if self.guild and id.isdigit() else None for id in self.values]
        if None in found:
            raise NotYours("error-settings-elsewhere")
        return [channel for channel in found if channel]

    async def set(self, name: str, value: Any) -> None:
        """Write it."""
        await self.bot.operation.administration.set_setting(self.who, name, value)


async def _set_models(pressed: Pressed) -> None:
    """Those of other parts of the list stay."""
    bot, administration = pressed.bot, pressed.bot.operation.administration
    before = await administration.switches.models(pressed.who.guild_id, pressed.channel_id)
    kept = set(before) & set(bot.config.specs) - set(part_of(list(bot.config.specs), pressed.window))
    await administration.allow_models(pressed.who, kept | set(picked(pressed.values)), channel_id=pressed.channel_id)


async def _set_channels(pressed: Pressed) -> None:
    await pressed.set(CHANNELS, sorted(channel.id for channel in pressed.channels()) or None)


async def _set_gallery(pressed: Pressed) -> None:
    channel = next(iter(pressed.channels()), None)
    if channel:
        require(channel.permissions_for(channel.guild.me), channel)
    await pressed.set(GALLERY, channel.id if channel else None)


async def _set_language(pressed: Pressed) -> None:
    chosen = [locale for locale in picked(pressed.values) if locale in locales()]
    await pressed.set(LANGUAGE, chosen[0] if chosen else None)


RULES: dict[str, Callable[[Pressed], Awaitable[None]]] = {
    "models": _set_models, "channels": _set_channels, "gallery": _set_gallery, "language": _set_language,
}  # fmt: skip
"""What a menu sets; a channel has the first only."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a server or a channel says."""

    models: list[str]
    channels: list[int]
    gallery: int
    language: str


async def rules_of(bot: EaselBot, guild_id: int, owner: Owner) -> Rules:
    """As it is now."""
    switches = bot.operation.administration.switches
    models = await switches.models(guild_id, owner.id if owner.layer == "channel" else 0)
    gallery, language = await bot.gallery.channel_of(guild_id), await switches.language(guild_id)
    return Rules(models, await switches.channels(guild_id), gallery, language)


def rule_lines(rules: Rules, owner: Owner, locale: str) -> list[str]:
    """A sentence for each."""
    models = sentence(locale, "panel-rule-models", models=", ".join(rules.models) or "all")
    if owner.layer == "channel":
        return [models]
    channels = ", ".join(f"<#{id}>" for id in rules.channels) or "all"
    return [
        models,
        sentence(locale, "panel-rule-channels", channels=channels),
        sentence(locale, "panel-rule-gallery", channel=f"<#{rules.gallery}>" if rules.gallery else "none"),
        sentence(locale, "panel-rule-language", language=rules.language or "none"),
        sentence(locale, "panel-rule-limits"),
    ]


def rule_menus(
    bot: EaselBot, rules: Rules, owner: Owner, locale: str, ids: Mapping[str, str], window: int
) -> list[Item]:
    """The menus, each in a row of its own, with their custom ids by name; `window`: the part of the models."""
    specs = list(bot.config.specs)
    label = sentence(locale, "panel-menu-models")
    models = menu(ids["models"], specs, rules.models, window=window, locale=locale, label=label, several=True)
    if owner.layer == "channel":
        return [models]
    language = menu(
        ids["language"], sorted(locales()), [rules.language] if rules.language else [], window=0, locale=locale,
        label=sentence(locale, "panel-menu-language"), nothing=sentence(locale, "panel-language-none"),
    )  # fmt: skip
    channels = _channel_menu(ids["channels"], PLACES, rules.channels, MOST_CHANNELS, locale, "channels")
    gallery = _channel_menu(ids["gallery"], POSTABLE, [rules.gallery] if rules.gallery else [], 1, locale, "gallery")
    return [models, channels, gallery, language]


def _channel_menu(
    custom_id: str, types: list[discord.ChannelType], chosen: Sequence[int], most: int, locale: str, name: str
) -> Item:
    values = [discord.SelectDefaultValue(id=id, type=discord.SelectDefaultValueType.channel) for id in chosen[:most]]
    return discord.ui.ChannelSelect(
        custom_id=custom_id, channel_types=types, default_values=values, min_values=0, max_values=most,
        placeholder=sentence(locale, f"panel-menu-{name}"),
    )  # fmt: skip
