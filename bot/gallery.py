"""Stars, and the gallery channel of a server: a picture goes there when its owner gives it a star.

Only the owner's star posts it, and taking the star away takes the picture down. What was drawn in an age-restricted
channel goes into an age-restricted gallery only, and the rules of the gallery's channel are judged like everywhere.
"""

from __future__ import annotations

import logging

import discord

from bot.config import Config
from bot.delivery import Delivery
from bot.errors import PictureGone, PictureHeld, PictureWithheld
from bot.requester import Requester, may_see
from bot.safety.places import Where
from bot.studio import Studio
from bot.views.who import is_age_restricted
from storage.errors import JobNotFound
from storage.marks import Posted
from storage.models import Job, JobState

log = logging.getLogger(__name__)

HIDDEN = (PictureGone, PictureHeld, PictureWithheld)


class ServerGallery:
    """Favourites of members, and what they show of them."""

    def __init__(self, client: discord.Client, studio: Studio, delivery: Delivery, config: Config) -> None:
        self._client = client
        self._studio = studio
        self._delivery = delivery
        self._channels = config.gallery.channels

    async def channel_of(self, guild_id: int) -> int:
        """The gallery channel of a server, as its administrators chose it or config.toml says; 0: it has none."""
        return await self._studio.guard.switches.gallery(guild_id) or self._channels.get(str(guild_id), 0)

    async def star(self, who: Requester, job_id: str, *, starred: bool) -> bool:
        """Keep a job among one's favourites, or no longer. Returns whether it now stands in the server's gallery.

        Raises `JobNotFound`, also for a job that is not theirs to see.
        """
        job = await self._studio.job(job_id)
        if not may_see(who, job):
            raise JobNotFound(job=job_id)
        await self._studio.marks.star(who.user_id, job_id, starred=starred)
        if who.user_id != job.user_id:
            return False
        if starred:
            return await self._post(job)
        await self.take_down(job_id)
        return False

    async def take_down(self, job_id: str) -> None:
        """Remove a job's message from the gallery, where there is one."""
        posted = await self._studio.marks.post_of(job_id)
        if posted:
            await self._delivery.unpost(posted.channel_id, posted.message_id)
            await self._studio.marks.taken_down(job_id)

    async def _post(self, job: Job) -> bool:
        channel_id = await self.channel_of(job.guild_id)
        if not channel_id or job.state is not JobState.DONE:
            return False
        if await self._studio.marks.post_of(job.id):
            return True
        restricted = self._restricted(job.guild_id, channel_id)
        if self._restricted(job.guild_id, job.channel_id) and not restricted:
            return False
        where = Where(guild_id=job.guild_id, channel_id=channel_id, age_restricted=restricted)
        try:
            address = await self._delivery.exhibit(job, where)
        except HIDDEN:
            return False
        except discord.HTTPException as error:
            log.warning("job %s: the gallery %s does not take it: %s", job.id, channel_id, error)
            return False
        await self._studio.marks.posted(job.id, job.guild_id, Posted(channel_id, address.message_id))
        return True

    def _restricted(self, guild_id: int, channel_id: int) -> bool:
        guild = self._client.get_guild(guild_id)
        return is_age_restricted(guild.get_channel_or_thread(channel_id) if guild else None)
