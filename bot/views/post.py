"""A message as a value: what Discord is to show, in the form that `send` and `edit` take. Knows no job."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a message."""

    name: str
    data: bytes
    alt_text: str = ""
    spoiler: bool = False

    def file(self) -> discord.File:
        """The same for one attempt."""
        about = self.alt_text or None
        return discord.File(io.BytesIO(self.data), filename=self.name, description=about, spoiler=self.spoiler)


@dataclass(frozen=True, slots=True)
class Post:
    """A message to send, or to make of an earlier one."""

    content: str
    view: discord.ui.View | None = None
    files: tuple[Upload, ...] | None = ()
    """None leaves the files of an earlier message as they are."""
    owner_id: int = 0

    def sending(self) -> dict[str, Any]:
        """The arguments of `send`, for one attempt: discord.py reads a file once."""
        options: dict[str, Any] = {"content": self.content, "allowed_mentions": self._mentions, "files": self._files()}
        return options | ({"view": self.view} if self.view else {})

    def editing(self) -> dict[str, Any]:
        """The arguments of `edit`, for one attempt: everything is replaced, but files of None."""
        options: dict[str, Any] = {"content": self.content, "allowed_mentions": self._mentions, "view": self.view}
        return options | ({} if self.files is None else {"attachments": self._files()})

    @property
    def _mentions(self) -> discord.AllowedMentions:
        """Nobody but the owner is ever notified, whatever a prompt says."""
        owner = [discord.Object(self.owner_id)] if self.owner_id else False
        return discord.AllowedMentions(everyone=False, roles=False, replied_user=False, users=owner)

    def _files(self) -> list[discord.File]:
        return [upload.file() for upload in self.files or ()]
