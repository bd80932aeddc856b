"""The words that bot, storage and worker share: a model's description, a request, its progress, its result.

Paths and numbers only, no tensors: all of it travels as JSON. Every path of a request, a result or a progress event is
relative to the data directory, which each process knows for itself. Knows no Discord and no model library.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gpu.kinds import GUIDANCE_EMBEDDED, FewSteps, with_kind
from gpu.params import ENLARGERS, NO_UPSCALER, GenerationParams, Scheduler, UpscalerName

Size = tuple[int, int]
"""Width and height in pixels."""


class Record(BaseModel):
    """A frozen value that turns into JSON and back."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Setting(Record):
    """A value that an operator writes: a misspelt key is an error, not silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LoraSpec(Setting):
    """A LoRA that belongs to a model's configuration, such as LCM-LoRA."""

    source: str
    """A `.safetensors` file, or a hub repository."""
    revision: str = ""
    weight_name: str = ""
    weight: float = 1.0


class NetSpec(Setting):
    """A network beside a model, such as a ControlNet: one part in a folder of its own."""

    source: str
    """A folder, or a hub repository."""
    revision: str = ""
    variant: str = ""

    @property
    def name(self) -> str:
        """The same for the same files, whoever uses them."""
        return ":".join((self.source, self.revision, self.variant)).rstrip(":")


def _net(written: Any) -> Any:
    """A net may be written as its source alone; an empty one is none."""
    return ({"source": written} if written else None) if isinstance(written, str) else written


OptionalNet = Annotated[NetSpec | None, BeforeValidator(_net)]


class ControlMakers(Setting):
    """`[control]`: what makes control images of those kinds that need more than Pillow and OpenCV."""

    depth: OptionalNet = None
    """A network for transformers' depth estimation; normals are made of the depth."""
    seg: OptionalNet = None
    """A network for transformers' semantic segmentation with the 150 classes of ADE20K."""
    pose: str = ""
    """The Python of an environment that has mediapipe 0.10.21."""

    def net(self, kind: str) -> NetSpec | None:
        """The network that makes control images of this kind, where there is one."""
        return {"depth": self.depth, "normal": self.depth, "seg": self.seg}.get(kind)


DEFAULT_CHECKS = ("open_nsfw", "nsfwjs")
"""The image checks whose weights are there without anything that the operator brings."""


class CheckerSource(Setting):
    """Where the weights of an image check are: a folder, or a hub repository with a revision."""

    source: str = ""
    revision: str = ""


AdapterKind = Literal["image", "style", "character"]
"""What a picture can be to a model beside the words: an image prompt, a style, a figure."""


class AdapterSpec(Setting):
    """An IP-Adapter: with it a model listens to pictures as it listens to words."""

    source: str
    """A folder, or a hub repository."""
    revision: str = ""
    subfolder: str = ""
    """Where the weights are in it."""
    weight_name: str
    """A `.safetensors` file."""
    image_encoder: str = "image_encoder"
    """The folder of the encoder of pictures: below `subfolder`, or from the top where it has a slash."""
    scale: float = Field(1.0, ge=0, le=3)
    """Of everything that it says."""
    blocks: dict[str, Any] = {}
    """The UNet's blocks that listen, as diffusers' `set_ip_adapter_scale` takes them; empty: as its kind wants."""


DEAF = frozenset({"flux"})
"""Families that hear no negative prompt, whatever the guidance."""


REFINERS = "sdxl-refiner"
"""The family whose models go on with what others began, and draw nothing alone."""

HELPERS = frozenset({REFINERS, *ENLARGERS})
"""All families that draw nothing alone."""


class ModelSpec(Setting):
    """One `[models.NAME]` of config.toml: where the weights are and what the model likes."""

    name: str
    family: str
    """A key of `gpu.families.FAMILIES`."""
    source: str
    """A folder, a single `.safetensors` file, or a hub repository (`org/name`)."""
    revision: str = ""
    """Hub only: the 40 hex digits of a commit."""
    variant: str = ""
    """Which weights to prefer where a folder or repository has several, such as `fp16`."""
    config: str = ""
    """Single file only: the folder that describes its parts; empty: the family's own, in `gpu/families/configs`."""
    loras: tuple[LoraSpec, ...] = ()
    controlnets: dict[str, NetSpec] = {}
    """Kind of control image → the ControlNet that follows it; loaded when a request asks for it."""
    ip_adapters: dict[AdapterKind, AdapterSpec] = {}
    """What it can do with pictures beside the words; loaded when a request asks for it."""
    licence: str = ""
    licence_url: str = ""
    pixels: int = 1024 * 1024
    """The area that the model was trained for; every aspect ratio keeps it."""
    multiple: int = 64
    """Width and height are multiples of this."""
    sizes: tuple[Size, ...] = ()
    """The only sizes that it draws; empty: any."""
    num_inference_steps: int = 30
    guidance_scale: float = 7.0
    scheduler: Scheduler = "Euler"
    negative_prompt: str = ""
    commercial: bool = True
    """Whether its licence lets pictures be used for money; others are marked."""
    few_steps: FewSteps = ""
    """How it was distilled: a row of `gpu.kinds.KINDS`, whose settings count where the section has none of its own."""
    min_steps: int = Field(1, ge=1)
    max_steps: int = Field(150, ge=1)
    """What a few-step model can do; another wish is corrected, with a note."""
    min_guidance: float = Field(0.0, ge=0)
    max_guidance: float = Field(30.0, ge=0)
    schedulers: tuple[Scheduler, ...] = ()
    """The only samplers that it was made for; empty: all that can follow its noise schedule."""
    scheduler_config: dict[str, str | float | bool] = {}
    """Changes to the model's own scheduler config, such as `timestep_spacing = "trailing"` for Lightning."""

    refiner: str = ""
    """The model of `[models.…]` that draws the last part of every picture drawn from noise; empty: none."""
    refine_at: float = Field(0.8, gt=0, lt=1)
    """From which share of the noise schedule on. SDXL's paper and model card refine the last fifth."""

    @model_validator(mode="before")
    @classmethod
    def _with_kind(cls, section: Any) -> Any:
        return with_kind(section)

    @model_validator(mode="after")
    def _likes_what_it_can(self) -> Self:
        steps = self.min_steps <= self.num_inference_steps <= self.max_steps
        guidance = self.min_guidance <= self.guidance_scale <= self.max_guidance
        sampler = not self.schedulers or self.scheduler in self.schedulers
        if not (steps and guidance and sampler):
            raise ValueError("its own steps, guidance and sampler must be among those that it allows")
        return self

    def hears_negative(self, guidance_scale: float) -> bool:
        """Whether a negative prompt changes anything: it is heard by guidance only."""
        return guidance_scale > 1 and self.family not in DEAF and self.few_steps not in GUIDANCE_EMBEDDED


class Task(StrEnum):
    """What the worker is asked to do."""

    IMAGINE = "imagine"
    """Draw from noise."""
    VARY = "vary"
    """Draw near a finished image, starting from its stored latents."""
    OUTPAINT = "outpaint"
    """Draw what is around a finished image, or beside it."""
    UPSCALE = "upscale"
    """Post one image of a grid alone."""
    CONTROL = "control"
    """Make a control image of a picture, to be looked at."""
    ENLARGE = "enlarge"
    """Make a finished picture larger, by an upscaler, and perhaps draw details into it."""
    SHEET = "sheet"
    """Put the pictures of a sweep on one sheet; no worker is asked."""


class Note(Record):
    """Something that a user should know about how a request was understood: a sentence's id and its facts."""

    id: str
    facts: dict[str, str | int | float] = {}


class InputRole(StrEnum):
    """What a picture is for that was sent along."""

    IMAGE = "image"
    """Start from it."""
    MASK = "mask"
    """White is redrawn, black is kept; of the size of the picture that is drawn."""
    CONTROL = "control"
    """Follow its outlines, depth or pose."""
    STYLE = "style"
    """Draw in its style."""
    CHARACTER = "character"
    """Draw the same figure."""
    PROMPT = "prompt"
    """Draw what is in it, as words would say."""


class InputImage(Record):
    """A stored picture that a request draws from: a PNG that `gpu.inputs.normalise` made."""

    role: InputRole
    path: Path
    """`inputs/<job id>/<n>.png`"""
    weight: float = 1.0


class SafetyPolicy(Record):
    """Thresholds for the image check, frozen when the job was queued. Scores and thresholds are 0…1."""

    thresholds: dict[str, float] = {"sexual": 0.7}
    """Category → the score from which an image is not shown."""


class GenerationRequest(Record):
    """Everything a worker needs for one job. `model` is a name of the specs it was started with."""

    job_id: str
    task: Task = Task.IMAGINE
    params: GenerationParams
    output_dir: Path
    policy: SafetyPolicy = SafetyPolicy()
    previews: bool = False
    start_latents: Path | None = None
    """VARY: the latents file of the image to start from. ENLARGE: that of the picture, for later variations."""
    strength: float = 0.6
    """VARY: share of noise mixed into the start, 0 (the same picture) … 1 (a new one). ENLARGE: the same, after it."""
    upscaler: UpscalerName = NO_UPSCALER
    """ENLARGE: by which."""
    parent: str = ""
    """ENLARGE: the job that drew the picture, for the file's metadata; empty where it was sent along."""
    inputs: tuple[InputImage, ...] = ()
    """Pictures to draw from, in the order in which they were sent."""
    notes: tuple[Note, ...] = ()
    """Shown beside the result: how the line was read, and what was done instead of what cannot be."""
    api_quality: str = ""
    """What a paid API is asked for, in its own word; empty: drawn on our devices."""
    price: float = 0.0
    """What it costs the operator to have it drawn there, in the currency of the configuration."""

    def of_role(self, role: InputRole) -> tuple[InputImage, ...]:
        """The inputs of one role, in order."""
        return tuple(image for image in self.inputs if image.role is role)

    @property
    def enlarged_by(self) -> UpscalerName:
        """The upscaler of its pictures, whether they are drawn first or there already."""
        return self.upscaler if self.task is Task.ENLARGE else self.params.upscaler


LOADING = "load"
"""The phase of a job that waits for its model; it has no steps yet, `step` counts what is loaded."""


class Progress(Record):
    """A job moved on. `step` of `steps` counts denoising steps over all phases."""

    job_id: str
    step: int
    steps: int
    phase: str = "draw"
    seconds_left: float | None = None
    preview: Path | None = None
    """A small JPEG of the whole grid so far; it passed the image check."""
    preview_scores: dict[str, float] = {}
    """Category → what the image check says of the preview; the place where it is shown may be stricter."""


class ImageResult(Record):
    """One finished picture."""

    index: int
    """1…n, as on the buttons."""
    path: Path
    seed: int
    width: int
    height: int
    scores: dict[str, float] = {}
    """Category → score of the image check."""
    latents: Path | None = None
    """The final latents (.safetensors), for variations."""


class GenerationResult(Record):
    """A finished job. Either all its images, or none and the category that the check refused."""

    job_id: str
    images: tuple[ImageResult, ...] = ()
    blocked: str = ""
    """The category of the image check that refused a picture; then `images` is empty and nothing was written."""
    device_seconds: float = 0.0
    """Σ over its ticks of tick time × own rows ÷ all rows, plus decode and check."""
