"""What storage refuses. Each has the id of a sentence in bot/text and its facts, like `gpu.errors`."""

from __future__ import annotations

from gpu.errors import EaselError


class StorageError(EaselError):
    """A request that the database cannot take."""


class QueueFull(StorageError):
    """The user has as many waiting jobs as allowed; facts: `waiting`, `limit`."""

    code = "error-queue-full"


class CostLimit(StorageError):
    """The job would take the member over the daily limit; facts: `price`, `spent`, `limit`, `hours` to the next day."""

    code = "error-cost-limit"


class JobNotFound(StorageError):
    """No job has this id; fact: `job`."""

    code = "error-job-not-found"


class SweepOver(StorageError):
    """The cells were queued already, or the question was answered with no."""

    code = "error-sweep-over"


class DatabaseInUse(StorageError):
    """Another process runs on this database; fact: `file`."""

    code = "error-database-in-use"


class DatabaseTooNew(StorageError):
    """A newer Easel wrote the database; facts: `file`, `version`, `known`."""

    code = "error-database-too-new"


class DatabaseTooOld(StorageError):
    """An older Easel wrote the database, and it is only to be read; fact: `file`."""

    code = "error-database-too-old"


class DiskFull(StorageError):
    """There is no room for more pictures; facts: `free` and `needed`, in megabytes."""

    code = "error-disk-full"
