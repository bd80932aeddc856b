"""What a server or the operator has switched: a pause, which models may draw, which one draws by default.

Everything is stored, so it outlives a restart. Knows no Discord.
"""

from __future__ import annotations

from enum import StrEnum

from bot.errors import NotOffered, Paused
from storage.settings import EVERYWHERE, SettingStore

MODE, MODELS, MODEL = "mode", "models", "model"


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

    async def models(self, guild_id: int) -> list[str]:
        """Those that may draw there; empty: all."""
        return list(await self.settings.get(guild_id, MODELS, [])) if guild_id else []

    async def default_model(self, guild_id: int) -> str:
        """The one that draws there where a line names none; "": the operator's."""
        return str(await self.settings.get(guild_id, MODEL, "")) if guild_id else ""

    async def require_model(self, guild_id: int, model: str) -> None:
        """Raises `NotOffered`."""
        offered = await self.models(guild_id)
        if offered and model not in offered:
            raise NotOffered(model=model, models=", ".join(offered))
