"""Turns the stored pictures of a job into the files of a message that fit a place. Knows files, no Discord."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from bot.views.post import Upload
from gpu.grid import compose, encode
from gpu.metadata import parameters_of
from storage.models import Job, StoredImage


def sheet(job: Job, images: Sequence[StoredImage], root: Path, limit: int, alt_text: str) -> Upload:
    """All pictures of the job on one sheet of at most `limit` bytes. Raises `OSError` or `PictureTooLarge`."""
    if len(images) == 1:
        return single(job, images[0], root, limit, alt_text)
    data, suffix = encode(
        compose([root / image.path for image in images]), limit, parameters_of(job.request), job.request
    )
    return Upload(f"{job.id}{suffix}", data, alt_text)


def single(job: Job, image: StoredImage, root: Path, limit: int, alt_text: str) -> Upload:
    """One of the pictures: the very file where it fits. Raises `OSError` or `PictureTooLarge`."""
    path = root / image.path
    if path.stat().st_size <= limit:
        return Upload(f"{job.id}-{image.index}{path.suffix}", path.read_bytes(), alt_text)
    with Image.open(path) as picture:
        text = parameters_of(job.request, image.index)
        data, suffix = encode(picture, limit, text, job.request, image.index)
    return Upload(f"{job.id}-{image.index}{suffix}", data, alt_text)
