"""What moderators do, and what happens by itself: sanctions, strikes and their ladder, reviews, reports, appeals.

Everything is stored before anyone is told, and audited with who, whom, before, after and why. Knows no Discord; what
members must be told waits as letters.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from bot.config import ModerationConfig
from bot.errors import AppealLimit, NoSuchThing, NotAllowed
from bot.gate import because
from bot.requester import Requester
from bot.safety import FLOOR, Verdict
from gpu.errors import Fact
from storage.audit import AuditLog
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.letters import LetterStore
from storage.models import Job
from storage.reviews import Decision, Review, ReviewStore
from storage.sanctions import Appeal, Sanction, SanctionKind, SanctionStore, Strike

DAY = 86400.0

REPORTS = "reports"
"""The reason of a review that members asked for."""

Measure = Literal["warn", "timeout", "ban"]
"""What a moderator does to the one who drew a picture, beside deleting it."""


class Moderation:
    """The use cases. `tell` shows a job anew; `clock` gives seconds since 1970."""

    def __init__(
        self,
        *,
        config: ModerationConfig,
        sanctions: SanctionStore,
        reviews: ReviewStore,
        letters: LetterStore,
        audit: AuditLog,
        jobs: JobStore,
        files: ImageFiles,
        tell: Callable[[Job], Awaitable[None]],
        clock: Callable[[], float],
    ) -> None:
        self.sanctions = sanctions
        self.reviews = reviews
        self.audit = audit
        self.letters = letters
        self.stirred: Callable[[], None] = _nothing
        """Called when something new waits for moderators, or a letter for a member."""
        self._config = config
        self._jobs = jobs
        self._files = files
        self._tell = tell
        self._clock = clock

    # --- Sanctions ------------------------------------------------------------------------------------------------

    async def sanction(
        self, actor: Requester, user_id: int, kind: SanctionKind, *, seconds: float = 0, reason: str = ""
    ) -> Sanction:
        """Ban (`seconds` 0: for good) or time out a member of the actor's server."""
        return await self._impose(actor.guild_id, user_id, kind, seconds=seconds, actor_id=actor.user_id, reason=reason)

    async def pardon(self, actor: Requester, user_id: int, *, reason: str = "") -> int:
        """End all sanctions of a member there; returns how many."""
        before = await self.sanctions.in_force(actor.guild_id, user_id)
        lifted = await self.sanctions.lift(actor.guild_id, user_id)
        await self._record(actor, "unban", user_id, before=before.kind if before else "", after="", reason=reason)
        if lifted:
            await self._write(actor.guild_id, user_id, "notice-pardoned", {})
        return lifted

    async def _impose(
        self, guild_id: int, user_id: int, kind: SanctionKind, *, seconds: float, actor_id: int, reason: str
    ) -> Sanction:
        before = await self.sanctions.in_force(guild_id, user_id)
        until = self._clock() + seconds if seconds else 0.0
        sanction = await self.sanctions.impose(guild_id, user_id, kind, until=until, actor_id=actor_id, reason=reason)
        await self.audit.record(
            actor_id, kind, str(user_id), guild_id=guild_id, before=before.kind if before else "",
            after=f"{kind} until {int(until)}" if until else f"{kind} for good", reason=reason,
        )  # fmt: skip
        facts: dict[str, Fact] = {"until": int(until), "reason": because(reason)}
        await self._write(guild_id, user_id, f"sanction-{kind}" + ("" if until else "-for-good"), facts)
        return sanction

    # --- Strikes --------------------------------------------------------------------------------------------------

    async def refused(self, who: Requester, verdict: Verdict) -> None:
        """The prompt check refused a line: log it, and count a strike where the category is one that counts."""
        await self.audit.record(0, "prompt-blocked", str(who.user_id), guild_id=who.guild_id, after=verdict.category)
        if verdict.category in FLOOR or verdict.category in self._config.strike_for:
            await self.strike(who.guild_id, who.user_id, verdict.category)

    async def strike(
        self, guild_id: int, user_id: int, category: str, *, actor_id: int = 0, reason: str = ""
    ) -> Sanction | None:
        """Count a strike, and go up the ladder: a warning first, then timeouts that double, then a ban."""
        await self.sanctions.strike(guild_id, user_id, category, actor_id=actor_id, reason=reason)
        count = await self.count(guild_id, user_id)
        await self.audit.record(
            actor_id, "strike", str(user_id), guild_id=guild_id, before=str(count - 1), after=str(count),
            reason=reason or category,
        )  # fmt: skip
        ladder = self._config
        if count >= ladder.ban_at:
            return await self._impose(guild_id, user_id, "ban", seconds=0, actor_id=0, reason=category)
        if count >= ladder.timeout_at:
            seconds = ladder.timeout_minutes * 60 * 2 ** (count - ladder.timeout_at)
            return await self._impose(guild_id, user_id, "timeout", seconds=seconds, actor_id=0, reason=category)
        facts: dict[str, Fact] = {"count": count, "limit": ladder.timeout_at, "reason": because(reason)}
        await self._write(guild_id, user_id, "notice-strike", facts)
        return None

    async def count(self, guild_id: int, user_id: int) -> int:
        """Strikes that still count: they decay."""
        return len(await self.strikes(guild_id, user_id))

    async def strikes(self, guild_id: int, user_id: int) -> list[Strike]:
        """Those that still count, newest first."""
        return await self.sanctions.strikes(guild_id, user_id, self._clock() - self._config.decay_days * DAY)

    async def forgive(self, actor: Requester, user_id: int, *, newest_only: bool, reason: str = "") -> int:
        """Forgive the newest strike of a member, or all; returns how many."""
        before = await self.count(actor.guild_id, user_id)
        forgiven = await self.sanctions.forgive(actor.guild_id, user_id, newest_only=newest_only)
        after = str(await self.count(actor.guild_id, user_id))
        await self._record(actor, "forgive", user_id, before=str(before), after=after, reason=reason)
        return forgiven

    # --- Reviews and reports --------------------------------------------------------------------------------------

    async def hold(self, job: Job, reason: str) -> None:
        """Put the pictures of a job before a moderator; once is enough."""
        if await self.reviews.open(job.id, job.guild_id, reason):
            await self.audit.record(0, "review-opened", job.id, guild_id=job.guild_id, after=reason)
            self.stirred()

    async def report(self, who: Requester, job: Job) -> int:
        """A member minds the pictures of a job; enough members, and they are hidden until a moderator has decided.

        Returns how many reports there are. Young accounts are thanked and not counted.
        """
        if who.account_at and self._clock() - who.account_at < self._config.report_account_days * DAY:
            return len(await self.reviews.reporters(job.id))
        count = await self.reviews.report(job.id, who.user_id)
        await self.audit.record(who.user_id, "report", job.id, guild_id=job.guild_id, after=str(count))
        if count >= self._config.reports_hide:
            opened = await self.reviews.open(job.id, job.guild_id, REPORTS)
            if opened or await self.reviews.reopen(job.id, REPORTS):
                await self._show_again(job.id)
                self.stirred()
        return count

    async def decide(self, actor: Requester, job_id: str, decision: Decision, *, reason: str = "") -> Job:
        """Approve the pictures, or delete them. Raises `NoSuchThing` where somebody was faster."""
        review = await self._review(actor, job_id)
        job = await self._jobs.get(job_id)
        if job.user_id == actor.user_id and not actor.is_admin:
            raise NotAllowed("error-own-case")
        if not await self.reviews.decide(job_id, decision, actor.user_id):
            raise NoSuchThing("error-review-decided")
        await self._record(actor, f"review-{decision}", job_id, before=review.reason, after=decision, reason=reason)
        if decision == "deleted":
            await self._jobs.forget_images(job_id)
            await asyncio.to_thread(self._files.remove, job_id)
        await self._show_again(job_id)
        return job

    async def punish(self, actor: Requester, job_id: str, measure: Measure) -> Job:
        """Delete the pictures, and warn, time out or ban whoever drew them. Raises like `decide`."""
        job = await self.decide(actor, job_id, "deleted", reason=measure)
        review = await self._review(actor, job_id)
        if measure == "warn":
            await self.strike(job.guild_id, job.user_id, review.reason, actor_id=actor.user_id)
            return job
        seconds = self._config.timeout_minutes * 60 if measure == "timeout" else 0
        await self.sanction(actor, job.user_id, measure, seconds=seconds, reason=review.reason)
        return job

    async def _review(self, actor: Requester, job_id: str) -> Review:
        review = await self.reviews.find(job_id)
        if review is None or review.guild_id != actor.guild_id:
            raise NoSuchThing("error-review-unknown", job=job_id)
        return review

    async def _show_again(self, job_id: str) -> None:
        await self._jobs.untell(job_id)
        await self._tell(await self._jobs.get(job_id))

    # --- Appeals --------------------------------------------------------------------------------------------------

    async def appeal(self, who: Requester, about: str, text: str) -> Appeal:
        """Object to a sanction or a strike. Raises `AppealLimit`; `NoSuchThing` where there is none of them."""
        if not await self.sanctions.in_force(who.guild_id, who.user_id) and not await self.count(
            who.guild_id, who.user_id
        ):
            raise NoSuchThing("error-appeal-nothing")
        if await self.sanctions.appeals_since(who.user_id, self._clock() - DAY) >= self._config.appeals_per_day:
            raise AppealLimit(limit=self._config.appeals_per_day)
        appeal = await self.sanctions.appeal(who.guild_id, who.user_id, about, text)
        await self._record(who, "appeal", who.user_id, after=about)
        self.stirred()
        return appeal

    async def decide_appeal(self, actor: Requester, seq: int, state: Literal["granted", "refused"]) -> Appeal:
        """Granting ends the member's sanctions and forgives the newest strike. Raises `NoSuchThing`."""
        appeal = await self.sanctions.find_appeal(seq)
        if appeal is None or appeal.guild_id != actor.guild_id:
            raise NoSuchThing("error-appeal-unknown")
        if not await self.sanctions.decide_appeal(seq, state, actor.user_id):
            raise NoSuchThing("error-appeal-decided")
        if state == "granted":
            await self.sanctions.lift(appeal.guild_id, appeal.user_id)
            await self.sanctions.forgive(appeal.guild_id, appeal.user_id, newest_only=True)
        await self._record(actor, f"appeal-{state}", appeal.user_id, before="open", after=state)
        await self._write(appeal.guild_id, appeal.user_id, f"notice-appeal-{state}", {})
        return appeal

    async def _write(self, guild_id: int, user_id: int, sentence: str, facts: Mapping[str, Fact]) -> None:
        """The member is told soon; on the command line there is none."""
        if user_id:
            await self.letters.write(guild_id, user_id, sentence, facts)
            self.stirred()

    async def _record(
        self, actor: Requester, action: str, target: int | str, *, before: str = "", after: str = "", reason: str = ""
    ) -> None:
        await self.audit.record(
            actor.user_id, action, str(target), guild_id=actor.guild_id, before=before, after=after, reason=reason
        )


def _nothing() -> None:
    """Nobody waits for it."""
