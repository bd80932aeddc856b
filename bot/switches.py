"""What a server or the operator has switched: a pause, where is drawn and by which models, the language, the gallery.

Everything is stored, so it outlives a restart. Knows no Discord.
"""

from __future__ import annotations

from enum import StrEnum

from bot.errors import NotHere, NotOffered, Paused
from bot.requester import Requester
from storage.settings import EVERYWHERE, SettingStore

MODE, MODELS, CHANNELS, LANGUAGE, GALLERY = "mode", "models", "channels", "language", "gallery-channel"


class Mode(StrEnum):
    """Whether jobs are taken and drawn."""

    OPEN = "open"
    DRAINING = "draining"
    """No new jobs; those that wait are drawn."""
    PAUSED = "paused"
    """No new jobs. Paused everywhere, those that wait stay where they are, too."""


class Switches:
    """Asks and sets them."""

    def __init__(self, settings: SettingStore) -> None:
        self.settings = settings

    async def mode(self, guild_id: int) -> Mode:
        """What one server, or everywhere (0), is switched to."""
        return Mode(await self.settings.get(guild_id, MODE, Mode.OPEN))

    async def set_mode(self, guild_id: int, mode: Mode) -> Mode:
        """Returns what it was before."""
        before = await self.mode(guild_id)
        await self.settings.set(guild_id, MODE, None if mode is Mode.OPEN else mode.value)
        return before

    async def require_open(self, guild_id: int) -> None:
        """Raises `Paused`."""
        for place in dict.fromkeys((EVERYWHERE, guild_id)):
            if await self.mode(place) is not Mode.OPEN:
                raise Paused

    # --- Models ---------------------------------------------------------------------------------------------------

    async def models(self, guild_id: int, channel_id: int = 0) -> list[str]:
        """Those that a server lets draw, or one of its channels alone; empty: it says nothing."""
        return list(await self.settings.get(guild_id, models_of(channel_id), [])) if guild_id else []

    async def offered(self, who: Requester) -> list[str]:
        """Those that may draw where they ask: the nearest place that says something decides; empty: all."""
        for channel_id in (*reversed(who.channels), 0):
            if found := await self.models(who.guild_id, channel_id):
                return found
        return []

    async def require_model(self, who: Requester, model: str) -> None:
        """Raises `NotOffered`."""
        offered = await self.offered(who)
        if offered and model not in offered:
            raise NotOffered(model=model, models=", ".join(offered))

    # --- Places ---------------------------------------------------------------------------------------------------

    async def channels(self, guild_id: int) -> list[int]:
        """Those in which a server lets draw, their threads among them; empty: all."""
        return list(await self.settings.get(guild_id, CHANNELS, [])) if guild_id else []

    async def require_channel(self, who: Requester) -> None:
        """Raises `NotHere`."""
        allowed = await self.channels(who.guild_id)
        if allowed and not set(allowed) & set(who.channels):
            raise NotHere(channels=", ".join(f"<#{id}>" for id in allowed))

    async def language(self, guild_id: int) -> str:
        """What is said to all in a server is said in this language; "": in that of whoever asked."""
        return str(await self.settings.get(guild_id, LANGUAGE, "")) if guild_id else ""

    async def gallery(self, guild_id: int) -> int:
        """The channel that shows what members starred; 0: as config.toml says."""
        return int(await self.settings.get(guild_id, GALLERY, 0)) if guild_id else 0


def models_of(channel_id: int) -> str:
    """The name of the setting that says which models draw in a channel, or in the whole server (0)."""
    return f"{MODELS}:{channel_id}" if channel_id else MODELS
