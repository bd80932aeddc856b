"""/admin worker: the processes that draw, for operators."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, who_of
from bot.rights import Level, needs
from bot.text import sentence
from bot.views.confirm import confirm


class WorkerCommands(AdminCommands, name="worker"):
    """They draw for every server."""

    @app_commands.command(name="list")
    @needs(Level.OPERATOR)
    async def listed(self, interaction: Interaction) -> None:
        """Show the worker processes."""
        locale = str(interaction.locale)
        lines = [
            sentence(
                locale, "admin-worker-line", index=worker.index, state="ready" if worker.ready else "starting",
                jobs=worker.jobs, device=worker.device or "–", pid=worker.pid,
            )
            for worker in self.bot.operation.workers()
        ]  # fmt: skip
        await show(interaction, lines, "admin-worker-none")

    @app_commands.command()
    @described(worker="worker", reason="reason")
    @needs(Level.OPERATOR)
    async def restart(
        self, interaction: Interaction, worker: app_commands.Range[int, 0, 15] = 0, reason: Reason = ""
    ) -> None:
        """End a worker process and start another one."""
        text = sentence(str(interaction.locale), "admin-worker-sure", index=worker)
        await confirm(interaction, self.bot, "restart-worker", text, index=worker, reason=reason)

    @app_commands.command()
    @described(model="model")
    @needs(Level.OPERATOR)
    async def warm(self, interaction: Interaction, model: str) -> None:
        """Load a model before somebody asks for it."""
        await interaction.response.defer(ephemeral=True)
        seconds = await self.bot.operation.warm(who_of(interaction), model.strip())
        await say(interaction, "admin-worker-warmed", model=model.strip(), seconds=f"{seconds:.1f}")

    @warm.autocomplete("model")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = [name for name in self.bot.config.models if current.lower() in name.lower()]
        return [app_commands.Choice(name=name[:100], value=name[:100]) for name in names[:25]]
