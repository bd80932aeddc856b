"""May these pictures be shown there, now? What a moderator decided, the rules of the place and the scores say so.

Delivery asks through the guard; an export that is made for everybody asks here. Changes nothing, knows no Discord.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.config import SafetyConfig
from bot.safety import Action, Verdict
from bot.safety.pictures import judge, worker_policy
from bot.safety.places import PlaceRules, Rules, Where
from gpu.weights import words
from storage.models import Job, StoredImage
from storage.reviews import Review, ReviewStore


class Showing:
    """The rules for finished pictures."""

    def __init__(self, config: SafetyConfig, places: PlaceRules, reviews: ReviewStore) -> None:
        self._config = config
        self._places = places
        self._reviews = reviews

    async def reviews(self, job: Job) -> list[Review]:
        """What moderators were asked about the job, and about those whose picture it shows."""
        return await self._reviews.of_line(job.id)

    async def verdict(self, job: Job, scores: Sequence[Mapping[str, float]], where: Where) -> Verdict:
        """The strictest that the rules of the place say of the prompt and of each picture."""
        rules = await self._places.of(where)
        verdicts = [rules.check(words(job.request.params.prompt)), *(self.judged(each, rules) for each in scores)]
        return max(verdicts, key=lambda verdict: verdict.action.rank)

    async def for_everybody(self, job: Job, images: Sequence[StoredImage]) -> bool:
        """Whether people may see them who are in no server: nothing held, reported away, removed, or behind a spoiler.

        Judged where they were drawn, as if no place were age-restricted; what was drawn where more was allowed than
        that stays there, whatever its scores are.
        """
        if any(review.state != "approved" for review in await self.reviews(job)):
            return False
        where = Where(guild_id=job.guild_id, channel_id=job.channel_id)
        strict = worker_policy((await self._places.of(where)).policy, self._config.thresholds)
        if not strict.thresholds.keys() <= job.request.policy.thresholds.keys():
            return False
        verdict = await self.verdict(job, [image.scores for image in images], where)
        anywhere = await self.verdict(job, [image.scores for image in images], replace(where, guild_id=0, channel_id=0))
        return verdict.action is anywhere.action is Action.ALLOW

    def judged(self, scores: Mapping[str, float], rules: Rules) -> Verdict:
        """What the rules of a place say of a picture alone."""
        return judge(scores, rules.policy, self._config.thresholds, self._config.borderline)
