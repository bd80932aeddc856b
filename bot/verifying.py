"""`verify` on the command line: asks the database of the command line, and that of the bot while it does not run."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.config import Config
from bot.provenance import Origin, Provenance
from bot.terminal import FOLDER
from bot.text import DEFAULT_LOCALE, sentence
from storage.database import Database
from storage.errors import DatabaseInUse
from storage.fingerprints import FingerprintStore
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job

Found = tuple[Origin, Job]


async def verify(config: Config, files: Sequence[Path]) -> None:
    """Print a line of JSON for each file. Raises `InputError`, `OSError`."""
    pictures = {file: await asyncio.to_thread(file.read_bytes) for file in files}
    found: dict[Path, Found] = {}
    for folder in (config.data_dir / FOLDER, config.data_dir):
        database = folder / config.database.name
        if database.is_file():
            found |= await _ask(database, {file: data for file, data in pictures.items() if file not in found})
    for file in files:
        print(json.dumps({"file": str(file), **_line(found.get(file))}), flush=True)


async def _ask(path: Path, pictures: dict[Path, bytes]) -> dict[Path, Found]:
    try:
        async with Database.open(path) as database:
            provenance = Provenance(JobStore(database), FingerprintStore(database), ImageFiles(path.parent))
            await provenance.catch_up()
            asked = [(file, await provenance.find(data)) for file, data in pictures.items()]
            return {file: found for file, found in asked if found}
    except DatabaseInUse:
        print(sentence(DEFAULT_LOCALE, "cli-verify-locked", file=str(path)), file=sys.stderr)
        return {}


def _line(found: Found | None) -> dict[str, object]:
    if found is None:
        return {"made_here": False}
    origin, job = found
    made = datetime.fromtimestamp(job.finished_at or job.created_at, UTC).isoformat(timespec="seconds")
    return {
        "made_here": True, "by": origin.by, "job": job.id, "index": origin.index, "distance": origin.distance,
        "made_at": made, "model": job.request.params.model, "line": job.text,
    }  # fmt: skip
