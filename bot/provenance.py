"""Whether a picture was made here: by the id in its metadata, else by what it looks like.

Metadata can be copied into any file, so a claim counts only where the picture agrees with what was stored. Every
picture is looked at soon after it was drawn, beside everything else; what an earlier version stored, or a crash left
out, is looked at in the same way. Knows no Discord and no SQL.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal

from PIL import Image

from bot.upkeep import HOUR, repeating
from gpu.errors import PictureUnreadable
from gpu.fingerprint import Fingerprint, fingerprint
from gpu.grid import compose
from gpu.inputs import normalise
from gpu.metadata import Mark, mark
from gpu.types import Progress, Record
from storage.fingerprints import SHEET, FingerprintStore
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState, StoredImage

log = logging.getLogger(__name__)

BATCH = 50

By = Literal["metadata", "claim", "picture", "message"]


class Origin(Record):
    """Where a picture comes from."""

    job_id: str
    index: int
    """1…n, or 0: all pictures of the job on one sheet."""
    by: By
    """metadata: it names the job, and the picture agrees; claim: nothing is left to compare it with; picture: what it
    shows, alone; message: it stands in one of ours."""
    distance: int = 0
    """Signs of 64 in which it differs from what was stored."""


class Provenance:
    """The use case, and what looks at new pictures. A `JobListener`."""

    def __init__(self, jobs: JobStore, prints: FingerprintStore, files: ImageFiles) -> None:
        self._jobs = jobs
        self._prints = prints
        self._files = files
        self._news = asyncio.Event()

    # --- Asking ---------------------------------------------------------------------------------------------------

    async def find(self, data: bytes) -> tuple[Origin, Job] | None:
        """None: it was not made here, or nothing is known of it any more. Raises `InputError` for no picture."""
        claim, seen = await asyncio.to_thread(_look, data)
        origin = await self._claimed(claim, seen) or await self._seen(seen)
        job = await self._jobs.find(origin.job_id) if origin else None
        return (origin, job) if origin and job else None

    async def _claimed(self, claim: Mark | None, seen: Fingerprint | None) -> Origin | None:
        """What the metadata says, unless the picture is another one."""
        if claim is None or await self._jobs.find(claim.job_id) is None:
            return None
        stored = await self._prints.of_job(claim.job_id)
        if not stored or seen is None:
            return Origin(job_id=claim.job_id, index=claim.index, by="claim")
        alike = {index: seen.distance(one) for index, one in stored.items() if seen.resembles(one)}
        if not alike:
            return None
        index = claim.index if claim.index in alike else min(alike, key=alike.__getitem__)
        return Origin(job_id=claim.job_id, index=index, by="metadata", distance=alike[index])

    async def _seen(self, seen: Fingerprint | None) -> Origin | None:
        match = await self._prints.nearest(seen) if seen else None
        return Origin(job_id=match.job_id, index=match.index, by="picture", distance=match.distance) if match else None

    # --- Looking at what was drawn --------------------------------------------------------------------------------

    async def on_state(self, job: Job) -> None:
        """There may be new pictures."""
        if job.state is JobState.DONE:
            self._news.set()

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Nothing is stored yet."""

    def looking(self, every: float = HOUR) -> AbstractAsyncContextManager[None]:
        """While it is open, look at every picture that is stored."""
        return repeating(self.catch_up, name="provenance", every=every, wake=self._news)

    async def catch_up(self) -> int:
        """Look at all pictures that nobody looked at; returns how many jobs they were of."""
        count = 0
        while job_ids := await self._prints.unhashed(BATCH):
            for job_id in job_ids:
                images = await self._jobs.images(job_id)
                found = await asyncio.to_thread(_look_at_all, images, self._files.root)
                await self._prints.save(job_id, found)
            count += len(job_ids)
        return count


def _look(data: bytes) -> tuple[Mark | None, Fingerprint | None]:
    """What a stranger's file claims, and what it shows. Blocks. Raises `InputError`."""
    seen = fingerprint(normalise(data))
    try:
        return mark(data), seen
    except PictureUnreadable:  # a GIF, or a broken header around good pixels
        return None, seen


def _look_at_all(images: Sequence[StoredImage], root: Path) -> dict[int, Fingerprint]:
    """Each picture of a job that is still there, and the sheet of all as it is posted. Blocks."""
    found: dict[int, Fingerprint | None] = {}
    try:
        for image in images:
            with Image.open(root / image.path) as picture:
                found[image.index] = fingerprint(picture)
        if len(images) > 1:
            found[SHEET] = fingerprint(compose([root / image.path for image in images]))
    except OSError as error:
        log.info("pictures of a job are gone or unreadable: %s", type(error).__name__)
    return {index: one for index, one in found.items() if one}
