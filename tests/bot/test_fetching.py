"""Pictures fetched by link: what is refused on the way, against a server that shows Discord's names."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.fetching import Fetcher
from gpu.errors import InputError
from tests.gpu.pictures import photo, png

from .cdnserver import CDN, Cdn, serving

PICTURE = png(photo((64, 48)))


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    async with serving() as open_cdn:
        yield open_cdn


async def refused(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(InputError) as error:
        await fetcher.fetch(url)
    return error.value.id


async def test_a_picture_comes_as_it_is(cdn: Cdn) -> None:
    link = cdn.link("fox.png", PICTURE)
    assert await Fetcher(cdn.connector()).fetch(link) == PICTURE
    assert cdn.asked == [link.removeprefix("https://")], "host, path and signature are asked for as written"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "error-link-expired"), (403, "error-link-expired"), (410, "error-link-expired"),
     (500, "error-link-failed"), (429, "error-link-failed"), (206, "error-link-failed")],
)  # fmt: skip
async def test_what_the_server_refuses_is_said(cdn: Cdn, status: int, sentence: str) -> None:
    link = cdn.link("fox.png", web.Response(status=status, body=PICTURE))
    assert await refused(Fetcher(cdn.connector()), link) == sentence


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/x.png", "https://169.254.169.254/latest", f"{CDN}/other.png"])
async def test_no_redirect_is_followed(cdn: Cdn, target: str) -> None:
    cdn.files["other.png"] = PICTURE
    link = cdn.link("fox.png", web.Response(status=302, headers={"Location": target}))
    assert await refused(Fetcher(cdn.connector()), link) == "error-link-failed"
    assert len(cdn.asked) == 1


async def test_whoever_cannot_show_discords_certificate_is_asked_nothing(cdn: Cdn) -> None:
    """A name that resolves to a private address, or to another machine, leads nowhere."""
    link = cdn.link("fox.png", PICTURE)
    assert await refused(Fetcher(cdn.connector(trusting=False)), link) == "error-link-failed"
    assert cdn.asked == []


async def test_large_files_are_not_read_to_their_end(cdn: Cdn) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            await asyncio.sleep(0.001)
            sent += 65536
            yield b"x" * 65536

    cdn.files["endless.png"] = web.Response(body=endless())
    fetcher = Fetcher(cdn.connector(), limit=2**20)
    assert await refused(fetcher, f"{CDN}/endless.png") == "error-input-bytes"
    await asyncio.sleep(0.05)
    assert sent < 20 * 2**20
    named = cdn.link("named.png", web.Response(body=b"x" * (2**20 + 1)))
    assert await refused(fetcher, named) == "error-input-bytes"


async def test_nothing_is_unpacked(cdn: Cdn) -> None:
    packed = gzip.compress(b"\0" * 10**7)
    link = cdn.link("bomb.png", web.Response(body=packed, headers={"Content-Encoding": "gzip"}))
    assert await Fetcher(cdn.connector(), limit=2**20).fetch(link) == packed


async def test_a_slow_server_and_none_at_all(cdn: Cdn) -> None:
    async def slow() -> AsyncIterator[bytes]:
        await asyncio.sleep(30)
        yield PICTURE

    cdn.files["slow.png"] = web.Response(body=slow())
    hurried = Fetcher(cdn.connector(), timeout=aiohttp.ClientTimeout(total=0.2))
    assert await refused(hurried, f"{CDN}/slow.png") == "error-link-failed"
    nobody = Cdn(port=1)
    assert await refused(Fetcher(nobody.connector()), f"{CDN}/fox.png") == "error-link-failed"
