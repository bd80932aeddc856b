"""Which policy holds in a place: config.toml ← server ← channel, and the server's own words. Knows no Discord."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from bot.safety.base import Action, Category, Policy, PolicyLayer, Verdict
from bot.safety.check import check_prompt
from bot.safety.normalise import clean
from storage.rules import RuleStore, WordKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place that something is shown in. Direct messages have guild 0 and are never age-restricted."""

    guild_id: int = 0
    channel_id: int = 0
    age_restricted: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in one place now."""

    policy: Policy
    words: Mapping[str, WordKind]

    def standing(self, text: str) -> list[str]:
        """Which of the server's own words stand in a prompt."""
        plain = _plain(text)
        return [word for word in self.words if _stands(word, plain)]

    def check(self, text: str) -> Verdict:
        """What happens to a prompt. An allowed word hides from every list but the floor; a blocked one is refused."""
        plain = _plain(text)
        if any(kind == "block" and _stands(word, plain) for word, kind in self.words.items()):
            return Verdict(Action.BLOCK, "words", "safety-block-words")
        whole = check_prompt(text, self.policy)
        allowed = [word for word, kind in self.words.items() if kind == "allow" and _stands(word, plain)]
        if not allowed or whole.action is Action.ALLOW or _is_floor(whole):
            return whole
        return check_prompt(_without(allowed, plain), self.policy)


class PlaceRules:
    """Reads what a place decided on top of the operator's default."""

    def __init__(self, default: Policy, store: RuleStore) -> None:
        self.default = default
        self._store = store

    async def of(self, where: Where) -> Rules:
        """The rules that hold there now."""
        layers = [_layer(stored) for stored in await self._store.layers(where.guild_id, where.channel_id)]
        policy = self.default.with_layers(*layers, age_restricted=where.age_restricted)
        return Rules(policy, await self._store.words(where.guild_id) if where.guild_id else {})


def spelt(word: str) -> str:
    """A server's word as it is stored and found: folded, in single spaces."""
    return _plain(word)


def _layer(stored: Mapping[str, str]) -> PolicyLayer:
    """A stored layer; what is no longer legal in it is left out, never the rest."""
    layer = PolicyLayer()
    for name, action in stored.items():
        with contextlib.suppress(ValidationError):
            layer = layer.model_copy(update=PolicyLayer.model_validate({name: action}).chosen())
    return layer


def _plain(text: str) -> str:
    return " ".join(clean(text).casefold().split())


def _stands(word: str, text: str) -> bool:
    """As a word of its own; in scripts without spaces anywhere."""
    if re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", word):
        return word in text
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _without(words: list[str], text: str) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text)
    return text


def _is_floor(verdict: Verdict) -> bool:
    return verdict.category in (Category.SEXUAL_MINORS.value, Category.SEXUAL_REAL_PERSON.value)
