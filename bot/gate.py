"""Who may draw now: sanctions, the gate for new members, and limits by server, channel, role and member.

Every refusal says when the member may go on. Knows no Discord: what Discord tells of a member is in the `Requester`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from bot.errors import CooldownActive, DailyLimit, Sanctioned, TooNew
from bot.requester import Requester
from gpu.types import Setting
from storage.jobs import JobStore
from storage.rules import RuleStore, Scope
from storage.sanctions import SanctionStore

HOUR, DAY = 3600.0, 86400.0


class Allowance(Setting):
    """What one layer says of its members; None leaves the layer below as it is."""

    running: int | None = Field(None, ge=1, le=100)
    """Jobs drawn at a time."""
    waiting: int | None = Field(None, ge=0, le=1000)
    """Jobs that may wait beside them."""
    images_per_day: int | None = Field(None, ge=0)
    seconds_per_day: float | None = Field(None, ge=0)
    """Device seconds, by UTC days."""
    cooldown_seconds: float | None = Field(None, ge=0)
    member_hours: float | None = Field(None, ge=0)
    """How long one must have been a member of the server."""
    account_days: float | None = Field(None, ge=0)
    """How old an account must be."""
    weight: float | None = Field(None, gt=0, le=100)
    """Share of device time beside other members."""

    def set(self) -> dict[str, Any]:
        """What this layer decides."""
        return {name: value for name, value in self if value is not None}


BARRIERS = frozenset({"cooldown_seconds", "member_hours", "account_days"})
"""Of these less is more generous."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a member who may draw is allowed."""

    running: int
    """0: as config.toml says."""
    waiting: int | None
    weight: float


class Gate:
    """Asks the stores. `clock` gives seconds since 1970."""

    def __init__(
        self, sanctions: SanctionStore, rules: RuleStore, jobs: JobStore, clock: Callable[[], float]
    ) -> None:
        self._sanctions = sanctions
        self._rules = rules
        self._jobs = jobs
        self._clock = clock

    async def admit(self, who: Requester, images: int = 1) -> Admission:
        """Raises `Sanctioned`, `TooNew`, `CooldownActive`, `DailyLimit`."""
        await self.require_no_sanction(who)
        allowed = await self.allowance(who)
        if not who.is_moderator:
            self._require_age(who, allowed)
        await self._require_budget(who, allowed, images)
        return Admission(allowed.running or 0, allowed.waiting, allowed.weight or 1.0)

    async def require_no_sanction(self, who: Requester) -> None:
        """Raises `Sanctioned`."""
        if sanction := await self._sanctions.in_force(who.guild_id, who.user_id):
            code = f"sanction-{sanction.kind}" + ("" if sanction.until else "-for-good")
            raise Sanctioned(code, until=int(sanction.until), reason=because(sanction.reason))

    async def allowance(self, who: Requester) -> Allowance:
        """Server ← channel ← the most generous of the member's roles ← the member."""
        rules = await self._rules.rules(who.guild_id) if who.guild_id else {}

        def of(scope: Scope, ids: Iterable[int]) -> list[dict[str, Any]]:
            return [rules[scope, id] for id in ids if (scope, id) in rules]

        layers = [*of("guild", [0]), *of("channel", [who.channel_id]), most_generous(of("role", who.role_ids))]
        merged: dict[str, Any] = {}
        for layer in (*layers, *of("user", [who.user_id])):
            merged |= layer
        return Allowance(**{name: value for name, value in merged.items() if name in Allowance.model_fields})

    def _require_age(self, who: Requester, allowed: Allowance) -> None:
        now = self._clock()
        joined = who.joined_at + (allowed.member_hours or 0) * HOUR
        created = who.account_at + (allowed.account_days or 0) * DAY
        if who.joined_at and joined > now:
            raise TooNew("error-member-new", until=int(joined))
        if who.account_at and created > now:
            raise TooNew("error-account-new", until=int(created))

    async def _require_budget(self, who: Requester, allowed: Allowance, images: int) -> None:
        now = self._clock()
        midnight = now - now % DAY
        used = await self._jobs.usage(self._sanctions.pseudonyms.both(who.user_id), who.guild_id, midnight)
        free_at = used.newest + (allowed.cooldown_seconds or 0)
        if allowed.cooldown_seconds and free_at > now:
            raise CooldownActive(until=int(free_at) + 1)
        if allowed.images_per_day is not None and used.images + images > allowed.images_per_day:
            raise DailyLimit("error-daily-images", limit=allowed.images_per_day, until=int(midnight + DAY))
        if allowed.seconds_per_day is not None and used.seconds >= allowed.seconds_per_day:
            raise DailyLimit("error-daily-seconds", limit=round(allowed.seconds_per_day), until=int(midnight + DAY))


def because(reason: str) -> str:
    """A reason for the middle of a sentence; nothing where none was given."""
    return f" ({reason})" if reason else ""


def most_generous(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Of several roles, the best of each limit counts."""
    best: dict[str, Any] = {}
    for layer in layers:
        for name, value in layer.items():
            better = min if name in BARRIERS else max
            best[name] = better(best.get(name, value), value)
    return best
