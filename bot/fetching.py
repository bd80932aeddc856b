"""Pictures fetched by link. Only from what `bot.prompt.links` lets through, and exactly from there: no redirect is
followed, no cookie kept, nothing unpacked, and nothing larger than an attachment may be is read to its end.

Who answers under Discord's names must show Discord's certificate, so a name that resolves to another machine leads
nowhere. What the bytes are, `gpu.inputs` finds out, as of everything that is sent. Knows no Discord and no line.
"""

from __future__ import annotations

import aiohttp

from gpu.errors import InputError
from gpu.inputs import MAX_BYTES

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5, sock_read=10)
"""Seconds for one picture."""
CHUNK = 64 * 1024
EXPIRED = (403, 404, 410)
"""What Discord answers under a link whose signature is too old, or whose message is gone."""


class Fetcher:
    """One picture after the other."""

    def __init__(
        self,
        connector: aiohttp.BaseConnector | None = None,
        *,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        limit: int = MAX_BYTES,
    ) -> None:
        """`connector` is the road into the network, None the usual one; `limit` counts bytes."""
        self._connector = connector
        self._timeout = timeout
        self._limit = limit

    async def fetch(self, url: str) -> bytes:
        """What lies there. Raises `InputError`, whose sentence says what to do instead."""
        try:
            async with self._session() as session, session.get(url, allow_redirects=False) as response:
                return await self._read(response)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise InputError("error-link-failed") from error

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=self._connector is None,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers={"Accept": "image/*", "Accept-Encoding": "identity"},
            timeout=self._timeout,
        )

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if response.status in EXPIRED:
            raise InputError("error-link-expired")
        if response.status != 200:
            raise InputError("error-link-failed")
        self._require_small(response.content_length or 0)
        data = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            data += chunk
            self._require_small(len(data))
        return bytes(data)

    def _require_small(self, size: int) -> None:
        if size > self._limit:
            raise InputError("error-input-bytes", size=round(size / 2**20), limit=self._limit // 2**20)
