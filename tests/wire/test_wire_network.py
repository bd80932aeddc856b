"""The network and Discord misbehave: rate limits, errors, lost connections, old tokens, lost messages."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.wire.board import CHANNEL, Json
from tests.wire.driver import Member, button, eventually, final_messages
from tests.wire.fakediscord import EVERYTHING, REPLY, FakeDiscord, Interaction
from tests.wire.process import BotProcess

NUMBERS = itertools.count(1)
"""Every story has a member of its own, so that nobody waits for another test."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotProcess]:
    """One bot for all tests of this file."""
    async with FakeDiscord() as discord:
        bot = BotProcess(discord, tmp_path_factory.mktemp("bot"), EASEL_FAKE_STEP_SECONDS="0.05")
        await bot.start()
        yield bot
        await bot.kill()


@pytest.fixture
def discord(bot: BotProcess) -> FakeDiscord:
    return bot.discord


class Story:
    """One member's /imagine from command to pictures."""

    def __init__(self, bot: BotProcess, number: int) -> None:
        self.bot = bot
        self.discord = bot.discord
        self.member = Member(bot.discord, number)

    async def imagine(self, prompt: str = "a fox", **options: object) -> Interaction:
        self.interaction = await self.member.slash("imagine", prompt=prompt, **options)
        return self.interaction

    async def pictures(self, seconds: float = 20) -> Json:
        """The one final message; fails when there are two."""
        shown = await eventually(lambda: final_messages(self.discord, self.job["id"]), seconds, "pictures are shown")
        await eventually(lambda: self.job["told_state"] == "done")
        assert len(shown) == 1
        return shown[0]

    @property
    def job(self) -> Json:
        return next((j for j in self.bot.jobs() if j["interaction_id"] == self.interaction.id), {"id": "?"})


@pytest.fixture
def story(bot: BotProcess) -> Story:
    return Story(bot, next(NUMBERS))


async def test_the_whole_way(story: Story) -> None:
    await story.imagine("a red apple --seed 7", ar="3:2")
    message = await story.pictures()
    assert story.interaction.kind == REPLY
    assert int(message["id"]) == story.interaction.message_id, "the queued message became the grid"
    assert message["attachments"][0]["filename"].endswith(".png")
    grid = story.discord.board.content(message["attachments"][0])
    assert grid.startswith(b"\x89PNG")
    assert b"--seed" in grid or b"Seed: 7" in grid


async def test_rate_limited_answers_and_edits_are_sent_again(story: Story) -> None:
    story.discord.fail("POST", "/callback", 429, retry_after=0.3)
    story.discord.fail("PATCH", "/messages/", 429, retry_after=0.5, times=3)
    await story.imagine()
    await story.pictures()
    assert story.interaction.seconds is not None
    assert story.interaction.seconds >= 0.3


@pytest.mark.parametrize(("status", "times"), [(500, 2), (503, 1)], ids=["discord.py retries", "delivery retries"])
async def test_server_errors_lose_nothing(story: Story, status: int, times: int) -> None:
    story.discord.fail("PATCH", "/messages/", status, times=times)
    await story.imagine()
    await story.pictures(30)


async def test_a_refused_file_is_sent_again(story: Story) -> None:
    await story.imagine()
    await eventually(lambda: story.interaction.kind)
    story.discord.fail("PATCH", "/messages/", 413, code=40005, times=2)
    await story.pictures()


async def test_without_the_right_to_write_the_owner_gets_the_pictures_directly(story: Story) -> None:
    await story.imagine("a slow fox --steps 60")
    await eventually(lambda: story.job.get("message_id"))
    story.discord.clock.advance(16 * 60)
    story.discord.permissions = 0
    try:
        await eventually(lambda: story.job["told_state"] == "done", 20, "told")
    finally:
        story.discord.permissions = EVERYTHING
    direct = story.discord.direct[story.member.id]
    (message,) = story.discord.board.public(direct)
    assert message["attachments"]


async def test_a_lost_connection_is_resumed_and_missed_commands_are_answered(story: Story) -> None:
    gateway = story.discord.gateway
    resumes, identifies = gateway.resumes, gateway.identifies
    await gateway.drop()
    await story.imagine()
    await story.pictures()
    assert (gateway.resumes, gateway.identifies) == (resumes + 1, identifies)


async def test_told_to_reconnect_it_resumes(story: Story) -> None:
    resumes = story.discord.gateway.resumes
    await story.discord.gateway.reconnect()
    await eventually(lambda: story.discord.gateway.resumes == resumes + 1)
    await story.imagine()
    await story.pictures()


async def test_a_refused_resume_becomes_a_new_session(story: Story) -> None:
    identifies = story.discord.gateway.identifies
    await story.discord.gateway.drop(forget=True)
    await eventually(lambda: story.discord.gateway.identifies == identifies + 1, 90)
    await story.imagine()
    await story.pictures()


async def test_pictures_arrive_after_the_token_died(story: Story) -> None:
    await story.imagine("a slow fox --steps 40")
    await eventually(lambda: story.interaction.kind)
    story.discord.clock.advance(16 * 60)
    await story.pictures()


async def test_a_deleted_queued_message_is_replaced_by_a_new_one(story: Story) -> None:
    await story.imagine("a slow fox --steps 40")
    await eventually(lambda: story.job.get("message_id"))
    story.discord.board.delete(story.interaction.message_id)
    message = await story.pictures()
    assert int(message["id"]) != story.interaction.message_id


async def test_the_same_interaction_twice_is_one_job(story: Story) -> None:
    """Discord sends an event again when a RESUME comes from before it."""
    await story.imagine()
    session = story.discord.gateway.current
    assert session is not None
    assert session.socket is not None
    await session.socket.send_json(session.events[-1])
    await story.pictures()
    assert len([j for j in story.bot.jobs() if j["interaction_id"] == story.interaction.id]) == 1


async def test_buttons_over_the_wire(story: Story) -> None:
    await story.imagine()
    grid = await story.pictures()
    upscaled = await story.member.click(grid, button(grid, "U2"))
    varied = await story.member.click(grid, button(grid, "V3"))
    for interaction in (upscaled, varied):
        story.interaction = interaction
        await story.pictures()
    assert story.job["parent_index"] == 3


async def test_a_member_without_rights_cannot_delete(story: Story) -> None:
    await story.imagine()
    grid = await story.pictures()
    delete = button(grid, "🗑️")
    await Member(story.discord, next(NUMBERS)).click(grid, delete)
    moderator = Member(story.discord, next(NUMBERS), permissions=1 << 13)
    assert grid in story.discord.board.public(CHANNEL)
    await moderator.click(grid, delete)
    await eventually(lambda: int(grid["id"]) in story.discord.board.deleted)


async def test_a_direct_message_by_reaction(story: Story) -> None:
    await story.imagine()
    grid = await story.pictures()
    await story.member.react(grid, "✉️")
    direct = await eventually(lambda: story.discord.direct.get(story.member.id))
    received = await eventually(lambda: story.discord.board.public(direct))
    assert received[0]["attachments"]
    assert story.job["id"] in str(received)
