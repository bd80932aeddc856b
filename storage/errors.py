"""What storage refuses. Each has the id of a sentence in bot/text and its facts, like `gpu.errors`."""

from __future__ import annotations

from gpu.errors import EaselError


class StorageError(EaselError):
    """A request that the database cannot take."""


class QueueFull(StorageError):
    """The user has as many waiting jobs as allowed; facts: `waiting`, `limit`."""

    code = "error-queue-full"


class JobNotFound(StorageError):
    """No job has this id."""

    code = "error-job-not-found"


class DatabaseInUse(StorageError):
    """Another process runs on this database."""

    code = "error-database-in-use"
