"""What members do on the loopback Discord, and what they see: slash commands, clicks, reactions, messages of a job."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from tests.wire.board import CHANNEL, EPHEMERAL, FIRST_USER, GUILD, Json
from tests.wire.fakediscord import FakeDiscord, Interaction

Result = TypeVar("Result")
OPTION_TYPES = {"subcommand": 1, "string": 3, "integer": 4, "attachment": 11}


class Member:
    """A member of the server. `permissions` are added to everyone's."""

    def __init__(self, discord: FakeDiscord, number: int = 0, *, permissions: int = 0) -> None:
        self.discord = discord
        self.id = FIRST_USER + number
        self.permissions = permissions

    async def slash(self, name: str, **options: Any) -> Interaction:
        """Send a command; a value (file name, bytes) is uploaded as an attachment. Returns before the bot answers."""
        command = next(c for c in self.discord.commands if c["name"] == name)
        types = {option["name"]: option["type"] for option in command.get("options", [])}
        attachments = {}
        for key, value in options.items():
            if types[key] == OPTION_TYPES["attachment"]:
                attachment = self.discord.board.attach(CHANNEL, *value)
                attachments[attachment["id"]] = attachment
                options[key] = attachment["id"]
        return await self._interact(2, {
            "id": command["id"], "name": name, "type": 1, "resolved": {"attachments": attachments},
            "options": [{"name": k, "type": types[k], "value": v} for k, v in options.items()],
        })  # fmt: skip

    async def click(self, message: Json, custom_id: str) -> Interaction:
        """Press a button of a message."""
        assert custom_id in buttons(message), f"{custom_id} is not one of {list(buttons(message))}"
        return await self._interact(3, {"custom_id": custom_id, "component_type": 2}, message=message)

    async def react(self, message: Json, emoji: str) -> None:
        """Add a reaction to a message."""
        await self.discord.gateway.dispatch("MESSAGE_REACTION_ADD", {
            "user_id": str(self.id), "channel_id": str(CHANNEL), "guild_id": str(GUILD), "message_id": message["id"],
            "member": self.discord.member(self.id), "emoji": {"id": None, "name": emoji}, "type": 0, "burst": False,
            "message_author_id": message["author"]["id"],
        })  # fmt: skip

    async def _interact(self, kind: int, data: Json, **extra: Any) -> Interaction:
        return await self.discord.interact(self.id, kind, data, permissions=self.permissions, **extra)


def buttons(message: Json) -> Iterator[str]:
    """The custom ids of the enabled buttons of a message."""
    for row in message["components"]:
        for item in row.get("components", []):
            if "custom_id" in item and not item.get("disabled"):
                yield item["custom_id"]


def button(message: Json, label: str) -> str:
    """The custom id of the button with that label or emoji."""
    items = [item for row in message["components"] for item in row["components"]]
    shown = {item.get("label") or (item.get("emoji") or {}).get("name"): item.get("custom_id") for item in items}
    assert label in shown, f"no button {label}: {list(shown)}"
    return shown[label]


def with_buttons_of(discord: FakeDiscord, job_id: str) -> list[Json]:
    """Public messages with a button of that job."""
    return [m for m in discord.board.public(CHANNEL) if any(job_id in i.split(":") for i in buttons(m))]


def final_messages(discord: FakeDiscord, job_id: str) -> list[Json]:
    """Public messages that show the pictures of that job: they have its V buttons and a file."""
    shown = [m for m in discord.board.public(CHANNEL) if any(i.startswith(f"easel:fv:{job_id}") for i in buttons(m))]
    assert all(m["attachments"] for m in shown), "a star without a picture"
    return shown


def ephemerals(discord: FakeDiscord) -> list[Json]:
    """The messages that only the presser of something sees."""
    return [m for m in discord.board.messages.values() if m["flags"] & EPHEMERAL]


async def eventually(look: Callable[[], Result], seconds: float = 90.0, what: str = "") -> Result:
    """The first true result of `look`, tried 50 times a second."""
    deadline = time.monotonic() + seconds
    while not (result := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or look}")
        await asyncio.sleep(0.02)
    return result
