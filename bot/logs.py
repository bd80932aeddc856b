"""What reaches a log: never a token or a key, and prompts only as the operator wants them.

The formatter cuts secrets out of everything, tracebacks and libraries' lines included: by their value where it is
known, and by their shape. Knows no Discord.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection
from typing import Literal

LogPrompts = Literal["off", "hash", "plain"]
CUT = "[cut]"
SHORTEST = 8
"""A secret shorter than this is no secret, and cutting it would cut words."""

SHAPES = (
    re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"),  # Discord's bot tokens
    re.compile(r"\bsk-[\w-]{16,}"),  # OpenAI's keys
    re.compile(r"\bhf_\w{16,}"),  # the hub's
    re.compile(r"(?<=/webhooks/)(\d+/)[\w-]{40,}"),  # interaction tokens
    re.compile(r"(?i)(?<=\bbearer )[\w.~+/-]{8,}|(?<=\bbot )[\w-]{20,}\.[\w.-]+"),
)


class Redacting(logging.Formatter):
    """Formats a record, and cuts the secrets out of it."""

    def __init__(self, format: str, datefmt: str = "", secrets: Collection[str] = ()) -> None:
        super().__init__(format, datefmt or None)
        self._secrets = [secret for secret in secrets if len(secret) >= SHORTEST]

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        text = super().format(record)
        for secret in self._secrets:
            text = text.replace(secret, CUT)
        for shape in SHAPES:
            text = shape.sub(CUT, text)
        return text


def prompt_for_log(prompt: str, how: LogPrompts) -> str:
    """The prompt as a log may hold it: not at all, as a hash that tells equal ones, or as it is in one line."""
    if how == "plain":
        return repr(prompt)
    return hashlib.sha256(prompt.encode("utf-8", "surrogatepass")).hexdigest()[:12] if how == "hash" else "-"
