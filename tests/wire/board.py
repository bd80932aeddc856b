"""The messages of the loopback Discord, and the rules for them: limits, nonces, attachments, the CDN.

Knows no HTTP routes and no gateway. Times are seconds of Discord's own clock, which tests can move on.
"""

from __future__ import annotations

import json
import time
from typing import Any

from aiohttp import web

APPLICATION, GUILD, CHANNEL, FIRST_USER = 100, 200, 300, 1000
EPHEMERAL, LOADING = 1 << 6, 1 << 7
EPOCH_MS = 1420070400000
NONCE_SECONDS = 300
Json = dict[str, Any]
Files = dict[str, tuple[str, bytes]]
"""Form field → (file name, content)."""


class ApiError(Exception):
    """An answer that is not 2xx, with Discord's own error code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Clock:
    """Discord's time."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass: tokens and nonces grow old."""
        self._offset += seconds

    def text(self) -> str:
        """Now, as in a message."""
        return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.now()))


def user(user_id: int) -> Json:
    """A user; APPLICATION is the bot itself."""
    is_bot = user_id == APPLICATION
    name = "easel" if is_bot else f"user{user_id}"
    return {"id": str(user_id), "username": name, "discriminator": "0", "avatar": None, "bot": is_bot}


class Board:
    """Every message and file, public, direct or ephemeral."""

    def __init__(self, clock: Clock, upload_limit: int) -> None:
        self.messages: dict[int, Json] = {}
        self.deleted: list[int] = []
        self.files: dict[str, bytes] = {}
        self.base = ""
        self.upload_limit = upload_limit
        self._clock = clock
        self._nonces: dict[tuple[int, str], tuple[float, int]] = {}
        self._serial = 0

    def snowflake(self) -> int:
        """A new id, with the time in it as in Discord's."""
        self._serial += 1
        return (int(self._clock.now() * 1000) - EPOCH_MS) << 22 | self._serial % 2**22

    def get(self, message_id: int) -> Json:
        """The message, or 10008."""
        if message_id not in self.messages:
            raise ApiError(404, 10008, "Unknown Message")
        return self.messages[message_id]

    def public(self, channel_id: int) -> list[Json]:
        """What everybody in the channel sees, oldest first."""
        return [m for m in self.messages.values() if int(m["channel_id"]) == channel_id and not m["flags"] & EPHEMERAL]

    def post(self, channel_id: int, data: Json, files: Files, **fields: Any) -> Json:
        """A new message of the bot; with an enforced nonce that is still young, the message that had it first."""
        key = (channel_id, str(data.get("nonce")))
        if data.get("enforce_nonce") and self._nonces.get(key, (0.0, 0))[0] > self._clock.now() - NONCE_SECONDS:
            return self.messages[self._nonces[key][1]]
        message = self._blank(channel_id, data) | fields
        self._fill(message, data, files)
        if not (message["content"] or message["embeds"] or message["attachments"] or message["flags"] & LOADING):
            raise ApiError(400, 50006, "Cannot send an empty message")
        self.messages[int(message["id"])] = message
        if "nonce" in data:
            self._nonces[key] = (self._clock.now(), int(message["id"]))
        return message

    def edit(self, message: Json, data: Json, files: Files) -> Json:
        """Change what the request names; attachments that it does not list go."""
        self._fill(message, data, files)
        message["edited_timestamp"] = self._clock.text()
        message["flags"] &= ~LOADING
        return message

    def delete(self, message_id: int) -> None:
        """Remove a message, as its author or a moderator would."""
        self.get(message_id)
        del self.messages[message_id]
        self.deleted.append(message_id)

    def attach(self, channel_id: int, name: str, content: bytes) -> Json:
        """Put a file on the CDN; returns the attachment object."""
        attachment_id = str(self.snowflake())
        path = f"/cdn/attachments/{channel_id}/{attachment_id}/{name}"
        self.files[path] = content
        kind, url = "image/" + name.rpartition(".")[2], self.base + path
        return {
            "id": attachment_id,
            "filename": name,
            "size": len(content),
            "content_type": kind,
            "url": url,
            "proxy_url": url,
        }

    def content(self, attachment: Json) -> bytes:
        """The bytes of an attachment object."""
        return self.files[attachment["url"].removeprefix(self.base)]

    async def body(self, request: web.Request) -> tuple[Json, Files]:
        """JSON and files of a request, within the upload limit."""
        if not request.content_type.startswith("multipart/"):
            return (await request.json() if request.can_read_body else {}), {}
        data: Json = {}
        files: Files = {}
        async for part in await request.multipart():
            content = bytes(await part.read())
            if part.name == "payload_json":
                data = json.loads(content)
            else:
                files[part.name] = (part.filename, content)
        if any(len(content) > self.upload_limit for _, content in files.values()):
            raise ApiError(413, 40005, "Request entity too large")
        return data, files

    def _blank(self, channel_id: int, data: Json) -> Json:
        given = {key: data[key] for key in ("nonce", "message_reference") if key in data}
        place = {"guild_id": str(GUILD)} if channel_id == CHANNEL else {}
        return given | place | {
            "id": str(self.snowflake()), "channel_id": str(channel_id), "author": user(APPLICATION), "type": 0,
            "timestamp": self._clock.text(), "edited_timestamp": None, "tts": False, "mention_everyone": False,
            "mentions": [], "mention_roles": [], "pinned": False, "flags": data.get("flags", 0), "reactions": [],
            "content": "", "attachments": [], "embeds": [], "components": [],
        }  # fmt: skip

    def _fill(self, message: Json, data: Json, files: Files) -> None:
        check_limits(data)
        message.update({k: data[k] or type(message[k])() for k in ("content", "embeds", "components") if k in data})
        kept = {str(a["id"]) for a in data["attachments"]} if "attachments" in data else None
        old = [a for a in message["attachments"] if kept is None or a["id"] in kept]
        channel_id = int(message["channel_id"])
        message["attachments"] = old + [self.attach(channel_id, *file) for file in files.values()]


def check_limits(data: Json) -> None:
    """Refuse what Discord refuses: long texts, six rows, long or doubled custom ids."""
    components, embeds = data.get("components") or [], data.get("embeds") or []
    ids = [item["custom_id"] for row in components for item in row.get("components", []) if "custom_id" in item]
    too_long = len(data.get("content") or "") > 2000 or any(len(e.get("description", "")) > 4096 for e in embeds)
    if too_long or len(components) > 5 or len(set(ids)) < len(ids) or any(len(i) > 100 for i in ids):
        raise ApiError(400, 50035, "Invalid Form Body")
