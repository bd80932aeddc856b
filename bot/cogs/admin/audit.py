"""/admin audit: who did what to whom here."""

from __future__ import annotations

import io

import discord
from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, described, show, tell, who_of
from bot.rights import Level, needs
from bot.text import sentence
from bot.views.message import harmless, shortened
from storage.models import AuditEntry

DAY = 86400.0


class AuditCommands(AdminCommands, name="audit"):
    """Nothing in it is ever changed."""

    @app_commands.command()
    @described(actor="audit-actor", target="audit-target", action="audit-action", days="audit-days")
    @needs(Level.MODERATOR)
    async def search(
        self, interaction: Interaction, actor: discord.User | None = None, target: str = "", action: str = "",
        days: app_commands.Range[float, 0, 3650] = 0.0,
    ) -> None:  # fmt: skip
        """Show the newest entries that fit."""
        who = who_of(interaction)
        since = interaction.created_at.timestamp() - days * DAY if days else 0.0
        wanted = target.strip().strip("<@!&>#")
        entries = await self.bot.operation.search(
            who.guild_id, actor_id=actor.id if actor else 0, target=wanted, action=action.strip(), since=since
        )
        await show(interaction, [self._line(entry, who.locale) for entry in entries], "admin-audit-none")

    @app_commands.command()
    @needs(Level.ADMIN)
    async def export(self, interaction: Interaction) -> None:
        """Get the log of this server as a CSV file."""
        who = who_of(interaction)
        await interaction.response.defer(ephemeral=True)
        data = await self.bot.operation.export(who)
        file = discord.File(io.BytesIO(data), "audit.csv")
        await tell(interaction, sentence(who.locale, "admin-audit-file"), file=file)

    @staticmethod
    def _line(entry: AuditEntry, locale: str) -> str:
        target = f"<@{entry.target}>" if entry.target.isdigit() and len(entry.target) > 16 else entry.target
        return sentence(
            locale, "admin-audit-line", when=f"<t:{int(entry.at)}:f>", action=entry.action,
            actor=f"<@{entry.actor_id}>" if entry.actor_id else "Easel", target=shortened(target, 60),
            before=harmless(shortened(entry.before, 60)) or "–", after=harmless(shortened(entry.after, 60)) or "–",
            reason=harmless(shortened(entry.reason, 80)) or "–",
        )  # fmt: skip
