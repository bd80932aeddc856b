"""A Discord on a loopback port, as far as a bot can tell: it keeps messages, nonces, interaction tokens and limits.

The bot is another process with the real discord.py; this server survives its death. Faults can be put on any route.
Tests act as members through driver.py. Error codes and limits are those of Discord's public documentation.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.wire.board import APPLICATION, CHANNEL, GUILD, LOADING, ApiError, Board, Clock, Files, Json, user
from tests.wire.gateway import Gateway

TOKEN = "MTAw.loopback.secret"
VIEW, SEND, EMBED_LINKS, ATTACH, HISTORY, USE_COMMANDS = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16, 1 << 31
EVERYTHING = VIEW | SEND | EMBED_LINKS | ATTACH | HISTORY | USE_COMMANDS
ACKNOWLEDGE_SECONDS, TOKEN_SECONDS = 3.0, 15 * 60
REPLY, DEFER, UPDATE = 4, 5, 7


@dataclass
class Fault:
    """The next `times` requests that fit get this answer instead."""

    method: str
    path: str
    status: int
    retry_after: float = 0.0
    times: int = 1
    code: int = 0


@dataclass
class Interaction:
    """One act of a member, and what the bot answered."""

    id: int
    created: float
    message_id: int = 0
    """The message that was clicked, then the one that the response made."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    sent: float = field(default_factory=time.perf_counter)
    kind: int = 0
    """Type of the response, 0 before there is one."""
    data: Json = field(default_factory=dict)
    followups: list[int] = field(default_factory=list)
    seconds: float | None = None
    """From the event to the response."""


class FakeDiscord:
    """The server; `async with FakeDiscord() as discord:` gives it a free port."""

    def __init__(self, *, upload_limit: int = 10 * 2**20, permissions: int = EVERYTHING, latency: float = 0.0) -> None:
        self.clock = Clock()
        self.latency = latency
        """Seconds between what a request does and its answer: long enough to die in between."""
        self.board = Board(self.clock, upload_limit)
        self.gateway = Gateway(TOKEN, self._hello)
        self.permissions = permissions
        self.interactions: dict[int, Interaction] = {}
        self.commands: list[Json] = []
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, int]] = []
        self.direct: dict[int, int] = {}
        """User → channel of direct messages."""

    async def __aenter__(self) -> FakeDiscord:
        app = web.Application(middlewares=[self._middleware], client_max_size=64 * 2**20)
        app.add_routes(self._routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base = self.board.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.gateway_url = self.base.replace("http", "ws", 1) + "/gateway"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def fail(self, method: str, path: str, status: int, **more: Any) -> None:
        """Answer the next requests whose path matches `path` with `status`; `more` are the fields of a Fault."""
        self.faults.append(Fault(method, path, status, **more))

    async def interact(self, user_id: int, kind: int, data: Json, *, permissions: int = 0, **extra: Any) -> Interaction:
        """Tell the bot of a command (2), a click (3), an autocomplete (4) or a modal (5)."""
        clicked = int(extra["message"]["id"]) if "message" in extra else 0
        interaction = Interaction(self.board.snowflake(), self.clock.now(), clicked)
        self.interactions[interaction.id] = interaction
        member = {**self.member(user_id), "permissions": str(permissions | self.permissions)}
        await self.gateway.dispatch("INTERACTION_CREATE", {
            "id": str(interaction.id), "application_id": str(APPLICATION), "type": kind, "token": interaction.token,
            "version": 1, "data": data, "channel_id": str(CHANNEL), "channel": self.channel(CHANNEL), "member": member,
            "guild_id": str(GUILD), "guild": {"id": str(GUILD), "locale": "en-US", "features": []}, "locale": "en-US",
            "guild_locale": "en-US", "app_permissions": str(self.permissions), "entitlements": [], "context": 0,
            "authorizing_integration_owners": {"0": str(GUILD)},
            "attachment_size_limit": self.board.upload_limit, **extra,
        })  # fmt: skip
        return interaction

    # --- What the bot learns at the start ---------------------------------------------------------------------------

    def channel(self, channel_id: int) -> Json:
        """The one text channel, or a channel of direct messages."""
        for user_id, direct in self.direct.items():
            if direct == channel_id:
                return {"id": str(direct), "type": 1, "recipients": [user(user_id)], "last_message_id": None}
        if channel_id != CHANNEL:
            raise ApiError(404, 10003, "Unknown Channel")
        return {"id": str(CHANNEL), "type": 0, "guild_id": str(GUILD), "name": "imagine", "position": 0,
                "permission_overwrites": [], "nsfw": False, "parent_id": None}  # fmt: skip

    def member(self, user_id: int) -> Json:
        """A member of the server, without roles."""
        return {"user": user(user_id), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False,
                "mute": False, "flags": 0}  # fmt: skip

    def _hello(self, session_id: str) -> Iterable[tuple[str, Json]]:
        yield "READY", {
            "v": 10, "user": user(APPLICATION), "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": session_id, "resume_gateway_url": self.gateway_url,
            "application": {"id": str(APPLICATION), "flags": 0},
        }  # fmt: skip
        everyone = {"id": str(GUILD), "name": "@everyone", "permissions": str(self.permissions), "color": 0, "flags": 0,
                    "hoist": False, "position": 0, "mentionable": False, "managed": False}  # fmt: skip
        yield "GUILD_CREATE", {
            "id": str(GUILD), "name": "Loopback", "owner_id": "1", "member_count": 2, "roles": [everyone], "emojis": [],
            "channels": [self.channel(CHANNEL)], "members": [self.member(APPLICATION)], "features": [],
            "verification_level": 0, "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0,
            "premium_tier": 0, "preferred_locale": "en-US", "nsfw_level": 0, "system_channel_flags": 0,
        }  # fmt: skip

    async def _me(self, _: web.Request) -> Json:
        return user(APPLICATION)

    async def _get_user(self, request: web.Request) -> Json:
        return user(int(request.match_info["user"]))

    async def _application(self, _: web.Request) -> Json:
        return {"id": str(APPLICATION), "name": "easel", "icon": None, "description": "", "bot_public": True,
                "bot_require_code_grant": False, "owner": user(1), "summary": "", "verify_key": "", "flags": 0,
                "team": None}  # fmt: skip

    async def _gateway_bot(self, _: web.Request) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": limit}

    async def _put_commands(self, request: web.Request) -> list[Json]:
        fixed = {"application_id": str(APPLICATION), "version": "1", "default_member_permissions": None}
        commands = await request.json()
        self.commands = [{"description": "", **fixed, **c, "id": str(self.board.snowflake())} for c in commands]
        return self.commands

    # --- Routes -----------------------------------------------------------------------------------------------------

    def _routes(self) -> list[web.RouteDef]:
        v, channel, hook = "/api/v10", r"/api/v10/channels/{channel:\d+}", "/api/v10/webhooks/{application}/{token}"
        message = channel + r"/messages/{message:\d+}"
        return [
            web.get("/gateway{slash:/?}", self.gateway.serve),
            web.get("/cdn/{path:.*}", self._cdn),
            web.get(v + "/users/@me", self._me),
            web.get(v + r"/users/{user:\d+}", self._get_user),
            web.get(v + "/oauth2/applications/@me", self._application),
            web.get(v + "/gateway/bot", self._gateway_bot),
            web.post(v + "/users/@me/channels", self._open_direct),
            web.put(v + "/applications/{application}/commands", self._put_commands),
            web.put(v + "/applications/{application}/guilds/{guild}/commands", self._put_commands),
            web.get(channel, self._get_channel),
            web.get(channel + "/messages", self._list_messages),
            web.post(channel + "/messages", self._post_message),
            web.get(message, self._get_message),
            web.patch(message, self._patch_message),
            web.delete(message, self._delete_message),
            web.put(message + "/reactions/{emoji}/@me", self._no_content),
            web.post(channel + "/typing", self._no_content),
            web.post(v + r"/interactions/{id:\d+}/{token}/callback", self._callback),
            web.post(hook, self._follow_up),
            web.get(hook + "/messages/{message}", self._get_followed),
            web.patch(hook + "/messages/{message}", self._patch_followed),
            web.delete(hook + "/messages/{message}", self._delete_followed),
        ]

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not request.path.startswith("/api/"):
            return await handler(request)
        answer = self._fault(request) or await self._answer(request, handler)
        self.requests.append((request.method, request.path, answer.status))
        await asyncio.sleep(self.latency)
        return answer

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        by_token = request.path.startswith(("/api/v10/webhooks/", "/api/v10/interactions/"))
        try:
            if not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
                raise ApiError(401, 0, "401: Unauthorized")
            return as_json(await handler(request))
        except ApiError as error:
            return as_json({"code": error.code, "message": str(error)}, error.status)

    def _fault(self, request: web.Request) -> web.StreamResponse | None:
        for fault in self.faults:
            if fault.times and fault.method == request.method and re.search(fault.path, request.path):
                fault.times -= 1
                body = {"message": "fault", "code": fault.code, "retry_after": fault.retry_after, "global": False}
                return as_json(body, fault.status, Via="1.1 loopback")
        return None

    async def _no_content(self, _: web.Request) -> None:
        return None

    async def _cdn(self, request: web.Request) -> web.Response:
        return web.Response(body=self.board.files[request.path])

    # --- Messages, by the bot's token -------------------------------------------------------------------------------

    async def _open_direct(self, request: web.Request) -> Json:
        user_id = int((await request.json())["recipient_id"])
        return self.channel(self.direct.setdefault(user_id, self.board.snowflake()))

    async def _get_channel(self, request: web.Request) -> Json:
        return self.channel(int(request.match_info["channel"]))

    async def _list_messages(self, request: web.Request) -> list[Json]:
        self._may(request, HISTORY)
        shown = self.board.public(int(request.match_info["channel"]))
        before, after = int(request.query.get("before", 2**63)), int(request.query.get("after", 0))
        return [m for m in reversed(shown) if after < int(m["id"]) < before][: int(request.query.get("limit", 50))]

    async def _post_message(self, request: web.Request) -> Json:
        data, files = await self.board.body(request)
        self._may(request, SEND | (ATTACH if files else 0))
        return self.board.post(int(request.match_info["channel"]), data, files)

    async def _get_message(self, request: web.Request) -> Json:
        return self._shared(request)

    async def _patch_message(self, request: web.Request) -> Json:
        message = self._shared(request)
        data, files = await self.board.body(request)
        self._may(request, ATTACH if files else 0)
        return self.board.edit(message, data, files)

    async def _delete_message(self, request: web.Request) -> None:
        self.board.delete(int(self._shared(request)["id"]))

    def _shared(self, request: web.Request) -> Json:
        """The message of the path; the bot's token does not reach ephemeral ones."""
        self._may(request, 0)
        message = self.board.get(int(request.match_info["message"]))
        if message not in self.board.public(int(request.match_info["channel"])):
            raise ApiError(404, 10008, "Unknown Message")
        return message

    def _may(self, request: web.Request, needed: int) -> None:
        if int(request.match_info["channel"]) != CHANNEL:
            return
        if not self.permissions & VIEW:
            raise ApiError(403, 50001, "Missing Access")
        if needed & ~self.permissions:
            raise ApiError(403, 50013, "Missing Permissions")

    # --- Messages, by the token of an interaction -------------------------------------------------------------------

    async def _callback(self, request: web.Request) -> Json | None:
        data, files = await self.board.body(request)
        interaction = self.interactions.get(int(request.match_info["id"]))
        if interaction is None or time.perf_counter() - interaction.sent > ACKNOWLEDGE_SECONDS:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.kind:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        interaction.kind, interaction.data = data["type"], data.get("data") or {}
        interaction.seconds = time.perf_counter() - interaction.sent
        message = self._respond(interaction, files)
        if request.query.get("with_response") not in ("1", "true"):
            return None
        summary = {"id": str(interaction.id), "type": 2, "response_message_id": message and message["id"]}
        return {"interaction": summary, "resource": {"type": interaction.kind, "message": message}}

    def _respond(self, interaction: Interaction, files: Files) -> Json | None:
        """The message that a response makes or changes."""
        data = interaction.data
        if interaction.kind == UPDATE:
            return self.board.edit(self.board.get(interaction.message_id), data, files)
        if interaction.kind not in (REPLY, DEFER):
            return None
        flags = data.get("flags", 0) | (LOADING if interaction.kind == DEFER else 0)
        message = self.board.post(CHANNEL, {**data, "flags": flags}, files, application_id=str(APPLICATION))
        interaction.message_id = int(message["id"])
        return message

    def _by_token(self, request: web.Request) -> Interaction:
        found = next((i for i in self.interactions.values() if i.token == request.match_info["token"]), None)
        if found is None or not found.kind:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self.clock.now() - found.created > TOKEN_SECONDS:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return found

    async def _follow_up(self, request: web.Request) -> Json:
        interaction = self._by_token(request)
        data, files = await self.board.body(request)
        original = self.board.messages.get(interaction.message_id)
        if interaction.kind == DEFER and original and original["flags"] & LOADING:
            return self.board.edit(original, data, files)
        message = self.board.post(CHANNEL, data, files, application_id=str(APPLICATION))
        interaction.followups.append(int(message["id"]))
        return message

    def _followed(self, request: web.Request) -> Json:
        interaction, which = self._by_token(request), request.match_info["message"]
        return self.board.get(interaction.message_id if which == "@original" else int(which))

    async def _get_followed(self, request: web.Request) -> Json:
        return self._followed(request)

    async def _patch_followed(self, request: web.Request) -> Json:
        message = self._followed(request)
        return self.board.edit(message, *await self.board.body(request))

    async def _delete_followed(self, request: web.Request) -> None:
        self.board.delete(int(self._followed(request)["id"]))


def as_json(body: Any, status: int = 200, **headers: str) -> web.StreamResponse:
    """JSON with the bare content type that discord.py insists on; nothing at all for None."""
    if isinstance(body, web.StreamResponse):
        return body
    if body is None:
        return web.Response(status=204)
    headers["Content-Type"] = "application/json"
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)
