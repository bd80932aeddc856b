"""Defaults in layers: what holds where a line says nothing, and who said so: server ← channel ← thread ← member.

A default becomes a typed option of the line, so the check sees it, the stored line shows it, and an old job repeats
whatever is preferred today. Knows no Discord and no SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from bot.config import Config
from bot.errors import PromptError, Refusal
from bot.prompt.parser import ParsedPrompt
from bot.prompt.words import plain
from bot.requester import Requester
from bot.switches import Switches
from gpu.params import BY_NAME
from storage.preferences import Layer, PreferenceStore

DEFAULTS = ("model", "quality", "style", "stylize", "speed", "aspect_ratio", "num_images")
"""Parameters that can be preferred."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose defaults: a member's, a channel's or a server's."""

    layer: Layer
    id: int


class Defaults:
    """Reads and writes them. Whoever writes for a channel or a server has checked that the actor may."""

    def __init__(
        self, store: PreferenceStore, parse: Callable[[str], ParsedPrompt], switches: Switches, config: Config
    ) -> None:
        self._store = store
        self._parse = parse
        self._switches = switches
        self._config = config

    async def of(self, who: Requester) -> dict[str, tuple[str, Layer]]:
        """Every parameter that somebody chose: its value, and the layer that counts most.

        A value that nothing can be drawn with here (any more) is passed over, so that no old choice makes every line
        fail. Where the operator's model does not draw, the first one that does is the server's default.
        """
        offered = await self.models(who)
        found: dict[str, tuple[str, Layer]] = {}
        if offered and self._config.default_model not in offered:
            found["model"] = (offered[0], "guild")
        for owner in owners(who):
            values = await self.chosen(owner)
            found |= {name: (value, owner.layer) for name, value in values.items() if self._holds(name, value, offered)}
        return found

    async def missing(self, who: Requester, said: Collection[str]) -> dict[str, str]:
        """The values for what neither the line nor its options say."""
        return {name: value for name, (value, _) in (await self.of(who)).items() if name not in said}

    async def models(self, who: Requester) -> list[str]:
        """The models that may draw where they ask, and that there are."""
        offered = await self._switches.offered(who)
        return [name for name in self._config.specs if not offered or name in offered]

    async def chosen(self, owner: Owner) -> dict[str, str]:
        """What one layer says itself."""
        values = await self._store.of(owner.layer, owner.id)
        return {name: value for name, value in values.items() if name in DEFAULTS}

    async def set(self, owner: Owner, name: str, value: str) -> str:
        """Write one, or with an empty value remove it; the value as it was read. Raises `Refusal`."""
        read = self.read(name, value)
        await self._store.set(owner.layer, owner.id, name, read)
        return read

    async def reset(self, owner: Owner) -> None:
        """Remove all of a layer."""
        for name in DEFAULTS:
            await self._store.set(owner.layer, owner.id, name, "")

    def read(self, name: str, value: str) -> str:
        """The value as the flag would be read. Raises `Refusal`: there is no line that could be corrected."""
        flag = BY_NAME[name].flag
        if not value.strip():
            return ""
        try:
            return plain(self._parse(f'x {flag} "{value.strip()}"').chosen[name])
        except PromptError as error:
            raise Refusal(error.id, **error.facts) from error

    def _holds(self, name: str, value: str, offered: Collection[str]) -> bool:
        if name == "model":
            return value in offered
        try:
            return self.read(name, value) == value
        except Refusal:
            return False


def place_of(who: Requester, owner: Owner) -> Requester:
    """Whoever asks where only that layer and those below it count."""
    if owner.layer == "user":
        return who
    channel_id = owner.id if owner.layer == "channel" else 0
    return replace(who, user_id=0, channel_id=channel_id, parent_id=0)


def owners(who: Requester) -> list[Owner]:
    """The layers where they ask; each one counts more than the one before. A thread is a channel below its channel."""
    found = [Owner("guild", who.guild_id), *(Owner("channel", id) for id in who.channels), Owner("user", who.user_id)]
    return [owner for owner in found if owner.id]
