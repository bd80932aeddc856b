"""/info: everything about one job, or about a picture from elsewhere. /export: a job for another program."""

from __future__ import annotations

import asyncio
import io
from typing import Any, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.exchange import export_job, line_of
from bot.provenance import Provenance
from bot.requester import Requester, may_see
from bot.studio import Studio
from bot.text import DEFAULT_LOCALE, sentence
from bot.views.message import facts, harmless, jump_link
from bot.views.origin import told
from bot.views.run import line_embeds, run_view
from bot.views.who import requester_of
from gpu import metadata
from gpu.controls import read_controls, spell_controls
from gpu.errors import PictureUnreadable
from storage.errors import JobNotFound
from storage.models import Job, JobState

Interaction = discord.Interaction[Any]


class InfoCog(commands.Cog):
    """What a picture was made of."""

    def __init__(self, studio: Studio, provenance: Provenance) -> None:
        self._studio = studio
        self._provenance = provenance

    @app_commands.command()
    @app_commands.describe(
        job=sentence(DEFAULT_LOCALE, "option-job"), picture=sentence(DEFAULT_LOCALE, "option-picture")
    )
    async def info(
        self, interaction: Interaction, job: str | None = None, picture: discord.Attachment | None = None
    ) -> None:
        """Show a job's line, parameters, state and origin; or those that a picture carries."""
        who = requester_of(interaction)
        if picture:
            await self.read_picture(interaction, picture, who)
        elif job:
            await self.show_job(interaction, who, await self._visible(who, job))
        else:
            await self._member(interaction, who)

    @app_commands.command()
    @app_commands.describe(
        job=sentence(DEFAULT_LOCALE, "option-job"),
        format=sentence(DEFAULT_LOCALE, "option-format"),
        index=sentence(DEFAULT_LOCALE, "option-index"),
    )
    async def export(
        self,
        interaction: Interaction,
        job: str,
        format: Literal["comfyui", "a1111"] = "comfyui",
        index: app_commands.Range[int, 1, 4] | None = None,
    ) -> None:
        """Send a job as a file for ComfyUI or A1111, with the pictures that it draws from."""
        who = requester_of(interaction)
        made = export_job(await self._visible(who, job), self._studio.config, format, index)
        await interaction.response.defer(ephemeral=True)
        pictures = await self._studio.sent(made.pictures)
        files = {made.name: made.text.encode(), **pictures}
        lines = [sentence(who.locale, "export-ready", name=made.name, format=format)]
        lines += [sentence(who.locale, "export-pictures", names=", ".join(pictures))] if pictures else []
        lines += [sentence(who.locale, "export-left-out", names=", ".join(made.left_out))] if made.left_out else []
        lines += [sentence(who.locale, "export-by-hand", names=", ".join(made.by_hand))] if made.by_hand else []
        lines += [sentence(who.locale, f"export-needs-{format}", names=made.needs)] if made.needs else []
        sent = [discord.File(io.BytesIO(data), name) for name, data in files.items()]
        await interaction.followup.send("\n".join(lines), files=sent, ephemeral=True)

    async def _visible(self, who: Requester, job: str) -> Job:
        """Raises `JobNotFound`, also for a job that is not theirs to see."""
        found = await self._studio.job(job.strip().lower())
        if not may_see(who, found):
            raise JobNotFound(job=found.id)
        return found

    async def read_picture(self, interaction: Interaction, picture: discord.Attachment, who: Requester) -> None:
        """What an attached picture says of itself, with a button that draws it."""
        if picture.size > metadata.MAX_FILE:
            raise PictureUnreadable
        await interaction.response.defer(ephemeral=True)
        try:
            data = await picture.read()
        except discord.HTTPException as error:
            raise PictureUnreadable from error
        try:
            found = await asyncio.to_thread(metadata.read, data)
        except PictureUnreadable as unread:  # without parameters it may be one of ours all the same
            if unread.id != "error-picture-no-parameters" or not (origin := await self._provenance.find(data)):
                raise
            await interaction.followup.send(told(origin, who), ephemeral=True)
            return
        params = found.params
        text = sentence(
            who.locale, "info-picture", source=found.source, sampler=params.scheduler, steps=params.num_inference_steps,
            cfg=f"{params.guidance_scale:g}", seed=found.seed, width=params.width, height=params.height,
            model=harmless(params.model)[:100] or "none",
        )  # fmt: skip
        if controls := spell_controls(read_controls(params.control)):
            text += "\n" + sentence(who.locale, "info-picture-control", control=controls)
        embeds = line_embeds(line_of(found, self._studio.parse))
        view = run_view(who.locale, "button-run-these")
        await interaction.followup.send(text, embeds=embeds, view=view, ephemeral=True)

    async def show_job(self, interaction: Interaction, who: Requester, found: Job) -> None:
        """Answer with the line, the parameters, the state and the origin of a job."""
        parts = [facts(found, who.locale), _state(found, who.locale), await self._origin(found, who.locale)]
        text = "\n".join(part for part in parts if part)
        await interaction.response.send_message(text, embeds=line_embeds(found.text), ephemeral=True)

    async def _member(self, interaction: Interaction, who: Requester) -> None:
        """What the member has in the queue, and has used."""
        open_jobs = await self._studio.queue_of(who)
        running = sum(job.state is JobState.RUNNING for job in open_jobs)
        count, seconds = await self._studio.use_of(who)
        speed, _ = (await self._studio.defaults.of(who)).get("speed", ("fast", ""))
        text = sentence(
            who.locale, "info-member", running=running, waiting=len(open_jobs) - running, speed=speed, jobs=count,
            seconds=f"{seconds:.0f}",
        )  # fmt: skip
        await interaction.response.send_message(text, ephemeral=True)

    async def _origin(self, job: Job, locale: str) -> str:
        """Which picture it was made from."""
        if not job.parent_id:
            return ""
        parent = await self._studio.job(job.parent_id)
        return sentence(locale, "info-parent", job=parent.id, index=job.parent_index, link=jump_link(parent) or "-")


def _state(job: Job, locale: str) -> str:
    cost = f"{job.cost:.1f}"
    return sentence(
        locale, "info-state", state=job.state, user=f"<@{job.user_id}>", when=f"<t:{int(job.created_at)}:f>",
        cost=cost, link=jump_link(job) or "-",
    )  # fmt: skip
