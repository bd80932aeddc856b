"""Before a job: may this member draw here, and this? After it: may these pictures be shown there, now?

Joins the gate, the rules of places and moderation; the intake and the composer ask here and nowhere else. Knows no
Discord: a place is a `Where`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.config import SafetyConfig
from bot.errors import PictureHeld, PictureWithheld, PromptBlocked
from bot.gate import Admission, Gate
from bot.moderation import Moderation
from bot.requester import Requester
from bot.safety import OPEN, Action, check_prompt
from bot.safety.pictures import worker_policy
from bot.safety.places import PlaceRules, Where
from bot.showing import Showing
from bot.switches import Switches
from gpu.params import GenerationParams
from gpu.types import SafetyPolicy
from gpu.weights import words
from storage.models import Job, StoredImage


class Guard:
    """The policy of every place, at work."""

    def __init__(
        self, *, config: SafetyConfig, gate: Gate, places: PlaceRules, moderation: Moderation, switches: Switches
    ) -> None:
        self.gate = gate
        self.places = places
        self.moderation = moderation
        self.switches = switches
        self._showing = Showing(config, places, moderation.reviews)
        self._config = config

    # --- Before a job ---------------------------------------------------------------------------------------------

    async def admit(self, who: Requester, images: int) -> Admission:
        """Raises `Paused`, `NotHere`, `Sanctioned`, `TooNew`, `CooldownActive`, `DailyLimit`."""
        await self.switches.require_open(who.guild_id)
        await self.switches.require_channel(who)
        return await self.gate.admit(who, images)

    async def check_prompt(self, who: Requester, params: GenerationParams) -> SafetyPolicy:
        """What the worker must not even write. Raises `PromptBlocked`, and counts a strike where that is due.

        Raises `NotOffered` for a model that the server does not let draw there.
        """
        await self.switches.require_model(who, params.model)
        rules = await self.places.of(where_of(who))
        verdict = rules.check(words(params.prompt))
        if verdict.action is Action.BLOCK:
            await self.moderation.refused(who, verdict)
            raise PromptBlocked(verdict.reason_id, category=verdict.category)
        return worker_policy(rules.policy, self._config.thresholds)

    async def require_describable(
        self, who: Requester, scores: Mapping[str, float], captions: Sequence[str] = ()
    ) -> None:
        """Raises `PictureWithheld` for a member's picture that could not be shown there, or that is said to show what
        no place allows.
        """
        rules = await self.places.of(where_of(who))
        verdicts = [self._showing.judged(scores, rules), *(check_prompt(caption, OPEN) for caption in captions)]
        worst = max(verdicts, key=lambda verdict: verdict.action.rank)
        if worst.action.rank > Action.SPOILER.rank:
            raise PictureWithheld("error-describe-refused", category=worst.category)

    async def offered(self, who: Requester, lines: Sequence[str]) -> list[str]:
        """Those of the lines that the rules of the place do not refuse."""
        rules = await self.places.of(where_of(who))
        return [line for line in lines if rules.check(words(line)).action is not Action.BLOCK]

    # --- After it -------------------------------------------------------------------------------------------------

    async def require_shown(self, job: Job, images: Sequence[StoredImage], where: Where) -> bool:
        """Whether the pictures go behind a spoiler there. Raises `PictureWithheld`, `PictureHeld`.

        What must be seen by a moderator first is put before one here, so that no road leads past it.
        """
        reviews = await self._showing.reviews(job)
        if any(review.state == "open" for review in reviews):
            raise PictureHeld(job=job.id)
        await self.require_kept(job)
        verdict = await self._showing.verdict(job, [image.scores for image in images], where)
        if verdict.action is Action.BLOCK:
            raise PictureWithheld(category=verdict.category)
        if verdict.action is Action.REVIEW and not reviews:
            await self.moderation.hold(job, verdict.category)
            raise PictureHeld(job=job.id)
        return verdict.action in (Action.SPOILER, Action.REVIEW)

    async def require_kept(self, job: Job) -> None:
        """Raises `PictureWithheld` where a moderator removed the pictures."""
        if any(review.state == "deleted" for review in await self._showing.reviews(job)):
            raise PictureWithheld("error-picture-deleted", job=job.id)

    async def sketch(self, job: Job, scores: Mapping[str, float], where: Where) -> Action:
        """What happens to an unfinished picture there; one that a moderator must see first is not shown before."""
        return (await self._showing.verdict(job, [scores], where)).action


def where_of(who: Requester) -> Where:
    """The place of a request."""
    return Where(guild_id=who.guild_id, channel_id=who.channel_id, age_restricted=who.age_restricted)
