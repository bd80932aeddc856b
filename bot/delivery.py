"""The only door through which pictures reach Discord: hears what becomes of jobs and makes their messages say so.

A state is told only after it is stored, and counts as told only after Discord has taken it: what lies between is told
again, also after a restart. When each message is written, `bot.publisher` decides; what it says, `bot.composer`; how
it gets there, `bot.mailbox`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from bot.composer import Composer
from bot.errors import Refusal, Unreachable
from bot.guard import where_of
from bot.mailbox import FILE_TOO_LARGE, Address, ChannelShut, Mailbox
from bot.permissions import require_in
from bot.publisher import Pace, Publisher
from bot.requester import Requester
from bot.safety.places import Where
from bot.studio import Studio
from bot.text import sentence
from bot.views import message
from bot.views.post import Post
from bot.views.who import is_age_restricted, requester_of
from gpu.types import Progress, Task
from storage.erasure import Message
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState

log = logging.getLogger(__name__)

DM_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
SMALLEST_LIMIT = 256 * 1024
"""Bytes; a place that refuses even this takes no files at all."""
UNTOLD = 500
"""Untold jobs that one sweep looks at."""

Write = Callable[[Post], Awaitable[Address | None]]


class Delivery:
    """A `JobListener` that writes to Discord."""

    def __init__(
        self,
        client: discord.Client,
        *,
        studio: Studio,
        jobs: JobStore,
        files: ImageFiles,
        clock: Callable[[], float],
        pace: Pace,
    ) -> None:
        self.pace = pace
        self._client = client
        self._mailbox = Mailbox(client, clock)
        self._composer = Composer(studio, jobs, files, clock)
        self._studio = studio
        self._jobs = jobs
        self._publisher = Publisher(self._write, self.pace)
        self._connected = asyncio.Event()
        self._answering: set[int] = set()
        self._deleted: set[str] = set()
        self._unsent: set[str] = set()
        """Jobs that certainly have no message yet: there is none to be looked for."""
        self._unreached: dict[int, set[str]] = {}

    def connected(self) -> None:
        """The client has logged in: writing can begin."""
        self._connected.set()

    async def run(self) -> None:
        """Write until cancelled: what is reported, and what an earlier life or a failure left untold."""
        async with asyncio.TaskGroup() as group:
            await self._connected.wait()
            group.create_task(self._publisher.run())
            while True:
                try:
                    await self._sweep()
                except Exception:
                    log.exception("could not look for untold jobs")
                await asyncio.sleep(self.pace.sweep)

    # --- JobListener ----------------------------------------------------------------------------------------------

    async def on_state(self, job: Job) -> None:
        """Show the new state soon."""
        self._put(job)

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Remember the newest step; it is shown when the message's turn comes."""
        self._composer.progressed(job, progress)
        self._publisher.put(job.id, job.channel_id, urgent=False)

    # --- What members do ------------------------------------------------------------------------------------------

    async def answer(self, interaction: discord.Interaction[Any], make: Callable[[Requester], Awaitable[Job]]) -> None:
        """Make a job and show it as the public response. Refusals are raised before anything public is said."""
        require_in(interaction)
        with self._answers(interaction.id) as answered:
            making = asyncio.ensure_future(self._made(make(requester_of(interaction))))
            await asyncio.wait({making}, timeout=self.pace.patience)
            if not making.done():
                await tolerant(interaction.response.defer(ephemeral=True, thinking=True))
            job, post = await making
            answered.append(job)
            await self._respond(interaction, job, post)
        await self.hint(interaction)

    async def post(self, make: Awaitable[Job]) -> None:
        """Make a job without an interaction; its message is posted by the bot's own token."""
        job = await make
        self._unsent.add(job.id)
        self._put(job)

    async def spread(
        self, interaction: discord.Interaction[Any], make: Callable[[Requester], Awaitable[list[Job]]]
    ) -> list[Job]:
        """Make several jobs; each gets a message of its own by the bot's token. The interaction is left deferred."""
        require_in(interaction)
        await interaction.response.defer()
        jobs = await make(requester_of(interaction))
        for job in jobs:
            self._unsent.add(job.id)
            self._put(job)
        return jobs

    async def delete(self, requester: Requester, job_id: str) -> bool:
        """Remove the pictures of a job and its message; False where that stays. Raises `NotYours`."""
        self._deleted.add(job_id)
        try:
            job = await self._studio.delete(requester, job_id)
            await self._jobs.told(job_id, job.state)
            return await self._mailbox.delete(job)
        finally:
            self._deleted.discard(job_id)

    async def withdraw(self, messages: Iterable[Message]) -> int:
        """Remove messages of ours; returns how many there still were."""
        return sum([await self._mailbox.remove(Address(each.channel_id, each.message_id)) for each in messages])

    async def mail(self, job: Job) -> None:
        """Send the owner the pictures of a job one by one, with seed and id. Raises `PictureGone`, `Unreachable`."""
        await self._mailbox.direct(job.user_id, await self._composer.mail(job, DM_LIMIT))

    async def mark_used(self, job_id: str, custom_id: str) -> None:
        """A button of the job's message was used: it shows that from now on."""
        await self._studio.marks.use(job_id, custom_id)
        job = await self._jobs.get(job_id)
        if job.state is JobState.DONE and job.task is not Task.SHEET and await self._studio.images(job_id):
            await tolerant(self._mailbox.redress(job, await self._composer.buttons(job)))

    async def originals(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Answer with the stored files. Raises `PictureGone`, `PictureWithheld`, `PictureTooLarge`."""
        where = where_of(requester_of(interaction))
        files = await self._composer.originals(job, where)
        limit = interaction.guild.filesize_limit if interaction.guild else DM_LIMIT
        if max(len(file.data) for file in files) > limit:
            raise Refusal("error-original-large", limit=limit // 2**20)
        for file in files:  # one by one: a request holds 25 MB
            await interaction.followup.send(file=file.file(), ephemeral=True)

    async def exhibit(self, job: Job, where: Where) -> Address:
        """Post the pictures in a gallery. Raises what hides them there, and `discord.HTTPException`."""
        post = await self._composer.exhibit(job, self._limit(job), where)
        return await self._mailbox.post(where.channel_id, post, nonce=f"{job.id}-g")

    async def unpost(self, channel_id: int, message_id: int) -> None:
        """Remove a message of a gallery, where it still exists."""
        await self._mailbox.remove(Address(channel_id, message_id))

    async def show(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Post the job as it is now once more; from then on that message is its own. Raises `MissingPermission`."""
        require_in(interaction)
        await interaction.response.defer(thinking=True)
        post = await self._composer.post(job, self._limit(job), where_of(requester_of(interaction)))
        message = await interaction.edit_original_response(**post.editing())
        if (interaction.guild_id or 0) == job.guild_id and interaction.channel_id:
            await self._jobs.attach(job.id, interaction.channel_id, message.id)
            self._put(await self._jobs.get(job.id))

    async def look(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """The same, for one member alone, as a follow-up."""
        post = await self._composer.post(job, self._limit(job), where_of(requester_of(interaction)))
        await interaction.followup.send(**post.sending(), ephemeral=True)

    def forget(self, user_id: int) -> None:
        """The member's data are gone; so is the memory of what could not be told."""
        self._unreached.pop(user_id, None)

    def unreached(self, user_id: int) -> frozenset[str]:
        """The member's jobs whose end could be told nowhere; the next command tells it."""
        return frozenset(self._unreached.get(user_id, ()))

    # --- Answering ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _answers(self, interaction_id: int) -> Iterator[list[Job]]:
        """While it is open, the job of this interaction has its message on the way and gets no other."""
        answered: list[Job] = []
        self._answering.add(interaction_id)
        try:
            yield answered
        finally:
            self._answering.discard(interaction_id)
            for job in answered:
                self._put(job)

    async def _made(self, making: Awaitable[Job]) -> tuple[Job, Post]:
        job = await making
        return job, await self._composer.post(job, self._limit(job), self._where(job))

    async def _respond(self, interaction: discord.Interaction[Any], job: Job, post: Post) -> None:
        """Send the post as the response. Where Discord does not take it, delivery goes on by the bot's token."""
        if job.message_id or (job.interaction_id and job.interaction_id != interaction.id):
            if interaction.message and not interaction.response.is_done():
                await tolerant(interaction.response.defer())
            return  # the same wish again: its message is there, or on its way
        if interaction.response.is_done():
            self._unsent.add(job.id)
            await tolerant(interaction.delete_original_response())
            return
        sent = await tolerant(interaction.response.send_message(**post.sending()))
        if sent and sent.message_id:
            await self._jobs.attach(job.id, job.channel_id, sent.message_id)
            await self._jobs.told(job.id, job.state)

    async def hint(self, interaction: discord.Interaction[Any]) -> None:
        """Tell a member whose results could not be delivered where they are."""
        lost = self.unreached(interaction.user.id)
        if not lost:
            return
        text = sentence(str(interaction.locale), "delivery-hint", count=len(lost), jobs=", ".join(sorted(lost)))
        await interaction.followup.send(text, ephemeral=True)
        for job_id in lost:
            job = await self._jobs.get(job_id)
            await self._jobs.told(job.id, job.state)
            self._unreached[job.user_id].discard(job_id)

    async def _sweep(self) -> None:
        """Put what was never told, and waiting jobs whose place may have changed; forget old tokens."""
        await self._jobs.forget_tokens()
        for job in await self._jobs.untold(limit=UNTOLD):
            if job.id not in self.unreached(job.user_id):
                self._put(job)
        for job_id in self._composer.waiting:
            if waiting := await self._jobs.find(job_id):
                self._publisher.put(job_id, waiting.channel_id, urgent=False)

    # --- Writing --------------------------------------------------------------------------------------------------

    def _put(self, job: Job) -> None:
        self._publisher.put(job.id, job.channel_id)

    async def _write(self, job_id: str) -> None:
        """Make the job's message say what is true now; the publisher calls it when the message's turn has come."""
        job = await self._jobs.find(job_id)
        if job is None or (job.interaction_id and job.interaction_id in self._answering):
            return
        if await self._composer.has_news(job):
            try:
                await self._tell(job)
            except Unreachable:
                log.warning("job %s: its owner cannot be reached", job.id)
                self._unreached.setdefault(job.user_id, set()).add(job.id)
        if job.state.final:
            self._composer.forget(job_id)

    async def _tell(self, job: Job) -> None:
        """Write the message and remember that. Raises `Unreachable`."""
        address = await self._sent(job, insist=job.id not in self._deleted and (job.state.final or not job.message_id))
        if address and address.message_id != job.message_id:
            await self._jobs.attach(job.id, address.channel_id, address.message_id)
        if job.told_state != job.state:
            if address and address.message_id == job.message_id:  # an edit, which notifies nobody
                await self._call_back(job)
            await self._jobs.told(job.id, job.state)
            await self._also_directly(job)
        self._unreached.get(job.user_id, set()).discard(job.id)

    async def _call_back(self, job: Job) -> None:
        """Mention a member who waited for long, once in the life of a job. A sweep has its sheet for that."""
        ended = job.state.final and job.state is not JobState.CANCELLED and job.id not in self._deleted
        long = job.finished_at - job.created_at >= self.pace.mention
        if ended and long and not job.sweep_id and await self._jobs.mention(job.id):
            text = sentence(job.locale, "job-over", user=f"<@{job.user_id}>")
            await tolerant(self._mailbox.reply(job, Post(content=text, owner_id=job.user_id)))

    async def _also_directly(self, job: Job) -> None:
        """Mail the pictures to a member who wants that; whoever cannot be reached has them in the channel."""
        wanted = job.state is JobState.DONE and job.guild_id and job.id not in self._deleted
        if wanted and await self._studio.preferences.wants_mail(job.user_id):
            try:
                await self.mail(job)
            except (Refusal, discord.HTTPException) as error:
                log.info("job %s: not sent directly: %s", job.id, error)

    async def _sent(self, job: Job, *, insist: bool) -> Address | None:
        """Write the message where it belongs, else to its owner. Raises `Unreachable`."""
        search = job.id not in self._unsent
        self._unsent.discard(job.id)
        try:
            write = partial(self._mailbox.write, job, insist=insist, search=search)
            return await self._fitting(job, self._limit(job), self._where(job), write)
        except ChannelShut:
            return await self._fitting(job, DM_LIMIT, Where(), partial(self._letter, job))

    async def _letter(self, job: Job, post: Post) -> Address:
        """The message as a direct one, which says why it comes that way. Raises `Unreachable`."""
        why = sentence(job.locale, "delivery-elsewhere", channel=f"<#{job.channel_id}>")
        return await self._mailbox.direct(job.user_id, message.noted(post, why))

    async def _fitting(self, job: Job, limit: int, where: Where, write: Write) -> Address | None:
        """Write the message as the rules of `where` allow, with smaller files until the place takes them."""
        while True:
            post = await self._composer.post(job, limit, where)
            try:
                return await write(post)
            except discord.HTTPException as error:
                if (error.status != 413 and error.code != FILE_TOO_LARGE) or not post.files:
                    raise
                if limit <= SMALLEST_LIMIT and not job.state.final:  # a preview: more will come
                    raise
            if limit <= SMALLEST_LIMIT:
                spoken = await self._composer.spoken(job, where)
                why = sentence(spoken.locale, "delivery-no-files")
                return await write(message.noted(replace(post, files=()), why))
            limit //= 2

    def _where(self, job: Job) -> Where:
        """The place of the job's message, as it is marked now; one that is not known counts as not age-restricted."""
        guild = self._client.get_guild(job.guild_id) if job.guild_id else None
        channel = guild.get_channel_or_thread(job.channel_id) if guild else None
        return Where(guild_id=job.guild_id, channel_id=job.channel_id, age_restricted=is_age_restricted(channel))

    def _limit(self, job: Job) -> int:
        """Bytes that a file may have where the job's message is."""
        guild = self._client.get_guild(job.guild_id) if job.guild_id else None
        return guild.filesize_limit if guild else DM_LIMIT


async def tolerant(request: Awaitable[Any]) -> Any:
    """The request's result, or None where Discord does not take it: then delivery goes on by the bot's own token."""
    try:
        return await request
    except discord.HTTPException as error:
        log.warning("a response was not taken: %s", error)
        return None
