"""What could be better about a picture: one table of complaints, and what helps against each.

A hint that can be known beforehand is also a note beside the picture, two at most. The others answer the button
"What could be better?". Each gives facts for its sentence, `hint-<name>` or `note-hint-<name>`; None: it does not fit.
Knows no Discord and no device.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.prompt.negative import negative_note
from bot.prompt.palette import palette
from bot.prompt.scripts import foreign_script
from gpu.errors import Fact
from gpu.params import GenerationParams
from gpu.types import ModelSpec, Note
from gpu.weights import words

NOTES = 2
"""More would be read by nobody."""
CHUNK = 75
"""Tokens that CLIP reads at once; a long prompt is read in so many pieces."""
CUT = {"sd3": 256, "flux": 512, "zimage": 512}
"""Families drawn by their stock pipeline → tokens, after which it cuts the text off."""
FEW_STEPS = 12
"""A model that draws in so few is a quick one."""
MANY_KEYWORDS = 20
NOTHING = "none"
"""A fact that is not there; sentences have a form without it."""
HIGH_GUIDANCE = 14.0
_TOKEN = re.compile(r"\w+|[^\w\s]")

Facts = dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a hint looks at."""

    params: GenerationParams
    spec: ModelSpec
    quick: str = ""
    """The name of a few-step model that is configured beside it."""

    @property
    def tokens(self) -> int:
        """About how many the text encoder sees: words and signs; the real tokenizer lives in the worker."""
        return len(_TOKEN.findall(words(self.params.prompt)))

    @property
    def few_steps(self) -> bool:
        """Whether the model is made for a handful of steps."""
        return self.spec.max_steps <= FEW_STEPS


@dataclass(frozen=True, slots=True)
class Hint:
    """One row of the table."""

    name: str
    advice: Callable[[Drawn], Facts | None]
    """For the button."""
    notice: Callable[[Drawn], Facts | None] | None = None
    """For the note; None: nobody can know beforehand."""


def _blurred(drawn: Drawn) -> Facts | None:
    steps, most = drawn.params.num_inference_steps, drawn.spec.max_steps
    more = min(most, max(30, 2 * steps)) if not drawn.few_steps else most
    samplers = [name for name in drawn.spec.schedulers or ("DPM++ 2M", "Euler a") if name != drawn.params.scheduler]
    sampler = samplers[0] if samplers else NOTHING
    return {"steps": steps, "more": more, "sampler": sampler} if more > steps or samplers else None


def _too_few_steps(drawn: Drawn) -> Facts | None:
    usual = drawn.spec.num_inference_steps
    if drawn.few_steps or drawn.params.quality or 2 * drawn.params.num_inference_steps >= usual:
        return None
    return {"steps": drawn.params.num_inference_steps, "usual": usual}


def _off_prompt(drawn: Drawn) -> Facts | None:
    now, most = drawn.params.guidance_scale, drawn.spec.max_guidance
    more = min(most, max(7.0, now + 2))
    return {"now": f"{now:g}", "more": f"{more:g}" if more > now else NOTHING}


def _burnt(drawn: Drawn) -> Facts | None:
    now, least = drawn.params.guidance_scale, drawn.spec.min_guidance
    less = max(least, round(0.6 * now, 1))
    return {"now": f"{now:g}", "less": f"{less:g}"} if less < now else None


def _burning(drawn: Drawn) -> Facts | None:
    return _burnt(drawn) if drawn.params.guidance_scale > HIGH_GUIDANCE else None


def keywords(prompt: str) -> int:
    """Phrases between commas."""
    return sum(bool(part.strip()) for part in words(prompt).split(","))


def fillers(prompt: str) -> list[str]:
    """The phrases of a prompt that cost room and change little."""
    low = f" {re.sub(r'[^a-z0-9-]+', ' ', prompt.lower())} "
    return [phrase for phrase in palette().filler if f" {phrase} " in low]


def _keywords(drawn: Drawn) -> Facts | None:
    count, filler = keywords(drawn.params.prompt), fillers(drawn.params.prompt)
    if count < MANY_KEYWORDS / 2 and not filler:
        return None
    return {"count": count, "filler": ", ".join(filler[:5]) or NOTHING}


def _too_many(drawn: Drawn) -> Facts | None:
    return _keywords(drawn) if keywords(drawn.params.prompt) > MANY_KEYWORDS else None


def _long(drawn: Drawn) -> Facts | None:
    limit = CUT.get(drawn.spec.family, CHUNK)
    if drawn.tokens <= limit or drawn.spec.family == "openai":
        return None
    parts = 0 if drawn.spec.family in CUT else -(-drawn.tokens // CHUNK)
    return {"tokens": drawn.tokens, "limit": limit, "parts": parts}


def _script(drawn: Drawn) -> Facts | None:
    script = foreign_script(drawn.params.prompt, drawn.spec.family)
    return {"script": script, "model": drawn.spec.name} if script else None


def _memory(drawn: Drawn) -> Facts | None:
    return {"width": drawn.params.width, "height": drawn.params.height, "images": drawn.params.num_images}


def _slow(drawn: Drawn) -> Facts | None:
    return None if drawn.few_steps else {"model": drawn.quick or NOTHING}


def _precise(drawn: Drawn) -> Facts | None:
    return {} if drawn.params.quality == "precise" else None


HINTS: tuple[Hint, ...] = (
    Hint("script", _script, _script),
    Hint("long", _long, _long),
    Hint("keywords", _keywords, _too_many),
    Hint("blurred", _blurred, _too_few_steps),
    Hint("off-prompt", _off_prompt),
    Hint("burnt", _burnt, _burning),
    Hint("slow", _slow),
    Hint("memory", _memory),
    Hint("precise", _precise),
)
"""In the order in which they matter: the first two that fit become notes."""


def advice(drawn: Drawn) -> list[tuple[str, Facts]]:
    """Sentences of all hints that fit a picture: ids and facts."""
    found = [(f"hint-{hint.name}", hint.advice(drawn)) for hint in HINTS]
    return [(id, facts) for id, facts in found if facts is not None]


def noticed(drawn: Drawn, without: Sequence[str] = ()) -> tuple[Note, ...]:
    """Notes of what is known beforehand; `without` those hints that were seen to already."""
    found = [
        (f"note-hint-{hint.name}", hint.notice(drawn)) for hint in HINTS if hint.notice and hint.name not in without
    ]
    return tuple(Note(id=id, facts=facts) for id, facts in found if facts is not None)[:NOTES]


def quick_model(specs: Mapping[str, ModelSpec], but: str) -> str:
    """A configured few-step model beside `but`, or ""."""
    return next((name for name, spec in specs.items() if spec.max_steps <= FEW_STEPS and name != but), "")


def drawn(params: GenerationParams, specs: Mapping[str, ModelSpec], default: str) -> Drawn:
    """What a hint looks at, of a job by any model: one that is configured no longer counts as the default."""
    spec = specs.get(params.model, specs[default])
    return Drawn(params, spec, quick_model(specs, spec.name))


def remarks(params: GenerationParams, specs: Mapping[str, ModelSpec], spec: ModelSpec) -> tuple[Note, ...]:
    """All that a result says by itself about its line: words that nobody wrote, and hints."""
    return negative_note(params, spec) + noticed(drawn(params, specs, spec.name))
