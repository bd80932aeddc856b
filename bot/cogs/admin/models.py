"""/admin models: which models draw in this server, and which one where a line names none."""

from __future__ import annotations

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, who_of
from bot.defaults import Owner
from bot.rights import Level, needs


class ModelCommands(AdminCommands, name="models"):
    """What `--model` takes here."""

    @app_commands.command()
    @described(models="models", reason="reason")
    @needs(Level.ADMIN)
    async def allow(self, interaction: Interaction, models: str = "", reason: Reason = "") -> None:
        """Let only these models draw here; without any, all may."""
        names = [name for name in models.replace(",", " ").split() if name]
        await self.bot.operation.administration.allow_models(who_of(interaction), names, reason=reason)
        await say(interaction, "admin-models-allowed", models=", ".join(sorted(names)) or "all")

    @app_commands.command()
    @described(model="model", reason="reason")
    @needs(Level.ADMIN)
    async def default(self, interaction: Interaction, model: str = "", reason: Reason = "") -> None:
        """Choose the model for lines that name none; without one, the operator's."""
        who = who_of(interaction)
        server = Owner("guild", who.guild_id)
        await self.bot.operation.administration.set_default(who, server, "model", model, reason=reason)
        usual = model.strip() or self.bot.config.default_model
        await say(interaction, "admin-models-default-set", model=usual)

    @default.autocomplete("model")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = [name for name in self.bot.config.specs if current.lower() in name.lower()]
        return [app_commands.Choice(name=name[:100], value=name[:100]) for name in names[:25]]
