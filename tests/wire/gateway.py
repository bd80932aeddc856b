"""The gateway of the loopback Discord: HELLO, IDENTIFY, heartbeats, RESUME with replay, RECONNECT, INVALID_SESSION.

Knows sessions and events; what the events mean is fakediscord.py's business. Text frames only: discord.py asks for
zlib-stream, and accepts text all the same.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 1, 2, 6, 7, 9, 10, 11
RECONNECTABLE, AUTHENTICATION_FAILED = 4000, 4004


@dataclass
class Session:
    """One IDENTIFY: its events stay, so that a RESUME gets those it missed."""

    id: str = field(default_factory=lambda: secrets.token_hex(8))
    events: list[dict[str, Any]] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


class Gateway:
    """Sessions of one bot. `hello` makes the payloads that follow an IDENTIFY, as (event name, data)."""

    def __init__(self, token: str, hello: Any) -> None:
        self.token = token
        self.hello = hello
        self.sessions: dict[str, Session] = {}
        self.current: Session | None = None
        self.identifies = 0
        self.resumes = 0
        self.connected = asyncio.Event()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, until either side closes it."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"op": HELLO, "d": {"heartbeat_interval": 41250}})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(frame.data))
        finally:
            self._forget(socket)
        return socket

    async def dispatch(self, event: str, data: Any) -> None:
        """Send an event to the bot; while it is away, keep it for the RESUME."""
        session = self.current
        if session is None:
            raise ConnectionError("the bot has never connected")
        message = {"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(message)
        if session.socket is not None and not session.socket.closed:
            await session.socket.send_json(message)

    async def reconnect(self) -> None:
        """Ask the bot to come back, as Discord does when it moves a connection."""
        await self._live().send_json({"op": RECONNECT, "d": None})

    async def drop(self, *, forget: bool = False) -> None:
        """Cut the connection; with `forget`, the RESUME will be refused."""
        if forget:
            self.sessions.clear()
        await self._live().close(code=RECONNECTABLE)

    async def _receive(self, socket: web.WebSocketResponse, message: dict[str, Any]) -> None:
        match message["op"]:
            case 1:
                await socket.send_json({"op": HEARTBEAT_ACK})
            case 2:
                await self._identify(socket, message["d"])
            case 6:
                await self._resume(socket, message["d"])

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        if data["token"] != self.token:
            await socket.close(code=AUTHENTICATION_FAILED)
            return
        self.identifies += 1
        self.current = Session(socket=socket)
        self.sessions[self.current.id] = self.current
        for event, payload in self.hello(self.current.id):
            await self.dispatch(event, payload)
        self.connected.set()

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> None:
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != self.token:
            await socket.send_json({"op": INVALID_SESSION, "d": False})
            return
        self.resumes += 1
        self.current, session.socket = session, socket
        for event in session.events[data["seq"] :]:
            await socket.send_json(event)
        await self.dispatch("RESUMED", {})
        self.connected.set()

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if self.current is not None and self.current.socket is socket:
            self.current.socket = None
            self.connected.clear()

    def _live(self) -> web.WebSocketResponse:
        if self.current is None or self.current.socket is None:
            raise ConnectionError("the bot is not connected")
        return self.current.socket
