"""An engine without models: coloured shapes from the seed, at the pace and through the surface of the real one.

It batches, reports, previews, checks and cancels like `gpu.engine`, so that everything above it can be run and broken
in seconds. The faults that tests plant come from its environment. Knows no process and no JSON lines.
"""

from __future__ import annotations

import io
import json
import os
import random
import struct
import time
import typing
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Self

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from gpu.abilities import capabilities_of
from gpu.backend import Event, Failed, ModelCapabilities
from gpu.bugs import as_backend_error
from gpu.errors import JobCancelled, ModelError, NotSupported
from gpu.files import write_whole
from gpu.grid import arrange
from gpu.metadata import save_png
from gpu.params import NO_UPSCALER, Scheduler
from gpu.references import read_references
from gpu.safety.base import refused
from gpu.types import GenerationRequest, GenerationResult, ImageResult, InputRole, ModelSpec, Progress, Task

TASKS = (Task.IMAGINE, Task.VARY, Task.OUTPAINT, Task.ENLARGE, Task.CONTROL)
ENLARGED = 4
LATENT_SIDE = 16
PREVIEWS = 4
MARK, MARKED = (255, 0, 254), 0.99
"""A picture with this pixel in its upper left corner is one that the planted image check refuses."""


@dataclass(frozen=True)
class Faults:
    """What goes wrong on purpose."""

    step_seconds: float = 0.01
    """Time of one tick, whatever is in the batch; large: a worker that hangs."""
    load_seconds: float = 0.0
    crash: float = 0.0
    """Probability that the process dies in a tick."""
    score: float = 0.0
    """What the image check says about every picture."""
    noise: bool = False
    """Print to standard output, as libraries do."""

    @classmethod
    def planted(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read `EASEL_FAKE_STEP_SECONDS`, `_LOAD_SECONDS`, `_CRASH`, `_SCORE`, `_NOISE`."""

        def number(name: str, default: float) -> float:
            return float(environment.get(f"EASEL_FAKE_{name}") or default)

        return cls(
            number("STEP_SECONDS", cls.step_seconds), number("LOAD_SECONDS", cls.load_seconds),
            number("CRASH", cls.crash), number("SCORE", cls.score), bool(number("NOISE", 0)),
        )  # fmt: skip


@dataclass
class _Running:
    """A job between `admit` and its last event."""

    request: GenerationRequest
    pictures: list[Image.Image]
    step: int = 0
    seconds: float = 0.0
    previews: int = 0

    @property
    def finished(self) -> int:
        """Pictures that are done: after the last step one in each tick, as where they are decoded."""
        return max(self.step - self.request.params.num_inference_steps, 0)

    @property
    def rows(self) -> int:
        params = self.request.params
        return params.num_images * (2 if params.guidance_scale > 1 else 1)


@dataclass
class FakeEngine:
    """The engine's surface over a dictionary and a paintbrush. Not thread-safe, like the real one."""

    specs: Mapping[str, ModelSpec]
    _: KW_ONLY
    data_dir: Path
    slots: int = 8
    on_loading: Callable[[str, int, int], None] = lambda model, done, total: None
    faults: Faults = field(default_factory=Faults.planted)
    ticks: int = 0
    _waiting: deque[GenerationRequest] = field(default_factory=deque)
    _jobs: dict[str, _Running] = field(default_factory=dict)
    _loaded: set[str] = field(default_factory=set)
    _events: list[Event] = field(default_factory=list)

    def warm_up(self, model: str) -> ModelCapabilities:
        """Load a model. Raises `ModelError`."""
        self._load(model)
        able = capabilities_of(self.specs[model])
        return able.model_copy(
            update={
                "schedulers": able.schedulers or typing.get_args(Scheduler),
                "max_rows": 16,
                "seconds_per_row": self.faults.step_seconds / 16,
                "overhead_seconds": 0.01,
            }
        )

    @property
    def idle(self) -> bool:
        """Whether a tick would do and report nothing."""
        return not (self._waiting or self._jobs or self._events)

    def admit(self, request: GenerationRequest) -> None:
        """Take a job; it joins the others where a slot is free. Raises `NotSupported`."""
        if request.params.model not in self.specs or request.task not in TASKS:
            raise NotSupported(model=request.params.model, task=request.task)
        self._waiting.append(request)

    def cancel(self, job_id: str) -> None:
        """Drop a job, with its files; the next tick reports it. Unknown ids are ignored."""
        waiting = [request for request in self._waiting if request.job_id == job_id]
        running = self._jobs.pop(job_id, None)
        for request in waiting:
            self._waiting.remove(request)
        if running or waiting:
            self._discard(running.request if running else waiting[0])
            self._events.append(Failed(job_id, JobCancelled()))

    def tick(self) -> list[Event]:
        """One step of all jobs, and after its last step the result of a job."""
        self._misbehave()
        while self._waiting and len(self._jobs) < self.slots:
            self._guard(self._waiting.popleft(), self._join)
        if self._jobs:
            time.sleep(self.faults.step_seconds)
            self.ticks += 1
        rows = sum(job.rows for job in self._jobs.values())
        for job in tuple(self._jobs.values()):
            job.seconds += self.faults.step_seconds * job.rows / rows
            self._guard(job.request, self._advance)
        events, self._events = self._events, []
        return events

    def score(self, path: Path) -> dict[str, float]:
        """What the planted check says of any picture. Raises `OSError` when it is none."""
        with Image.open(self.data_dir / path) as picture:
            return self._score(picture)

    def _score(self, picture: Image.Image) -> dict[str, float]:
        """As an ensemble of one check says it."""
        marked = picture.convert("RGB").getpixel((0, 0)) == MARK
        score = MARKED if marked else self.faults.score
        return {"sexual": score, "fake.sexual": score}

    def _guard(self, request: GenerationRequest, act: Callable[[GenerationRequest], None]) -> None:
        """A job fails alone."""
        try:
            act(request)
        except Exception as error:
            self._jobs.pop(request.job_id, None)
            self._events.append(Failed(request.job_id, as_backend_error(error)))

    def _join(self, request: GenerationRequest) -> None:
        self._load(request.params.model)
        for sent in request.inputs:
            if category := refused(self.score(sent.path), request.policy):
                self._events.append(GenerationResult(job_id=request.job_id, blocked=category))
                return
        self._jobs[request.job_id] = _Running(request, _paint_all(request, self.data_dir))

    def _advance(self, request: GenerationRequest) -> None:
        job, steps = self._jobs[request.job_id], request.params.num_inference_steps
        job.step += 1
        if job.finished == len(job.pictures):
            self._events.append(self._finish(self._jobs.pop(request.job_id)))
            return
        left = (steps + len(job.pictures) - job.step) * self.faults.step_seconds
        preview = self._preview(job)
        self._events.append(
            Progress(
                job_id=request.job_id, step=min(job.step, steps), steps=steps, seconds_left=left, preview=preview,
                phase="decode" if job.finished else "draw",
                preview_scores={"sexual": self.faults.score} if preview else {},
            )
        )  # fmt: skip

    def _preview(self, job: _Running) -> Path | None:
        """The sheet so far: it comes out of a blur, in the end picture by picture."""
        request, steps = job.request, job.request.params.num_inference_steps
        due = min(job.step * (PREVIEWS + 1) // steps, PREVIEWS) + job.finished
        if not request.previews or due <= job.previews or self._refused(job):
            return None
        job.previews = due
        blur = ImageFilter.GaussianBlur(max(32 * (1 - job.step / steps), 6))
        sheet = arrange([*job.pictures[: job.finished], *(one.filter(blur) for one in job.pictures[job.finished :])])
        path = request.output_dir / f"preview-{due}.jpg"
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=70)
        write_whole(self.data_dir / path, buffer.getvalue())
        return path

    def _finish(self, job: _Running) -> GenerationResult:
        request = job.request
        for preview in (self.data_dir / request.output_dir).glob("preview-*.jpg"):
            preview.unlink()
        if category := self._refused(job):
            return GenerationResult(job_id=request.job_id, blocked=category, device_seconds=job.seconds)
        images = tuple(self._write(request, index, picture) for index, picture in enumerate(job.pictures, 1))
        return GenerationResult(job_id=request.job_id, images=images, device_seconds=job.seconds)

    def _write(self, request: GenerationRequest, index: int, picture: Image.Image) -> ImageResult:
        path = request.output_dir / f"{index}.png"
        latents = request.output_dir / f"{index}.latents.safetensors"
        save_png(picture, self.data_dir / path, request, index)
        write_whole(self.data_dir / latents, _encode_latents(picture))
        return ImageResult(
            index=index, path=path, seed=request.params.image_seed(index), width=picture.width, height=picture.height,
            scores=self._score(picture), latents=latents,
        )  # fmt: skip

    def _discard(self, request: GenerationRequest) -> None:
        folder = self.data_dir / request.output_dir
        for file in folder.glob("*"):
            file.unlink()
        if folder.is_dir():
            folder.rmdir()

    def _refused(self, job: _Running) -> str:
        """The category for which one of its pictures is refused."""
        found = (refused(self._score(picture), job.request.policy) for picture in job.pictures)
        return next(filter(None, found), "")

    def _load(self, model: str) -> None:
        if model not in self.specs:
            raise ModelError("error-model-unknown", model=model)
        for part in range(1, 0 if model in self._loaded else 5):
            time.sleep(self.faults.load_seconds / 4)
            self.on_loading(model, part, 4)
        self._loaded.add(model)

    def _misbehave(self) -> None:
        if self.faults.noise:
            print("a library prints this")
        if random.random() < self.faults.crash:
            os._exit(70)


def _paint_all(request: GenerationRequest, data_dir: Path) -> list[Image.Image]:
    if request.task is Task.ENLARGE:
        return [_enlarge(request, data_dir)]
    if request.task is Task.CONTROL:
        return [_outlines(request, data_dir)]
    return [_paint(request, index, data_dir) for index in range(1, request.params.num_images + 1)]


def _paint(request: GenerationRequest, index: int, data_dir: Path) -> Image.Image:
    """A gradient and some shapes, all from prompt and seed; a variation mixes them with its parent's."""
    params = request.params
    chance = random.Random(f"{params.image_seed(index)} {params.prompt}")
    picture = _background(chance, params.width, params.height)
    draw = ImageDraw.Draw(picture)
    for _ in range(chance.randint(3, 6)):
        _shape(chance, draw, params.width, params.height)
    if request.task is Task.VARY and request.start_latents:
        parent = _decode_latents((data_dir / request.start_latents).read_bytes()).resize(picture.size)
        picture = Image.blend(parent, picture, 0.75 * request.strength)
    picture = _paint_over(picture, request, data_dir)
    for reference, image in read_references(request):
        picture = _tint(picture, data_dir / image.path, reference.scale)
    if request.of_role(InputRole.CONTROL) and request.params.control:
        picture = ImageChops.screen(picture, _outlines(request, data_dir).resize(picture.size))
    _sign(picture, str(params.image_seed(index)))
    scale = params.hires if params.hires > 1 or params.upscaler == NO_UPSCALER else ENLARGED
    return picture if scale == 1 else ImageOps.scale(picture, scale)


def _enlarge(request: GenerationRequest, data_dir: Path) -> Image.Image:
    """The picture that was sent along, larger; "creative" leaves its name on it."""
    with Image.open(data_dir / request.of_role(InputRole.IMAGE)[0].path) as sent:
        picture = ImageOps.scale(sent.convert("RGB"), ENLARGED if not request.strength else ENLARGED / 2)
    if request.strength:
        _sign(picture, str(request.params.seed))
    return picture


def _outlines(request: GenerationRequest, data_dir: Path) -> Image.Image:
    """A control image of any kind: where the picture that was sent along changes."""
    with Image.open(data_dir / request.of_role(InputRole.CONTROL)[0].path) as sent:
        return sent.convert("L").filter(ImageFilter.FIND_EDGES).convert("RGB")


def _tint(picture: Image.Image, path: Path, scale: float) -> Image.Image:
    """Nearer to the mean colour of a picture that is listened to."""
    with Image.open(path) as heard:
        colour = heard.convert("RGB").resize((1, 1), Image.Resampling.BOX)
    return Image.blend(picture, colour.resize(picture.size), min(scale, 1) / 2)


def _paint_over(picture: Image.Image, request: GenerationRequest, data_dir: Path) -> Image.Image:
    """On the picture that was sent along: mixed with it, and only where its mask is white."""
    sent = {image.role: Image.open(data_dir / image.path) for image in request.inputs}
    if not (start := sent.get(InputRole.IMAGE)):
        return picture
    old = start.convert("RGB").resize(picture.size)
    mixed = Image.blend(old, picture, request.params.strength)
    mask = sent.get(InputRole.MASK)
    return Image.composite(mixed, old, mask.convert("L").resize(picture.size)) if mask else mixed


def _sign(picture: Image.Image, name: str) -> None:
    size = max(10, picture.height // 16)
    ImageDraw.Draw(picture).text((4, 4), name, "white", font_size=size, stroke_width=1, stroke_fill="black")


def _background(chance: random.Random, width: int, height: int) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize((width, height))
    return ImageOps.colorize(ramp, _colour(chance, 40), _colour(chance, 75))


def _shape(chance: random.Random, draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    x, y = chance.uniform(0.1, 0.9) * width, chance.uniform(0.1, 0.9) * height
    radius = chance.uniform(0.08, 0.3) * min(width, height)
    sides = chance.choice((3, 4, 5, 6, 64))
    draw.regular_polygon((x, y, radius), sides, rotation=chance.randrange(360), fill=_colour(chance, 55))


def _colour(chance: random.Random, lightness: int) -> str:
    return f"hsl({chance.randrange(360)}, {chance.randint(50, 95)}%, {lightness}%)"


def _encode_latents(picture: Image.Image) -> bytes:
    """A stamp of the picture as a safetensors file: header length, header, bytes."""
    stamp = picture.resize((LATENT_SIDE, LATENT_SIDE), Image.Resampling.BOX).tobytes()
    shape = [LATENT_SIDE, LATENT_SIDE, 3]
    header = json.dumps({"latents": {"dtype": "U8", "shape": shape, "data_offsets": [0, len(stamp)]}}).encode()
    return struct.pack("<Q", len(header)) + header + stamp


def _decode_latents(data: bytes) -> Image.Image:
    (header,) = struct.unpack_from("<Q", data)
    return Image.frombytes("RGB", (LATENT_SIDE, LATENT_SIDE), data[8 + header :])
