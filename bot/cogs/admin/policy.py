"""/admin policy: what happens to each category of prompts and pictures, in a channel or in the whole server."""

from __future__ import annotations

from typing import Literal

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, show, who_of
from bot.errors import BadSetting
from bot.guard import where_of
from bot.rights import Level, needs
from bot.safety.base import ADULT, Category
from bot.text import sentence

CategoryName = Literal[
    "sexual", "self_harm", "hate", "gore", "harassment", "drugs", "weapons", "real_people", "copyrighted",
    "living_artists",
]  # fmt: skip
MILDER = ("allow", "spoiler", "review")


class PolicyCommands(AdminCommands, name="policies"):
    """The floor is no category that can be chosen."""

    @app_commands.command()
    @described(category="category", action="policy-action", where="policy-where", reason="reason")
    @needs(Level.ADMIN)
    async def policy(
        self, interaction: Interaction, category: CategoryName | None = None,
        action: Literal["inherit", "allow", "spoiler", "review", "block"] | None = None,
        where: Literal["here", "server"] = "here", reason: Reason = "",
    ) -> None:  # fmt: skip
        """Show the policy of this channel, or decide about a category."""
        who, administration = who_of(interaction), self.bot.operation.administration
        if category and action:
            adult = where == "here" and Category(category) in ADULT and action in MILDER
            if adult and not who.age_restricted:
                raise BadSetting("error-policy-adult")
            channel = who.channel_id if where == "here" else 0
            await administration.set_policy(who, category, action, channel_id=channel, reason=reason)
        holding, guild, here = await administration.policy(where_of(who))
        lines = [
            sentence(
                who.locale, "admin-policy-line", category=name, action=held, server=guild.get(name, "–"),
                here=here.get(name, "–"),
            )
            for name, held in holding.items()
        ]  # fmt: skip
        await show(interaction, [*lines, sentence(who.locale, "admin-policy-floor")], "review-none")
