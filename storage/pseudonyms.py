"""What stays of a member who had all data deleted: a keyed hash, so that a ban in force can still be recognised.

The key is a file of its own beside the database: without it nobody can tell whose hash it is.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


class Pseudonyms:
    """User ids → negative numbers. Discord's ids are positive, so neither is ever taken for the other."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of_folder(cls, folder: Path) -> Pseudonyms:
        """With the key of a data directory, made at first use and readable by the operator only. Blocks."""
        path = folder / "pseudonyms.key"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes())
        with os.fdopen(descriptor, "wb") as file:
            key = secrets.token_bytes(KEY_BYTES)
            file.write(key)
        return cls(key)

    def of(self, user_id: int) -> int:
        """A number −1 … −2⁶², the same for the same member and key (HMAC-SHA-256, RFC 2104)."""
        digest = hmac.digest(self._key, str(user_id).encode(), hashlib.sha256)
        return -1 - int.from_bytes(digest[:8], "big") % 2**62

    def both(self, user_id: int) -> tuple[int, int]:
        """The member, and what is left of the member after a deletion."""
        return user_id, self.of(user_id)
