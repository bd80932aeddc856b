"""Discord's CDN on the loopback interface, under its real names: a connector leads there, and cdn.pem is its
certificate, which nothing but these tests trusts."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import AF_INET

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

PEM = Path(__file__).with_name("cdn.pem")
CDN = "https://cdn.discordapp.com/attachments/123456789012345678/223456789012345678"
SIGNATURE = "?ex=6a0b1c2d&is=6a09cab0&hm=0f1e2d3c4b5a"

Answer = Callable[[web.Request], web.StreamResponse]


@dataclass
class Cdn:
    """Gives out files by name, and remembers who asked under which host for what."""

    files: dict[str, bytes | web.Response] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    behind: Callable[[str], bytes | None] = lambda url: None
    """Another store, by whole address."""

    def link(self, name: str, data: bytes | web.Response) -> str:
        """The link of a file that is there from now on."""
        self.files[name] = data
        return f"{CDN}/{name}{SIGNATURE}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(f"{request.host}{request.path_qs}")
        found = self.files.get(request.match_info["name"]) or self.behind(f"https://{request.host}{request.path}")
        if found is None:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=found, content_type="image/png") if isinstance(found, bytes) else found

    def connector(self, *, trusting: bool = True) -> aiohttp.TCPConnector:
        """The road on which every name leads here."""
        context = ssl.create_default_context(cafile=str(PEM) if trusting else None)
        return aiohttp.TCPConnector(resolver=_Here(self.port), ssl=context, force_close=True)


class _Here(AbstractResolver):
    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(self, host: str, port: int = 0, family: int = AF_INET) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@asynccontextmanager
async def serving() -> AsyncIterator[Cdn]:
    """A CDN while it is open."""
    cdn = Cdn()
    app = web.Application()
    app.router.add_get("/{kind}/{channel}/{message}/{name}", cdn.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    cdn.port = runner.addresses[0][1]
    try:
        yield cdn
    finally:
        await runner.cleanup()
