"""The parameter table: every setting of a picture, written once.

The prompt parser, the slash options, range errors, `/help`, the README, the settings panel, the JSON in the
database, the PNG metadata and the worker all read this one class. Adding a flag is one line here; the engine
then uses the field. Knows no Discord and no model library.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

MAX_SEED = 2**32 - 1

Scheduler = Literal["Euler", "Euler a", "DPM++ 2M", "DPM++ 2M Karras", "DDIM", "UniPC", "LCM"]
"""The samplers a user may name, spelled as the field spells them; `gpu/schedulers.py` has the class of each."""


def param(*flags: str, help: str, slash: bool = False, kind: str = "", examples: tuple[str, ...] = ()) -> Any:
    """Describe one row of the table: its flags (the first is the canonical spelling) and its help sentence."""
    extra = {"flags": flags, "slash": slash, "kind": kind, "examples": examples}
    return Field(description=help, json_schema_extra=typing.cast(dict[str, Any], extra))


class GenerationParams(BaseModel):
    """Everything that decides the pixels, under diffusers' own argument names.

    Instances are complete: the layers (model ← quality ← style ← user) are already folded in, and `seed` is drawn,
    so that the stored JSON alone repeats the picture.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str = ""
    negative_prompt: Annotated[str, param("--no", kind="list", slash=True, help="What the picture must not show: a comma list.")] = ""
    model: Annotated[str, param("--model", kind="model", slash=True, help="The model that draws.")] = ""
    aspect_ratio: Annotated[
        str, param("--ar", "--aspect", kind="ratio", slash=True, help="Width to height.", examples=("3:2", "16:9"))
    ] = "1:1"
    num_inference_steps: Annotated[
        int, param("--steps", slash=True, help="Denoising steps: more is slower and finer."), Field(ge=1, le=150)
    ] = 30
    guidance_scale: Annotated[
        float, param("--cfg", slash=True, help="How strictly to follow the prompt."), Field(ge=0, le=30)
    ] = 7.0
    scheduler: Annotated[Scheduler, param("--sampler", slash=True, help="The sampling method.")] = "Euler"
    seed: Annotated[
        int, param("--seed", slash=True, help="Start of the noise: the same seed repeats a picture."), Field(ge=0, le=MAX_SEED)
    ] = 0
    num_images: Annotated[int, param("--n", slash=True, help="How many images to draw."), Field(ge=1, le=4)] = 4
    style: Annotated[str, param("--style", kind="style", slash=True, help="A style template by name.")] = ""
    quality: Annotated[
        str, param("--quality", "--q", kind="quality", slash=True, help="A preset, or a number that scales the steps.")
    ] = ""

    # Not flags: they follow from the above and are stored so that a picture can be repeated when defaults change.
    width: int = 1024
    height: int = 1024

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """Read stored params leniently: unknown keys are dropped, missing or no longer legal ones take the default."""
        try:
            return cls.model_validate(stored)
        except ValidationError as error:
            bad = {str(e["loc"][0]) for e in error.errors()}
            return cls.model_validate({k: v for k, v in stored.items() if k not in bad})

    def image_seed(self, index: int) -> int:
        """Seed of image `index` (1…n, as on the buttons)."""
        return (self.seed + index - 1) % (MAX_SEED + 1)


class Param(BaseModel):
    """One row of the table, as its readers see it."""

    model_config = ConfigDict(frozen=True)

    name: str
    flags: tuple[str, ...]
    kind: str
    """int, float, str, bool, choice, or a word with its own grammar: ratio, list, model, style, quality."""
    default: Any
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    help: str
    slash: bool
    examples: tuple[str, ...]

    @property
    def flag(self) -> str:
        """The canonical spelling, such as `--steps`."""
        return self.flags[0]


def _row(name: str, field: FieldInfo) -> Param:
    extra = typing.cast(dict[str, Any], field.json_schema_extra)
    bounds = {key: getattr(m, key) for m in field.metadata for key in ("ge", "le") if getattr(m, key, None) is not None}
    choices = tuple(typing.get_args(field.annotation)) if typing.get_origin(field.annotation) is Literal else ()
    kind = extra["kind"] or ("choice" if choices else _type_name(field.annotation))
    return Param(
        name=name, kind=kind, default=field.default, low=bounds.get("ge"), high=bounds.get("le"),
        choices=choices, help=field.description or "",
        **{key: extra[key] for key in ("flags", "slash", "examples")},
    )


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, types.UnionType):
        annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
    return str(annotation.__name__)


TABLE: tuple[Param, ...] = tuple(
    _row(name, field) for name, field in GenerationParams.model_fields.items() if field.json_schema_extra
)
"""Every parameter that a user can set, in the order of `/help`."""

BY_FLAG: dict[str, Param] = {flag: row for row in TABLE for flag in row.flags}

QUALITY: dict[str, dict[str, Any]] = {
    "draft": {"num_inference_steps": 15, "scheduler": "Euler"},
    "standard": {"num_inference_steps": 30, "scheduler": "Euler a"},
    "high": {"num_inference_steps": 50, "scheduler": "DPM++ 2M"},
    "precise": {"num_inference_steps": 30, "guidance_scale": 1.0},
}
"""The named `--quality` presets. A number multiplies the model's own steps; without the flag the model decides."""

QUALITY_RANGE = (0.25, 4.0)
