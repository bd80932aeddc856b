"""/admin status, pause, drain, resume: what the bot is doing, and whether it takes jobs."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, who_of
from bot.rights import Level, allowed, is_operator, needs
from bot.switches import Mode
from bot.text import sentence
from bot.views.confirm import confirm


class StateCommands(AdminCommands, name="state"):
    """Of this server; operators can do it for all servers at once."""

    @app_commands.command()
    @needs(Level.MODERATOR)
    async def status(self, interaction: Interaction) -> None:
        """Show the queue, the workers, and what is switched."""
        who, operation = who_of(interaction), self.bot.operation
        switches, moderation = operation.administration.switches, self.bot.studio.guard.moderation
        counts, workers = await operation.counts(who.guild_id), operation.workers()
        channel = await self.bot.desk.channel_of(who.guild_id)
        lines = [
            sentence(
                who.locale, "admin-status-mode", here=await switches.mode(who.guild_id),
                everywhere=await switches.mode(0),
            ),
            sentence(
                who.locale, "admin-status-queue", running=counts.get("running", 0), waiting=counts.get("queued", 0)
            ),
            sentence(
                who.locale, "admin-status-workers", ready=sum(worker.ready for worker in workers), count=len(workers)
            ),
            sentence(
                who.locale, "admin-status-review", channel=f"<#{channel}>" if channel else "–",
                reviews=len(await moderation.reviews.waiting(who.guild_id)),
                appeals=len(await moderation.sanctions.open_appeals(who.guild_id)),
            ),
        ]  # fmt: skip
        if is_operator(self.bot, who):
            every = await operation.counts()
            facts = {
                "running": every.get("running", 0),
                "waiting": every.get("queued", 0),
                "servers": len(self.bot.guilds),
            }
            lines.append(sentence(who.locale, "admin-status-everywhere", **facts))
        await show(interaction, lines, "review-none")

    @app_commands.command()
    @described(everywhere="everywhere", reason="reason")
    @needs(Level.ADMIN)
    async def pause(self, interaction: Interaction, everywhere: bool = False, reason: Reason = "") -> None:
        """Take no new jobs; everywhere: start none of those that wait, either."""
        await self._switch(interaction, Mode.PAUSED, everywhere, reason)

    @app_commands.command()
    @described(everywhere="everywhere", reason="reason")
    @needs(Level.ADMIN)
    async def drain(self, interaction: Interaction, everywhere: bool = False, reason: Reason = "") -> None:
        """Take no new jobs, and draw those that wait."""
        await self._switch(interaction, Mode.DRAINING, everywhere, reason)

    @app_commands.command()
    @described(everywhere="everywhere", reason="reason")
    @needs(Level.ADMIN)
    async def resume(self, interaction: Interaction, everywhere: bool = False, reason: Reason = "") -> None:
        """Take jobs again."""
        await self._switch(interaction, Mode.OPEN, everywhere, reason)

    async def _switch(self, interaction: Interaction, mode: Mode, everywhere: bool, reason: str) -> None:
        who = await allowed(interaction, Level.OPERATOR if everywhere else Level.ADMIN)
        if everywhere and mode is not Mode.OPEN:
            text = sentence(who.locale, f"admin-{mode.value}-sure")
            await confirm(interaction, self.bot, "pause-everywhere", text, mode=mode.value, reason=reason)
            return
        await self.bot.operation.switch(who, mode, everywhere=everywhere, reason=reason)
        counts = await self.bot.operation.counts(who.guild_id)
        await say(interaction, f"admin-{mode.value}", waiting=sum(counts.values()))
