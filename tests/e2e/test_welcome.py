"""What a member sees the first time, once."""

from __future__ import annotations

import asyncio

from bot.config import Config
from bot.runtime import open_studio
from bot.views.welcome import EXAMPLES
from storage.database import Database
from storage.users import UserStore

from .conftest import FAST, World


async def test_each_member_is_welcomed_once_and_the_examples_work_after_a_restart(config: Config) -> None:
    loud = config.model_copy(update={"discord": config.discord.model_copy(update={"welcome": True})})
    async with open_studio(loud) as runtime:
        world = World(runtime, FAST)
        await world.start()
        refused = await world.alice.slash(world.channel, "imagine", prompt="a fox --steps 500")
        assert refused.followups == [], "not beside a refusal"
        first = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
        (greeting,) = first.followups
        assert greeting.ephemeral
        assert greeting.content.startswith("**Welcome!**")
        assert "**Rules:**" in greeting.content
        assert [row["components"][0]["label"] for row in greeting.components] == list(EXAMPLES)
        await world.restart()
        again = await world.alice.slash(world.channel, "imagine", prompt="a red fox")
        assert again.followups == [], "once in a lifetime"
        pressed = await world.alice.click(greeting, label=EXAMPLES[2])
        picture = await world.pictures(pressed.response.id)
        assert (await world.job_of(picture)).request.params.style == "watercolor"
        other = await world.bob.slash(world.channel, "queue")
        assert len(other.followups) == 1
        await world.close()


async def test_only_one_of_many_is_told_that_a_member_is_new() -> None:
    async with Database.open(":memory:") as database:
        users = UserStore(database)
        assert sum(await asyncio.gather(*(users.is_new(7) for _ in range(5)))) == 1
        assert not await users.is_new(7)
        assert await users.is_new(8)
        assert (await users.settings(7)).params == {}
