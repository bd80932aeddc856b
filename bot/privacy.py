"""A member's own data: what there is, all of it as zip files, and its end.

Erasing goes in an order that leaves nothing behind: own jobs are cancelled and let go by the worker, files are removed,
then rows, then what backups hold; a count of what is left is the proof. Knows no Discord and no SQL.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dispatcher import Dispatcher
from bot.requester import Requester
from bot.studio import Studio
from storage.erasure import Message, RecordStore, Subject
from storage.images import ImageFiles
from storage.models import JobState
from storage.pseudonyms import Pseudonyms

DAY = 86400.0
PER_ENTRY = 512
"""Bytes that a zip file needs for the name of an entry, at most."""

Withdraw = Callable[[Iterable[Message]], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Holdings:
    """What there is of a member."""

    rows: dict[str, int]
    """Table → how many."""
    files: int
    size: int
    """Bytes of the files."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone, and the proof."""

    rows: int
    files: int
    messages: int
    backups: int
    left: int
    """Rows and files that still name the member: 0."""
    kept: bool
    """A ban, a timeout or strikes stay under a pseudonym until they end."""


@dataclass(frozen=True, slots=True)
class Part:
    """One zip file of several."""

    number: int
    data: bytes
    too_large: tuple[str, ...] = ()
    """Files that fit into none; told with the last part."""


class Privacy:
    """The use cases. `clock` gives seconds since 1970."""

    def __init__(
        self, studio: Studio, *, records: RecordStore, files: ImageFiles, dispatcher: Dispatcher,
        pseudonyms: Pseudonyms, clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self._studio = studio
        self._records = records
        self._files = files
        self._dispatcher = dispatcher
        self._pseudonyms = pseudonyms
        self._clock = clock

    async def show(self, user_id: int) -> Holdings:
        """Count it."""
        found = await self._found_files(user_id)
        return Holdings(await self._records.counts(user_id), len(found), sum(size for _, _, size in found))

    async def export(self, user_id: int, limit: int) -> AsyncIterator[Part]:
        """All of it as zip files of at most `limit` bytes each, one after the other."""
        rows = await self._records.rows(user_id)
        data = json.dumps({table: list(map(_readable, found)) for table, found in rows.items()}, indent=1)
        packer = _parts(data, await self._found_files(user_id), limit)
        while (part := await asyncio.to_thread(next, packer, None)) is not None:
            yield part

    async def erase(self, user_id: int, *, withdraw: Withdraw | None = None) -> Erased:
        """Erase the member: jobs, rows, files, backups, and with `withdraw` the messages. Pictures of others stay.

        Raises `OSError` and what the database raises; it can then be asked again.
        """
        await self._cancel(user_id)
        before, messages = await self._records.counts(user_id), await self._records.messages(user_id)
        gone = await withdraw(messages) if withdraw else 0
        folders, files = await self._records.folders(user_id), await self._found_files(user_id)
        for folder in folders:
            await asyncio.to_thread(self._files.remove, folder)
        subject = self._subject(user_id)
        await self._records.erase(subject)
        backups = await asyncio.to_thread(self._records.erase_backups, subject)
        left = await self._records.counts(user_id)
        kept = await self._records.counts(subject.pseudonym)
        remaining = sum(path.exists() for _, path, _ in files)
        return Erased(
            rows=sum(before.values()), files=len(files) - remaining, messages=gone, backups=backups,
            left=sum(left.values()) + remaining, kept=bool(kept.keys() & {"sanctions", "strikes"}),
        )  # fmt: skip

    async def forget_ended(self) -> int:
        """Drop what stayed of members who left, as soon as it has ended; returns how much that was."""
        return await self._records.forget_ended(self._subject(0))

    # --- Inside ---------------------------------------------------------------------------------------------------

    async def _cancel(self, user_id: int) -> None:
        """Stop the member's sweeps and jobs, and wait until the worker has let go of them."""
        me = Requester(user_id=user_id)
        for sweep in await self._studio.sweeps.drawing(user_id):
            await self._studio.sweeps.cancel(me, sweep.id)
        open_jobs = await self._studio.open_jobs(user_id)
        for job in open_jobs:
            await self._studio.cancel(me, job.id)
        await self._dispatcher.settled([job.id for job in open_jobs if job.state is JobState.RUNNING])

    async def _found_files(self, user_id: int) -> list[tuple[str, Path, int]]:
        folders = await self._records.folders(user_id)
        return await asyncio.to_thread(lambda: list(self._files.of_jobs(folders)))

    def _subject(self, user_id: int) -> Subject:
        now = self._clock()
        since = now - self._studio.config.moderation.decay_days * DAY
        return Subject(user=user_id, pseudonym=self._pseudonyms.of(user_id), now=now, strikes_since=since)


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """JSON columns as JSON, bytes as hexadecimal digits."""
    return {name: _parsed(value) for name, value in row.items()}


def _parsed(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _parts(data: str, files: list[tuple[str, Path, int]], limit: int) -> Iterator[Part]:
    """Blocks: called in a thread. The rows come first; pictures are compressed already."""
    number, buffer = 1, io.BytesIO()
    archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)
    archive.writestr("data.json", data, zipfile.ZIP_DEFLATED)
    too_large = tuple(name for name, _, size in files if size + 4 * PER_ENTRY > limit)
    for name, path, size in files:
        if name in too_large or not path.is_file():
            continue
        if buffer.tell() + size + PER_ENTRY * (len(archive.namelist()) + 2) > limit:
            archive.close()
            yield Part(number, buffer.getvalue())
            number, buffer = number + 1, io.BytesIO()
            archive = zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED)
        archive.write(path, name)
    archive.close()
    yield Part(number, buffer.getvalue(), too_large)
