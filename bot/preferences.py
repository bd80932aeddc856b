"""What members prefer beside defaults: flags of their own, a suffix, and habits.

What concerns a line becomes a part of it before it is read, so that the check sees it and the stored line shows it.
Knows no Discord and no SQL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.defaults import Defaults
from bot.errors import Refusal
from bot.prompt.foreign import FOREIGN
from bot.prompt.links import refuse
from bot.prompt.own import expanded, named, with_suffix
from bot.prompt.parser import LIMIT, ParsedPrompt
from bot.requester import Requester
from gpu.params import BY_FLAG
from storage.preferences import PreferenceStore

HABITS = {"remix": ("on",), "variability": ("high",), "auto_dm": ("on",)}
"""What can be switched, and to what; nothing is off, or low."""
OWN = "option:"
MOST_OWN = 20
MODEL = "model"

_OWN_NAME = re.compile(r"[a-z][a-z0-9]{0,31}")

Line = tuple[str, Mapping[str, object]]
"""A line and its typed options."""


class Preferences:
    """Reads and writes them, and makes them part of a line."""

    def __init__(
        self, store: PreferenceStore, parse: Callable[[str], ParsedPrompt], defaults: Defaults,
        versions: Mapping[str, str],
    ) -> None:  # fmt: skip
        """`versions`: what Midjourney's `--v` and `--niji` mean here, as in config.toml."""
        self._store = store
        self._versions = versions
        self._parse = parse
        self.defaults = defaults

    # --- Lines ----------------------------------------------------------------------------------------------------

    async def prepared(
        self, who: Requester, text: str, options: Mapping[str, object], *, wordless: bool = False
    ) -> Line:
        """The line with the member's own flags written out and the suffix behind it, and options for every default.

        What the line or the options say themselves wins. A line without words stays as it is, unless it is `wordless`
        by its nature.
        """
        if not who.user_id or not (text.strip() or wordless):
            return text, options
        user = await self._store.of("user", who.user_id)
        text = with_suffix(expanded(text, _own(user)), user.get("suffix", ""), options.keys(), self._versions)
        if len(text) > LIMIT:
            return text, options  # the parser says so
        return text, {**options, **await self.defaults.missing(who, named(text, self._versions) | options.keys())}

    async def rewritten(self, who: Requester, text: str) -> Line:
        """A line of an older job that was changed: it has the suffix and the defaults of its day already.

        Flags of one's own are written out, and where it names no model, the default of the place draws.
        """
        if not who.user_id:
            return text, {}
        text = expanded(text, await self.own(who.user_id))
        missing = await self.defaults.missing(who, named(text, self._versions))
        return text, {MODEL: missing[MODEL]} if MODEL in missing else {}

    # --- Flags of one's own ---------------------------------------------------------------------------------------

    async def own(self, user_id: int) -> dict[str, str]:
        """The member's own flags, by name without dashes."""
        return _own(await self._store.of("user", user_id))

    async def set_own(self, user_id: int, name: str, value: str) -> str:
        """Write one, or with an empty value remove it; its name as it is kept. Raises `Refusal`, `PromptError`."""
        name = name.strip().lstrip("-—–").lower()
        if not _OWN_NAME.fullmatch(name):
            raise Refusal("error-option-name", written=name[:60])
        if f"--{name}" in BY_FLAG or name in FOREIGN:
            raise Refusal("error-option-taken", name=name)
        known = await self.own(user_id)
        if value.strip():
            refuse(value)
            self._parse(f"x {value}")
            if name not in known and len(known) >= MOST_OWN:
                raise Refusal("error-option-many", limit=MOST_OWN)
        await self._store.set("user", user_id, OWN + name, value.strip())
        return name

    # --- The suffix -----------------------------------------------------------------------------------------------

    async def suffix(self, user_id: int) -> str:
        """What stands behind every line."""
        return (await self._store.of("user", user_id)).get("suffix", "")

    async def set_suffix(self, user_id: int, value: str) -> None:
        """What is put behind every line; empty: nothing. Raises `PromptError`, `Refusal`."""
        if value.strip():
            refuse(value)
            self._parse(f"x {value}")
        await self._store.set("user", user_id, "suffix", value.strip())

    # --- Habits ---------------------------------------------------------------------------------------------------

    async def habits(self, user_id: int) -> dict[str, str]:
        """`on` or `high` for each that the member switched on."""
        every = await self._store.of("user", user_id)
        return {name: value for name, value in every.items() if name in HABITS}

    async def set_habit(self, user_id: int, name: str, value: str) -> None:
        """Switch one on, or with a value that is none of its own off."""
        await self._store.set("user", user_id, name, value if value in HABITS[name] else "")

    async def toggle(self, user_id: int, name: str) -> bool:
        """Switch a habit; whether it is on now."""
        on = name not in await self.habits(user_id)
        await self.set_habit(user_id, name, HABITS[name][0] if on else "")
        return on

    async def varies_strongly(self, user_id: int) -> bool:
        """Whether V draws strong variations for the member."""
        return "variability" in await self.habits(user_id)

    async def wants_mail(self, user_id: int) -> bool:
        """Whether finished pictures also go to the member directly."""
        return "auto_dm" in await self.habits(user_id)

    async def wants_remix(self, user_id: int) -> bool:
        """Whether the member changes the line before V and re-roll draw."""
        return "remix" in await self.habits(user_id)


def _own(user: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(OWN): value for name, value in user.items() if name.startswith(OWN)}
