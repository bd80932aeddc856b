"""/admin words: words that this server blocks or allows, and why a prompt is refused."""

from __future__ import annotations

from typing import Literal

from discord import app_commands

from bot.cogs.admin.base import AdminCommands, Interaction, Reason, described, say, show, tell, who_of
from bot.guard import where_of
from bot.rights import Level, needs
from bot.safety.check import findings
from bot.text import sentence
from bot.views.message import harmless


class WordCommands(AdminCommands, name="words"):
    """On top of the bundled lists. The floor stays."""

    @app_commands.command()
    @described(word="word", kind="word-kind", reason="reason")
    @needs(Level.ADMIN)
    async def add(
        self, interaction: Interaction, word: app_commands.Range[str, 1, 60],
        kind: Literal["block", "allow"] = "block", reason: Reason = "",
    ) -> None:  # fmt: skip
        """Block a word here, or allow one that the lists block."""
        plain = await self.bot.operation.administration.add_word(who_of(interaction), word, kind, reason=reason)
        await say(interaction, "admin-words-added", word=harmless(plain), kind=kind)

    @app_commands.command()
    @described(word="word", reason="reason")
    @needs(Level.ADMIN)
    async def remove(self, interaction: Interaction, word: str, reason: Reason = "") -> None:
        """Forget a word of this server."""
        plain = await self.bot.operation.administration.remove_word(who_of(interaction), word, reason=reason)
        await say(interaction, "admin-words-removed", word=harmless(plain))

    @app_commands.command(name="list")
    @needs(Level.ADMIN)
    async def listed(self, interaction: Interaction) -> None:
        """Show the words of this server."""
        who = who_of(interaction)
        words = await self.bot.operation.administration.words(who.guild_id)
        lines = [
            sentence(who.locale, "admin-words-line", word=harmless(word), kind=kind) for word, kind in words.items()
        ]
        await show(interaction, lines, "admin-words-none")

    @app_commands.command()
    @described(prompt="word-prompt")
    @needs(Level.ADMIN)
    async def test(self, interaction: Interaction, prompt: app_commands.Range[str, 1, 2000]) -> None:
        """Check a prompt as it would be here, and see why."""
        who = who_of(interaction)
        verdict, own = await self.bot.operation.administration.try_prompt(where_of(who), prompt)
        reason = sentence(who.locale, verdict.reason_id, **verdict.facts) if verdict.reason_id else "–"
        found = [f"||{harmless(term)}|| ({tag})" for term, tag in findings(prompt)]
        text = sentence(
            who.locale, "admin-words-verdict", action=verdict.action.value, category=verdict.category or "–",
            reason=reason, found=", ".join(found[:20]) or "–",
            own=", ".join(f"||{harmless(word)}||" for word in own[:20]) or "–",
        )  # fmt: skip
        await tell(interaction, text)

    @remove.autocomplete("word")
    async def _suggest(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        who = who_of(interaction)
        known = await self.bot.operation.administration.words(who.guild_id) if who.is_admin else {}
        return [app_commands.Choice(name=word, value=word) for word in known if current.lower() in word][:25]
