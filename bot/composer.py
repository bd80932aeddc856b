"""Composes the message of a job as it is now: reads its place, its newest step, its pictures, its parent.

Remembers what it last said of a running job, so that nothing is sent twice. Sends nothing.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import discord

from bot import pictures
from bot.errors import PictureGone
from bot.safety import Action
from bot.safety.places import Where
from bot.studio import Studio
from bot.text import sentence, sentence_of
from bot.views import message
from bot.views.post import Post, Upload
from gpu.errors import EaselError
from gpu.types import Progress
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState, StoredImage


class Composer:
    """Turns jobs into posts. `clock` gives seconds since 1970."""

    def __init__(self, studio: Studio, jobs: JobStore, files: ImageFiles, clock: Callable[[], float]) -> None:
        self._studio = studio
        self._jobs = jobs
        self._files = files
        self._clock = clock
        self._progress: dict[str, tuple[int, Progress]] = {}
        """With the attempt that it is of."""
        self._attempts: dict[str, int] = {}
        """Which attempt of a running job was shown."""
        self._previews: dict[str, str] = {}
        self._ahead: dict[str, int] = {}

    def progressed(self, job: Job, progress: Progress) -> None:
        """Remember the newest step of the job as it was claimed."""
        self._progress[job.id] = (job.attempt, progress)

    def forget(self, job_id: str) -> None:
        """It will not move on: it ended, or waits again."""
        self._progress.pop(job_id, None)
        self._attempts.pop(job_id, None)
        self._previews.pop(job_id, None)
        self._ahead.pop(job_id, None)

    @property
    def waiting(self) -> list[str]:
        """Jobs that were last said to wait."""
        return list(self._ahead)

    async def has_news(self, job: Job) -> bool:
        """Whether the job's message would change."""
        if job.told_state != job.state:
            return True
        if job.state is JobState.QUEUED and job.id in self._ahead:
            return (await self._studio.place(job)).ahead != self._ahead[job.id]
        again = self._attempts.get(job.id, job.attempt) != job.attempt
        return job.state is JobState.RUNNING and (again or job.id in self._progress)

    async def post(self, job: Job, limit: int, where: Where) -> Post:
        """The message, with a file of at most `limit` bytes, as the rules of the place allow, in its language."""
        job = await self.spoken(job, where)
        parent = await self._jobs.find(job.parent_id) if job.parent_id else None
        match job.state:
            case JobState.QUEUED:
                place = await self._studio.place(job)
                self.forget(job.id)  # what an attempt before may have left
                self._ahead[job.id] = place.ahead
                return message.waiting(job, parent, place, self._clock())
            case JobState.RUNNING:
                self._ahead.pop(job.id, None)
                return await self._running(job, parent, where)
            case JobState.DONE:
                return await self._done(job, parent, limit, where)
            case _:
                return message.ended(job, parent, _reason(job))

    async def spoken(self, job: Job, where: Where) -> Job:
        """The job in the language of the server that reads of it; where that has none, in its owner's."""
        language = await self._studio.guard.switches.language(where.guild_id)
        return replace(job, locale=language or job.locale)

    async def mail(self, job: Job, limit: int) -> Post:
        """The pictures of a finished job one by one, in `limit` bytes together, for a direct message.

        Raises `PictureGone`, `PictureWithheld`, `PictureHeld`.
        """
        images, _ = await self._shown(job, Where())
        about = message.alt_text(job, 1)
        share = limit // len(images)
        root = self._files.root
        uploads = [await asyncio.to_thread(pictures.single, job, image, root, share, about) for image in images]
        return replace(message.pictures(job, None, len(images), tuple(uploads)), view=None)

    async def _running(self, job: Job, parent: Job | None, where: Where) -> Post:
        """Percent and bar; the preview only when there is a new one, since a file of an edit is sent whole."""
        attempt, progress = self._progress.get(job.id, (0, None))
        if attempt != job.attempt:  # of a worker that has died
            progress = None
        self._attempts[job.id] = job.attempt
        post = message.running(job, parent, progress, self._clock())
        preview = progress.preview if progress else None
        if progress is None or preview is None or self._previews.get(job.id) == str(preview):
            return post
        action = await self._studio.guard.sketch(job, progress.preview_scores, where)
        if action.rank > Action.SPOILER.rank:
            return post
        self._previews[job.id] = str(preview)
        try:
            data = await asyncio.to_thread((self._files.root / preview).read_bytes)
        except FileNotFoundError:  # the job has just ended, and its previews with it
            return post
        upload = Upload(f"{job.id}-{preview.name}", data, message.alt_text(job, 1), spoiler=action is Action.SPOILER)
        return replace(post, files=(upload,))

    async def _done(self, job: Job, parent: Job | None, limit: int, where: Where) -> Post:
        try:
            images, spoiler = await self._shown(job, where)
            about = message.alt_text(job, len(images))
            upload = await asyncio.to_thread(pictures.sheet, job, images, self._files.root, limit, about)
        except EaselError as error:
            return message.ended(job, parent, sentence_of(error, job.locale))
        used = await self._studio.marks.used(job.id)
        return message.pictures(job, parent, len(images), (replace(upload, spoiler=spoiler),), used)

    async def buttons(self, job: Job) -> discord.ui.View:
        """What stands under the pictures now: buttons that were used show it."""
        job = await self.spoken(job, Where(guild_id=job.guild_id))
        images = await self._studio.images(job.id)
        return message.buttons(job, len(images), await self._studio.marks.used(job.id))

    async def exhibit(self, job: Job, limit: int, where: Where) -> Post:
        """The pictures for a gallery. Raises `PictureGone`, `PictureWithheld`, `PictureHeld`, `PictureTooLarge`."""
        images, spoiler = await self._shown(job, where)
        job = await self.spoken(job, where)
        about = message.alt_text(job, len(images))
        upload = await asyncio.to_thread(pictures.sheet, job, images, self._files.root, limit, about)
        return replace(message.pictures(job, None, len(images), (replace(upload, spoiler=spoiler),)), owner_id=0)

    async def originals(self, job: Job, where: Where) -> list[Upload]:
        """The stored files as they are. Raises `PictureGone`, `PictureWithheld`, `PictureHeld`."""
        images, spoiler = await self._shown(job, where)
        about, root = message.alt_text(job, 1), self._files.root
        size = sys.maxsize
        made = [await asyncio.to_thread(pictures.single, job, image, root, size, about) for image in images]
        return [replace(upload, spoiler=spoiler) for upload in made]

    async def _shown(self, job: Job, where: Where) -> tuple[Sequence[StoredImage], bool]:
        """The pictures, and whether behind a spoiler: by the rules of this place and moment, not of their drawing."""
        images = await self._studio.images(job.id)
        if not images:
            await self._studio.guard.require_kept(job)
            raise PictureGone(job=job.id)
        return images, await self._studio.guard.require_shown(job, images, where)


def _reason(job: Job) -> str:
    """Why a job has no pictures, in a sentence."""
    if not job.error or job.state is JobState.CANCELLED:
        return ""
    return sentence(job.locale, str(job.error["code"]), **job.error["facts"])
