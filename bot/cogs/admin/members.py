"""/admin ban, unban, timeout, strikes, purge: what happens to one member."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, who_of
from bot.rights import Level, needs, require_below
from bot.text import sentence
from bot.views.confirm import confirm
from bot.views.message import harmless

HOUR = 3600.0


class MemberCommands(AdminCommands, name="members"):
    """Sanctions. They are about drawing with this bot; the server's own bans are Discord's."""

    @app_commands.command()
    @described(user="user", hours="ban-hours", reason="reason")
    @needs(Level.MODERATOR)
    async def ban(
        self, interaction: Interaction, user: discord.User, hours: app_commands.Range[float, 0, 87600] = 0.0,
        reason: Reason = "",
    ) -> None:  # fmt: skip
        """Keep a member from drawing here."""
        who = who_of(interaction)
        require_below(who, user)
        text = sentence(who.locale, "admin-ban-sure", user=user.mention, hours=hours, reason=harmless(reason) or "–")
        await confirm(interaction, self.bot, "ban", text, user=user.id, seconds=hours * HOUR, reason=reason)

    @app_commands.command()
    @described(user="user", reason="reason")
    @needs(Level.MODERATOR)
    async def unban(self, interaction: Interaction, user: discord.User, reason: Reason = "") -> None:
        """End a member's bans and timeouts here."""
        who = who_of(interaction)
        require_below(who, user)
        lifted = await self.bot.studio.guard.moderation.pardon(who, user.id, reason=reason)
        await say(interaction, "admin-unban-done", user=user.mention, count=lifted)

    @app_commands.command()
    @described(user="user", minutes="timeout-minutes", reason="reason")
    @needs(Level.MODERATOR)
    async def timeout(
        self, interaction: Interaction, user: discord.User, minutes: app_commands.Range[float, 1, 40320],
        reason: Reason = "",
    ) -> None:  # fmt: skip
        """Give a member a break from drawing here."""
        who = who_of(interaction)
        require_below(who, user)
        sanction = await self.bot.studio.guard.moderation.sanction(
            who, user.id, "timeout", seconds=minutes * 60, reason=reason
        )
        await say(interaction, "admin-timeout-done", user=user.mention, until=int(sanction.until))

    @app_commands.command()
    @described(user="user", change="strikes-change", reason="reason")
    @needs(Level.MODERATOR)
    async def strikes(
        self, interaction: Interaction, user: discord.User,
        change: Literal["show", "add", "forgive newest", "forgive all"] = "show", reason: Reason = "",
    ) -> None:  # fmt: skip
        """Show a member's strikes, add one, or forgive."""
        who, moderation = who_of(interaction), self.bot.studio.guard.moderation
        if change == "add":
            require_below(who, user)
            await moderation.strike(who.guild_id, user.id, "moderator", actor_id=who.user_id, reason=reason)
        elif change != "show":
            require_below(who, user)
            await moderation.forgive(who, user.id, newest_only=change == "forgive newest", reason=reason)
        strikes = await moderation.strikes(who.guild_id, user.id)
        sanction = await moderation.sanctions.in_force(who.guild_id, user.id)
        head = sentence(
            who.locale, "admin-strikes-head", user=user.mention, count=len(strikes),
            sanction=sanction.kind if sanction else "none",
            until=f"<t:{int(sanction.until)}:R>" if sanction and sanction.until else "–",
        )  # fmt: skip
        lines = [
            sentence(
                who.locale, "admin-strike-line", when=f"<t:{int(strike.at)}:R>", category=strike.category,
                reason=harmless(strike.reason) or "–", actor=f"<@{strike.actor_id}>" if strike.actor_id else "Easel",
            )
            for strike in strikes
        ]  # fmt: skip
        await show(interaction, [head, *lines], "review-none")

    @app_commands.command()
    @described(user="user", reason="reason")
    @needs(Level.ADMIN)
    async def purge(self, interaction: Interaction, user: discord.User, reason: Reason = "") -> None:
        """Remove all pictures of a member here, and their messages."""
        who = who_of(interaction)
        text = sentence(who.locale, "admin-purge-sure", user=user.mention)
        await confirm(interaction, self.bot, "purge", text, user=user.id, reason=reason)
