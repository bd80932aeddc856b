"""Turns an exception that nobody expected into an error with an id, and writes its traceback to the log.

The only place in `gpu` where bugs are named; who asked is told the id, never the traceback.
"""

from __future__ import annotations

import logging
import secrets

from gpu.errors import BackendError, WorkerBug

log = logging.getLogger(__name__)


def as_backend_error(error: Exception) -> BackendError:
    """The error itself, or a `WorkerBug` under whose id the log has the traceback."""
    if isinstance(error, BackendError):
        return error
    bug = secrets.token_hex(4)
    log.error("bug %s", bug, exc_info=error)
    return WorkerBug(bug=bug)
