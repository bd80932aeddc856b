"""Pages of jobs: one's history, one's favourites, a server's gallery. The page to go to stands in the button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.requester import Requester, may_see
from bot.text import sentence
from bot.views.base import PREFIX, JobButton, SafeButton, template
from bot.views.message import harmless, jump_link, shortened
from bot.views.who import requester_of
from storage.errors import JobNotFound
from storage.marks import Shelf
from storage.models import Job

if TYPE_CHECKING:
    from bot.app import EaselBot
    from bot.studio import Studio

Interaction = discord.Interaction[Any]
PAGE = 5
MOST_QUERY = 50
"""Characters of what is searched for: they stand in a custom id."""
SHELVES: dict[str, Shelf] = {"h": "history", "f": "favorites", "g": "gallery"}


class PageButton(
    SafeButton,
    template=rf"^{PREFIX}:page:(?P<shelf>[hfg]):(?P<page>\d{{1,4}}):(?P<state>[a-z]{{0,9}}):(?P<query>[\s\S]{{0,50}})$",
):
    """Turn to another page."""

    once = False

    def __init__(self, shelf: str, page: int, state: str, query: str, *, emoji: str = "▶️") -> None:
        self.shelf, self.page, self.state, self.query = shelf, page, state, query
        custom_id = f"{PREFIX}:page:{shelf}:{page}:{state}:{query}"
        super().__init__(discord.ui.Button(emoji=emoji, custom_id=custom_id, row=1))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["shelf"], int(match["page"]), match["state"], match["query"])

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = requester_of(interaction)
        shown = await shelf_page(bot.studio, who, self.shelf, self.page, state=self.state, query=self.query)
        await interaction.response.edit_message(**shown)


class ShowButton(JobButton, template=template("sh", index="[1-5]")):
    """Look at a job of the page, privately."""

    action, label = "sh", "button-show"
    once = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = requester_of(interaction)
        job = await bot.studio.job(self.job_id)
        if not may_see(who, job):
            raise JobNotFound(job=job.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await bot.delivery.look(interaction, job)


async def shelf_page(
    studio: Studio, who: Requester, shelf: str, page: int, *, state: str = "", query: str = ""
) -> dict[str, Any]:
    """What a page says and its buttons, as `send_message` and `edit_message` take them."""
    owner = who.guild_id if shelf == "g" else who.user_id
    found = await studio.marks.page(SHELVES[shelf], owner, query=query, state=state, offset=page * PAGE, limit=PAGE + 1)
    jobs, more = found[:PAGE], len(found) > PAGE
    lines = [_line(job, number, who.locale) for number, job in enumerate(jobs, 1)]
    empty = sentence(who.locale, f"shelf-empty-{SHELVES[shelf]}")
    title = sentence(who.locale, f"shelf-{SHELVES[shelf]}", page=page + 1)
    embed = discord.Embed(title=title, description="\n".join(lines) or empty)
    view = discord.ui.View(timeout=None)
    for number, job in enumerate(jobs, 1):
        view.add_item(ShowButton(job.id, number, locale=who.locale, row=0))
    if page:
        view.add_item(PageButton(shelf, page - 1, state, query, emoji="◀️"))
    if more:
        view.add_item(PageButton(shelf, page + 1, state, query))
    return {"embed": embed, "view": view}


def _line(job: Job, number: int, locale: str) -> str:
    link = jump_link(job)
    line = harmless(shortened(job.text, 120)) or "…"
    where = f"[{line}]({link})" if link and "[" not in line else f"**{line}**"
    state = sentence(locale, "shelf-state", state=job.state)
    return f"`{number}` {where}\n-# {state} · <t:{int(job.created_at)}:R> · {job.id}"
