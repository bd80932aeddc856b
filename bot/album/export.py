"""Which pictures a static gallery shows, and the writing of it.

Looks at a database that a running bot may have open, and changes nothing in it. Pictures that are held back, reported
away, removed or not for everybody are left out; so are their lines. Knows no Discord.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from bot.album.folder import replaced, require_ours
from bot.album.pages import FOLDER, STYLE, Shown, Words, page, page_name
from bot.config import Config
from bot.errors import Refusal
from bot.safety.places import PlaceRules
from bot.showing import Showing
from bot.terminal import FOLDER as COMMAND_LINE
from storage.database import Database
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.marks import MarkStore
from storage.models import Job, StoredImage
from storage.reviews import ReviewStore
from storage.rules import RuleStore

BATCH = 100
PER_PAGE = 48
SIDE = 640
"""The longest side of a thumbnail: twice what a card is wide, for screens with two pixels where others have one."""
QUALITY = 82


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whose pictures. Without server and member: those of the command line."""

    guild_id: int | None = None
    user_id: int | None = None
    starred: bool = False
    """Only those that their owners gave a star."""
    limit: int = 500

    @property
    def of_the_bot(self) -> bool:
        """Whether the bot's own database is asked."""
        return self.guild_id is not None or self.user_id is not None


async def export(config: Config, out: Path, choice: Choice, words: Words) -> dict[str, object]:
    """Write the gallery to `out`; returns what was written. Raises `Refusal`, `StorageError`, `OSError`."""
    await asyncio.to_thread(require_ours, out)
    root = config.data_dir if choice.of_the_bot else config.data_dir / COMMAND_LINE
    if not (root / config.database.name).is_file():
        raise Refusal("error-album-database", file=str(root / config.database.name))
    async with Database.reading(root / config.database.name) as database:
        album = _Album(config, database, ImageFiles(root), choice)
        with replaced(out) as folder:
            await album.gather(folder)
            pages = await asyncio.to_thread(_write_pages, folder, album.shown, config, words)
    index = str(out / page_name(1))
    return {"pictures": len(album.shown), "pages": pages, "left_out": album.left_out, "index": index}


@dataclass
class _Album:
    """The pictures as they are found, newest first."""

    config: Config
    database: Database
    files: ImageFiles
    choice: Choice
    shown: list[Shown] = field(default_factory=list)
    left_out: int = 0
    """Jobs that may not be shown to everybody, or whose files are gone."""

    async def gather(self, folder: Path) -> None:
        """Copy what may be shown, each picture once, with its thumbnail."""
        rules = PlaceRules(self.config.safety.default, RuleStore(self.database))
        showing = Showing(self.config.safety, rules, ReviewStore(self.database))
        jobs, known = JobStore(self.database), set[str]()
        async for job in self._jobs():
            images = await jobs.images(job.id)
            if not images or not await showing.for_everybody(job, images):
                self.left_out += 1
                continue
            await asyncio.to_thread(self._take, job, images, folder, known)
            if len(self.shown) >= self.choice.limit:
                return

    async def _jobs(self) -> AsyncIterator[Job]:
        marks, offset, choice = MarkStore(self.database), 0, self.choice
        while found := await marks.finished(
            guild_id=choice.guild_id, user_id=choice.user_id, starred=choice.starred, offset=offset, limit=BATCH
        ):
            for job in found:
                yield job
            offset += len(found)

    def _take(self, job: Job, images: Sequence[StoredImage], folder: Path, known: set[str]) -> None:
        """Copy pictures that are not there yet: one that was posted alone is also in its grid. Blocks."""
        taken = 0
        for image in images:
            if len(self.shown) == self.choice.limit:
                return
            source = self.files.absolute(image.path)
            try:
                digest = hashlib.sha256(source.read_bytes()).hexdigest()
                if digest not in known:
                    self.shown.append(_copied(job, image, source, folder))
            except OSError:  # removed, perhaps just now
                continue
            known.add(digest)
            taken += 1
        self.left_out += not taken


def _copied(job: Job, image: StoredImage, source: Path, folder: Path) -> Shown:
    """Raises `OSError`, also for what cannot be decoded."""
    name = f"{job.id}-{image.index}"
    file, thumbnail = Path("pictures", f"{name}{source.suffix}"), Path("thumbnails", f"{name}.webp")
    for path in (file, thumbnail):
        (folder / path).parent.mkdir(exist_ok=True)
    with Image.open(source) as picture:
        small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    small.save(folder / thumbnail, "WEBP", quality=QUALITY)
    shutil.copyfile(source, folder / file)
    return Shown(job, image, file.as_posix(), thumbnail.as_posix())


def _write_pages(folder: Path, shown: Sequence[Shown], config: Config, words: Words) -> int:
    """Returns how many there are."""
    parts = [shown[at : at + PER_PAGE] for at in range(0, len(shown), PER_PAGE)] or [()]
    for number, part in enumerate(parts, 1):
        (folder / page_name(number)).write_text(page(part, number, len(parts), config, words), "utf-8")
    shutil.copyfile(FOLDER / STYLE, folder / STYLE)
    return len(parts)


async def print_export(config: Config, out: Path, choice: Choice, words: Words) -> None:
    """The same for the command line: what was written, as a line of JSON."""
    print(json.dumps(await export(config, out, choice, words)), flush=True)
