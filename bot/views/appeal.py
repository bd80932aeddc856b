"""Objecting to a ban, a timeout or a strike: the button, the form, and what moderators decide about it.

The form is read from what Discord sends, so that one that was open at a restart still counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import discord

from bot.errors import NoSuchThing
from bot.rights import allowed, require_below_now
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import PREFIX, JobButton, SafeButton, template
from bot.views.message import harmless
from bot.views.who import requester_of
from storage.sanctions import Appeal

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
FORM = re.compile(rf"^{PREFIX}:appeal-form:(\d{{1,20}}):(strike|timeout|ban)$")
MAX_TEXT = 1000
ABOUT = {"notice-strike": "strike", "sanction-timeout": "timeout", "sanction-ban": "ban"}
"""The sentence that the button stands under → what is objected to."""


class AppealButton(SafeButton, template=rf"^{PREFIX}:appeal:(?P<guild>\d{{1,20}}):(?P<about>strike|timeout|ban)$"):
    """Open the form."""

    def __init__(self, guild_id: int, about: str, locale: str = DEFAULT_LOCALE) -> None:
        self.guild_id, self.about = guild_id, about
        label, custom_id = sentence(locale, "button-appeal"), f"{PREFIX}:appeal:{guild_id}:{about}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(int(match["guild"]), match["about"])

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        locale = str(interaction.locale)
        title, custom_id = sentence(locale, "modal-appeal"), f"{PREFIX}:appeal-form:{self.guild_id}:{self.about}"
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id="text", max_length=MAX_TEXT, min_length=1
        )
        modal = discord.ui.Modal(title=title, custom_id=custom_id)
        await interaction.response.send_modal(
            modal.add_item(discord.ui.Label(text=sentence(locale, "modal-appeal-text"), component=field))
        )


class AppealDecision(JobButton, template=r"(?!)"):
    """What a moderator says; the id is the appeal's number."""

    state: ClassVar[Literal["granted", "refused"]]

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = await allowed(interaction)
        moderation = bot.studio.guard.moderation
        await interaction.response.defer()
        number = int(self.job_id) if self.job_id.isdigit() else 0
        if found := await moderation.sanctions.find_appeal(number):
            await require_below_now(interaction, who, found.user_id)
        try:
            appeal = await moderation.decide_appeal(who, number, self.state)
        except NoSuchThing:
            await interaction.edit_original_response(view=None)
            raise
        outcome = sentence(DEFAULT_LOCALE, f"appeal-{self.state}-done", moderator=f"<@{who.user_id}>")
        await bot.desk.settled(interaction, outcome, appeal)


class GrantButton(AppealDecision, template=template("appeal-grant")):
    """End the sanctions."""

    action, label, style, state = "appeal-grant", "button-grant", discord.ButtonStyle.success, "granted"


class RefuseButton(AppealDecision, template=template("appeal-refuse")):
    """Keep the decision."""

    action, label, state = "appeal-refuse", "button-refuse", "refused"


APPEAL_BUTTONS: list[type[SafeButton]] = [AppealButton, GrantButton, RefuseButton]


def appeal_view(id: str, guild_id: int, locale: str) -> discord.ui.View | None:
    """The button under the sentence `id`, where it is one that can be objected to."""
    about = ABOUT.get(id.removesuffix("-for-good"))
    return discord.ui.View(timeout=None).add_item(AppealButton(guild_id, about, locale)) if about else None


async def appealed(interaction: Interaction, bot: EaselBot) -> None:
    """A form was sent: keep what it says and say so."""
    data: Any = interaction.data or {}
    match = FORM.match(str(data.get("custom_id", "")))
    assert match is not None
    rows = [row.get("component") or row["components"][0] for row in data.get("components", ())]
    text = next((str(field.get("value", "")) for field in rows), "")[:MAX_TEXT]
    who = replace(requester_of(interaction), guild_id=int(match[1]))
    await bot.studio.guard.moderation.appeal(who, match[2], text)
    await interaction.response.send_message(sentence(str(interaction.locale), "appeal-sent"), ephemeral=True)


def appeal_card(appeal: Appeal, standing: tuple[int, str]) -> dict[str, Any]:
    """The arguments of `send` that show an appeal to moderators."""
    strikes, sanction = standing
    about = sentence(
        DEFAULT_LOCALE, "appeal-about", user=f"<@{appeal.user_id}>", about=appeal.about, strikes=strikes,
        sanction=sanction or "none", when=f"<t:{int(appeal.at)}:R>",
    )  # fmt: skip
    text = f"{about}\n> {harmless(appeal.text)[:3000]}"
    embed = discord.Embed(title=sentence(DEFAULT_LOCALE, "appeal-title"), description=text)
    view = discord.ui.View(timeout=None)
    view.add_item(GrantButton(str(appeal.seq))).add_item(RefuseButton(str(appeal.seq)))
    return {"embeds": [embed], "view": view}
