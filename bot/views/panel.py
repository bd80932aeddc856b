"""The panel of /settings: menus and buttons made of `bot.panel`, for a member, a channel or a server.

Whose panel it is stands in every custom id, `easel:<what>:<owner>:…:<page>`, so it works after a restart; a press of
somebody who may not changes nothing and is answered.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord

from bot import panel
from bot.defaults import DEFAULTS, Owner
from bot.errors import NoSuchThing, NotYours
from bot.panel import PAGES, Choice, State
from bot.preferences import HABITS
from bot.requester import Requester
from bot.rights import Level, allowed
from bot.text import sentence
from bot.views.base import PREFIX, SafeItem
from bot.views.menus import MORE, following, menu, picked
from bot.views.message import harmless, shortened
from bot.views.rules import RULES, Pressed, rule_lines, rule_menus, rules_of
from bot.views.who import requester_of
from gpu.params import BY_NAME
from storage.preferences import Layer

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
Item = discord.ui.Item[Any]
Windows = dict[str, int]
"""Which part of a long list is shown, by its name; the first where nothing stands."""

LAYERS: dict[str, Layer] = {"U": "user", "C": "channel", "G": "guild"}
"""In capitals, so that nobody takes an owner for the id of a job."""
OWNER, NAME = r"(?P<owner>[UCG][0-9a-f]{1,16})", r"(?P<name>[a-z_]{1,20})"
WINDOW, PAGE = r"(?P<window>\d{1,3})", r"(?P<page>\d)"
ROW = 5
"""Buttons in a row."""
BUTTONS = frozenset(pick for page in PAGES for row in page if not isinstance(row, str) for pick in row)
CONTENT_LIMIT = 2000
SUFFIX = 200
"""Characters of a suffix that are shown."""


async def entitled(interaction: Interaction, owner: Owner) -> Requester:
    """Who presses, if the panel is theirs to press. Raises `NotYours`, `NotAllowed`."""
    who = requester_of(interaction)
    if owner.layer == "user":
        if owner.id != who.user_id:
            raise NotYours("error-settings-not-yours")
        return who
    who = await allowed(interaction, Level.ADMIN)
    guild = interaction.guild
    if owner.id != who.guild_id and not (owner.layer == "channel" and guild and guild.get_channel(owner.id)):
        raise NotYours("error-settings-elsewhere")
    return who


# --- Items ------------------------------------------------------------------------------------------------------------


class PanelItem(SafeItem, template=r"(?!)"):
    """Changes something, and shows the panel as it is then. All that it knows stands in its custom id."""

    once = False

    def __init__(self, item: Any) -> None:
        super().__init__(item)
        found = self.template.match(item.custom_id)
        assert found, "the class above has looked"
        self.said = found.groupdict()
        self.owner = Owner(LAYERS[self.said["owner"][0]], int(self.said["owner"][1:], 16))
        self.window = int(self.said.get("window") or 0)

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: Any, match: re.Match[str], /) -> Self:
        """The item that was pressed."""
        return cls(item)

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = await entitled(interaction, self.owner)
        windows = await self.change(interaction, bot, who)
        await interaction.response.edit_message(
            **await panel_of(bot, who, self.owner, int(self.said["page"]), windows=windows)
        )

    async def change(self, interaction: Interaction, bot: EaselBot, who: Requester) -> Windows:
        """Do it; which parts of long lists are to be shown now."""
        return {}


class SettingButton(PanelItem, template=rf"^{PREFIX}:set:{OWNER}:{NAME}:(?P<value>\w{{1,10}}):{PAGE}$"):
    """Set a value; pressed again, take it back."""

    async def change(self, interaction: Interaction, bot: EaselBot, who: Requester) -> Windows:
        pick = (self.said["name"], self.said["value"])
        if pick not in BUTTONS:
            raise NoSuchThing("button-unknown")
        await panel.press(bot.studio, bot.operation.administration, who, self.owner, pick)
        return {}


class SettingMenu(PanelItem, template=rf"^{PREFIX}:choose:{OWNER}:{NAME}:{WINDOW}:{PAGE}$"):
    """Choose a value, none, or the next part of the list."""

    async def change(self, interaction: Interaction, bot: EaselBot, who: Requester) -> Windows:
        name, values = self.said["name"], chosen_in(interaction)
        if name not in DEFAULTS:
            raise NoSuchThing("button-unknown")
        if MORE in values:
            listed = (await panel.state(bot.studio, who, self.owner)).options[name]
            return {name: following(self.window, listed)}
        pick = (name, next(iter(picked(values)), ""))
        await panel.choose(bot.studio, bot.operation.administration, who, self.owner, pick)
        return {name: self.window}


class RuleMenu(PanelItem, template=rf"^{PREFIX}:rule:{OWNER}:{NAME}:{WINDOW}:{PAGE}$"):
    """Decide about a server or a channel."""

    async def change(self, interaction: Interaction, bot: EaselBot, who: Requester) -> Windows:
        name, values = self.said["name"], chosen_in(interaction)
        if name not in RULES or self.owner.layer == "user":
            raise NoSuchThing("button-unknown")
        if MORE in values:
            return {name: following(self.window, list(bot.config.specs))}
        await RULES[name](Pressed(bot, who, self.owner, interaction.guild, values, self.window))
        return {name: self.window}


class TurnButton(PanelItem, template=rf"^{PREFIX}:panel:{OWNER}:{PAGE}$"):
    """Show another page."""


class ResetButton(PanelItem, template=rf"^{PREFIX}:reset:{OWNER}:{PAGE}$"):
    """Take back all that the layer says."""

    async def change(self, interaction: Interaction, bot: EaselBot, who: Requester) -> Windows:
        await panel.reset(bot.studio, bot.operation.administration, who, self.owner)
        return {}


PANEL_ITEMS: list[type[SafeItem]] = [SettingButton, SettingMenu, RuleMenu, TurnButton, ResetButton]


def chosen_in(interaction: Interaction) -> list[str]:
    """What was chosen in a menu, as Discord sends it."""
    data: Any = interaction.data or {}
    return [str(value) for value in data.get("values", ())]


# --- The message ------------------------------------------------------------------------------------------------------


async def panel_of(
    bot: EaselBot, who: Requester, owner: Owner, page: int = 0, *, head: str = "", windows: Windows | None = None
) -> dict[str, Any]:
    """What the panel says and its items, as `send_message` and `edit_message` take them; `head` stands above.

    A panel of a channel or a server has one page more, for what is no default.
    """
    state, windows, locale = await panel.state(bot.studio, who, owner), windows or {}, who.locale
    rules = await rules_of(bot, who.guild_id, owner) if owner.layer != "user" else None
    about = rule_lines(rules, owner, locale) if rules else await _own_lines(bot, who)
    title = sentence(locale, f"panel-{owner.layer}", channel=f"<#{owner.id}>")
    pages = len(PAGES) + bool(rules)
    page = min(page, pages - 1)
    if page < len(PAGES):
        rows = [_row(state, row, page, windows, locale) for row in PAGES[page]]
    else:
        assert rules
        ids = {name: _id("rule", owner, name, windows.get(name, 0), page) for name in RULES}
        rows = [[RuleMenu(item)] for item in rule_menus(bot, rules, owner, locale, ids, windows.get("models", 0))]
    lines = [head, title, *value_lines(state, locale), *about]
    return {
        "content": shortened("\n".join(line for line in lines if line), CONTENT_LIMIT),
        "view": _view([*filter(None, rows)], _turning(owner, page, pages, locale)),
    }


def value_lines(state: State, locale: str) -> list[str]:
    """Each parameter with its value, and where that comes from."""
    shown = {name: harmless(shortened(value, 60)) or "–" for name, (value, _) in state.holding.items()}
    return [
        sentence(locale, "settings-line", flag=BY_NAME[name].flag, value=shown[name], layer=state.holding[name][1])
        for name in DEFAULTS
    ]


async def _own_lines(bot: EaselBot, who: Requester) -> list[str]:
    """Habits, and what /prefer keeps."""
    preferences = bot.studio.preferences
    habits, suffix = await preferences.habits(who.user_id), await preferences.suffix(who.user_id)
    said = {name: habits.get(name, "none") for name in HABITS}
    suffix = harmless(shortened(suffix, SUFFIX)) or "none"
    flags = ", ".join(f"--{name}" for name in await preferences.own(who.user_id)) or "none"
    return [
        sentence(who.locale, "panel-habits", **cast(dict[str, Any], said)),
        sentence(who.locale, "panel-own", suffix=suffix, flags=flags),
    ]


def _row(state: State, row: panel.Row, page: int, windows: Windows, locale: str) -> list[Item]:
    """A menu, or buttons; habits are a member's only."""
    if isinstance(row, str):
        return [_menu(state, row, page, windows.get(row, 0), locale)]
    return [_button(state, pick, page, locale) for pick in row if pick[0] in state.holding]


def _menu(state: State, name: str, page: int, window: int, locale: str) -> Item:
    own = state.own.get(name, "")
    label = sentence(locale, f"panel-menu-{name.replace('_', '-')}", value=state.holding[name][0] or "–")
    item = menu(
        _id("choose", state.owner, name, window, page), state.options[name], [own] if own else [], window=window,
        locale=locale, label=label, nothing=sentence(locale, f"panel-nothing-{state.owner.layer}", name=name),
    )  # fmt: skip
    return SettingMenu(item)


def _button(state: State, pick: Choice, page: int, locale: str) -> Item:
    """Green where the layer itself says so, blue where it holds from elsewhere."""
    name, value = pick
    style = discord.ButtonStyle.secondary
    if state.holding[name][0] == value:
        style = discord.ButtonStyle.success if name in state.own else discord.ButtonStyle.primary
    label = sentence(locale, f"panel-{name.replace('_', '-')}-{value}")
    return SettingButton(
        discord.ui.Button(label=label, style=style, custom_id=_id("set", state.owner, name, value, page))
    )


def _turning(owner: Owner, page: int, pages: int, locale: str) -> list[Item]:
    """Take all back, and the pages before and behind."""
    label, red = sentence(locale, "panel-reset"), discord.ButtonStyle.danger
    turns = [(to, emoji) for to, emoji in ((page - 1, "◀️"), (page + 1, "▶️")) if 0 <= to < pages]
    buttons = [TurnButton(discord.ui.Button(emoji=emoji, custom_id=_id("panel", owner, to))) for to, emoji in turns]
    return [ResetButton(discord.ui.Button(label=label, style=red, custom_id=_id("reset", owner, page))), *buttons]


def _view(rows: list[list[Item]], turning: list[Item]) -> discord.ui.View:
    """The rows; the buttons that turn pages stand behind the last buttons where they fit."""
    if rows and rows[-1][0].type is discord.ComponentType.button and len(rows[-1]) + len(turning) <= ROW:
        rows = [*rows[:-1], [*rows[-1], *turning]]
    else:
        rows = [*rows, turning]
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for item in row:
            item.row = number
            view.add_item(item)
    return view


def _id(what: str, owner: Owner, *parts: object) -> str:
    return ":".join([PREFIX, what, f"{owner.layer[0].upper()}{owner.id:x}", *map(str, parts)])
