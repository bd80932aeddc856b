"""What a model cannot do is corrected, with a note that says so: steps, guidance and samplers of few-step models.

Knows no Discord and no device. Works on complete params, after all layers of defaults.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gpu.errors import Fact
from gpu.params import GenerationParams
from gpu.types import ModelSpec, Note

NON_COMMERCIAL = "note-non-commercial"


def fit(
    params: GenerationParams, spec: ModelSpec, chosen: Mapping[str, Any]
) -> tuple[GenerationParams, tuple[Note, ...]]:
    """The nearest params that the model can draw, and a note for each that is another one now."""
    allowed = spec.schedulers or (params.scheduler,)
    changes = {
        "num_inference_steps": min(max(params.num_inference_steps, spec.min_steps), spec.max_steps),
        "guidance_scale": min(max(params.guidance_scale, spec.min_guidance), spec.max_guidance),
        "scheduler": params.scheduler if params.scheduler in allowed else spec.scheduler,
    }
    fitting = params.model_copy(update=changes)
    facts: dict[str, dict[str, Fact]] = {
        "num_inference_steps": {"low": spec.min_steps, "high": spec.max_steps},
        "guidance_scale": {"low": f"{spec.min_guidance:g}", "high": f"{spec.max_guidance:g}"},
        "scheduler": {"known": ", ".join(spec.schedulers)},
    }
    notes = [
        Note(
            id=f"note-corrected-{name.replace('_', '-')}",
            facts={"model": spec.name, "wished": _plain(params, name), "now": _plain(fitting, name), **facts[name]},
        )
        for name in changes
        if getattr(params, name) != getattr(fitting, name)
    ]
    if chosen.get("negative_prompt", "none") != "none" and not spec.hears_negative(fitting.guidance_scale):
        notes.append(Note(id="note-negative-unheard", facts={"model": spec.name}))
    return fitting, tuple(notes)


def with_licence(notes: Iterable[Note], spec: ModelSpec | None) -> tuple[Note, ...]:
    """The notes of a picture by `spec`: one more where its licence does not let it be used for money."""
    others = tuple(note for note in notes if note.id != NON_COMMERCIAL)
    if spec is None or spec.commercial:
        return others
    return (*others, Note(id=NON_COMMERCIAL, facts={"model": spec.name, "licence": spec.licence or "?"}))


def _plain(params: GenerationParams, name: str) -> str | int:
    value = getattr(params, name)
    return f"{value:g}" if isinstance(value, float) else value
