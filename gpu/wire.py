"""What bot and worker say to each other: one JSON object a line, each a small frozen model.

Commands go down the worker's standard input, messages come up its standard output, and closing standard input ends
the worker. Pictures never travel here, only their paths. Knows neither processes nor model libraries.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from gpu.backend import Capabilities
from gpu.optimising import Optimise
from gpu.skills.base import Answer, Question
from gpu.types import (
    DEFAULT_CHECKS,
    CheckerSource,
    ControlMakers,
    GenerationRequest,
    GenerationResult,
    ModelSpec,
    Progress,
    Record,
    Setting,
)

MAX_LINE = 4 * 1024 * 1024
"""Bytes of the longest line a reader must take. Real lines are a few kilobytes; asyncio's own limit is 64 KiB."""


class WorkerSettings(Setting):
    """How the workers run; the same for all of them."""

    engine: Literal["diffusers", "fake"] = "diffusers"
    device: str = "auto"
    """auto, cpu, mps, cuda or cuda:N. With auto or cuda, several workers get one card each."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    threads: int = Field(0, ge=0)
    """CPU threads of one worker; 0 shares the cores among the workers."""
    slots: int = Field(8, ge=1)
    """Jobs that one worker draws together."""
    previews: bool = True
    image_check: tuple[str, ...] = DEFAULT_CHECKS
    """Keys of `gpu.safety.IMAGE_CHECKS`; none: off."""
    checkers: dict[str, CheckerSource] = {}
    """Where an image check with weights of its own finds them."""
    default_model: str = "starter"
    """The model that is loaded and measured at start."""
    loras: Path | None = None
    """The folder of the LoRAs that requests may name."""
    embeddings: Path | None = None
    """The folder of the embeddings that prompts may name."""
    skills: dict[str, str] = {}
    """Skill → the folder of its model, "" for that of an installed package; see `gpu.skills`."""
    control: ControlMakers = ControlMakers()
    """What makes control images."""
    optimise: Optimise = Optimise()
    count: int = Field(1, ge=1)
    """Worker processes."""
    memory_gb: float | Literal["auto"] = "auto"
    """For models on one device; `auto`: a share of what it has. Those unused for longest leave."""
    patience: float = Field(600.0, gt=0)
    """Seconds without a sign of life after which a worker is taken for stuck and killed. One step of a large model
    on a slow CPU must fit in."""


class Start(Record):
    """First command: everything the worker needs to know. Answered by `Ready`, or by `Error` without a job."""

    op: Literal["start"] = "start"
    specs: tuple[ModelSpec, ...]
    settings: WorkerSettings
    data_dir: Path
    index: int = 0
    """Which of `settings.count` workers this is, from 0."""
    log: Path | None = None
    """The file that standard error goes to; the worker keeps it from growing without end."""


class Generate(Record):
    """Draw this. Ends in one `Finished` or one `Error`."""

    op: Literal["generate"] = "generate"
    request: GenerationRequest


class Cancel(Record):
    """Stop that job within one step; unknown ids are ignored."""

    op: Literal["cancel"] = "cancel"
    job_id: str


class Score(Record):
    """What does the image check say of a picture that was drawn elsewhere? Answered by `Scored`, or by `Error`."""

    op: Literal["score"] = "score"
    id: str
    """Comes back as the answer's `job_id`; no job has it."""
    path: Path
    """Relative to the data directory."""


class Ask(Record):
    """A question to a skill; jobs do not wait for it. Answered by `Answered`, or by `Error`."""

    op: Literal["ask"] = "ask"
    id: str
    """Comes back as the answer's `job_id`; no job has it."""
    question: Question


class Warm(Record):
    """Load a model that may be asked for soon. Answered by `Scored` without scores, or by `Error`."""

    op: Literal["warm"] = "warm"
    id: str
    """Comes back as the answer's `job_id`; no job has it."""
    model: str


class Ready(Record):
    """The default model is loaded and measured."""

    event: Literal["ready"] = "ready"
    capabilities: Capabilities


class Loading(Record):
    """A model or a net is on its way to the device; `done` of `total` in whatever unit the loader counts."""

    event: Literal["loading"] = "loading"
    model: str
    done: int
    total: int


class Progressed(Record):
    """A job moved on."""

    event: Literal["progress"] = "progress"
    progress: Progress


class Finished(Record):
    """A job is done: its pictures are on the disk, or the image check refused them."""

    event: Literal["result"] = "result"
    result: GenerationResult


class Error(Record):
    """A job failed; with an empty `job_id`, the worker could not start."""

    event: Literal["error"] = "error"
    job_id: str = ""
    error: dict[str, Any]
    """`BackendError.to_json()`"""


class Scored(Record):
    """What the image check says of a picture; no scores where there is no check."""

    event: Literal["scored"] = "scored"
    job_id: str
    scores: dict[str, float]


class Answered(Record):
    """What a skill answers."""

    event: Literal["answered"] = "answered"
    job_id: str
    answer: Answer


class Log(Record):
    """Something the operator should see beside the worker's own log."""

    event: Literal["log"] = "log"
    level: int
    message: str


Command = Start | Generate | Cancel | Score | Ask | Warm
Message = Ready | Loading | Progressed | Finished | Scored | Answered | Error | Log

_COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="op")])
_MESSAGE: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="event")])


def encode(line: Command | Message) -> bytes:
    """One line, with its newline. JSON escapes newlines inside values, so a line is always one object."""
    return line.model_dump_json().encode() + b"\n"


def read_command(line: bytes) -> Command:
    """Raises `pydantic.ValidationError` on anything but a command."""
    return _COMMAND.validate_json(line)


def read_message(line: bytes) -> Message:
    """Raises `pydantic.ValidationError` on anything but a message."""
    return _MESSAGE.validate_json(line)
