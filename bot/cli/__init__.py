"""`python -m bot COMMAND`: the commands, their options and their exit codes.

    0   done
    1   the machine failed: a model, the worker, the disk
    2   the request was refused: a flag, a job that is not there, the configuration
    3   a safety check blocked it

What tools read goes to standard output as JSON, one object a line; what people read goes to standard error. Each
command imports what it needs when it runs: `parse`, `check` and `params` answer within a second.
"""

from __future__ import annotations

import contextlib
import sys

from bot.cli import drawing, gallery, lines, models, privacy, reading, running
from bot.cli.base import app

__all__ = ["app", "drawing", "gallery", "lines", "main", "models", "privacy", "reading", "running"]


def main() -> None:
    """The entry point."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody replaced
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="python -m bot")
