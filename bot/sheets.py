"""The contact sheet of a sweep, as a job that needs no device. Reads and writes files: call it in a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.text import sentence
from gpu.files import write_whole
from gpu.safety.base import refused
from gpu.sheet import Labels, Tile, contact_sheet, drawable, png
from gpu.types import GenerationRequest, Note, SafetyPolicy, Task
from storage.images import ImageFiles
from storage.models import Job, JobState, NewJob, StoredImage
from storage.sweeps import Axis, Sweep

WORDS = {
    JobState.BLOCKED: "sheet-blocked", JobState.FAILED: "sheet-failed", JobState.CANCELLED: "sheet-cancelled",
    JobState.REVIEW: "sheet-review", JobState.DONE: "sheet-gone",
}  # fmt: skip
"""What stands in a cell without a picture."""


def ended(job: Job) -> bool:
    """Whether a sheet no longer waits for the cell. One that a moderator looks at is shown as that."""
    return job.state.final or job.state is JobState.REVIEW


def drawn_sheet(
    sweep: Sweep, jobs: Sequence[Job], images: Mapping[str, Sequence[StoredImage]], files: ImageFiles,
    policy: SafetyPolicy,
) -> tuple[StoredImage, int]:  # fmt: skip
    """Write the sheet; returns its row, with the worst scores of what it shows, and how many cells have pictures.

    Only pictures that passed the image check, and that the policy of this moment shows, are put on it.
    """
    tiles = [_tile(job, images.get(job.id, ()), files, policy, sweep.locale) for job in jobs]
    columns, rows = (_labels(sweep.plan.axes, at) for at in (0, 1))
    sheet = contact_sheet(sweep.text, columns, rows, tiles)
    path = files.directory(sweep.id) / "1.png"
    write_whole(files.absolute(path), png(sheet))
    shown = [i for job, tile in zip(jobs, tiles, strict=True) if tile.paths for i in images[job.id]]
    scores: dict[str, float] = {}
    for image in shown:
        scores |= {name: max(score, scores.get(name, 0.0)) for name, score in image.scores.items()}
    row = StoredImage(
        job_id=sweep.id, index=1, path=path.as_posix(), seed=jobs[0].request.params.seed,
        width=sheet.width, height=sheet.height, scores=scores,
    )  # fmt: skip
    return row, sum(bool(tile.paths) for tile in tiles)


def job_of_sheet(
    sweep: Sweep, first: GenerationRequest, image: StoredImage, drawn: int, policy: SafetyPolicy
) -> NewJob:
    """The row of the sheet's job."""
    size = {"width": image.width, "height": image.height, "num_images": 1}
    note = Note(id="note-sheet", facts={"drawn": drawn, "cells": len(sweep.plan.lines)})
    request = GenerationRequest(
        job_id=sweep.id,
        task=Task.SHEET,
        params=first.params.model_copy(update=size),
        output_dir=image.path.rpartition("/")[0],
        policy=policy,
        notes=(note,),
    )
    return NewJob(
        id=sweep.id, user_id=sweep.user_id, guild_id=sweep.guild_id, channel_id=sweep.channel_id,
        request=request, text=sweep.text, estimate=0.0, locale=sweep.locale,
    )  # fmt: skip


def _labels(axes: Sequence[Axis], at: int) -> Labels:
    return Labels(axes[at].name, axes[at].values) if at < len(axes) else Labels()


def _tile(job: Job, images: Sequence[StoredImage], files: ImageFiles, policy: SafetyPolicy, locale: str) -> Tile:
    if job.state is JobState.DONE and any(refused(image.scores, policy) for image in images):
        return Tile(words=_words("sheet-withheld", locale))
    if job.state is JobState.DONE and images:
        return Tile(tuple(files.absolute(image.path) for image in images))
    return Tile(words=_words(WORDS[job.state], locale))


def _words(id: str, locale: str) -> str:
    """In the member's language where the sheet's font can write it."""
    words = sentence(locale, id)
    return words if drawable(words) else sentence("en", id)
