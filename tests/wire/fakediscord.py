"""A Discord on a loopback port, as far as a bot can tell: it keeps messages, nonces, interaction tokens and limits.

The bot is another process with the real discord.py; this server survives its death. Faults can be put on any route.
Tests act as members through driver.py. Error codes and limits are those of the public API documentation.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.wire.gateway import Gateway

TOKEN = "MTAw.loopback.secret"
APPLICATION, GUILD, CHANNEL, FIRST_USER = 100, 200, 300, 1000
EPOCH_MS = 1420070400000
EPHEMERAL, LOADING = 1 << 6, 1 << 7
VIEW, SEND, MANAGE_MESSAGES, EMBED_LINKS, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 13, 1 << 14, 1 << 15, 1 << 16
ALL_NEEDED = VIEW | SEND | EMBED_LINKS | ATTACH | HISTORY | 1 << 31
Json = dict[str, Any]


class ApiError(Exception):
    """An answer that is not 2xx."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Fault:
    """The next `times` requests that fit get this answer instead."""

    method: str
    path: str
    status: int
    retry_after: float = 0.0
    times: int = 1


@dataclass
class Interaction:
    """One act of a member, and what the bot answered."""

    id: int
    token: str
    created: float
    sent: float = field(default_factory=time.perf_counter)
    kind: int = 0
    """Type of the response, 0 before there is one."""
    data: Json = field(default_factory=dict)
    message_id: int = 0
    followups: list[int] = field(default_factory=list)
    seconds: float | None = None
    """From the event to the response."""


class FakeDiscord:
    """The server; `async with FakeDiscord() as discord:` gives it a free port."""

    def __init__(self, *, upload_limit: int = 10 * 2**20, permissions: int = ALL_NEEDED) -> None:
        self.upload_limit = upload_limit
        self.permissions = permissions
        self.messages: dict[int, Json] = {}
        self.deleted: list[int] = []
        self.interactions: dict[int, Interaction] = {}
        self.commands: list[Json] = []
        self.files: dict[str, bytes] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []
        self.dm_channels: dict[int, int] = {}
        self._nonces: dict[tuple[int, str], tuple[float, int]] = {}
        self._offset = 0.0
        self._serial = 0
        self.gateway = Gateway(TOKEN, self._hello)

    # --- life ---------------------------------------------------------------------------------------------------
    async def __aenter__(self) -> FakeDiscord:
        app = web.Application(middlewares=[self._api], client_max_size=64 * 2**20)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def now(self) -> float:
        """Discord's own clock, which `advance` moves on."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass here: tokens and nonces grow old."""
        self._offset += seconds

    def snowflake(self) -> int:
        """A new id, with the time in it as in Discord's."""
        self._serial += 1
        return (int(self.now() * 1000) - EPOCH_MS) << 22 | self._serial % 4096

    def fail(self, method: str, path: str, status: int, *, retry_after: float = 0.0, times: int = 1) -> None:
        """Answer the next requests whose path contains the pattern `path` with `status`."""
        self.faults.append(Fault(method, path, status, retry_after, times))

    def in_channel(self, channel_id: int = CHANNEL) -> list[Json]:
        """What everybody sees there, oldest first."""
        return [m for m in self.messages.values() if int(m["channel_id"]) == channel_id and not m["flags"] & EPHEMERAL]

    # --- what the bot learns at the start -----------------------------------------------------------------------
    def user(self, user_id: int) -> Json:
        """A user; APPLICATION is the bot itself."""
        name = "easel" if user_id == APPLICATION else f"user{user_id}"
        return {"id": str(user_id), "username": name, "discriminator": "0", "avatar": None, "bot": user_id == APPLICATION}

    def channel(self, channel_id: int = CHANNEL) -> Json:
        """The one text channel, or a DM channel."""
        for user_id, dm in self.dm_channels.items():
            if dm == channel_id:
                return {"id": str(dm), "type": 1, "recipients": [self.user(user_id)], "last_message_id": None}
        if channel_id != CHANNEL:
            raise ApiError(404, 10003, "Unknown Channel")
        return {"id": str(CHANNEL), "type": 0, "guild_id": str(GUILD), "name": "imagine", "position": 0,
                "permission_overwrites": [], "nsfw": False, "parent_id": None}  # fmt: skip

    def member(self, user_id: int) -> Json:
        """A guild member without roles."""
        return {"user": self.user(user_id), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
                "mute": False, "flags": 0}  # fmt: skip

    def _hello(self, session_id: str) -> Iterable[tuple[str, Json]]:
        everyone = {"id": str(GUILD), "name": "@everyone", "color": 0, "hoist": False, "position": 0, "mentionable": False,
                    "permissions": str(self.permissions), "managed": False, "flags": 0}  # fmt: skip
        yield "READY", {
            "v": 10, "user": self.user(APPLICATION), "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": session_id, "resume_gateway_url": self.base.replace("http", "ws") + "/gateway",
            "application": {"id": str(APPLICATION), "flags": 0},
        }  # fmt: skip
        yield "GUILD_CREATE", {
            "id": str(GUILD), "name": "Loopback", "owner_id": "1", "member_count": 2, "roles": [everyone], "emojis": [],
            "channels": [self.channel()], "members": [self.member(APPLICATION)], "features": [], "unavailable": False,
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "system_channel_flags": 0,
        }  # fmt: skip

    # --- routes -------------------------------------------------------------------------------------------------
    def _routes(self) -> list[web.RouteDef]:
        v, message = "/api/v10", r"/channels/{channel:\d+}/messages/{message:\d+}"
        hook = rf"{v}/webhooks/{{application:\d+}}/{{token}}"
        return [
            web.get("/gateway", self.gateway.serve),
            web.get("/gateway/", self.gateway.serve),
            web.get("/cdn/{path:.*}", self._cdn),
            web.get(v + "/users/@me", self._me),
            web.get(v + "/oauth2/applications/@me", self._application),
            web.get(v + "/gateway/bot", self._gateway_bot),
            web.post(v + "/users/@me/channels", self._open_dm),
            web.put(v + r"/applications/{app}/commands", self._put_commands),
            web.put(v + r"/applications/{app}/guilds/{guild}/commands", self._put_commands),
            web.get(v + r"/channels/{channel:\d+}", self._get_channel),
            web.get(v + r"/channels/{channel:\d+}/messages", self._list_messages),
            web.post(v + r"/channels/{channel:\d+}/messages", self._post_message),
            web.get(v + message, self._get_message),
            web.patch(v + message, self._patch_message),
            web.delete(v + message, self._delete_message),
            web.put(v + message + "/reactions/{emoji}/@me", self._no_content),
            web.post(v + r"/channels/{channel:\d+}/typing", self._no_content),
            web.post(v + r"/interactions/{id:\d+}/{token}/callback", self._callback),
            web.post(hook, self._follow_up),
            web.get(hook + "/messages/{message}", self._get_followed),
            web.patch(hook + "/messages/{message}", self._patch_followed),
            web.delete(hook + "/messages/{message}", self._delete_followed),
        ]

    @web.middleware
    async def _api(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        answer = self._fault(request) or await self._answer(request, handler)
        self.requests.append((request.method, request.path, answer.status))
        return answer

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        by_token = "/webhooks/" in request.path or "/interactions/" in request.path
        try:
            if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
                raise ApiError(401, 0, "401: Unauthorized")
            return reply(await handler(request))
        except ApiError as error:
            return reply({"code": error.code, "message": str(error)}, error.status)
        except web.HTTPException as error:
            raise AssertionError(f"the loopback server has no {request.method} {request.path}") from error

    def _fault(self, request: web.Request) -> web.StreamResponse | None:
        for fault in self.faults:
            if fault.times and fault.method == request.method and re.search(fault.path, request.path):
                fault.times -= 1
                body = {"message": "fault", "code": 0, "retry_after": fault.retry_after, "global": False}
                return reply(body, fault.status, Via="1.1 loopback")
        return None

    async def _me(self, _: web.Request) -> Json:
        return self.user(APPLICATION)

    async def _application(self, _: web.Request) -> Json:
        return {"id": str(APPLICATION), "name": "easel", "icon": None, "description": "", "bot_public": True,
                "bot_require_code_grant": False, "owner": self.user(1), "summary": "", "verify_key": "", "flags": 0,
                "team": None}  # fmt: skip

    async def _gateway_bot(self, _: web.Request) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.base.replace("http", "ws") + "/gateway", "shards": 1, "session_start_limit": limit}

    async def _put_commands(self, request: web.Request) -> list[Json]:
        fixed = {"application_id": str(APPLICATION), "version": "1", "default_member_permissions": None}
        self.commands = [{"description": "", **fixed, **c, "id": str(self.snowflake())} for c in await request.json()]
        return self.commands

    async def _open_dm(self, request: web.Request) -> Json:
        user_id = int((await request.json())["recipient_id"])
        return self.channel(self.dm_channels.setdefault(user_id, self.snowflake()))

    async def _no_content(self, _: web.Request) -> None:
        return None

    async def _cdn(self, request: web.Request) -> web.Response:
        return web.Response(body=self.files[request.path])

    # --- messages through the bot's token -----------------------------------------------------------------------
    async def _get_channel(self, request: web.Request) -> Json:
        return self.channel(int(request.match_info["channel"]))

    async def _list_messages(self, request: web.Request) -> list[Json]:
        self._may(request, HISTORY)
        shown = self.in_channel(int(request.match_info["channel"]))
        if before := request.query.get("before"):
            shown = [m for m in shown if int(m["id"]) < int(before)]
        if after := request.query.get("after"):
            shown = [m for m in shown if int(m["id"]) > int(after)]
        return shown[::-1][: int(request.query.get("limit", 50))]

    async def _post_message(self, request: web.Request) -> Json:
        channel_id = int(request.match_info["channel"])
        data, files = await self._body(request)
        self._may(request, SEND | (ATTACH if files else 0))
        key = (channel_id, str(data.get("nonce")))
        if data.get("enforce_nonce") and self._nonces.get(key, (0.0, 0))[0] > self.now() - 300:
            return self.messages[self._nonces[key][1]]
        message = self._new_message(channel_id, data, files)
        if "nonce" in data:
            self._nonces[key] = (self.now(), int(message["id"]))
        return message

    async def _get_message(self, request: web.Request) -> Json:
        return self._shared(request)

    async def _patch_message(self, request: web.Request) -> Json:
        message = self._shared(request)
        data, files = await self._body(request)
        self._may(request, VIEW | (ATTACH if files else 0))
        return self._edit(message, data, files)

    async def _delete_message(self, request: web.Request) -> None:
        self.delete(int(self._shared(request)["id"]))

    def delete(self, message_id: int) -> None:
        """Remove a message, as its author or a moderator would."""
        del self.messages[message_id]
        self.deleted.append(message_id)

    def _shared(self, request: web.Request) -> Json:
        """The message of the path, unless it is ephemeral: those exist for interaction tokens only."""
        message = self._existing(int(request.match_info["message"]))
        if message["flags"] & EPHEMERAL or message["channel_id"] != request.match_info["channel"]:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def _existing(self, message_id: int) -> Json:
        if message_id not in self.messages:
            raise ApiError(404, 10008, "Unknown Message")
        return self.messages[message_id]

    def _may(self, request: web.Request, needed: int) -> None:
        if int(request.match_info["channel"]) == CHANNEL and needed & ~self.permissions:
            missing_view = not self.permissions & VIEW
            raise ApiError(403, 50001 if missing_view else 50013, "Missing Access" if missing_view else "Missing Permissions")

    def _new_message(self, channel_id: int, data: Json, files: Json, **fields: Any) -> Json:
        message = {
            "id": str(self.snowflake()), "channel_id": str(channel_id), "author": self.user(APPLICATION), "content": "",
            "timestamp": self._timestamp(), "edited_timestamp": None, "tts": False, "mention_everyone": False,
            "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "components": [], "pinned": False,
            "type": 0, "flags": data.get("flags", 0), "reactions": [], **fields,
        }  # fmt: skip
        if channel_id == CHANNEL:
            message["guild_id"] = str(GUILD)
        for key in ("nonce", "message_reference"):
            if key in data:
                message[key] = data[key]
        self._fill(message, data, files)
        if not (message["content"] or message["embeds"] or message["attachments"] or message["flags"] & LOADING):
            raise ApiError(400, 50006, "Cannot send an empty message")
        self.messages[int(message["id"])] = message
        return message

    def _edit(self, message: Json, data: Json, files: Json) -> Json:
        self._fill(message, data, files)
        message["edited_timestamp"] = self._timestamp()
        message["flags"] &= ~LOADING
        return message

    def _fill(self, message: Json, data: Json, files: Json) -> None:
        """Put content, embeds, components and attachments of a request into a message, within Discord's limits."""
        content, components = data.get("content") or "", data.get("components") or []
        ids = [item.get("custom_id") for row in components for item in row.get("components", [])]
        ids = [i for i in ids if i is not None]
        embeds = data.get("embeds") or []
        too_long = len(content) > 2000 or any(len(e.get("description", "")) > 4096 for e in embeds)
        if too_long or len(components) > 5 or len(set(ids)) < len(ids) or any(len(i) > 100 for i in ids):
            raise ApiError(400, 50035, "Invalid Form Body")
        message.update({k: data[k] or type(message[k])() for k in ("content", "embeds", "components") if k in data})
        kept = {str(a["id"]) for a in data["attachments"]} if "attachments" in data else None
        old = [a for a in message["attachments"] if kept is None or a["id"] in kept]
        message["attachments"] = old + [self._store(message, *file) for file in files.values()]

    def _store(self, message: Json, name: str, content: bytes) -> Json:
        return self.attach(int(message["channel_id"]), name, content)

    def attach(self, channel_id: int, name: str, content: bytes) -> Json:
        """Put a file on the CDN; returns the attachment object."""
        attachment_id = str(self.snowflake())
        path = f"/cdn/attachments/{channel_id}/{attachment_id}/{name}"
        self.files[path] = content
        url = self.base + path
        return {"id": attachment_id, "filename": name, "size": len(content), "url": url, "proxy_url": url,
                "content_type": "image/" + name.rpartition(".")[2]}  # fmt: skip

    async def _body(self, request: web.Request) -> tuple[Json, Json]:
        """JSON and files (field name → (file name, bytes)) of a request, within the upload limit."""
        if not request.content_type.startswith("multipart/"):
            return (await request.json() if request.can_read_body else {}), {}
        data, files = {}, {}
        async for part in await request.multipart():
            content = bytes(await part.read())
            if part.name == "payload_json":
                data = json.loads(content)
            else:
                files[part.name] = (part.filename, content)
        if any(len(content) > self.upload_limit for _, content in files.values()):
            raise ApiError(413, 40005, "Request entity too large")
        return data, files

    def _timestamp(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(self.now()))

    # --- interactions -------------------------------------------------------------------------------------------
    async def interact(self, user_id: int, kind: int, data: Json, *, permissions: int = 0, **extra: Any) -> Interaction:
        """Tell the bot of a command (2), a click (3), an autocomplete (4) or a modal (5)."""
        interaction = Interaction(self.snowflake(), secrets.token_urlsafe(16), self.now())
        self.interactions[interaction.id] = interaction
        member = {**self.member(user_id), "permissions": str(permissions | self.permissions)}
        await self.gateway.dispatch("INTERACTION_CREATE", {
            "id": str(interaction.id), "application_id": str(APPLICATION), "type": kind, "token": interaction.token,
            "version": 1, "data": data, "channel_id": str(CHANNEL), "channel": self.channel(), "guild_id": str(GUILD),
            "guild": {"id": str(GUILD), "locale": "en-US", "features": []}, "member": member, "locale": "en-US",
            "guild_locale": "en-US", "app_permissions": str(self.permissions), "entitlements": [], "context": 0,
            "authorizing_integration_owners": {"0": str(GUILD)}, "attachment_size_limit": self.upload_limit, **extra,
        })  # fmt: skip
        return interaction

    async def _callback(self, request: web.Request) -> Json | None:
        data, files = await self._body(request)
        interaction = self.interactions.get(int(request.match_info["id"]))
        if interaction is None or time.perf_counter() - interaction.sent > 3:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.kind:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        interaction.kind, interaction.data = data["type"], data.get("data") or {}
        interaction.seconds = time.perf_counter() - interaction.sent
        message = self._respond(interaction, files)
        if request.query.get("with_response") not in ("1", "true", "True"):
            return None
        summary = {"id": str(interaction.id), "type": 2, "response_message_id": message and message["id"]}
        return {"interaction": summary, "resource": {"type": interaction.kind, "message": message}}

    def _respond(self, interaction: Interaction, files: Json) -> Json | None:
        """The message that a response makes or changes."""
        if interaction.kind == 7:
            return self._edit(self._existing(interaction.message_id), interaction.data, files)
        if interaction.kind not in (4, 5):
            return None
        flags = interaction.data.get("flags", 0) | (LOADING if interaction.kind == 5 else 0)
        message = self._new_message(CHANNEL, {**interaction.data, "flags": flags}, files, application_id=str(APPLICATION))
        interaction.message_id = int(message["id"])
        return message

    def _by_token(self, request: web.Request) -> Interaction:
        found = next((i for i in self.interactions.values() if i.token == request.match_info["token"]), None)
        if found is None or not found.kind:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self.now() - found.created > 15 * 60:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return found

    async def _follow_up(self, request: web.Request) -> Json:
        interaction = self._by_token(request)
        data, files = await self._body(request)
        original = self.messages.get(interaction.message_id)
        if original is not None and original["flags"] & LOADING:
            return self._edit(original, data, files)
        message = self._new_message(CHANNEL, data, files, application_id=str(APPLICATION))
        interaction.followups.append(int(message["id"]))
        return message

    def _followed(self, request: web.Request) -> Json:
        interaction, which = self._by_token(request), request.match_info["message"]
        return self._existing(interaction.message_id if which == "@original" else int(which))

    async def _get_followed(self, request: web.Request) -> Json:
        return self._followed(request)

    async def _patch_followed(self, request: web.Request) -> Json:
        message = self._followed(request)
        return self._edit(message, *await self._body(request))

    async def _delete_followed(self, request: web.Request) -> None:
        self.delete(int(self._followed(request)["id"]))


def reply(body: Any, status: int = 200, **headers: str) -> web.StreamResponse:
    """JSON with the bare content type that discord.py insists on; nothing at all for None."""
    if isinstance(body, web.StreamResponse):
        return body
    if body is None:
        return web.Response(status=204)
    return web.Response(status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json", **headers})
