"""What moderators see of pictures that wait for them, and the buttons that decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import discord

from bot.errors import NoSuchThing
from bot.moderation import Measure
from bot.requester import Requester
from bot.rights import allowed, require_below_now
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.base import JobButton, template
from bot.views.message import harmless, jump_link, shortened
from storage.models import Job, StoredImage
from storage.reviews import Review

if TYPE_CHECKING:
    from bot.app import EaselBot

Interaction = discord.Interaction[Any]
PROMPT = 1500
"""Characters of a prompt."""


class ReviewButton(JobButton, template=r"(?!)"):
    """A decision. Whoever may moderate there can press it."""

    keep: ClassVar[bool] = False
    """The pictures stay in the post."""

    async def decide(self, interaction: Interaction, bot: EaselBot, who: Requester) -> None:
        """Do it."""
        raise NotImplementedError

    async def press(self, interaction: Interaction, bot: EaselBot) -> None:
        who = await allowed(interaction)
        review = await bot.studio.guard.moderation.reviews.find(self.job_id)
        await interaction.response.defer()
        try:
            await self.decide(interaction, bot, who)
        except NoSuchThing:
            await interaction.edit_original_response(view=None)
            raise
        outcome = sentence(DEFAULT_LOCALE, f"{self.action}-done", moderator=f"<@{who.user_id}>")
        await bot.desk.settled(interaction, outcome, review, keep=self.keep)


class ApproveButton(ReviewButton, template=template("review-approve")):
    """Show the pictures."""

    action, label, style, keep = "review-approve", "button-approve", discord.ButtonStyle.success, True

    async def decide(self, interaction: Interaction, bot: EaselBot, who: Requester) -> None:
        await bot.studio.guard.moderation.decide(who, self.job_id, "approved")


class RemoveButton(ReviewButton, template=template("review-delete")):
    """Delete the pictures."""

    action, label = "review-delete", "button-delete"

    async def decide(self, interaction: Interaction, bot: EaselBot, who: Requester) -> None:
        await bot.studio.guard.moderation.decide(who, self.job_id, "deleted")


class PunishButton(ReviewButton, template=r"(?!)"):
    """Delete the pictures and do something to whoever drew them, who must be below the moderator."""

    measure: ClassVar[Measure]

    async def decide(self, interaction: Interaction, bot: EaselBot, who: Requester) -> None:
        await require_below_now(interaction, who, (await bot.studio.job(self.job_id)).user_id)
        await bot.studio.guard.moderation.punish(who, self.job_id, self.measure)


class WarnButton(PunishButton, template=template("review-warn")):
    """Delete the pictures and count a strike."""

    action, label, measure = "review-warn", "button-warn", "warn"


class TimeoutButton(PunishButton, template=template("review-timeout")):
    """Delete the pictures and give their owner a break."""

    action, label, measure = "review-timeout", "button-timeout", "timeout"


class BanButton(PunishButton, template=template("review-ban")):
    """Delete the pictures and ban their owner from drawing."""

    action, label, style, measure = "review-ban", "button-ban", discord.ButtonStyle.danger, "ban"


REVIEW_BUTTONS: list[type[ReviewButton]] = [ApproveButton, RemoveButton, WarnButton, TimeoutButton, BanButton]


def review_card(
    review: Review, job: Job, images: Sequence[StoredImage], strikes: int, reporters: int
) -> dict[str, Any]:
    """The arguments of `send`, but for the pictures. The channel belongs to the server, so it reads the default."""
    reason = sentence(DEFAULT_LOCALE, "review-reason", reason=review.reason, count=reporters)
    about = sentence(
        DEFAULT_LOCALE, "review-about", user=f"<@{job.user_id}>", channel=f"<#{job.channel_id}>", strikes=strikes,
        link=jump_link(job) or "–", scores=scores(images), job=job.id, when=f"<t:{int(review.opened_at)}:R>",
    )  # fmt: skip
    line = harmless(shortened(job.text, PROMPT))
    embed = discord.Embed(title=sentence(DEFAULT_LOCALE, "review-title"), description=f"{reason}\n**{line}**\n{about}")
    view = discord.ui.View(timeout=None)
    for button in REVIEW_BUTTONS:
        view.add_item(button(job.id))
    return {"embeds": [embed], "view": view}


def scores(images: Sequence[StoredImage]) -> str:
    """The highest of each category, and who said what: `sexual 0.65 (open_nsfw 0.10, nsfwjs 0.65), gore 0.02`."""
    highest: dict[str, float] = {}
    for image in images:
        for name, score in image.scores.items():
            highest[name] = max(score, highest.get(name, 0.0))
    categories = sorted((name for name in highest if "." not in name), key=lambda name: -highest[name])
    return ", ".join(f"{name} {highest[name]:.2f}{_each(name, highest)}" for name in categories) or "–"


def _each(category: str, scores: Mapping[str, float]) -> str:
    """What the single checks said of a category: `CHECK.CATEGORY` among the scores."""
    said = [f"{name.split('.')[0]} {score:.2f}" for name, score in scores.items() if name.endswith(f".{category}")]
    return f" ({', '.join(said)})" if len(said) > 1 else ""
