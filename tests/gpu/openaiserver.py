"""OpenAI's images API on the loopback interface: what it answers, and the ways in which it refuses."""

from __future__ import annotations

import asyncio
import base64
import io
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from PIL import Image

KEY = "sk-test"


@dataclass
class Refusal:
    """One answer that is no picture."""

    status: int
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class OpenAIServer:
    """Draws one colour for every request; keeps what it was asked for."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    """The fields of each request; files as their bytes."""
    refusals: deque[Refusal] = field(default_factory=deque)
    """Answered first, in order."""
    colour: str = "teal"
    answer: dict[str, Any] | None = None
    """Said instead of pictures."""
    delay: float = 0.0
    url: str = ""

    async def generate(self, request: web.Request) -> web.Response:
        return await self._answer(request, await request.json())

    async def edit(self, request: web.Request) -> web.Response:
        fields: dict[str, Any] = {}
        async for part in await request.multipart():
            assert part.name
            fields[part.name] = bytes(await part.read()) if part.filename else await part.text()
        return await self._answer(request, fields)

    async def _answer(self, request: web.Request, fields: dict[str, Any]) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return self._refused(Refusal(401, "invalid_api_key"))
        self.asked.append(fields)
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.refusals:
            return self._refused(self.refusals.popleft())
        if self.answer is not None:
            return web.json_response(self.answer)
        width, height = (int(side) for side in fields["size"].split("x"))
        data = [{"b64_json": base64.b64encode(self.picture(width, height)).decode()} for _ in range(int(fields["n"]))]
        return web.json_response({"created": 1, "data": data, "output_format": "png", "size": fields["size"]})

    def picture(self, width: int, height: int) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), self.colour).save(buffer, "PNG")
        return buffer.getvalue()

    @staticmethod
    def _refused(refusal: Refusal) -> web.Response:
        error = {"message": f"no: {refusal.code}", "type": "error", "code": refusal.code or None, "param": None}
        return web.json_response({"error": error}, status=refusal.status, headers=refusal.headers)


@asynccontextmanager
async def serving() -> AsyncIterator[OpenAIServer]:
    """A server on a free port."""
    server = OpenAIServer()
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_post("/v1/images/generations", server.generate)
    app.router.add_post("/v1/images/edits", server.edit)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
