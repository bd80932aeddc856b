"""The Discord bot: its intents, its commands, its buttons, and its life from log-in to the end.

Studio and dispatcher are started outside and outlive a reconnect. No privileged intent is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs.admin import admin_group
from bot.cogs.admin.deeds import DEEDS
from bot.cogs.appeals import AppealsCog
from bot.cogs.blend import BlendCog
from bot.cogs.control import ControlCog
from bot.cogs.forms import FormsCog
from bot.cogs.help import HelpCog
from bot.cogs.history import HistoryCog
from bot.cogs.imagine import ImagineCog
from bot.cogs.info import InfoCog
from bot.cogs.lines import LinesCog
from bot.cogs.loras import LorasCog
from bot.cogs.menus import MenusCog
from bot.cogs.models import ModelsCog
from bot.cogs.pictures import PicturesCog
from bot.cogs.privacy import PrivacyCog
from bot.cogs.prompting import PromptCog
from bot.cogs.queue import QueueCog
from bot.cogs.reactions import ReactionsCog
from bot.cogs.settings import PreferCog, SettingsCog
from bot.cogs.sweep import SweepCog
from bot.cogs.upscale import UpscaleCog
from bot.cogs.verify import VerifyCog
from bot.cogs.welcome import WelcomeCog
from bot.config import Config
from bot.delivery import Delivery
from bot.desk import Desk
from bot.gallery import ServerGallery
from bot.permissions import invite_url
from bot.presses import Presses
from bot.publisher import Pace
from bot.report import report
from bot.runtime import Runtime, open_studio
from bot.safety import check_prompt
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.translator import BotTranslator
from bot.views.unknown import KINDS, UnknownButton

log = logging.getLogger(__name__)


class EaselTree(app_commands.CommandTree[Any]):
    """The commands, under the names and descriptions that this bot gives them."""

    client: EaselBot

    def add_command(self, command: Any, /, **options: Any) -> None:
        """Add it under the configured prefix, described in words from bot/text."""
        if isinstance(command, app_commands.ContextMenu):  # its name says it all
            command.name = f"{self.client.config.discord.command_prefix}{command.name}"[:32]
            super().add_command(command, **options)
            return
        command.description = sentence(DEFAULT_LOCALE, f"command-{command.name}")
        command.name = f"{self.client.config.discord.command_prefix}{command.name}"
        super().add_command(command, **options)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Every failed command ends here."""
        await report(interaction, error)


class EaselBot(commands.Bot):
    """The client. `delivering()` must be open while it runs."""

    report = staticmethod(report)

    def __init__(self, runtime: Runtime, pace: Pace | None = None) -> None:
        intents = discord.Intents(guilds=True, guild_reactions=True, dm_reactions=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=intents,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            tree_cls=EaselTree,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(
                guild=True, user=runtime.studio.config.discord.user_install
            ),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.studio = runtime.studio
        self.privacy = runtime.privacy
        self.provenance = runtime.provenance
        self.config: Config = runtime.studio.config
        self.presses = Presses(time.time)
        self.delivery = Delivery(
            self, studio=runtime.studio, jobs=runtime.jobs, files=runtime.files, clock=time.time, pace=pace or Pace()
        )
        self.gallery = ServerGallery(self, runtime.studio, self.delivery, self.config)
        self.wants_remix: Callable[[int], Awaitable[bool]] = runtime.studio.preferences.wants_remix
        """Whether a member changes the line before V and re-roll draw."""
        self.operation = runtime.operation
        self.deeds = dict(DEEDS)
        """What waits for a yes may be, by name: who may do it, and how."""
        self.desk = Desk(
            self, moderation=runtime.studio.guard.moderation, settings=runtime.operation.settings,
            jobs=runtime.jobs, files=runtime.files, pace=self.delivery.pace,
        )  # fmt: skip
        self._dispatcher = runtime.dispatcher
        self._is_new = runtime.users.is_new

    async def setup_hook(self) -> None:
        """After log-in and before the gateway: buttons of earlier lives, commands, and delivery."""
        self.add_dynamic_items(UnknownButton, *KINDS)
        for cog in self._groups():
            await self.add_cog(cog)
        for menu in MenusCog(self.studio, self.delivery, InfoCog(self.studio, self.provenance)).menus:
            self.tree.add_command(menu)
        self.tree.add_command(admin_group(self))
        await asyncio.to_thread(_warm_up, self.studio)
        await self.tree.set_translator(BotTranslator())
        await self._sync()
        self.delivery.connected()
        self.desk.connected()
        assert self.application_id is not None
        log.info("invite: %s", invite_url(self.application_id))

    @contextlib.asynccontextmanager
    async def delivering(self) -> AsyncIterator[None]:
        """Hear of jobs and write their messages. The task belongs to whoever opens it, not to the client."""
        with self._dispatcher.listening(self.delivery):
            tasks = [asyncio.create_task(part.run(), name="delivery") for part in (self.delivery, self.desk)]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _groups(self) -> tuple[commands.Cog, ...]:
        """One for every group of things that members do."""
        return (
            AppealsCog(),
            ImagineCog(self.studio, self.delivery),
            QueueCog(self.studio, self.delivery),
            SweepCog(self.studio),
            UpscaleCog(self.studio, self.delivery),
            VerifyCog(self.studio, self.provenance),
            ControlCog(self.studio, self.delivery),
            InfoCog(self.studio, self.provenance),
            PicturesCog(self.studio, self.delivery),
            HistoryCog(self.studio, self.gallery),
            FormsCog(),
            HelpCog(),
            LinesCog(self.studio),
            BlendCog(self.studio, self.delivery),
            *([WelcomeCog(self._is_new)] if self.config.discord.welcome else []),
            LorasCog(self.studio),
            ModelsCog(self.studio),
            PrivacyCog(self.privacy, self.delivery),
            PromptCog(self.studio),
            PreferCog(self.studio.preferences),
            SettingsCog(),
            ReactionsCog(self.studio, self.delivery, self.gallery, self, self.presses),
        )

    async def _sync(self) -> None:
        """Tell Discord the commands: one server sees them at once, all servers within the hour."""
        guild = discord.Object(self.config.discord.sync_guild) if self.config.discord.sync_guild else None
        if guild:
            self.tree.copy_global_to(guild=guild)
        await self.tree.sync(guild=guild)


def _warm_up(studio: Studio) -> None:
    """Read what is read only once, so that the first member does not wait for it: word lists and sentences."""
    check_prompt("a fox", studio.guard.places.default)
    sentence(DEFAULT_LOCALE, "job-cancelled")


async def run_bot(config: Config, token: str) -> None:
    """Run until cancelled. Raises what makes it impossible: a refused token, a database in use, a broken model."""
    async with open_studio(config) as runtime, EaselBot(runtime) as bot, bot.delivering():
        client = asyncio.create_task(bot.start(token), name="discord")
        try:
            await asyncio.wait({client, runtime.running}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            client.cancel()  # delivery stops before the connection is closed: no message is cut off in the middle
            ended = await asyncio.gather(client, return_exceptions=True)
        for failed in (runtime.running.exception() if runtime.running.done() else None, *ended):
            if failed:
                raise failed
