"""What the message of a job says in each of its states. Knows the sentences and Discord's limits; sends nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import discord

from bot.text import sentence
from bot.views.grid import ended_view, pictures_view, sheet_view, waiting_view
from bot.views.post import Post, Upload
from gpu.types import LOADING, InputRole, Progress, Task
from storage.models import Job, JobState, Place

CONTENT_LIMIT = 2000
ALT_TEXT_LIMIT = 1024
REASON_LIMIT = 600
BAR = 14
"""Characters of the progress bar."""
TASKS = {
    Task.VARY: "job-variations", Task.UPSCALE: "job-image", Task.IMAGINE: "job-reroll", Task.OUTPAINT: "job-outpaint",
    Task.ENLARGE: "job-enlarged", Task.SHEET: "job-sheet",
    Task.CONTROL: "job-image",
}  # fmt: skip
"""How a job with a parent names it."""


def waiting(job: Job, parent: Job | None, place: Place, now: float) -> Post:
    """It stands in the queue."""
    when = f"<t:{int(now + place.seconds)}:R>"
    lines = [sentence(job.locale, "job-place", ahead=place.ahead, when=when), *_notes(job)]
    status = sentence(job.locale, "job-waiting", attempt=job.attempt)
    return _post(job, parent, status, lines, waiting_view(job.id, job.locale))


def running(job: Job, parent: Job | None, progress: Progress | None, now: float) -> Post:
    """It is being drawn. The preview is not in it: delivery adds it when there is a new one."""
    share = progress.step / max(progress.steps, 1) if progress else 0.0
    full = round(BAR * share)
    line = f"`{'█' * full}{'░' * (BAR - full)}`"
    if progress and progress.seconds_left is not None:
        line += " " + sentence(job.locale, "job-done-when", when=f"<t:{int(now + progress.seconds_left)}:R>")
    again = [sentence(job.locale, "job-again")] if job.attempt > 1 else []
    status = _status(job, progress, int(100 * share))
    return _post(job, parent, status, [line, *again], waiting_view(job.id, job.locale), lane=True, files=None)


def _status(job: Job, progress: Progress | None, percent: int) -> str:
    """How far it is; while the model is still on its way to the device, that."""
    if progress and progress.phase == LOADING:
        return sentence(job.locale, "job-loading", model=job.request.params.model)
    return sentence(job.locale, "job-running", percent=percent)


def pictures(job: Job, parent: Job | None, count: int, files: tuple[Upload, ...], used: Collection[str] = ()) -> Post:
    """It is done, and these are its pictures."""
    if job.task is Task.SHEET:
        lines = [*_notes(job), sentence(job.locale, "job-id", job=job.id)]
        return _post(job, parent, "", lines, sheet_view(job.id), files=files)
    lines = [facts(job, job.locale), *_notes(job)]
    return _post(job, parent, "", lines, buttons(job, count, used), lane=job.estimate > 0, files=files)


def buttons(job: Job, count: int, used: Collection[str]) -> discord.ui.View:
    """What stands under `count` pictures."""
    square = job.request.params.width == job.request.params.height
    return pictures_view(job.id, job.locale, count, used=used, square=square)


def ended(job: Job, parent: Job | None, reason: str = "") -> Post:
    """It ended without pictures to show: cancelled, failed, blocked; `reason` is a sentence."""
    status = sentence(job.locale, "job-cancelled") if job.state is JobState.CANCELLED else ""
    lines = [line for line in (shortened(reason, REASON_LIMIT), sentence(job.locale, "job-id", job=job.id)) if line]
    view = None if job.state is JobState.BLOCKED else ended_view(job.id)
    return _post(job, parent, status, lines, view)


def noted(post: Post, note: str) -> Post:
    """The same with a sentence in small print below: about how it is delivered."""
    said = f"\n-# {note}"
    return replace(post, content=shortened(post.content, CONTENT_LIMIT - len(said)) + said)


def facts(job: Job, locale: str) -> str:
    """One line with what decided the pixels."""
    params = job.request.params
    if job.request.api_quality:
        return sentence(
            locale, "job-facts-api", quality=job.request.api_quality, width=params.width, height=params.height,
            model=params.model, price=f"{job.request.price:.2f}", job=job.id,
        )  # fmt: skip
    return sentence(
        locale, "job-facts", seed=params.seed, steps=params.num_inference_steps, cfg=f"{params.guidance_scale:g}",
        sampler=params.scheduler, width=params.width, height=params.height, model=params.model, job=job.id,
    )  # fmt: skip


def alt_text(job: Job, count: int) -> str:
    """For those who do not see the picture."""
    text = sentence(job.locale, "job-alt-text", count=count, prompt=job.request.params.prompt)
    return shortened(text, ALT_TEXT_LIMIT)


def jump_link(job: Job) -> str:
    """The address of a job's message, or "" where it has none."""
    if not job.message_id:
        return ""
    return f"https://discord.com/channels/{job.guild_id or '@me'}/{job.channel_id}/{job.message_id}"


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where something is missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def harmless(text: str) -> str:
    """User text for the inside of a message: one line, no formatting, no mention."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(" ".join(text.split())))


def _notes(job: Job) -> list[str]:
    return [sentence(job.locale, note.id, **note.facts) for note in job.request.notes]


def _post(
    job: Job,
    parent: Job | None,
    status: str,
    lines: list[str],
    view: discord.ui.View | None,
    *,
    lane: bool = False,
    files: tuple[Upload, ...] | None = (),
) -> Post:
    """`**line** - Variations of image 2 by @who (31 %) (fast)`, small print below; the line gives way to the limit."""
    below = "".join(f"\n-# {line}" for line in lines)
    told = [status, sentence(job.locale, f"lane-{job.lane}") if lane else ""]
    about = " ".join([_who(job, parent), *(f"({part})" for part in told if part)])
    content = _fit(job.text, lambda line: f"**{line}** - {about}{below}")
    return Post(content=content, view=view, files=files, owner_id=job.user_id)


def _who(job: Job, parent: Job | None) -> str:
    user = f"<@{job.user_id}>"
    if parent is None:
        return user
    link = jump_link(parent)
    linked = "yes" if link else "no"
    return sentence(job.locale, _how(job), index=job.parent_index, user=user, linked=linked, link=link)


def _how(job: Job) -> str:
    """The sentence for what was done with the parent."""
    if job.task is Task.IMAGINE and job.parent_index:
        return "job-region" if job.request.of_role(InputRole.MASK) else "job-remix"
    return TASKS[job.task]


def _fit(line: str, content: Callable[[str], str]) -> str:
    """The content with as much of the line as Discord allows."""
    keep = CONTENT_LIMIT
    while len(whole := content(harmless(shortened(line, keep)))) > CONTENT_LIMIT:
        keep -= max(1, (len(whole) - CONTENT_LIMIT) // 2)
    return whole
