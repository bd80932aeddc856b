"""kill -9 of the bot at random points: no job is lost, none is shown twice, and every old button works."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import psutil
import pytest

from storage.models import JobState
from tests.wire.board import CHANNEL, Json
from tests.wire.driver import Member, button, buttons, eventually, final_messages, with_buttons_of
from tests.wire.fakediscord import DEFER, REPLY, FakeDiscord, Interaction
from tests.wire.process import BotProcess

STEP = "0.05"
MOMENTS = ("asked", "queued", "drawing", "drawn", "pressed")


class Witness:
    """One round: somebody imagines, the bot dies at a moment of it and starts again; then everything is counted."""

    def __init__(self, discord: FakeDiscord, bot: BotProcess, chance: random.Random) -> None:
        self.discord = discord
        self.bot = bot
        self.chance = chance
        self.asked: list[Interaction] = []

    async def round(self, number: int, moment: str) -> None:
        member = Member(self.discord, number)
        interaction = await member.slash("imagine", prompt=f"a fox, picture {number}")
        self.asked.append(interaction)
        await self._until(moment, interaction, member)
        await asyncio.sleep(self.chance.uniform(0, 0.1))
        await self.bot.kill()
        await self.bot.start()
        await eventually(self.settled, 30, f"round {number} ({moment}): {self.untold()} {self.bot.log()[-1500:]}")
        self.count(f"round {number}, killed when {moment}")

    async def _until(self, moment: str, interaction: Interaction, member: Member) -> None:
        """A busy bot defers its answer and posts the message itself, so nothing here follows the answer's message."""
        if moment != "asked":
            await eventually(lambda: interaction.kind)
        if moment == "drawing":
            await eventually(lambda: any("%" in m["content"] for m in self.messages_of(interaction)), what="progress")
        if moment in ("drawn", "pressed"):
            await eventually(lambda: self.job_of(interaction).get("state") == JobState.DONE, what="drawn")
        if moment == "pressed":
            grid = await eventually(lambda: final_messages(self.discord, self.job_of(interaction)["id"]))
            await member.click(grid[0], button(grid[0], "U2"))

    def settled(self) -> bool:
        return not self.untold()

    def untold(self) -> list[tuple[str, str, str]]:
        """Jobs that are not final, or not shown as they are."""
        jobs = self.bot.jobs()
        return [
            (j["id"], j["state"], j["told_state"]) for j in jobs if j["state"] != "done" or j["told_state"] != "done"
        ]

    def count(self, where: str) -> None:
        """One message per job and no other; a job for every public answer."""
        jobs = self.bot.jobs()
        shown = {job["id"]: len(final_messages(self.discord, job["id"])) for job in jobs}
        assert shown == dict.fromkeys(shown, 1), f"{where}: {shown}"
        public = self.discord.board.public(CHANNEL)
        assert len(public) == len(jobs), f"{where}: {[m['content'] for m in public]}"
        known = {job["interaction_id"] for job in jobs}
        lost = [i.id for i in self.asked if i.kind == REPLY and i.id not in known]
        assert not lost, f"{where}: answered, but no job"

    def job_of(self, interaction: Interaction) -> Json:
        """The job as stored; empty before it is."""
        return next((job for job in self.bot.jobs() if job["interaction_id"] == interaction.id), {})

    def messages_of(self, interaction: Interaction) -> list[Json]:
        return with_buttons_of(self.discord, self.job_of(interaction).get("id", "-"))


async def survive(folder: Path, *, rounds: int, presses: int, seed: int) -> None:
    async with FakeDiscord(latency=0.03) as discord:
        bot = BotProcess(discord, folder, EASEL_FAKE_STEP_SECONDS=STEP)
        witness = Witness(discord, bot, random.Random(seed))
        try:
            await bot.start()
            for number in range(rounds):
                await witness.round(number, MOMENTS[number % len(MOMENTS)])
            await press(discord, bot, witness, presses=presses)
        finally:
            await bot.kill()
            print(witness.untold(), [(i.kind, i.data) for i in witness.asked[-3:]], bot.log()[-6000:], sep="\n")


async def press(discord: FakeDiscord, bot: BotProcess, witness: Witness, *, presses: int) -> None:
    """About `presses` of the U, V and re-roll buttons of all earlier lives: each makes a job of its own."""
    before = len(bot.jobs())
    old = [(m, i) for m in discord.board.public(CHANNEL) for i in buttons(m) if i.split(":")[1] in "uvr"]
    chosen = old[::-1][:: len(old) // presses or 1]
    for number, (message, custom_id) in enumerate(chosen):
        pressed = await Member(discord, 500 + number).click(message, custom_id)
        await eventually(lambda i=pressed: i.kind in (REPLY, DEFER), 10, f"{custom_id} answers")
    await eventually(lambda: witness.settled() and len(bot.jobs()) == before + len(chosen), 90, "every button draws")
    witness.count("after pressing old buttons")


async def test_killed_anywhere_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    await survive(tmp_path, rounds=8, presses=24, seed=4)


@pytest.mark.slow
async def test_killed_at_thirty_points(tmp_path: Path) -> None:
    await survive(tmp_path, rounds=30, presses=100, seed=30)


async def test_the_workers_of_a_killed_bot_end_by_themselves(tmp_path: Path) -> None:
    async with FakeDiscord() as discord:
        bot = BotProcess(discord, tmp_path, EASEL_FAKE_STEP_SECONDS="0.2")
        await bot.start()
        await Member(discord).slash("imagine", prompt="a fox")
        workers = await eventually(bot.workers)
        await bot.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, workers, 3)
        assert not alive
