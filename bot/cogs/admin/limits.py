"""/admin limits: what members, roles, channels and the whole server may use; a role's weight in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, who_of
from bot.gate import Allowance
from bot.rights import Level, needs
from bot.text import sentence

if TYPE_CHECKING:
    from bot.app import EaselBot

Scope = Literal["guild", "channel", "role", "user"]
Field = Literal[
    "running", "waiting", "images_per_day", "seconds_per_day", "cooldown_seconds", "member_hours", "account_days"
]
MENTIONS: dict[str, str] = {"channel": "<#{}>", "role": "<@&{}>", "user": "<@{}>", "guild": ""}


class LimitCommands(AdminCommands, name="limits"):
    """Fields of `bot.gate.Allowance`."""

    @app_commands.command(name="show")
    @needs(Level.ADMIN)
    async def shown(self, interaction: Interaction) -> None:
        """Show all limits and weights of this server."""
        who = who_of(interaction)
        rules = await self.bot.operation.administration.limits(who.guild_id)
        lines = [
            sentence(
                who.locale, "admin-limits-line", scope=scope, target=MENTIONS[scope].format(id) or "–",
                rule=", ".join(f"{name} {value:g}" for name, value in rule.items() if name in Allowance.model_fields),
            )
            for (scope, id), rule in sorted(rules.items())
        ]  # fmt: skip
        await show(interaction, lines, "admin-limits-none")

    @app_commands.command()
    @described(field="limit-field", value="limit-value", reason="reason")
    @needs(Level.ADMIN)
    async def server(
        self, interaction: Interaction, field: Field, value: float | None = None, reason: Reason = ""
    ) -> None:
        """Limit everybody here."""
        await self._set(interaction, "guild", 0, field, value, reason)

    @app_commands.command()
    @described(channel="limit-channel", field="limit-field", value="limit-value", reason="reason")
    @needs(Level.ADMIN)
    async def channel(
        self, interaction: Interaction, channel: discord.TextChannel, field: Field, value: float | None = None,
        reason: Reason = "",
    ) -> None:  # fmt: skip
        """Limit everybody in a channel."""
        await self._set(interaction, "channel", channel.id, field, value, reason)

    @app_commands.command()
    @described(role="role", field="limit-field", value="limit-value", reason="reason")
    @needs(Level.ADMIN)
    async def role(
        self, interaction: Interaction, role: discord.Role, field: Field, value: float | None = None,
        reason: Reason = "",
    ) -> None:  # fmt: skip
        """Limit the members of a role; of several roles the most generous counts."""
        await self._set(interaction, "role", role.id, field, value, reason)

    @app_commands.command()
    @described(user="user", field="limit-field", value="limit-value", reason="reason")
    @needs(Level.ADMIN)
    async def user(
        self, interaction: Interaction, user: discord.User, field: Field, value: float | None = None,
        reason: Reason = "",
    ) -> None:  # fmt: skip
        """Limit one member, whatever the roles say."""
        await self._set(interaction, "user", user.id, field, value, reason)

    async def _set(
        self, interaction: Interaction, scope: Scope, target: int, field: str, value: float | None, reason: str
    ) -> None:
        await set_limit(self.bot, interaction, scope, target, field, value, reason)


class WeightCommands(AdminCommands, name="weight"):
    """Shares of the device."""

    @app_commands.command()
    @described(role="role", weight="weight", reason="reason")
    @needs(Level.ADMIN)
    async def weights(
        self, interaction: Interaction, role: discord.Role, weight: float | None = None, reason: Reason = ""
    ) -> None:
        """Give a role a larger or smaller share of the device."""
        await set_limit(self.bot, interaction, "role", role.id, "weight", weight, reason)


async def set_limit(
    bot: EaselBot, interaction: Interaction, scope: Scope, target: int, field: str, value: float | None, reason: str
) -> None:
    """Set it, and say what it was before."""
    before = await bot.operation.administration.set_limit(
        who_of(interaction), scope, target, field, value, reason=reason
    )
    await say(
        interaction, "admin-limits-set", scope=scope, target=MENTIONS[scope].format(target) or "–", field=field,
        before="–" if before is None else f"{before:g}", after="–" if value is None else f"{value:g}",
    )  # fmt: skip
