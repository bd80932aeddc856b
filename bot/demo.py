"""`python -m bot demo`: the real bot on a simulated Discord, in the browser. No token, no network, no GPU.

SimCord plays Discord and serves the page; everything else is what `python -m bot run` runs. What stands below "Glue"
touches private names of SimCord: its version is pinned, and tests/e2e/test_demo_glue.py fails loudly when they move.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import webbrowser
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import discord
import simcord
from PIL import Image, ImageDraw
from simcord.backend import cdn
from simcord.preview import Preview, _actions, _server

from bot.app import EaselBot
from bot.config import Config
from bot.errors import Refusal
from bot.runtime import Runtime, open_studio
from bot.text import DEFAULT_LOCALE, sentence
from gpu.types import Progress, Task
from storage.models import Job, JobState

log = logging.getLogger(__name__)

PORT = 8765
MEMBERS = {"alice": "#d9627e", "bob": "#3f9d74"}
GRID_REACTIONS = ("1️⃣", "2️⃣", "3️⃣", "4️⃣", "🔁", "❌", "✉️")
AVATAR = "demo"
SETTLE_SECONDS = 3.0
"""How long the page waits for the bot's answer at most. Drawing is no part of it: the studio is not the bot's task."""


@dataclass(frozen=True)
class Demo:
    """An open demo page."""

    url: str
    env: simcord.Env
    preview: Preview
    channel: simcord.ChannelHandle
    runtime: Runtime
    folder: Path


async def run_demo(config: Config, *, port: int = PORT, browser: bool = True) -> None:
    """Serve the page until its session is ended or the task is cancelled."""
    async with open_demo(config, port=port) as demo:
        print(sentence(DEFAULT_LOCALE, "demo-ready", url=demo.url, folder=str(demo.folder)), flush=True)
        if browser:
            await asyncio.to_thread(webbrowser.open, demo.url)
        await demo.preview.wait_closed()


@contextlib.asynccontextmanager
async def open_demo(config: Config, *, port: int = PORT) -> AsyncIterator[Demo]:
    """Start studio, bot and page. Every demo has a folder of its own below `data_dir/demo`: it starts with nothing."""
    folder = config.data_dir / "demo" / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    async with contextlib.AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(open_studio(config, folder))
        bot = EaselBot(runtime)
        await stack.enter_async_context(bot.delivering())
        env = await stack.enter_async_context(simcord.run(bot, settle_timeout=SETTLE_SECONDS, check_errors=False))
        stack.enter_context(live_page())
        use_real_time(env)
        leave_errors_to_the_bot(env)
        channel = env.create_guild("Easel").create_text_channel("imagine")
        members = [channel.guild.add_member(env.create_user(name, avatar=AVATAR)) for name in MEMBERS]
        preview = env.preview(channel, viewers=members, layout="channel", port=port, assets=avatars(env, members))
        stack.enter_context(runtime.dispatcher.listening(ReactionSeeder(bot, runtime)))
        await bot.get_partial_messageable(channel.id).send(welcome(config))
        await stack.enter_async_context(on_port(preview, port))
        stack.push_async_callback(stop, asyncio.create_task(keep_live(env, preview), name="live page"))
        yield Demo(preview.url, env, preview, channel, runtime, folder)


class ReactionSeeder:
    """A listener that puts reactions under finished pictures: the page cannot add new ones, only join in."""

    def __init__(self, bot: discord.Client, runtime: Runtime) -> None:
        self._bot = bot
        self._jobs = runtime.jobs
        self._tasks: set[asyncio.Task[None]] = set()

    async def on_state(self, job: Job) -> None:
        """Seed once the pictures are shown."""
        if job.state is JobState.DONE and job.task is not Task.UPSCALE:
            task = asyncio.create_task(self._seed(job.id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def on_progress(self, job: Job, progress: Progress) -> None:
        """Nothing to add to an unfinished picture."""

    async def _seed(self, job_id: str) -> None:
        job = await self._shown(job_id)
        if job is None:
            return
        message = self._bot.get_partial_messageable(job.channel_id).get_partial_message(job.message_id)
        numbers = GRID_REACTIONS[: job.request.params.num_images]
        with contextlib.suppress(discord.HTTPException):  # deleted meanwhile
            for emoji in (*numbers, *GRID_REACTIONS[4:]):
                await message.add_reaction(emoji)

    async def _shown(self, job_id: str, seconds: float = 30.0) -> Job | None:
        """The job once Discord shows its last state."""
        for _ in range(int(seconds / 0.2)):
            job = await self._jobs.get(job_id)
            if job.told_state == job.state:
                return job
            await asyncio.sleep(0.2)
        return None


@contextlib.asynccontextmanager
async def on_port(preview: Preview, port: int) -> AsyncIterator[None]:
    """Serve the page. Raises `Refusal` when the port is taken."""
    try:
        await preview.__aenter__()
    except simcord.SetupError as error:
        raise Refusal("error-demo-port", port=port, other=port + 1) from error
    try:
        yield
    finally:
        await preview.close()


def welcome(config: Config) -> str:
    """The first message: what to type."""
    example = sentence(DEFAULT_LOCALE, "demo-example")
    return sentence(DEFAULT_LOCALE, "demo-welcome", example=example, model=config.default_model)


def avatars(env: simcord.Env, members: list[simcord.MemberActor]) -> dict[str, tuple[str, bytes]]:
    """Faces for the members and the bot: address → (file name, PNG)."""
    faces = {member.id: (member.name[0].upper(), MEMBERS[member.name]) for member in members}
    faces[name_bot(env)] = ("E", "#5865f2")
    return {f"{cdn.CDN_BASE}/avatars/{id}/{AVATAR}.png": (f"{AVATAR}.png", face(*drawn)) for id, drawn in faces.items()}


def face(letter: str, colour: str) -> bytes:
    """A square with a letter, as PNG."""
    image = Image.new("RGB", (128, 128), colour)
    ImageDraw.Draw(image).text((64, 62), letter, fill="white", anchor="mm", font_size=72)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# --- Glue: what SimCord 3.2.1 does not offer by public names ----------------------------------------------------------


@contextlib.contextmanager
def live_page() -> Iterator[None]:
    """While open: a click counts on a page that has changed since, more pictures are kept, and the page is ours.

    SimCord's page is made for looking at one moment of a test, this one for a channel in which pictures arrive.
    """
    unbound = {kind: replace(spec, revision_bound=False) for kind, spec in _actions.ACTION_SPECS.items()}
    changes: list[tuple[Any, str, Any]] = [
        (_actions, "ACTION_SPECS", MappingProxyType(unbound)),
        (Preview, "_MAX_MEDIA_BYTES", 1024 * 2**20),
        (_server.PreviewServer, "_static", dressed(_server.PreviewServer._static)),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in changes]
    try:
        for owner, name, value in changes:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


def dressed(serve: Any) -> Any:
    """The handler for static files, with the page dressed for its visitors."""

    async def static(server: Any, request: Any) -> Any:
        response = await serve(server, request)
        for theirs, ours in DRESS.get(request.path, {}).items():
            response.text = response.text.replace(theirs, ours)
        if request.path == "/preview.css":
            response.text += STYLE
        return response

    return static


DRESS = {
    "/": {
        "<title>SimCord Preview<": "<title>Easel demo<",
        'class="brand-mark" aria-hidden="true">S<': 'class="brand-mark" aria-hidden="true">E<',
        "<strong>SimCord</strong><small>Preview<": "<strong>Easel</strong><small>on SimCord<",
    },
    "/timeline.js": {"ui.timeline.clientHeight <= 1 ?": "ui.timeline.clientHeight <= 240 ?"},
}
"""File → what stands there → what is shown instead: our name; and who is near the end follows new messages."""
STYLE = """
#capture-open, #inspector-toggle, #view-action-output, .sidebar-search, .advanced-search,
.command-popup:has(.command-empty) { display: none; }
:has(> .message-components + .message-attachments) { display: flex; flex-direction: column; }
:has(> .message-attachments) > .message-components { order: 1; }
:has(> .message-attachments) > .message-reactions { order: 2; }
"""
"""Test tools and empty lists of suggestions are out of sight; pictures stand above their buttons, as in Discord."""


def use_real_time(env: simcord.Env) -> None:
    """Let the simulated clock show the real time: ids stay unique over many demos, messages carry the hour."""
    env.backend.clock.now = lambda: datetime.now(UTC)


def leave_errors_to_the_bot(env: simcord.Env) -> None:
    """Take a command as settled though it was refused: the bot has said why. SimCord would call it uncertain."""
    env.errors_since = lambda cursor: []


def name_bot(env: simcord.Env) -> int:
    """Give the bot its name and face; returns its id."""
    user = env.backend.bot_user
    user.name, user.avatar = "Easel", AVATAR
    return int(user.id)


async def keep_live(env: simcord.Env, preview: Preview, seconds: float = 0.4) -> None:
    """Publish the page whenever something was said to Discord: progress and pictures appear by themselves."""
    seen = -1
    while True:
        await asyncio.sleep(seconds)
        if len(env.backend.transcript) != seen and preview._active_action is None:
            seen = len(env.backend.transcript)
            preview._advance_presentation_time()
            preview._publish_message_pages(reason="refresh")
