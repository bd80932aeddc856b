"""Reactions on the bot's messages, for those who like them better than buttons: vary, re-roll, upscale, cancel or
delete, mail, keep, report. config.toml says which does what.

Only the raw event is used, so no privileged intent is needed; whose message it is, the history knows.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands

from bot.config import ReactionName
from bot.delivery import Delivery
from bot.enlarging import Wish
from bot.errors import NotYours, Refusal
from bot.gallery import ServerGallery
from bot.permissions import require
from bot.presses import Presses
from bot.report import explain
from bot.requester import Requester
from bot.studio import Studio
from bot.views.who import is_age_restricted, parent_of, standing
from gpu.errors import EaselError
from storage.models import Job

log = logging.getLogger(__name__)

Action = Callable[[Requester, Job], Awaitable[None]]
PLAIN = "\ufe0f"
"""The variation selector: some clients send ✉️ with it, some without."""


class ReactionsCog(commands.Cog):
    """What a reaction does, by its emoji."""

    def __init__(
        self,
        studio: Studio,
        delivery: Delivery,
        gallery: ServerGallery,
        client: discord.Client,
        presses: Presses,
    ) -> None:
        self._studio = studio
        self._delivery = delivery
        self._gallery = gallery
        self._client = client
        self._presses = presses
        named: dict[ReactionName, Action] = {
            "vary1": partial(self._vary, index=1), "vary2": partial(self._vary, index=2),
            "vary3": partial(self._vary, index=3), "vary4": partial(self._vary, index=4),
            "reroll": self._reroll, "upscale": self._upscale, "cancel": self._cancel_or_delete, "mail": self._mail,
            "favorite": self._star, "report": self._report,
        }  # fmt: skip
        self._actions = {_plain(emoji): named[name] for emoji, name in studio.config.reactions.items()}
        self._stars = {_plain(emoji) for emoji, name in studio.config.reactions.items() if name == "favorite"}

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Do what the emoji means, if it stands under a job's message."""
        action = self._actions.get(_plain(payload.emoji.name or ""))
        if action is None or self._is_bot(payload):
            return
        job = await self._studio.job_of_message(payload.message_id)
        if job is None or self._presses.is_repeated(payload.user_id, (job.id, job.state.final, action)):
            return
        try:
            await action(self._requester(payload, job), job)
        except NotYours:
            log.debug("job %s: a reaction of someone else", job.id)
        except Exception as error:
            await self._say(payload, explain(error, job.locale))

    @commands.Cog.listener()
    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        """A star that is taken away is no favourite any more."""
        if _plain(payload.emoji.name or "") not in self._stars or self._is_bot(payload):
            return
        if job := await self._studio.job_of_message(payload.message_id):
            with contextlib.suppress(EaselError):
                await self._gallery.star(self._requester(payload, job), job.id, starred=False)

    # --- What they do ---------------------------------------------------------------------------------------------

    async def _vary(self, who: Requester, job: Job, index: int) -> None:
        self._require(who)
        await self._delivery.post(self._studio.vary(who, job.id, index))

    async def _reroll(self, who: Requester, job: Job) -> None:
        self._require(who)
        await self._delivery.post(self._studio.reroll(who, job.id))

    async def _upscale(self, who: Requester, job: Job) -> None:
        self._require(who)
        if len(await self._studio.images(job.id)) > 1:
            raise Refusal("error-reaction-which")
        wish = Wish(self._studio.config.upscale.upscaler)
        await self._delivery.post(self._studio.upscale(who, job.id, 1, wish))

    async def _star(self, who: Requester, job: Job) -> None:
        await self._gallery.star(who, job.id, starred=True)

    async def _report(self, who: Requester, job: Job) -> None:
        await self._studio.guard.moderation.report(who, job)

    async def _cancel_or_delete(self, who: Requester, job: Job) -> None:
        if job.state.final:
            await self._delivery.delete(who, job.id)
        else:
            await self._studio.cancel(who, job.id)

    async def _mail(self, who: Requester, job: Job) -> None:
        if who.user_id != job.user_id:
            raise NotYours
        await self._delivery.mail(job)

    # --- Who, where -----------------------------------------------------------------------------------------------

    def _is_bot(self, payload: discord.RawReactionActionEvent) -> bool:
        own = self._client.user is not None and payload.user_id == self._client.user.id
        return own or (payload.member is not None and payload.member.bot)

    def _requester(self, payload: discord.RawReactionActionEvent, job: Job) -> Requester:
        channel = self._channel(payload.guild_id or 0, payload.channel_id)
        rights = channel.permissions_for(payload.member) if channel and payload.member else discord.Permissions.none()
        return Requester(
            user_id=payload.user_id,
            guild_id=payload.guild_id or 0,
            channel_id=payload.channel_id,
            parent_id=parent_of(channel),
            locale=job.locale,
            is_moderator=rights.manage_messages,
            **standing(payload.member or discord.Object(payload.user_id)),
            age_restricted=is_age_restricted(channel),
        )

    def _require(self, who: Requester) -> None:
        """Without an interaction Discord does not tell what the bot may do: look it up."""
        channel = self._channel(who.guild_id, who.channel_id)
        if channel:
            require(channel.permissions_for(channel.guild.me), channel)

    def _channel(self, guild_id: int, channel_id: int) -> discord.abc.GuildChannel | discord.Thread | None:
        guild = self._client.get_guild(guild_id)
        return guild.get_channel_or_thread(channel_id) if guild else None

    async def _say(self, payload: discord.RawReactionActionEvent, text: str) -> None:
        """Answer in the channel: a reaction has no private reply, and nobody asked for a direct message."""
        member = discord.Object(payload.user_id)
        mentions = discord.AllowedMentions(everyone=False, roles=False, users=[member])
        with contextlib.suppress(discord.HTTPException):
            channel = self._client.get_partial_messageable(payload.channel_id)
            await channel.send(f"<@{payload.user_id}> {text}", allowed_mentions=mentions)


def _plain(emoji: str) -> str:
    return emoji.replace(PLAIN, "")
