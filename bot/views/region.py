"""Vary (Region): which part of a picture is drawn anew, by halves, quadrants and thirds, or by a mask that is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.errors import Refusal
from bot.remaking import REGIONS
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import PREFIX, JobButton, SafeButton, template
from bot.views.forms import prefilled

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
ROWS = (
    ("left", "right", "top", "bottom", "center"),
    ("tl", "tr", "bl", "br"),
    ("l3", "c3", "r3"),
    ("t3", "m3", "b3"),
)
LABELS = {
    "left": "◧", "right": "◨", "top": "⬒", "bottom": "⬓", "center": "▣", "tl": "◰", "tr": "◳", "bl": "◱", "br": "◲",
}  # fmt: skip
"""Signs that say it in every language; thirds have words."""


class RegionButton(JobButton, template=template("vr", index="[1-4]")):
    """Ask which part, privately."""

    action, label = "vr", "button-vary-region"
    once = False

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        await bot.studio.image(self.job_id, self.index)
        locale = str(interaction.locale)
        view = region_view(self.job_id, self.index, locale)
        await interaction.response.send_message(sentence(locale, "region-which"), view=view, ephemeral=True)


class PartButton(SafeButton, template=template("part", index="[1-4]")[:-1] + r":(?P<part>[a-z0-9]{1,6})$"):
    """One part: a region, `upload` for a mask, or `words`."""

    once = False

    def __init__(self, job_id: str, index: int, part: str, *, locale: str = DEFAULT_LOCALE, row: int = 0) -> None:
        self.job_id = job_id
        self.index = index
        self.part = part
        label = LABELS.get(part) or sentence(locale, f"region-{part}")
        custom_id = f"{PREFIX}:part:{job_id}:{index}:{part}"
        super().__init__(discord.ui.Button(label=label, custom_id=custom_id, row=row))

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["job"], int(match["index"]), match["part"])

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        if self.part == "words":
            raise Refusal("error-region-words")
        if self.part != "upload" and self.part not in REGIONS:
            raise Refusal("button-unknown")
        kind, region = ("mask", "") if self.part == "upload" else ("region", self.part)
        form = await prefilled(kind, bot, self.job_id, self.index, interaction, region)  # type: ignore[arg-type]
        await interaction.response.send_modal(form)


def region_view(job_id: str, index: int, locale: str) -> discord.ui.View:
    """Halves and the middle, quadrants, thirds, and the other ways."""
    view = discord.ui.View(timeout=None)
    for row, parts in enumerate((*ROWS, ("upload", "words"))):
        for part in parts:
            view.add_item(PartButton(job_id, index, part, locale=locale, row=row))
    return view
