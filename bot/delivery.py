"""The only door through which pictures reach Discord: hears what becomes of jobs and makes their messages say so.

A state is told only after it is stored, and counts as told only after Discord has taken it: what lies between is told
again, also after a restart. Knows no queue and no model; how messages are found and written is `bot.mailbox`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot import pictures
from bot.errors import PictureGone, PictureWithheld, Unreachable
from bot.mailbox import FILE_TOO_LARGE, Address, Mailbox
from bot.permissions import require_in
from bot.publisher import Pace, Publisher
from bot.requester import Requester
from bot.studio import Studio
from bot.text import sentence, sentence_of
from bot.views import message
from bot.views.post import Post, Upload
from bot.views.who import requester_of
from gpu.errors import EaselError
from gpu.types import Progress
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState, StoredImage

log = logging.getLogger(__name__)

DM_LIMIT = discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
SMALLEST_LIMIT = 256 * 1024
"""Bytes; a place that refuses even this takes no files at all."""
UNTOLD = 500
"""Untold jobs that one sweep looks at."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the message of a waiting job says."""

    channel_id: int
    ahead: int


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
        self._studio = studio
        self._jobs = jobs
        self._files = files
        self._clock = clock
        self._publisher = Publisher(self._write, self.pace)
        self._connected = asyncio.Event()
        self._progress: dict[str, Progress] = {}
        self._previews: dict[str, str] = {}
        self._places: dict[str, Told] = {}
        self._answering: set[int] = set()
        self._deleted: set[str] = set()
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
                for job in await self._jobs.untold(limit=UNTOLD):
                    if job.id not in self.unreached(job.user_id):
                        self._put(job)
                for job_id, place in self._places.items():
                    self._publisher.put(job_id, place.channel_id, urgent=False)
                await asyncio.sleep(self.pace.sweep)

    # --- JobListener ----------------------------------------------------------------------------------------------

    async def on_state(self, job: Job) -> None:
        """Show the new state soon."""
        self._put(job)

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Remember the newest step; it is shown when the message's turn comes."""
        self._progress[job.id] = progress
        self._publisher.put(job.id, job.channel_id, urgent=False)

    # --- What members do ------------------------------------------------------------------------------------------

    async def answer(self, interaction: discord.Interaction[Any], make: Callable[[Requester], Awaitable[Job]]) -> None:
        """Make a job and show it as the public response. Refusals are raised before anything public is said."""
        require_in(interaction)
        with self._answers(interaction.id) as answered:
            making = asyncio.ensure_future(self._made(make(requester_of(interaction))))
            await asyncio.wait({making}, timeout=self.pace.patience)
            if not making.done():
                await interaction.response.defer(ephemeral=True, thinking=True)
            job, post = await making
            answered.append(job)
            await self._respond(interaction, job, post)
        await self.hint(interaction)

    async def post(self, make: Awaitable[Job]) -> None:
        """Make a job without an interaction; its message is posted by the bot's own token."""
        self._put(await make)

    async def delete(self, requester: Requester, job_id: str) -> None:
        """Remove the pictures of a job and its message. Raises `NotYours`."""
        self._deleted.add(job_id)
        try:
            job = await self._studio.delete(requester, job_id)
        except EaselError:
            self._deleted.discard(job_id)
            raise
        await self._jobs.told(job_id, job.state)
        await self._mailbox.delete(job)

    async def mail(self, job: Job) -> None:
        """Send the owner the pictures of a job one by one, with seed and id. Raises `PictureGone`, `Unreachable`."""
        images = await self._studio.images(job.id)
        if not images:
            raise PictureGone(job=job.id)
        about = message.alt_text(job, 1)
        self._check(images)
        uploads = [
            await asyncio.to_thread(pictures.single, job, image, self._files.root, DM_LIMIT // len(images), about)
            for image in images
        ]
        content = message.pictures(job, None, len(images), ()).content
        await self._mailbox.direct(job.user_id, Post(content=content, files=tuple(uploads), owner_id=job.user_id))

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
        return job, await self._say(job)

    async def _respond(self, interaction: discord.Interaction[Any], job: Job, post: Post) -> None:
        """Send the post as the response. Where Discord does not take it, delivery goes on by the bot's token."""
        if job.message_id or (job.interaction_id and job.interaction_id != interaction.id):
            await _acknowledge(interaction)  # the same wish again: its message is there, or on its way
            return
        if interaction.response.is_done():
            await interaction.delete_original_response()
            return
        try:
            sent = await interaction.response.send_message(**post.sending())
        except discord.HTTPException:
            log.warning("job %s: the response was not taken", job.id, exc_info=True)
            return
        if sent.message_id:
            await self._jobs.attach(job.id, job.channel_id, sent.message_id)
            await self._jobs.told(job.id, job.state)

    async def hint(self, interaction: discord.Interaction[Any]) -> None:
        """Tell a member whose results could not be delivered where they are."""
        lost = self._unreached.pop(interaction.user.id, None)
        if not lost:
            return
        text = sentence(str(interaction.locale), "delivery-hint", count=len(lost), jobs=", ".join(sorted(lost)))
        await interaction.followup.send(text, ephemeral=True)
        for job_id in lost:
            job = await self._jobs.get(job_id)
            await self._jobs.told(job.id, job.state)

    # --- Writing --------------------------------------------------------------------------------------------------

    def _put(self, job: Job) -> None:
        if job.state is not JobState.RUNNING:
            self._progress.pop(job.id, None)
        self._publisher.put(job.id, job.channel_id)

    async def _write(self, job_id: str) -> None:
        """Make the job's message say what is true now; the publisher calls it when the message's turn has come."""
        job = await self._jobs.find(job_id)
        if job is None or (job.interaction_id and job.interaction_id in self._answering) or not await self._news(job):
            return
        address = await self._sent(job, insist=job_id not in self._deleted and (job.state.final or not job.message_id))
        if address and address.message_id != job.message_id:
            await self._jobs.attach(job.id, address.channel_id, address.message_id)
        if job.told_state != job.state and job.id not in self.unreached(job.user_id):
            await self._jobs.told(job.id, job.state)
        if job.state.final:
            self._forget(job_id)

    async def _news(self, job: Job) -> bool:
        """Whether the message would change."""
        if job.told_state != job.state:
            return True
        if job.state is JobState.QUEUED and job.id in self._places:
            return (await self._studio.place(job)).ahead != self._places[job.id].ahead
        return job.state is JobState.RUNNING and job.id in self._progress

    async def _sent(self, job: Job, *, insist: bool) -> Address | None:
        """Write the message, with smaller files until the place takes them."""
        limit = self._limit(job)
        while True:
            try:
                return await self._mailbox.write(job, await self._say(job, limit), insist=insist)
            except Unreachable:
                log.warning("job %s: its owner cannot be reached", job.id)
                self._unreached.setdefault(job.user_id, set()).add(job.id)
                return None
            except discord.HTTPException as error:
                if (error.status != 413 and error.code != FILE_TOO_LARGE) or limit <= SMALLEST_LIMIT:
                    raise
                limit //= 2

    def _forget(self, job_id: str) -> None:
        for told in (self._progress, self._previews, self._places):
            told.pop(job_id, None)
        self._deleted.discard(job_id)
        self._publisher.forget(job_id)

    # --- What it says ---------------------------------------------------------------------------------------------

    async def _say(self, job: Job, limit: int = 0) -> Post:
        parent = await self._jobs.find(job.parent_id) if job.parent_id else None
        match job.state:
            case JobState.QUEUED:
                place = await self._studio.place(job)
                self._places[job.id] = Told(job.channel_id, place.ahead)
                return message.waiting(job, parent, place, self._clock())
            case JobState.RUNNING:
                self._places.pop(job.id, None)
                return await self._running(job, parent)
            case JobState.DONE:
                return await self._done(job, parent, limit or self._limit(job))
            case _:
                return message.ended(job, parent, self._reason(job))

    async def _running(self, job: Job, parent: Job | None) -> Post:
        """Percent and bar; the preview only when there is a new one, since a file of an edit is sent whole."""
        progress = self._progress.get(job.id)
        post = message.running(job, parent, progress, self._clock())
        preview = progress.preview if progress else None
        if preview is None or self._previews.get(job.id) == str(preview):
            return post
        self._previews[job.id] = str(preview)
        try:
            data = await asyncio.to_thread((self._files.root / preview).read_bytes)
        except FileNotFoundError:  # the job has just ended, and its previews with it
            return post
        return replace(post, files=(Upload(f"{job.id}-{preview.name}", data, message.alt_text(job, 1)),))

    async def _done(self, job: Job, parent: Job | None, limit: int) -> Post:
        """The pictures, as far as they still exist and the policy of this moment shows them."""
        images = await self._studio.images(job.id)
        try:
            if not images:
                raise PictureGone(job=job.id)
            self._check(images)
            upload = await asyncio.to_thread(
                pictures.sheet, job, images, self._files.root, limit, message.alt_text(job, len(images))
            )
        except EaselError as error:
            return message.ended(job, parent, sentence_of(error, job.locale))
        return message.pictures(job, parent, len(images), (upload,))

    def _check(self, images: Sequence[StoredImage]) -> None:
        """Every post passes here, whatever the policy was when the picture was drawn."""
        thresholds = self._studio.config.safety.policy.thresholds
        for image in images:
            for category, score in image.scores.items():
                if score >= thresholds.get(category, 1.0):
                    raise PictureWithheld(category=category)

    @staticmethod
    def _reason(job: Job) -> str:
        """Why a job has no pictures, in a sentence."""
        if not job.error or job.state is JobState.CANCELLED:
            return ""
        return sentence(job.locale, str(job.error["code"]), **job.error["facts"])

    def _limit(self, job: Job) -> int:
        """Bytes that a file may have where the job's message is."""
        guild = self._client.get_guild(job.guild_id) if job.guild_id else None
        return guild.filesize_limit if guild else DM_LIMIT


async def _acknowledge(interaction: discord.Interaction[Any]) -> None:
    """Answer without saying anything."""
    if interaction.response.is_done():
        await interaction.delete_original_response()
    elif interaction.message:
        await interaction.response.defer()
