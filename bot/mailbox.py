"""Where the message of a job is, and how to get something into it when Discord objects.

Finds a message that was sent but not written down, edits it by the bot's own token, posts anew when it is gone, and
falls back to the interaction's token and to a direct message. Knows Discord's error codes; not what messages say.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.errors import Unreachable
from bot.views.base import job_of
from bot.views.post import Post
from storage.models import Job

log = logging.getLogger(__name__)

TOKEN_SECONDS = 14.5 * 60
"""An interaction token lives 15 minutes."""
LOOK_BACK = 100
"""Messages of the channel that are searched for one that a crash cut off from its job."""

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
TOO_MANY_OLD_EDITS = 30046
FILE_TOO_LARGE = 40005
CLOSED_DIRECT_MESSAGES, THREAD_ARCHIVED, THREAD_LOCKED = 50007, 50083, 160005

GONE = {UNKNOWN_MESSAGE, TOO_MANY_OLD_EDITS}
"""The message cannot be edited (any more); another one can be posted."""
SHUT = {
    UNKNOWN_CHANNEL, MISSING_ACCESS, MISSING_PERMISSIONS, CLOSED_DIRECT_MESSAGES, THREAD_ARCHIVED, THREAD_LOCKED,
}  # fmt: skip
"""The bot has lost the channel, or never had it: where a member alone has installed it."""
SHUT_SECONDS = 300.0
"""Progress does not knock again at a shut channel for so long: Discord counts refused requests, too."""


class ChannelShut(Exception):
    """Neither the bot's own token nor the interaction's leads into the job's channel."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message is."""

    channel_id: int
    message_id: int


class Mailbox:
    """Writes the messages of jobs. `clock` gives seconds since 1970."""

    def __init__(self, client: discord.Client, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._shut: dict[int, float] = {}
        """Channel → until when it counts as shut."""

    async def write(self, job: Job, post: Post, *, insist: bool, search: bool = True) -> Address | None:
        """Make the job's message say `post`; with `search`, look first for one that a crash cut off from its job.

        Without `insist` a message that is gone stays gone, and None comes back. Raises `ChannelShut`, and whatever
        `discord.HTTPException` is worth another try later.
        """
        if insist or self._shut.get(job.channel_id, 0.0) <= self._clock():
            try:
                return await self._in_channel(job, post, insist, search)
            except discord.HTTPException as error:
                if error.code not in SHUT:
                    raise
                if error.code == THREAD_ARCHIVED and insist and await self._woken(job):
                    return await self._in_channel(job, post, insist, search)
                log.warning("job %s: channel %s is shut (%s)", job.id, job.channel_id, error.code)
            self._remember_shut(job.channel_id)
        return await self._by_interaction(job, post, insist)

    async def redress(self, job: Job, view: discord.ui.View) -> None:
        """Put other buttons under the job's message, where it still exists and can be changed."""
        if job.message_id:
            await self._unless(GONE | SHUT, self._channel(job).get_partial_message(job.message_id).edit(view=view))

    async def post(self, channel_id: int, post: Post, nonce: str) -> Address:
        """A message that is not a job's own. Raises `discord.HTTPException`."""
        channel = self._client.get_partial_messageable(channel_id)
        return _address(await channel.send(**post.sending(), nonce=nonce))

    async def reply(self, job: Job, post: Post) -> None:
        """Post something beside the job's message, by the interaction's token where the channel is shut."""
        shown = discord.MessageReference(
            message_id=job.message_id, channel_id=job.channel_id, fail_if_not_exists=False
        )  # fmt: skip
        said = self._channel(job).send(**post.sending(), reference=shown, nonce=f"{job.id}-m")
        if not await self._unless(SHUT, said) and self._has_token(job):
            await self._by_token(self._webhook(job).send(**post.sending()))

    async def delete(self, job: Job) -> bool:
        """Remove the job's message; False where there is one that cannot be removed."""
        return not job.message_id or await self.remove(Address(job.channel_id, job.message_id))

    async def remove(self, address: Address) -> bool:
        """Delete a message of ours; False where it is gone or cannot be removed."""
        message = self._client.get_partial_messageable(address.channel_id).get_partial_message(address.message_id)
        return await self._unless(GONE | SHUT, message.delete())

    async def direct(self, user_id: int, post: Post) -> Address:
        """Send a direct message. Raises `Unreachable` where the user does not take any."""
        try:
            user = self._client.get_user(user_id) or await self._client.fetch_user(user_id)
            return _address(await user.send(**post.sending()))
        except discord.Forbidden as error:
            raise Unreachable from error

    # --- Roads ----------------------------------------------------------------------------------------------------

    async def _in_channel(self, job: Job, post: Post, insist: bool, search: bool) -> Address | None:
        if job.message_id and await self._edited(Address(job.channel_id, job.message_id), post):
            return Address(job.channel_id, job.message_id)
        if job.message_id and not insist:
            return None
        known = await self._find(job) if search else None
        if known and await self._edited(known, post):
            return known
        # The nonce names the message that this one replaces: the same attempt after a crash is the same message.
        nonce = f"{job.id}-{job.message_id % 10**8}"
        return _address(await self._channel(job).send(**post.sending(), nonce=nonce))

    async def _by_interaction(self, job: Job, post: Post, insist: bool) -> Address | None:
        """Edit the response or, where that is gone, follow up: Discord takes five where the bot is no member.

        Raises `ChannelShut`.
        """
        if self._has_token(job):
            webhook = self._webhook(job)
            edit = webhook.edit_message(job.message_id, **post.editing()) if job.message_id else None
            if edit and await self._by_token(edit):
                return Address(job.channel_id, job.message_id)
            if insist and (followed := await self._by_token(webhook.send(**post.sending(), wait=True))):
                return Address(job.channel_id, followed.id)
        if insist:
            raise ChannelShut
        return None

    async def _woken(self, job: Job) -> bool:
        """Whether an archived thread is open again: anybody who may write may do that, unless it is locked."""
        channel = await self._client.fetch_channel(job.channel_id)
        return isinstance(channel, discord.Thread) and await self._unless(SHUT, channel.edit(archived=False))

    def _remember_shut(self, channel_id: int) -> None:
        now = self._clock()
        self._shut = {channel: until for channel, until in self._shut.items() if until > now}
        self._shut[channel_id] = now + SHUT_SECONDS

    async def _edited(self, address: Address, post: Post) -> bool:
        message = self._client.get_partial_messageable(address.channel_id).get_partial_message(address.message_id)
        return await self._unless(GONE, message.edit(**post.editing()))

    # --- Finding --------------------------------------------------------------------------------------------------

    async def _find(self, job: Job) -> Address | None:
        """The message of a job that a crash cut off from it: the interaction's own, else among the channel's last."""
        if self._has_token(job):
            original = await self._by_token(self._original(job))
            if original and _shows(original["content"], original["components"], job):
                return Address(job.channel_id, int(original["id"]))
        try:
            async for message in self._channel(job).history(limit=LOOK_BACK):
                rows = [row.to_dict() for row in message.components]
                if message.id != job.message_id and self._is_mine(message) and _shows(message.content, rows, job):
                    return _address(message)
        except discord.Forbidden:
            log.info("job %s: cannot look through channel %s", job.id, job.channel_id)
        return None

    def _is_mine(self, message: discord.Message) -> bool:
        return self._client.user is not None and message.author.id == self._client.user.id

    async def _original(self, job: Job) -> Any:
        """The response to the job's interaction. discord.py asks for it only while one holds the interaction itself."""
        route = discord.http.Route(
            "GET",
            "/webhooks/{application_id}/{interaction_token}/messages/@original",
            application_id=self._client.application_id,
            interaction_token=job.interaction_token,
        )
        return await self._client.http.request(route)

    def _has_token(self, job: Job) -> bool:
        return bool(job.interaction_token) and self._clock() - job.created_at < TOKEN_SECONDS

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id)

    def _webhook(self, job: Job) -> discord.Webhook:
        assert self._client.application_id is not None
        return discord.Webhook.partial(self._client.application_id, job.interaction_token, client=self._client)

    @staticmethod
    async def _unless(codes: set[int], request: Awaitable[Any]) -> bool:
        """Whether the request was taken; False where it is refused with one of the codes."""
        try:
            await request
        except discord.HTTPException as error:
            if error.code not in codes:
                raise
            return False
        return True

    @staticmethod
    async def _by_token(request: Awaitable[Any]) -> Any:
        """The result of a request by an interaction's token, or None where the token is dead or its message gone."""
        try:
            return await request
        except discord.HTTPException as error:
            if error.status >= 500:
                raise
            return None


def _shows(content: str, rows: Iterable[Mapping[str, Any]], job: Job) -> bool:
    """Whether a message is the one of the job: by its buttons, or, where it has none, by the id in the small print."""
    buttons = [button for row in rows for button in row.get("components", ())]
    return any(job_of(button.get("custom_id", "")) == job.id for button in buttons) or (
        not buttons and job.id in content
    )


def _address(message: discord.Message) -> Address:
    return Address(message.channel.id, message.id)
