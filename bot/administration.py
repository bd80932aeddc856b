"""What administrators decide for their server: policy, words, limits, weights, models. Everything is audited.

Knows no Discord: whoever calls it has checked that the actor may. `bot.operation` has what concerns jobs and workers.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from bot.config import Config
from bot.defaults import Defaults, Owner, place_of
from bot.errors import BadSetting, NoSuchThing
from bot.gate import Allowance
from bot.requester import Requester
from bot.safety import Verdict
from bot.safety.base import PolicyLayer
from bot.safety.places import PlaceRules, Where, spelt
from bot.switches import Switches, models_of
from gpu.weights import words
from storage.audit import AuditLog
from storage.rules import RuleStore, Scope, WordKind

LONGEST_WORD = 60
MOST_WORDS = 500
"""Of one server."""


class Administration:
    """The decisions of a server's administrators."""

    def __init__(
        self, *, config: Config, rules: RuleStore, places: PlaceRules, switches: Switches, audit: AuditLog,
        defaults: Defaults,
    ) -> None:  # fmt: skip
        self._config = config
        self._rules = rules
        self._places = places
        self._audit = audit
        self.switches = switches
        self.defaults = defaults

    # --- Policy ---------------------------------------------------------------------------------------------------

    async def set_policy(
        self, actor: Requester, category: str, action: str, *, channel_id: int = 0, reason: str = ""
    ) -> str:
        """What happens to a category in a channel, or in the whole server (0); "inherit" leaves it to what is below.

        Returns what the layer said before. Raises `BadSetting`.
        """
        layer = await self._rules.layer(actor.guild_id, channel_id)
        before = layer.pop(category, "inherit")
        if action != "inherit":
            layer[category] = action
        try:
            PolicyLayer.model_validate({category: None if action == "inherit" else action})
        except ValidationError as error:
            raise BadSetting(field=category, problem=_problem(error)) from error
        await self._rules.save_layer(actor.guild_id, channel_id, layer)
        target = f"{category} in {channel_id or 'server'}"
        await self.record(actor, "policy", target, before=before, after=action, reason=reason)
        return before

    async def policy(self, where: Where) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """What holds in a place, what its server's layer says, what its channel's says."""
        rules = await self._places.of(where)
        holding = {name: action.value for name, action in rules.policy}
        guild = await self._rules.layer(where.guild_id)
        return holding, guild, await self._rules.layer(where.guild_id, where.channel_id)

    # --- Words ----------------------------------------------------------------------------------------------------

    async def words(self, guild_id: int) -> dict[str, WordKind]:
        """The server's own."""
        return await self._rules.words(guild_id)

    async def add_word(self, actor: Requester, word: str, kind: WordKind, *, reason: str = "") -> str:
        """Block or allow a word or phrase; returns it as it is stored. Raises `BadSetting`."""
        plain, known = spelt(word), await self._rules.words(actor.guild_id)
        if not plain or len(plain) > LONGEST_WORD or (len(known) >= MOST_WORDS and plain not in known):
            raise BadSetting("error-word", limit=LONGEST_WORD, most=MOST_WORDS)
        await self._rules.save_word(actor.guild_id, plain, kind)
        await self.record(actor, "word-add", plain, before=known.get(plain, ""), after=kind, reason=reason)
        return plain

    async def remove_word(self, actor: Requester, word: str, *, reason: str = "") -> str:
        """Forget a word. Raises `NoSuchThing`."""
        plain = spelt(word)
        before = (await self._rules.words(actor.guild_id)).get(plain, "")
        if not await self._rules.remove_word(actor.guild_id, plain):
            raise NoSuchThing("error-word-unknown", word=plain[:LONGEST_WORD])
        await self.record(actor, "word-remove", plain, before=before, reason=reason)
        return plain

    async def try_prompt(self, where: Where, text: str) -> tuple[Verdict, list[str]]:
        """What the check says of a prompt there, and which of the server's own words stand in it."""
        rules = await self._places.of(where)
        plain = words(text)
        return rules.check(plain), rules.standing(plain)

    # --- Limits and weights ---------------------------------------------------------------------------------------

    async def limits(self, guild_id: int) -> dict[tuple[Scope, int], dict[str, Any]]:
        """All rules of a server."""
        return await self._rules.rules(guild_id)

    async def set_limit(
        self, actor: Requester, scope: Scope, target_id: int, field: str, value: float | None, *, reason: str = ""
    ) -> Any:
        """Set one field of `bot.gate.Allowance` for somebody; None: no rule. Returns the value before.

        Raises `BadSetting` for one that the field does not take.
        """
        rule = dict((await self._rules.rules(actor.guild_id)).get((scope, target_id), {}))
        before = rule.pop(field, None)
        if value is not None:
            rule[field] = _whole(value)
        try:
            Allowance(**rule)
        except ValidationError as error:
            raise BadSetting(field=field, problem=_problem(error)) from error
        await self._rules.save_rule(actor.guild_id, scope, target_id, rule)
        target = f"{field} of {scope} {target_id}" if target_id else f"{field} of {scope}"
        await self.record(actor, "limit", target, before=_said(before), after=_said(rule.get(field)), reason=reason)
        return before

    # --- Models and defaults --------------------------------------------------------------------------------------

    async def allow_models(
        self, actor: Requester, names: Collection[str], *, channel_id: int = 0, reason: str = ""
    ) -> list[str]:
        """Only these may draw in the server, or in one channel of it; none of them: as if nothing were said.

        Returns those before. Raises `BadSetting`.
        """
        self._require_known(names)
        before = await self.switches.models(actor.guild_id, channel_id)
        await self.switches.settings.set(actor.guild_id, models_of(channel_id), sorted(names) or None)
        await self.record(
            actor, "models", f"allowed in {channel_id}" if channel_id else "allowed",
            before=", ".join(before) or "all", after=", ".join(sorted(names)) or "all", reason=reason,
        )  # fmt: skip
        return before

    async def set_default(self, actor: Requester, owner: Owner, name: str, value: str, *, reason: str = "") -> str:
        """What holds in a server or a channel where a line and its member say nothing; "": nothing.

        Returns the value as it was read. Raises `Refusal`, and `NotOffered` for a model that does not draw there.
        """
        before = (await self.defaults.chosen(owner)).get(name, "")
        if name == "model" and (read := self.defaults.read(name, value)):
            await self.switches.require_model(place_of(actor, owner), read)
        read = await self.defaults.set(owner, name, value)
        target = f"{name} of {owner.layer} {owner.id}"
        await self.record(actor, "default", target, before=before, after=read, reason=reason)
        return read

    async def reset_defaults(self, actor: Requester, owner: Owner) -> None:
        """None of a layer holds any more."""
        before = await self.defaults.chosen(owner)
        await self.defaults.reset(owner)
        await self.record(actor, "default", f"all of {owner.layer} {owner.id}", before=_said(before) if before else "")

    def _require_known(self, names: Collection[str]) -> None:
        if unknown := [name for name in names if name not in self._config.specs]:
            raise BadSetting("error-model-unknown-here", model=unknown[0][:100], models=", ".join(self._config.specs))

    # --- The log --------------------------------------------------------------------------------------------------

    async def set_setting(self, actor: Requester, name: str, value: Any, *, reason: str = "") -> None:
        """Set what `bot.switches` or another reader understands, such as the moderators' channel; None: nothing."""
        before = await self.switches.settings.get(actor.guild_id, name)
        await self.switches.settings.set(actor.guild_id, name, value)
        await self.record(actor, "setting", name, before=_said(before), after=_said(value), reason=reason)

    async def record(
        self, actor: Requester, action: str, target: str, *, before: str = "", after: str = "", reason: str = ""
    ) -> None:
        """Write down who did what."""
        await self._audit.record(
            actor.user_id, action, target, guild_id=actor.guild_id, before=before, after=after, reason=reason
        )


def _problem(error: ValidationError) -> str:
    return error.errors()[0]["msg"].removeprefix("Value error, ")


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _said(value: Any) -> str:
    return "" if value is None else json.dumps(value)
