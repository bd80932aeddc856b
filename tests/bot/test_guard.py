"""Who may draw, what is shown where, and what moderators decide: on a real database and a real worker process."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from bot.errors import (
    AppealLimit,
    CooldownActive,
    DailyLimit,
    NoSuchThing,
    PictureHeld,
    PictureWithheld,
    PromptBlocked,
    Sanctioned,
    TooNew,
)
from bot.guard import Guard
from bot.requester import Requester
from bot.runtime import Runtime
from bot.safety import STRICT, Action
from bot.safety.pictures import judge, worker_policy
from bot.safety.places import Where
from storage.errors import QueueFull
from storage.models import Job, JobState
from storage.rules import RuleStore

from .conftest import Recorder

HOUR, DAY = 3600, 86400
FLOOR_LINE = "topless " + "toddler"
HERE = Where(guild_id=10, channel_id=100)
ADULT = Where(guild_id=10, channel_id=200, age_restricted=True)
MOD = Requester(user_id=9, guild_id=10, channel_id=100, is_moderator=True)
LIMITS, LINE = {"sexual": 0.7}, {"sexual": 0.6}


@pytest.fixture
def guard(runtime: Runtime) -> Guard:
    return runtime.studio.guard


@pytest.fixture
def rules(guard: Guard) -> RuleStore:
    return guard.places._store


async def drawn(runtime: Runtime, recorder: Recorder, who: Requester, score: float = 0.0) -> Job:
    """A finished job whose pictures have that score."""
    job = await runtime.studio.imagine(who, "a red fox --n 1 --steps 2")
    await recorder.until(job.id, JobState.DONE)
    await set_score(runtime, job.id, score)
    return await runtime.jobs.get(job.id)


async def set_score(runtime: Runtime, job_id: str, score: float) -> None:
    await runtime.jobs._db.run("UPDATE images SET scores = json_object('sexual', ?) WHERE job_id = ?", (score, job_id))


async def shown(runtime: Runtime, job: Job, where: Where = HERE) -> bool:
    images = await runtime.jobs.images(job.id)
    return await runtime.studio.guard.require_shown(job, images, where)


# --- What a score means -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "score", "expected"),
    [
        ("block", 0.9, "block"), ("block", 0.65, "review"), ("block", 0.5, "allow"), ("review", 0.9, "review"),
        ("review", 0.65, "allow"), ("spoiler", 0.7, "spoiler"), ("allow", 1.0, "allow"),
    ],
)  # fmt: skip
def test_what_a_score_means(action: str, score: float, expected: str) -> None:
    policy = STRICT.model_copy(update={"sexual": Action(action)})
    assert judge({"sexual": score, "unknown": 1.0}, policy, LIMITS, LINE).action == expected
    assert bool(worker_policy(policy, LIMITS).thresholds) is (action == "block")


def test_a_category_that_no_policy_knows_is_blocked() -> None:
    assert judge({"mine": 0.9}, STRICT, {"mine": 0.5}, {}).action is Action.BLOCK


# --- The policy of a place --------------------------------------------------------------------------------------------


async def test_an_adult_category_opens_in_an_age_restricted_channel_only(guard: Guard, rules: RuleStore) -> None:
    await rules.save_layer(10, 0, {"sexual": "allow", "weapons": "spoiler", "sexual_minors": "allow", "gone": "allow"})
    here, adult = (await guard.places.of(HERE)).policy, (await guard.places.of(ADULT)).policy
    assert (here.sexual, adult.sexual) == (Action.BLOCK, Action.ALLOW)
    assert here.weapons is Action.SPOILER
    assert (await guard.places.of(ADULT)).check(FLOOR_LINE).action is Action.BLOCK
    elsewhere = replace(ADULT, guild_id=11)
    assert (await guard.places.of(elsewhere)).policy == STRICT


async def test_a_picture_of_an_adult_channel_stays_there(
    runtime: Runtime, recorder: Recorder, rules: RuleStore, alice: Requester
) -> None:
    await rules.save_layer(10, 200, {"sexual": "allow"})
    job = await drawn(runtime, recorder, replace(alice, channel_id=200, age_restricted=True), score=0.95)
    assert await shown(runtime, job, ADULT) is False
    with pytest.raises(PictureWithheld):
        await shown(runtime, job, HERE)
    with pytest.raises(PictureWithheld):
        await shown(runtime, job, Where())
    await rules.save_layer(10, 200, {})
    with pytest.raises(PictureWithheld):
        await shown(runtime, job, ADULT)


async def test_words_of_a_server(guard: Guard, rules: RuleStore) -> None:
    await rules.save_word(10, "clown", "block")
    await rules.save_word(10, "nude", "allow")
    here, elsewhere = await guard.places.of(HERE), await guard.places.of(replace(HERE, guild_id=11))
    assert here.check("a sad CLÓWN").category == "words"
    assert here.check("a clownfish").action is Action.ALLOW
    assert elsewhere.check("a clown").action is Action.ALLOW
    assert here.check("a nude woman").action is Action.ALLOW
    assert elsewhere.check("a nude woman").action is Action.BLOCK
    await rules.save_word(10, "toddler", "allow")
    assert (await guard.places.of(HERE)).check(FLOOR_LINE).category == "sexual_minors"


# --- Review and reports -----------------------------------------------------------------------------------------------


async def test_a_borderline_picture_waits_for_a_moderator(
    runtime: Runtime, recorder: Recorder, guard: Guard, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice, score=0.65)
    for _ in range(2):
        with pytest.raises(PictureHeld):
            await shown(runtime, job)
    assert [review.job_id for review in await guard.moderation.reviews.waiting(10)] == [job.id]
    assert await guard.moderation.reviews.waiting(11) == []
    with pytest.raises(NoSuchThing):
        await guard.moderation.decide(replace(MOD, guild_id=11), job.id, "approved")
    await runtime.jobs.told(job.id, job.state)
    await guard.moderation.decide(MOD, job.id, "approved")
    assert (await runtime.jobs.get(job.id)).told_state == ""
    assert await shown(runtime, job) is True  # behind a spoiler all the same
    with pytest.raises(NoSuchThing):
        await guard.moderation.decide(MOD, job.id, "deleted")


async def test_what_was_made_of_a_held_picture_is_held_with_it(
    runtime: Runtime, recorder: Recorder, guard: Guard, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice)
    alone = await runtime.studio.upscale(alice, job.id, 1)
    await guard.moderation.hold(job, "sexual")
    with pytest.raises(PictureHeld):
        await shown(runtime, alone)
    await guard.moderation.decide(MOD, job.id, "deleted")
    assert await runtime.studio.images(job.id) == []
    with pytest.raises(PictureWithheld):
        await shown(runtime, alone)


async def test_enough_members_hide_a_picture(
    runtime: Runtime, recorder: Recorder, guard: Guard, alice: Requester
) -> None:
    job = await drawn(runtime, recorder, alice)
    old = time.time() - 100 * DAY
    members = [Requester(user_id=id, guild_id=10, account_at=old) for id in (2, 3, 2, 4)]
    young = Requester(user_id=5, guild_id=10, account_at=time.time() - DAY)
    counts = [await guard.moderation.report(who, job) for who in (members[0], young, *members[1:3])]
    assert counts == [1, 1, 2, 2]
    assert await shown(runtime, job) is False
    assert await guard.moderation.report(members[3], job) == 3
    with pytest.raises(PictureHeld):
        await shown(runtime, job)


# --- Strikes, sanctions, appeals --------------------------------------------------------------------------------------


async def test_the_ladder_from_warning_to_ban(runtime: Runtime, guard: Guard, alice: Requester) -> None:
    for _ in range(3):
        with pytest.raises(PromptBlocked):
            await runtime.studio.imagine(alice, FLOOR_LINE)
    told = [letter.sentence for letter in await guard.moderation.letters.due()]
    assert told == ["notice-strike", "notice-strike", "sanction-timeout"]
    with pytest.raises(Sanctioned) as refused:
        await runtime.studio.imagine(alice, "a red fox")
    assert refused.value.facts["until"] == pytest.approx(time.time() + HOUR, abs=30)
    for _ in range(3):
        await guard.moderation.strike(10, alice.user_id, "sexual", actor_id=9)
    sanction = await guard.moderation.sanctions.in_force(10, alice.user_id)
    assert sanction is not None
    assert (sanction.kind, sanction.until) == ("ban", 0)
    assert (await runtime.studio.imagine(replace(alice, guild_id=11), "a red fox")).id  # another server decides itself
    actions = [entry.action for entry in await guard.moderation.audit.entries(10)]
    assert actions.count("strike") == 6
    assert actions.count("prompt-blocked") == 3
    assert "topless" not in str(await guard.moderation.audit.entries(10))


async def test_an_appeal_ends_a_ban(runtime: Runtime, guard: Guard, alice: Requester) -> None:
    await guard.moderation.sanction(MOD, alice.user_id, "ban", reason="spam")
    with pytest.raises(Sanctioned):
        await runtime.studio.imagine(alice, "a red fox")
    appeal = await guard.moderation.appeal(alice, "ban", "it was not me")
    await guard.moderation.appeal(alice, "ban", "really")
    with pytest.raises(AppealLimit):
        await guard.moderation.appeal(alice, "ban", "please")
    with pytest.raises(NoSuchThing):
        await guard.moderation.decide_appeal(replace(MOD, guild_id=11), appeal.seq, "granted")
    await guard.moderation.decide_appeal(MOD, appeal.seq, "granted")
    with pytest.raises(NoSuchThing):
        await guard.moderation.decide_appeal(MOD, appeal.seq, "refused")
    assert (await runtime.studio.imagine(alice, "a red fox")).id


# --- Limits -----------------------------------------------------------------------------------------------------------


async def test_limits_say_when_the_member_may_go_on(runtime: Runtime, rules: RuleStore, alice: Requester) -> None:
    await rules.save_rule(10, "guild", 0, {"images_per_day": 5, "member_hours": 24, "account_days": 3})
    now = time.time()
    with pytest.raises(TooNew) as new:
        await runtime.studio.imagine(replace(alice, joined_at=now - HOUR), "a fox")
    assert new.value.facts["until"] == pytest.approx(now + 23 * HOUR, abs=30)
    with pytest.raises(TooNew):
        await runtime.studio.imagine(replace(alice, joined_at=now - 30 * DAY, account_at=now - DAY), "a fox")
    await runtime.studio.imagine(alice, "a fox --n 4")
    with pytest.raises(DailyLimit) as spent:
        await runtime.studio.imagine(alice, "a fox --n 2")
    assert 0 < float(spent.value.facts["until"]) - now <= DAY
    await rules.save_rule(10, "role", 7, {"images_per_day": 50})
    await rules.save_rule(10, "role", 8, {"images_per_day": 8, "cooldown_seconds": 0})
    assert (await runtime.studio.imagine(replace(alice, role_ids=frozenset({7, 8})), "a fox --n 2")).id
    await rules.save_rule(10, "user", alice.user_id, {"cooldown_seconds": 60, "images_per_day": 99})
    with pytest.raises(CooldownActive):
        await runtime.studio.imagine(alice, "a fox")


async def test_running_and_waiting_limits_and_weights_reach_the_queue(
    runtime: Runtime, rules: RuleStore, alice: Requester, monkeypatch: pytest.MonkeyPatch
) -> None:
    await rules.save_rule(10, "guild", 0, {"running": 1, "waiting": 1, "weight": 2.5})
    first = await runtime.studio.imagine(alice, "a fox --steps 150 --seed 1")
    assert (first.running_limit, first.waiting_limit, first.weight) == (1, 1, 2.5)
    lines = [f"a fox --steps 150 --seed {seed}" for seed in (2, 3, 4)]
    with pytest.raises(QueueFull) as full:
        await asyncio.gather(*(runtime.studio.imagine(alice, line) for line in lines))
    assert full.value.facts["limit"] == 1
    assert len([job for job in await runtime.jobs.of_user(1) if job.state is JobState.RUNNING]) <= 1


async def test_deleting_ones_data_opens_no_new_daily_limit(
    runtime: Runtime, recorder: Recorder, rules: RuleStore, alice: Requester
) -> None:
    await rules.save_rule(10, "guild", 0, {"images_per_day": 5})
    job = await runtime.studio.imagine(alice, "a fox --n 4 --steps 2")
    await recorder.until(job.id, JobState.DONE)
    for _ in range(2):
        assert (await runtime.privacy.erase(alice.user_id)).left == 0
        with pytest.raises(DailyLimit):
            await runtime.studio.imagine(alice, "a fox --n 2")
    assert await runtime.jobs.of_user(alice.user_id) == []
    last = await runtime.studio.imagine(alice, "a fox --n 1 --steps 2")
    await recorder.until(last.id, JobState.DONE)
    await runtime.privacy.erase(alice.user_id)
    with pytest.raises(DailyLimit):
        await runtime.studio.imagine(alice, "a fox --n 1")
    assert (await runtime.studio.imagine(replace(alice, user_id=77), "a fox --n 4")).id, "nobody else's"
