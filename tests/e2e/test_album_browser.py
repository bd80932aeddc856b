"""The static gallery in a real browser: light, dark and narrow. Screenshots are kept in build/screenshots."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from bot.album.export import Choice, export
from bot.album.pages import Words
from bot.config import Config
from bot.requester import Requester
from bot.runtime import open_studio
from storage.models import JobState
from tests.bot.conftest import Recorder
from tests.e2e.test_browser import BROWSER, SCREENSHOTS, SWITCHES

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a Chromium: on Debian, apt install chromium")

LINES = (
    "a strawberry, flat icon, on a white background --seed 7 --n 2",
    "a red fox in the snow --ar 3:2 --n 1",
    "a lighthouse --ar 9:16 --n 1",
    f"{'a very long line about a fisherman and the sea, ' * 12} --n 1",
    "W" * 300 + " --n 1",
    'a page <script>document.title = "broken"</script> <img src=//example.com/x.png> --n 1',
    "一只红狐狸，水彩 --n 1",
)


async def test_the_gallery_in_a_browser(config: Config, tmp_path: Path) -> None:
    out = tmp_path / "gallery"
    async with open_studio(config) as runtime:
        recorder, who = Recorder(), Requester(user_id=1, guild_id=10, channel_id=100)
        with runtime.dispatcher.listening(recorder):
            for line in LINES:
                job = await runtime.studio.imagine(who, line)
                await recorder.until(job.id, JobState.DONE)
        await export(config, out, Choice(guild_id=10), Words("The Studio", "en"))
    grounds = set()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=[f"--{switch}" for switch in SWITCHES])
        for scheme, width in (("light", 1180), ("dark", 1180), ("dark", 390)):
            context = await browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 860}, java_script_enabled=True  # type: ignore[arg-type]
            )
            page = await context.new_page()
            asked: list[str] = []
            complaints: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))  # type: ignore[misc]
            page.on("console", lambda said, complaints=complaints: complaints.append(said.text))  # type: ignore[misc]
            await page.goto((out / "index.html").as_uri())
            for figure in await page.locator("figure").all():
                await figure.scroll_into_view_if_needed()
            await page.wait_for_function("[...document.images].every(i => i.complete && i.naturalWidth > 50)")
            await page.locator("summary").first.click()
            await page.evaluate("window.scrollTo(0, 0)")
            assert await page.title() == "The Studio"
            assert all(url.startswith("file://") for url in asked)
            assert complaints == []
            assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            grounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
            await page.screenshot(path=SCREENSHOTS / f"gallery-{scheme}-{width}.png")
            await context.close()
        await browser.close()
    assert grounds == {"rgb(244, 244, 241)", "rgb(20, 21, 24)"}
