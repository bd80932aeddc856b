"""The moderators' desk: what waits for them is posted in their channel, and members are told what was decided.

What was posted is stored, and letters wait in the database, so nothing is sent twice or forgotten over a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import Any

import aiohttp
import discord

from bot import pictures
from bot.moderation import Moderation
from bot.publisher import Pace
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.appeal import appeal_card, appeal_view
from bot.views.review import review_card
from gpu.errors import EaselError
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.letters import Letter
from storage.reviews import Review
from storage.sanctions import Appeal
from storage.settings import SettingStore

log = logging.getLogger(__name__)

CHANNEL = "moderators-channel"
"""The setting that names it."""


class Desk:
    """Posts what waits, and writes letters."""

    def __init__(
        self,
        client: discord.Client,
        *,
        moderation: Moderation,
        settings: SettingStore,
        jobs: JobStore,
        files: ImageFiles,
        pace: Pace,
    ) -> None:
        self._client = client
        self._moderation = moderation
        self._settings = settings
        self._jobs = jobs
        self._files = files
        self._pace = pace
        self._connected = asyncio.Event()
        self._stirred = asyncio.Event()
        self._shut: set[int] = set()
        """Channels that took nothing; until somebody chooses one again."""
        moderation.stirred = self._stirred.set

    def connected(self) -> None:
        """The client has logged in."""
        self._connected.set()

    async def run(self) -> None:
        """Post and write until cancelled."""
        await self._connected.wait()
        while True:
            self._stirred.clear()
            try:
                await self._post_all()
                await self._write_letters()
            except Exception:
                log.exception("the moderators' desk stumbled")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.sweep):
                    await self._stirred.wait()

    # --- The channel ----------------------------------------------------------------------------------------------

    async def channel_of(self, guild_id: int) -> int:
        """The moderators' channel; 0: none."""
        return int(await self._settings.get(guild_id, CHANNEL, 0))

    def channel_chosen(self, channel_id: int) -> None:
        """It can be tried (again)."""
        self._shut.discard(channel_id)
        self._stirred.set()

    async def _post_all(self) -> None:
        channels = {guild: int(id) for guild, id in (await self._settings.all(CHANNEL)).items() if id not in self._shut}
        for review in await self._moderation.reviews.unposted(list(channels)):
            sent = await self._send(channels[review.guild_id], **await self.card(review), nonce=_nonce(review))
            if sent:
                await self._moderation.reviews.posted(review.job_id, sent.channel.id, sent.id)
        for appeal in await self._moderation.sanctions.unposted_appeals(list(channels)):
            card = appeal_card(appeal, await self.standing(appeal))
            if sent := await self._send(channels[appeal.guild_id], **card, nonce=f"appeal-{appeal.seq}"):
                await self._moderation.sanctions.appeal_posted(appeal.seq, sent.channel.id, sent.id)

    async def card(self, review: Review) -> dict[str, Any]:
        """The arguments of `send` that show a review: what and who, the pictures behind a spoiler, the buttons."""
        job = await self._jobs.get(review.job_id)
        images = [image for image in await self._jobs.images(job.id) if self._files.exists(image.path)]
        files = []
        if images:
            root, limit = self._files.root, discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES
            with contextlib.suppress(EaselError, OSError):
                upload = await asyncio.to_thread(pictures.sheet, job, images, root, limit, "")
                files = [replace(upload, spoiler=True).file()]
        strikes = await self._moderation.count(job.guild_id, job.user_id)
        reporters = len(await self._moderation.reviews.reporters(job.id))
        return review_card(review, job, images, strikes, reporters) | {"files": files}

    async def standing(self, appeal: Appeal) -> tuple[int, str]:
        """How many strikes count, and what is in force."""
        sanction = await self._moderation.sanctions.in_force(appeal.guild_id, appeal.user_id)
        return await self._moderation.count(appeal.guild_id, appeal.user_id), sanction.kind if sanction else ""

    async def settled(
        self, interaction: discord.Interaction[Any], outcome: str, posted: Review | Appeal | None, *, keep: bool = False
    ) -> None:
        """Show a decision where it was made and where moderators see it; `keep`: the pictures stay."""
        here = interaction.message
        if here:
            await interaction.edit_original_response(**_decided(here.embeds, outcome, keep))
        if posted and posted.message_id and (here is None or here.id != posted.message_id):
            channel = self._client.get_partial_messageable(posted.channel_id)
            with contextlib.suppress(discord.HTTPException):
                message = await channel.fetch_message(posted.message_id)
                await message.edit(**_decided(message.embeds, outcome, keep))

    async def _send(self, channel_id: int, **options: Any) -> discord.Message | None:
        try:
            channel = self._client.get_partial_messageable(channel_id)
            return await channel.send(**options, allowed_mentions=discord.AllowedMentions.none())
        except (discord.Forbidden, discord.NotFound) as error:
            log.warning("the moderators' channel %d is shut: %s", channel_id, error)
            self._shut.add(channel_id)
        except discord.HTTPException as error:
            log.warning("the moderators' channel %d took nothing: %s", channel_id, error)
        return None

    # --- Letters --------------------------------------------------------------------------------------------------

    async def _write_letters(self) -> None:
        """Those that are due. What Discord does not take now is tried again; what it never takes is dropped."""
        for letter in await self._moderation.letters.due():
            try:
                await self._write(letter)
            except (discord.Forbidden, discord.NotFound) as error:
                log.info("a member cannot be told: %s", error)
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.info("a member could not be told yet: %s", error)
                await self._moderation.letters.postpone(letter)
                continue
            await self._moderation.letters.done(letter)

    async def _write(self, letter: Letter) -> None:
        newest = await self._jobs.of_user(letter.user_id, limit=1)
        locale = newest[0].locale if newest else DEFAULT_LOCALE
        guild = self._client.get_guild(letter.guild_id)
        where = discord.utils.escape_markdown(guild.name) if guild else "Easel"
        text = sentence(locale, "letter", server=where, text=sentence(locale, letter.sentence, **letter.facts))
        user = self._client.get_user(letter.user_id) or await self._client.fetch_user(letter.user_id)
        options: dict[str, Any] = {"content": text[:2000], "allowed_mentions": discord.AllowedMentions.none()}
        if guild and (view := appeal_view(letter.sentence, letter.guild_id, locale)):
            options["view"] = view
        await user.send(**options, nonce=f"letter-{letter.seq}")


def _nonce(review: Review) -> str:
    """Names this opening of the review: the same attempt after a crash is the same message."""
    return f"{review.job_id}-r{int(review.opened_at) % 10**6}"


def _decided(embeds: list[discord.Embed], outcome: str, keep: bool) -> dict[str, Any]:
    for embed in embeds[:1]:
        embed.description = f"{(embed.description or '')[:3500]}\n\n**{outcome}**"
    return {"embeds": embeds, "view": None} | ({} if keep else {"attachments": []})
