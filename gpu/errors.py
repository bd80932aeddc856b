"""Everything that can go wrong between a request and its pictures.

    EaselError                    has an id of a sentence in bot/text, and the facts for it
    ├── PictureUnreadable         a picture gives no parameters back: damaged, hostile, or from elsewhere
    ├── InputError                a picture that was sent along cannot be used; the code says why
    ├── PictureTooLarge           no encoding of a picture fits where it should go; fact `limit` in bytes
    └── BackendError
        ├── NotSupported          the backend cannot do this request; found before queueing
        ├── ModelError            weights missing, wrong revision, pickle, wrong family, disk full …
        ├── OutOfMemory           still too large after freeing, halving and one retry
        ├── WorkerCrashed         the process ended; the job may be tried again
        ├── GenerationTimeout     no event for too long; the process was ended
        ├── ServiceError          a paid API did not draw; the code says why
        ├── JobCancelled          it stopped because it was asked to
        └── WorkerBug             an unexpected exception in the worker, with the id under which it was logged

Errors cross the pipe and the database as `{"code": …, "facts": {…}}`; the sentence is made where it is read.
"""

from __future__ import annotations

from typing import ClassVar

Fact = str | int | float


class EaselError(Exception):
    """A failure with a sentence for the user: `code` is its id in bot/text/, `facts` its variables."""

    code: ClassVar[str] = "error-bug"
    retryable: ClassVar[bool] = False

    def __init__(self, code: str = "", **facts: Fact) -> None:
        self.id = code or self.code
        self.facts = facts
        super().__init__(f"{self.id} {facts}" if facts else self.id)


class PictureUnreadable(EaselError):
    """No parameters can be read from a picture: `error-picture-unreadable`, or `error-picture-no-parameters`."""

    code = "error-picture-unreadable"


class InputError(EaselError):
    """A picture that was sent along cannot be used.

    The code says why: `error-input-empty`, `-bytes`, `-type`, `-pixels`, `-broken`, `-hybrid`, `-missing`, `-many`.
    """

    code = "error-input-broken"


class PictureTooLarge(EaselError):
    """Not even a small encoding of a picture fits into the bytes that a place allows."""

    code = "error-picture-too-large"


class BackendError(EaselError):
    """A failure on the drawing side."""

    def to_json(self) -> dict[str, object]:
        """The form that crosses the pipe and is stored with the job."""
        return {"type": type(self).__name__, "code": self.id, "facts": self.facts}


class NotSupported(BackendError):
    """The backend cannot do what the request asks."""

    code = "error-not-supported"


class ModelError(BackendError):
    """A model cannot be loaded.

    The code says why: `error-model-missing`, `-unknown`, `-revision`, `-pickle`, `-disk`, `-family`.
    """

    code = "error-model-broken"


class OutOfMemory(BackendError):
    """The request does not fit the device even after freeing, halving the rows and one retry."""

    code = "error-out-of-memory"


class WorkerCrashed(BackendError):
    """The worker process ended while it had the job."""

    code = "error-worker-crashed"
    retryable = True


class GenerationTimeout(BackendError):
    """The worker gave no sign of life for too long."""

    code = "error-timeout"
    retryable = True


class ServiceError(BackendError):
    """A paid API did not draw.

    The code says why: `error-openai-refused`, `-billing`, `-key`, `-permission`, `-model`, `-busy`, `-timeout`,
    `-unreachable`, `-down`, `-declined`, `-answer`, `-unchecked`.
    """

    code = "error-openai-declined"


class JobCancelled(BackendError):
    """The job stopped because someone asked for it."""

    code = "error-cancelled"


class WorkerBug(BackendError):
    """An exception nobody expected; fact `bug` is the id under which the log has the traceback."""

    code = "error-bug"


ERRORS: dict[str, type[BackendError]] = {
    cls.__name__: cls
    for cls in (
        NotSupported, ModelError, OutOfMemory, WorkerCrashed, GenerationTimeout, ServiceError, JobCancelled, WorkerBug,
    )
}


def from_json(stored: dict[str, object]) -> BackendError:
    """The error that `BackendError.to_json` wrote."""
    facts = stored["facts"]
    assert isinstance(facts, dict)
    return ERRORS[str(stored["type"])](str(stored["code"]), **facts)
