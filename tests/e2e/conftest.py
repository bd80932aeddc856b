"""The real bot on a simulated Discord: real studio, real SQLite, a real worker process with the fake engine."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.app import EaselBot
from bot.config import Config, load_config
from bot.fetching import Fetcher
from bot.publisher import Pace
from bot.runtime import Runtime, open_studio
from gpu.errors import EaselError
from storage.models import Job
from tests.bot.cdnserver import Cdn, serving

FAST = Pace(progress=0.05, retry=0.05, sweep=0.2, patience=1.5, per_second=1000)


class World:
    """A server with two members and a channel, and the bot in it."""

    def __init__(self, runtime: Runtime, pace: Pace = FAST) -> None:
        self.runtime = runtime
        self.pace = pace
        self.bot = EaselBot(runtime, pace)
        self.env = simcord.Env(self.bot)
        self._life = contextlib.AsyncExitStack()

    async def start(self) -> None:
        await self.env.start()
        self.guild = self.env.create_guild("Studio")
        self.channel = self.guild.create_text_channel("art")
        self.alice, self.bob = (self.guild.add_member(self.env.create_user(name)) for name in ("alice", "bob"))
        await self._deliver()

    async def restart(self) -> None:
        """The bot's process dies, and another one takes its place; the studio goes on."""
        await self.stop()
        self.bot = EaselBot(self.runtime, self.pace)
        await self.env.restart_bot(self.bot)
        await self._deliver()

    async def stop(self) -> None:
        """Nothing is delivered from now on."""
        await self._life.aclose()

    async def close(self) -> None:
        await self.stop()
        await self.env.shutdown()
        assert [error for error in self.env.errors if not is_refusal(error)] == []

    async def _deliver(self) -> None:
        self._life = contextlib.AsyncExitStack()
        with self.env.time_context():  # its webhook calls reach the simulated Discord
            await self._life.enter_async_context(self.bot.delivering())

    # --- Looking ---------------------------------------------------------------------------------------------------

    def messages(self, channel: simcord.ChannelHandle | None = None) -> list[discord.Message]:
        return list((channel or self.channel).history())

    async def until(self, look: Callable[[], Any]) -> Any:
        """The first true result of `look`."""
        async with asyncio.timeout(90):
            while True:
                found = look()
                if inspect.isawaitable(found):
                    found = await found
                if found:
                    await self.env.settle()
                    return found
                await asyncio.sleep(0.02)

    async def imagine(self, prompt: str = "a red fox", **options: Any) -> discord.Message:
        """Alice's grid."""
        result = await (options.pop("by", self.alice)).slash(self.channel, "imagine", prompt=prompt, **options)
        assert not result.ephemeral, result.response.content
        return await self.pictures(result.response.id)

    async def imagine_with(self, **options: Any) -> discord.Message:
        """The same, with nothing but these options."""
        result = await self.alice.slash(self.channel, "imagine", **options)
        assert not result.ephemeral, result.response.content
        return await self.pictures(result.response.id)

    async def pictures(self, message_id: int) -> discord.Message:
        """That message, once it has pictures and can do no more than be looked at."""
        return await self.until(lambda: next((m for m in self.messages() if m.id == message_id and is_done(m)), None))

    async def next_pictures(self, known: discord.Message) -> discord.Message:
        """The first finished message after `known`."""
        return await self.until(lambda: next((m for m in self.messages() if m.id > known.id and is_done(m)), None))

    async def waiting(self, prompt: str = "a red fox", **options: Any) -> discord.Message:
        """Alice's message, before anything is drawn."""
        result = await self.alice.slash(self.channel, "imagine", prompt=prompt, **options)
        return result.response.message

    async def click(self, member: simcord.MemberActor, message: Any, label: str) -> simcord.InteractionResult:
        """Press the button with that label or emoji, as the message shows it now."""
        message = self.message(message.id) or message
        button = next(button for button in buttons(message) if label in (button.label, str(button.emoji)))
        return await member.click(message, custom_id=button.custom_id)

    def message(self, message_id: int) -> discord.Message | None:
        return next((message for message in self.messages() if message.id == message_id), None)

    async def jobs(self, user: simcord.MemberActor) -> list[Job]:
        """The member's jobs, newest first."""
        return await self.runtime.jobs.of_user(user.id)

    async def job_of(self, message: discord.Message) -> Job:
        job = await self.runtime.jobs.by_message(message.id)
        assert job is not None
        return job


def is_refusal(error: BaseException) -> bool:
    """What our own reporter has answered; SimCord lists it all the same."""
    return isinstance(getattr(error, "original", None), EaselError)


def is_done(message: discord.Message) -> bool:
    """Whether a message shows finished pictures."""
    return bool(message.attachments) and "⭐" in labels(message)


def buttons(message: Any) -> list[Any]:
    return [child for row in message.components for child in row.children]


def labels(message: Any) -> list[str]:
    return [button.label or str(button.emoji) for button in buttons(message)]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """config.toml as it is shipped, on the fake engine and a data directory of its own."""
    shipped = load_config()
    worker = shipped.worker.model_copy(update={"engine": "fake"})
    quiet = shipped.discord.model_copy(update={"welcome": False})
    return shipped.model_copy(update={"discord": quiet, "worker": worker, "data_dir": tmp_path / "data"})


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    """What Discord's CDN gives out under the links of this test."""
    async with serving() as opened:
        yield opened


@pytest.fixture
async def runtime(config: Config, cdn: Cdn) -> AsyncIterator[Runtime]:
    async with open_studio(config, fetcher=Fetcher(cdn.connector())) as opened:
        yield opened


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that take some seconds: name it before `world`."""
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "0.1")


@pytest.fixture
def borderline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures that a moderator must see first: name it before `world`."""
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.65")


@pytest.fixture
async def world(runtime: Runtime) -> AsyncIterator[World]:
    world = World(runtime)
    await world.start()
    yield world
    await world.close()
