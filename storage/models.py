"""What the database remembers, as frozen values. Knows no Discord and no SQL."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gpu.types import GenerationRequest, Record, Task


def new_job_id(random_bytes: Callable[[int], bytes] = os.urandom) -> str:
    """A new id of 12 base32 characters (60 random bits)."""
    return base64.b32encode(random_bytes(8)).decode().lower()[:12]


class JobState(StrEnum):
    """Where a job is. It is changed by compare-and-set only."""

    QUEUED = "queued"
    """Waits for its turn."""
    RUNNING = "running"
    """A worker has it, under a lease."""
    REVIEW = "review"
    """Drawn, and held back until a moderator decides."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    """A safety check refused the pictures; nothing was written."""

    @property
    def final(self) -> bool:
        """Whether nothing but a moderator will change it any more."""
        return self not in (JobState.QUEUED, JobState.RUNNING, JobState.REVIEW)


class Lane(StrEnum):
    """A price: turbo pays twice its device seconds, fast once; relax runs when nobody else waits."""

    TURBO = "turbo"
    FAST = "fast"
    RELAX = "relax"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What `Queue.enqueue` needs. Ids of Discord are plain integers; 0 stands for "none" (the command line)."""

    id: str
    """≤ 16 base32 characters: fits a nonce, a custom_id and a file name."""
    user_id: int
    request: GenerationRequest
    text: str
    """The line as the user wrote it, for history and remix."""
    estimate: float
    """Device seconds it will probably cost."""
    guild_id: int = 0
    channel_id: int = 0
    pool: str = "local"
    lane: Lane = Lane.FAST
    weight: float = 1.0
    parent_id: str = ""
    parent_index: int = 0
    interaction_id: int = 0
    """One interaction makes one job: a second enqueue with the same id returns the first job."""
    interaction_token: str = ""
    locale: str = ""
    sweep_id: str = ""
    """The sweep that it is a cell of."""
    cell: int = 0
    """Its number there, 1…n."""
    running_limit: int = 0
    """How many of the member's jobs may run beside it, itself included; 0: as many as the queue allows."""
    waiting_limit: int = -1
    """How many of the member's jobs may wait before it; −1: as many as the queue allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(NewJob):
    """One row of `jobs`."""

    state: JobState
    attempt: int = 0
    """Raised by each claim; a result counts only for the attempt that was claimed."""
    cost: float = 0.0
    """Device seconds that it did cost."""
    created_at: float = 0.0
    started_at: float = 0.0
    finished_at: float = 0.0
    error: dict[str, Any] | None = None
    """`BackendError.to_json()` of a failed job; `{"code", "facts"}` of a blocked one."""
    worker: str = ""
    """Who draws it, or drew it last."""
    message_id: int = 0
    told_state: str = ""
    """The state that Discord shows; delivery works while it differs from `state`."""
    told_at: float = 0.0

    @property
    def task(self) -> Task:
        """What kind of work it is."""
        return self.request.task


class StoredImage(Record):
    """One row of `images`: a finished picture that may be shown where its scores allow it."""

    job_id: str
    index: int
    path: str
    """Relative to the data directory."""
    seed: int
    width: int
    height: int
    scores: dict[str, float] = {}
    latents: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting job stands."""

    ahead: int
    """Jobs that will start before it; counting stops at 99."""
    seconds: float
    """Until it will probably be finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one user may have in the queue at a time."""

    running: int = 3
    waiting: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a member had drawn in some time."""

    images: int = 0
    seconds: float = 0.0
    """Device seconds: those of ended jobs, and what the others will probably cost."""
    newest: float = 0.0
    """When the last job was made; seconds since 1970, 0: none."""


@dataclass(frozen=True, slots=True)
class UserSettings:
    """A member's own defaults: parameter name → value."""

    user_id: int
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that a moderator or the operator did."""

    at: float
    actor_id: int
    action: str
    target: str
    guild_id: int = 0
    before: str = ""
    after: str = ""
    reason: str = ""
