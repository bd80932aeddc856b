"""What the panel of /settings shows and does: the rows of the parameter table that can be preferred, and habits.

The same for a member, a channel and a server, each a layer of `bot.defaults`. Knows no Discord.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.administration import Administration
from bot.completion import known_values
from bot.defaults import DEFAULTS, Owner, place_of
from bot.preferences import HABITS
from bot.prompt.resolve import layered
from bot.prompt.words import plain
from bot.requester import Requester
from bot.studio import Studio
from gpu.params import BY_NAME
from storage.preferences import Layer

STYLIZE = ("50", "100", "250", "750")
"""Low, medium, high, very high, as Midjourney's panel has them."""
HABIT_ROW = (("remix", "on"), ("variability", "high"), ("variability", "low"), ("auto_dm", "on"))
UNHURRIED = {"remix": "off", "variability": "low", "auto_dm": "off"}
"""Habits that nobody changed."""

Choice = tuple[str, str]
"""A parameter or habit, and the value that its button sets."""
Held = tuple[str, Layer | Literal["default"]]
"""A value, and where it comes from."""
Row = str | tuple[Choice, ...]
"""A parameter that is chosen from a list, or buttons."""

_COUNTS = range(int(BY_NAME["num_images"].low or 1), int(BY_NAME["num_images"].high or 1) + 1)

PAGES: tuple[tuple[Row, ...], ...] = (
    (
        "model",
        "quality",
        (("style", "raw"), *(("stylize", value) for value in STYLIZE)),
        HABIT_ROW,
        tuple(("speed", value) for value in BY_NAME["speed"].choices),
    ),
    ("style", "aspect_ratio", tuple(("num_images", str(count)) for count in _COUNTS)),
)
"""Discord shows five rows; the last of a page also has the buttons that turn it."""


@dataclass(frozen=True, slots=True)
class State:
    """What holds where the panel is about, and what its layer says itself."""

    owner: Owner
    holding: Mapping[str, Held]
    own: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    """Parameter → the values that can be chosen."""


async def state(studio: Studio, who: Requester, owner: Owner) -> State:
    """The panel of a layer as it is now."""
    place, defaults = place_of(who, owner), studio.defaults
    held, own = await defaults.of(place), await defaults.chosen(owner)
    model = held.get("model", (studio.config.default_model, ""))[0]
    usual = layered({"model": model}, spec=studio.config.specs[model], styles=studio.styles)
    holding: dict[str, Held] = {name: held.get(name, (plain(usual[name]), "default")) for name in DEFAULTS}
    if owner.layer == "user":
        habits = await studio.preferences.habits(owner.id)
        own |= habits
        holding |= {name: (habits.get(name, value), "default") for name, value in UNHURRIED.items()}
    models = await studio.defaults.models(place)
    options = {name: tuple(known_values(BY_NAME[name], studio, models)) for name in DEFAULTS}
    return State(owner, holding, own, options)


async def press(studio: Studio, administration: Administration, who: Requester, owner: Owner, pick: Choice) -> None:
    """Set what a button says, or take it back where the layer says it already. Raises like `choose`."""
    name, value = pick
    if name in HABITS:
        current = (await studio.preferences.habits(who.user_id)).get(name, "")
        await studio.preferences.set_habit(who.user_id, name, "" if current == value else value)
        return
    current = (await studio.defaults.chosen(owner)).get(name, "")
    await choose(studio, administration, who, owner, (name, "" if current == value else value))


async def choose(
    studio: Studio, administration: Administration, who: Requester, owner: Owner, pick: Choice, *, reason: str = ""
) -> str:
    """Set a parameter, or with an empty value take it back; the value as it was read. Raises `Refusal`.

    For a channel or a server the caller has checked that they may, and it is audited.
    """
    name, value = pick
    if owner.layer == "user":
        return await studio.defaults.set(owner, name, value)
    return await administration.set_default(who, owner, name, value, reason=reason)


async def reset(studio: Studio, administration: Administration, who: Requester, owner: Owner) -> None:
    """Take all of it back; suffix and flags of one's own stay."""
    if owner.layer != "user":
        await administration.reset_defaults(who, owner)
        return
    await studio.defaults.reset(owner)
    for name in HABITS:
        await studio.preferences.set_habit(owner.id, name, "")
