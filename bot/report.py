"""The one place where an exception becomes a Discord reply: commands and buttons all end here.

A refusal is a sentence for the one who asked, with the corrected line and a button that runs it where there is one.
Anything else is a bug: it gets a short id, for the reply and for the log.
"""

from __future__ import annotations

import logging
import secrets
from typing import Any

import discord
from discord import app_commands

from bot.errors import Confirmation, PictureGone, PromptError, Sanctioned
from bot.text import sentence, sentence_of
from bot.views.appeal import appeal_view
from bot.views.run import LINE_LIMIT, line_embeds, run_view
from bot.views.sweep import question
from gpu.errors import EaselError

log = logging.getLogger(__name__)

TOO_LATE = {10062, 40060}
"""Discord has given up on the interaction, or has its answer already: there is nobody to tell."""


async def report(interaction: discord.Interaction[Any], error: Exception) -> None:
    """Answer `interaction` with what went wrong, visible only to whom it concerns."""
    cause = _cause(error)
    if isinstance(cause, discord.HTTPException) and cause.code in TOO_LATE:
        log.warning("an interaction could not be answered: %s", cause)
        return
    reply: dict[str, Any] = {"content": explain(cause, str(interaction.locale)), "ephemeral": True}
    if isinstance(cause, PromptError) and 0 < len(cause.suggestion) <= LINE_LIMIT:
        reply |= {"embeds": line_embeds(cause.suggestion), "view": run_view(str(interaction.locale))}
    if isinstance(cause, Confirmation):
        reply |= question(cause, str(interaction.locale))
    reply |= await _line_again(interaction, cause)
    if isinstance(cause, Sanctioned) and interaction.guild_id:
        view = appeal_view(cause.id, interaction.guild_id, str(interaction.locale))
        reply |= {"view": view} if view else {}
    try:
        if interaction.response.is_done():
            await interaction.followup.send(**reply)
        else:
            await interaction.response.send_message(**reply)
    except discord.HTTPException as lost:
        log.warning("a report could not be delivered: %s", lost)


async def _line_again(interaction: discord.Interaction[Any], cause: BaseException) -> dict[str, Any]:
    """Where pictures are gone, their line, and the button that runs it again."""
    job_id = cause.facts.get("job") if isinstance(cause, PictureGone) else None
    if not job_id:
        return {}
    try:
        line = (await interaction.client.studio.job(str(job_id))).text
    except EaselError:
        return {}
    if not 0 < len(line) <= LINE_LIMIT:
        return {}
    return {"embeds": line_embeds(line), "view": run_view(str(interaction.locale))}


def explain(error: BaseException, locale: str) -> str:
    """The sentence for an error. A bug is logged under the id that the sentence names."""
    if isinstance(error, EaselError):
        return discord.utils.escape_mentions(sentence_of(error, locale))[:2000]
    bug = secrets.token_hex(3)
    log.error("bug %s", bug, exc_info=error)
    return sentence(locale, "error-bug", bug=bug)


def _cause(error: BaseException) -> BaseException:
    wrapped = isinstance(error, app_commands.CommandInvokeError)
    return error.original if wrapped else error  # type: ignore[attr-defined]
