"""What members prefer: flags of their own, a suffix, and defaults in layers (server, channel, member, line).

A preference becomes a part of the line before it is read, so that the check sees it, the stored line shows it, and an
old job repeats whatever is preferred today. Knows no Discord and no SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.errors import Refusal
from bot.prompt.foreign import BY_MIDJOURNEY, FOREIGN
from bot.prompt.marks import find_marks
from bot.prompt.parser import LIMIT, ParsedPrompt
from bot.prompt.permutations import Permutations
from bot.prompt.words import plain
from bot.requester import Requester
from gpu.params import BY_FLAG, BY_NAME
from storage.preferences import Layer, PreferenceStore

DEFAULTS = ("model", "style", "stylize", "quality", "speed", "aspect_ratio", "num_images")
"""Parameters that can be preferred."""
LAYERS: dict[str, Layer] = {"me": "user", "channel": "channel", "server": "guild"}
"""What members call the layers."""
OWN = "option:"
MOST_OWN = 20

_OWN_NAME = re.compile(r"[a-z][a-z0-9]{0,31}")


class Preferences:
    """Reads and writes them, and makes them part of a line."""

    def __init__(self, store: PreferenceStore, parse: Callable[[str], ParsedPrompt]) -> None:
        self._store = store
        self._parse = parse

    # --- Lines ----------------------------------------------------------------------------------------------------

    async def prepared(
        self, who: Requester, text: str, options: Mapping[str, object]
    ) -> tuple[str, Mapping[str, object]]:
        """The line with the member's own flags written out and the suffix behind it, and options for every default.

        What the line or the options say themselves wins. A line without words stays as it is.
        """
        if not text.strip() or not who.user_id:
            return text, options
        user = await self._store.of("user", who.user_id)
        text = _with_suffix(_expanded(text, user), user.get("suffix", ""))
        if len(text) > LIMIT:
            return text, options  # the parser says so
        given = _named(text) | options.keys()
        defaults = {name: value for name, (value, _) in (await self.layered(who)).items() if name not in given}
        return text, {**options, **defaults}

    async def layered(self, who: Requester) -> dict[str, tuple[str, Layer]]:
        """Every preferred parameter: its value, and the layer that it comes from."""
        found: dict[str, tuple[str, Layer]] = {}
        owners: tuple[tuple[Layer, int], ...] = (
            ("guild", who.guild_id), ("channel", who.channel_id), ("user", who.user_id),
        )  # fmt: skip
        for layer, owner in owners:
            values = await self._store.of(layer, owner) if owner else {}
            found |= {name: (value, layer) for name, value in values.items() if name in DEFAULTS}
        return found

    async def set_default(self, who: Requester, layer: Layer, name: str, value: str) -> str:
        """Write a default, or with an empty value remove it; the value as it was read. Raises `PromptError`, `Refusal`.

        Layers above the member's own are for those who manage the server.
        """
        owner = {"guild": who.guild_id, "channel": who.channel_id, "user": who.user_id}[layer]
        if layer != "user" and not who.is_admin:
            raise Refusal("error-settings-admin")
        read = ""
        if value.strip():
            chosen = self._parse(f"x {BY_NAME[name].flag} {value.strip()}").chosen
            read = plain(chosen[name])
        await self._store.set(layer, owner, name, read)
        return read

    # --- Flags of one's own ---------------------------------------------------------------------------------------

    async def own(self, user_id: int) -> dict[str, str]:
        """The member's own flags, by name without dashes."""
        every = await self._store.of("user", user_id)
        return {name.removeprefix(OWN): value for name, value in every.items() if name.startswith(OWN)}

    async def set_own(self, user_id: int, name: str, value: str) -> str:
        """Write one, or with an empty value remove it; its name as it is kept. Raises `Refusal`, `PromptError`."""
        name = name.strip().lstrip("-—–").lower()
        if not _OWN_NAME.fullmatch(name):
            raise Refusal("error-option-name", written=name[:60])
        if f"--{name}" in BY_FLAG or name in FOREIGN:
            raise Refusal("error-option-taken", name=name)
        known = await self.own(user_id)
        if value.strip():
            self._parse(f"x {value}")
            if name not in known and len(known) >= MOST_OWN:
                raise Refusal("error-option-many", limit=MOST_OWN)
        await self._store.set("user", user_id, OWN + name, value.strip())
        return name

    async def set_suffix(self, user_id: int, value: str) -> None:
        """What is put behind every line; empty: nothing. Raises `PromptError`."""
        if value.strip():
            self._parse(f"x {value}")
        await self._store.set("user", user_id, "suffix", value.strip())

    # --- Habits ---------------------------------------------------------------------------------------------------

    async def habit(self, user_id: int, name: str) -> str:
        """`on` or `high` where the member chose that, else ""."""
        return (await self._store.of("user", user_id)).get(name, "")

    async def toggle(self, user_id: int, name: str, value: str) -> bool:
        """Switch a habit; whether it is on now."""
        now = "" if await self.habit(user_id, name) else value
        await self._store.set("user", user_id, name, now)
        return bool(now)

    async def varies_strongly(self, user_id: int) -> bool:
        """Whether V draws strong variations for the member."""
        return bool(await self.habit(user_id, "variability"))

    async def wants_mail(self, user_id: int) -> bool:
        """Whether finished pictures also go to the member directly."""
        return bool(await self.habit(user_id, "auto_dm"))

    async def wants_remix(self, user_id: int) -> bool:
        """Whether the member changes the line before V and re-roll draw."""
        return bool(await self.habit(user_id, "remix"))


def _expanded(text: str, user: Mapping[str, str]) -> str:
    own = {name.removeprefix(OWN): value for name, value in user.items() if name.startswith(OWN)}
    if not own:
        return text
    names = "|".join(map(re.escape, own))
    flag = re.compile(rf"(?<!\S)(?:--|—|–)({names})(?![\w-])", re.IGNORECASE)
    return flag.sub(lambda found: own[found[1].lower()], text)


def _with_suffix(text: str, suffix: str) -> str:
    """The suffix stands before the flags of the line where it is words: `--no` runs to the next flag."""
    if not suffix:
        return text
    marks = find_marks(text)
    at = marks[0].start if marks else len(text)
    words = suffix[: find_marks(suffix)[0].start] if find_marks(suffix) else suffix
    head = f"{text[:at].rstrip()} {words.strip()}".strip()
    return " ".join(part for part in (head, text[at:].strip(), suffix[len(words) :].strip()) if part)


def _named(text: str) -> set[str]:
    """The parameters that a line says something about, also by Midjourney's spellings."""
    names: set[str] = set()
    for mark in find_marks(Permutations(text).line(0) if "{" in text else text):
        short = BY_MIDJOURNEY.get(mark.name)
        row: Any = mark.row or (BY_FLAG.get(short.stands_for.split()[0]) if short and short.stands_for else None)
        names |= {row.name} if row else set()
    return names
