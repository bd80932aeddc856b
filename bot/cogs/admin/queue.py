"""/admin queue: everybody's jobs in this server."""

from __future__ import annotations

from typing import Literal

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, who_of
from bot.rights import Level, needs
from bot.text import sentence
from bot.views.message import harmless, shortened
from storage.models import Job, Lane

LANES: dict[str, Lane] = {"front": Lane.TURBO, "normal": Lane.FAST, "back": Lane.RELAX}


class QueueCommands(AdminCommands, name="queue"):
    """What waits and runs."""

    @app_commands.command(name="list")
    @needs(Level.MODERATOR)
    async def listed(self, interaction: Interaction) -> None:
        """Show what waits and runs here, oldest first."""
        who = who_of(interaction)
        jobs = await self.bot.operation.waiting(who.guild_id)
        await show(interaction, [self._line(job, who.locale) for job in jobs], "admin-queue-empty")

    @app_commands.command()
    @described(job="job", to="queue-to", reason="reason")
    @needs(Level.MODERATOR)
    async def move(
        self, interaction: Interaction, job: str, to: Literal["front", "normal", "back"], reason: Reason = ""
    ) -> None:
        """Let a waiting job be drawn sooner or later."""
        moved = await self.bot.operation.move(who_of(interaction), job, LANES[to], reason=reason)
        await say(interaction, "admin-queue-moved", job=moved.id, to=to)

    @app_commands.command()
    @described(job="job", reason="reason")
    @needs(Level.MODERATOR)
    async def cancel(self, interaction: Interaction, job: str, reason: Reason = "") -> None:
        """Stop a member's job."""
        cancelled = await self.bot.operation.cancel(who_of(interaction), job, reason=reason)
        await say(interaction, f"cancel-{cancelled.state}", line=harmless(shortened(cancelled.text, 200)))

    @move.autocomplete("job")
    @cancel.autocomplete("job")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        who = who_of(interaction)
        if not who.is_moderator and not who.is_admin:
            return []
        jobs = [(job, f"{job.id} {job.text}") for job in await self.bot.operation.waiting(who.guild_id, 100)]
        fitting = [(job, text) for job, text in jobs if current.lower() in text.lower()]
        return [app_commands.Choice(name=shortened(text, 100), value=job.id) for job, text in fitting[:25]]

    @staticmethod
    def _line(job: Job, locale: str) -> str:
        line = harmless(shortened(job.text, 80))
        when = f"<t:{int(job.created_at)}:R>"
        return sentence(
            locale, "admin-queue-line", job=job.id, user=f"<@{job.user_id}>", state=job.state, lane=job.lane, line=line,
            when=when,
        )  # fmt: skip
