"""The demo in a browser, as a newcomer sees it: type /imagine, watch the picture come, press U1, join a reaction.

The command, the bot, the worker and the starter model are the real ones. Screenshots are kept in build/screenshots.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import shutil
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.config import DEFAULT_PATH, PROJECT

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SWITCHES = (
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-sync",
)
SCREENSHOTS = PROJECT / "build" / "screenshots"
FIRST_PAGE_SECONDS = 60
DRAWN_MS = 90_000
PROMPT = "a strawberry, flat icon, on a white background --seed 7 --steps 40"

pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(BROWSER is None, reason="needs a Chromium: on Debian, apt install chromium"),
]


@contextlib.asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """Run `python -m bot demo` as a process; yields the page's address; presses Ctrl-C and looks how it ended."""
    config = folder / "config.toml"
    config.write_text(re.sub(r"^data_dir = .*$", f'data_dir = "{folder}"', DEFAULT_PATH.read_text(), flags=re.M))
    arguments = ("-m", "bot", "demo", "--no-browser", "--port", "0", "--config", str(config))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=PROJECT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(60):
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", said)):
                line = await process.stdout.readline()
                assert line, f"the demo ended:\n{said}"
                said += line.decode()
        yield found[0]
        process.send_signal(signal.SIGINT)
        said += (await asyncio.wait_for(process.stdout.read(), 60)).decode()
        assert await process.wait() == 0, said
        assert "Traceback" not in said, said
    finally:
        if process.returncode is None:
            process.kill()


@contextlib.asynccontextmanager
async def browser_page(url: str) -> AsyncIterator[Page]:
    """The page, in a window of a laptop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=[f"--{switch}" for switch in SWITCHES])
        page = await browser.new_page(viewport={"width": 1180, "height": 860})
        await page.goto(url)
        yield page
        await browser.close()


async def imagine(page: Page, line: str) -> None:
    """Type the command as a member does: the slash, Enter for the first match, the prompt, Enter."""
    await page.get_by_role("textbox").last.click()
    await page.keyboard.type("/imagine")
    await page.get_by_text("/imagine").last.wait_for()
    await page.keyboard.press("Enter")
    await page.keyboard.type(line)
    await page.keyboard.press("Enter")


async def pictures(page: Page, count: int) -> None:
    """Until so many pictures are shown and have pixels."""
    await page.wait_for_function(
        "n => [...document.querySelectorAll('img.attachment-image')].filter(i => i.naturalWidth > 100).length >= n",
        arg=count,
        timeout=DRAWN_MS,
    )


async def keep(page: Page, name: str) -> None:
    await page.wait_for_timeout(1000)  # the newest picture is fetched, decoded and scrolled into view
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


async def test_imagine_in_the_demo_page(tmp_path: Path) -> None:
    start = time.monotonic()
    async with demo(tmp_path) as url, browser_page(url) as page:
        await expect(page.get_by_text("Welcome")).not_to_have_count(0)
        assert time.monotonic() - start < FIRST_PAGE_SECONDS

        await imagine(page, PROMPT)
        await page.get_by_role("button", name="Cancel").wait_for()
        await page.get_by_text(re.compile(r"[1-9]\d* ?%")).first.wait_for(timeout=DRAWN_MS)
        await pictures(page, 1)  # the first preview
        await keep(page, "progress")

        u1 = page.get_by_role("button", name="U1", exact=True)
        await u1.first.wait_for(timeout=DRAWN_MS)
        await pictures(page, 1)
        await keep(page, "grid")

        await u1.first.click()
        await page.get_by_text("Image 1").last.wait_for()
        await pictures(page, 2)
        await keep(page, "upscaled")

        await page.get_by_label("Viewing as").select_option(label="bob")
        await page.get_by_role("button", name="🔁").first.click()
        await page.get_by_text("Re-rolled").last.wait_for()
        await u1.nth(1).wait_for(timeout=DRAWN_MS)
        await u1.nth(1).scroll_into_view_if_needed()
        await pictures(page, 3)
        await keep(page, "bob")
