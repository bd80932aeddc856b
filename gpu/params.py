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

Scheduler = Literal[
    "Euler", "Euler a", "DPM++ 2M", "DPM++ 2M Karras", "DPM++ SDE", "DPM++ single", "DDIM", "UniPC", "Heun", "LMS",
    "LCM", "TCD",
]  # fmt: skip
"""The samplers a user may name, spelled as the field spells them; `gpu/schedulers.py` has the class of each."""

TWO_CALLS = frozenset[Scheduler]({"Heun"})
"""Samplers that ask the model twice in every step but the last."""

UpscalerName = Literal["none", "realesrgan", "anime", "video", "sd-x4"]
"""What makes pictures larger; `gpu/upscalers` has the class of each, and `gpu/families` those that are models."""

ENLARGERS: tuple[UpscalerName, ...] = ("sd-x4",)
"""Upscalers that are models of `[models.…]`, of the family of the same name."""

HIRES_STRENGTH = 0.4
"""Share of the steps that `--hires` draws once more, at the larger size."""

LATENT_STRENGTH = 0.5
"""The same where latents are enlarged: they are blocky until more is drawn anew."""

HiresBy = Literal["image", "latent"]
"""What `--hires` enlarges."""

NO_UPSCALER: UpscalerName = "none"

UPSCALER_NAMES = tuple(name for name in typing.get_args(UpscalerName) if name != NO_UPSCALER)

MOST_NOISE = 350
"""The largest noise level that SD's x4 upscaler was trained with (its `max_noise_level`)."""

Speed = Literal["turbo", "fast", "relax"]
"""The lanes of the queue; `storage/flows.py` has the price of each."""

Pan = Literal["none", "left", "right", "up", "down"]

QUALITY: dict[str, dict[str, Any]] = {
    "draft": {"num_inference_steps": 15, "scheduler": "Euler"},
    "standard": {"num_inference_steps": 30, "scheduler": "Euler a"},
    "high": {"num_inference_steps": 50, "scheduler": "DPM++ 2M"},
    "precise": {"num_inference_steps": 30, "guidance_scale": 1.0},
}
"""The named `--quality` presets. A number multiplies the model's own steps; without the flag the model decides."""

QUALITY_RANGE = (0.25, 4.0)


def param(
    *flags: str,
    help: str,
    slash: bool = False,
    kind: str = "",
    low: float | None = None,
    high: float | None = None,
    examples: tuple[str, ...] = (),
) -> Any:
    """Describe one row of the table: its flags (the first is the canonical spelling), its help, what is legal.

    `kind` names a grammar of its own where the field's type is only how it is stored; then the range is the parser's.
    """
    row: dict[str, Any] = {"flags": flags, "slash": slash, "kind": kind, "low": low, "high": high, "examples": examples}
    checked: dict[str, Any] = {} if kind else {"ge": low, "le": high}
    return Field(description=help, json_schema_extra=row, **checked)


class GenerationParams(BaseModel):
    """Everything that decides the pixels, under diffusers' own argument names.

    Instances are complete: the layers (model ← style ← quality ← user) are already folded in, `prompt` and
    `negative_prompt` are what the model is told (the user's own line stays with the job), and `seed` is drawn, so that
    the stored JSON alone repeats the picture.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str = ""
    negative_prompt: Annotated[
        str,
        param("--no", "--negative", kind="list", slash=True, examples=("text, watermark", "none"),
              help="What the picture must not show."),
    ] = ""
    model: Annotated[str, param("--model", kind="model", slash=True, help="The model that draws.")] = ""
    aspect_ratio: Annotated[
        str, param("--ar", "--aspect", kind="ratio", slash=True, examples=("3:2", "16:9"), help="Width to height.")
    ] = "1:1"
    num_inference_steps: Annotated[
        int, param("--steps", low=1, high=150, slash=True, help="Denoising steps: more is slower and finer.")
    ] = 30
    guidance_scale: Annotated[
        float, param("--cfg", "--guidance", low=0, high=30, slash=True, help="How strictly to follow the prompt.")
    ] = 7.0
    scheduler: Annotated[Scheduler, param("--sampler", slash=True, help="The sampling method.")] = "Euler"
    seed: Annotated[
        int, param("--seed", low=0, high=MAX_SEED, slash=True, examples=("7",),
                   help="Start of the noise: the same seed repeats a picture."),
    ] = 0
    num_images: Annotated[int, param("--n", low=1, high=4, slash=True, help="How many images to draw.")] = 4
    repeat: Annotated[
        int, param("--repeat", "--r", low=1, high=40, help="Draw the line so many times, each a job of its own.")
    ] = 1
    style: Annotated[str, param("--style", kind="style", slash=True, help="A style template by name.")] = ""
    stylize: Annotated[
        int, param("--stylize", "--s", low=0, high=1000,
                   help="Strength of the style: 0 none of it, 100 as written, 1000 much."),
    ] = 100
    chaos: Annotated[
        int, param("--chaos", "--c", low=0, high=100,
                   help="How far the pictures of a grid differ in noise, guidance and wording."),
    ] = 0
    weird: Annotated[
        int, param("--weird", "--w", low=0, high=3000,
                   help="How much of unusual styles is blended in; the seed chooses them."),
    ] = 0
    stop: Annotated[
        int, param("--stop", low=10, high=100, help="End after that share of the steps, in percent: a softer picture.")
    ] = 100
    speed: Annotated[
        Speed, param("--speed", help="The lane of the queue: turbo costs double, relax waits for the others.")
    ] = "fast"
    quality: Annotated[
        str,
        param("--quality", "--q", kind="quality", low=QUALITY_RANGE[0], high=QUALITY_RANGE[1], slash=True,
              examples=tuple(QUALITY), help="draft, standard, high, precise, or a number that multiplies the steps."),
    ] = ""
    lora: Annotated[
        str, param("--lora", kind="loras", low=-2, high=2, slash=True, examples=("flat-lime:0.8",),
                   help="A LoRA of the folder loras/, and how much of it; several with commas."),
    ] = ""
    control: Annotated[
        str, param("--control", kind="controls", low=0, high=2, slash=True,
                   examples=("canny", "canny:0.8", "depth:0.7:0-0.6", "pose:ready"),
                   help="With a control image: follow its outlines, depth or pose; kind:weight:start-end."),
    ] = ""
    strength: Annotated[
        float, param("--strength", low=0, high=1, slash=True,
                     help="With a picture: how much of it is drawn anew, from 0 (none) to 1 (all)."),
    ] = 1.0
    image_weight: Annotated[
        float, param("--iw", low=0, high=3, slash=True, help="With a picture: how much it counts beside the words."),
    ] = 1.0
    style_references: Annotated[
        str, param("--sref", kind="weights", low=0, high=10, examples=("2, 1", "1"),
                   help="Draw in the style of images, attached or linked; how much each counts, in their order."),
    ] = ""
    style_weight: Annotated[
        float, param("--sw", low=0, high=1000,
                     help="With style images: how much of their style; adapter scale 0 at 0, 1 at 100, 1.5 at 1000."),
    ] = 100.0
    character_references: Annotated[
        str, param("--cref", kind="weights", low=0, high=10, examples=("1", "2, 1"),
                   help="Draw the figure of images, attached or linked; how much each counts, in their order."),
    ] = ""
    character_weight: Annotated[
        float, param("--cw", low=0, high=100,
                     help="With character images: how closely; adapter scale 0.4 (the face at most) at 0, 0.8 at 100."),
    ] = 100.0
    mask: Annotated[
        str, param("--mask", examples=("right", "0.5,0,1,1", "outside:center", "transparent"),
                   help="With a picture: the part that is redrawn, by name or as left,top,right,bottom from 0 to 1."),
    ] = ""
    zoom: Annotated[
        float, param("--zoom", low=1, high=2, help="With a picture: draw what is around it, from this much farther."),
    ] = 1.0
    pan: Annotated[Pan, param("--pan", help="With a picture: draw how it goes on to one side.")] = "none"
    square: Annotated[bool, param("--square", help="With a picture: draw what makes it a square.")] = False

    tile: Annotated[
        bool, param("--tile", help="Let opposite edges meet, so that copies side by side make one endless pattern.")
    ] = False
    hires: Annotated[
        float, param("--hires", low=1, high=2, slash=True,
                     help="Draw small, then so many times as large with more details (highres fix)."),
    ] = 1.0
    hires_by: Annotated[
        HiresBy, param("--hires-by", help="What --hires enlarges: the picture, or its latents (more changes).")
    ] = "image"
    upscaler: Annotated[
        UpscalerName, param("--upscaler", slash=True, help="Make the pictures four times as large, by this network.")
    ] = NO_UPSCALER
    noise_level: Annotated[
        int, param("--noise-level", low=0, high=MOST_NOISE,
                   help="With --upscaler sd-x4: noise laid on the picture first; more of it leaves more to invention."),
    ] = 20

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

    @property
    def calls(self) -> int:
        """How often the model is asked for one image, from start to `stop`."""
        every = 2 * self.num_inference_steps - 1 if self.scheduler in TWO_CALLS else self.num_inference_steps
        return min(every, max(round(self.num_inference_steps * self.stop / 100), 1) * self.order)

    @property
    def order(self) -> int:
        """Calls of the model in a step."""
        return 2 if self.scheduler in TWO_CALLS else 1

    @property
    def hires_strength(self) -> float:
        """Share of the steps that is drawn once more; an upscaler works on pictures only."""
        return HIRES_STRENGTH if self.hires_by == "image" or self.upscaler != NO_UPSCALER else LATENT_STRENGTH

    def image_seed(self, index: int) -> int:
        """Seed of image `index` (1…n, as on the buttons)."""
        return (self.seed + index - 1) % (MAX_SEED + 1)


class Param(BaseModel):
    """One row of the table, as its readers see it."""

    model_config = ConfigDict(frozen=True)

    name: str
    flags: tuple[str, ...]
    kind: str
    """int, float, str, bool, choice, or a word with its own grammar: ratio, list, model, style, quality, weights,
    loras, controls."""
    default: Any
    low: int | float | None
    high: int | float | None
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
    literal = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is Literal else ()
    kind = extra["kind"] or ("choice" if literal else _type_name(field.annotation))
    own = {"name": name, "kind": kind, "choices": literal, "default": field.default, "help": field.description or ""}
    return Param(**{**extra, **own})


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, types.UnionType):
        annotation = next(a for a in typing.get_args(annotation) if a is not type(None))
    return str(annotation.__name__)


TABLE: tuple[Param, ...] = tuple(
    _row(name, field) for name, field in GenerationParams.model_fields.items() if field.json_schema_extra
)
"""Every parameter that a user can set, in the order of `/help`."""

BY_FLAG: dict[str, Param] = {flag: row for row in TABLE for flag in row.flags}

BY_NAME: dict[str, Param] = {row.name: row for row in TABLE}
