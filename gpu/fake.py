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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from gpu.backend import Capabilities, Event, Failed, ModelCapabilities
from gpu.bugs import as_backend_error
from gpu.errors import JobCancelled, ModelError, NotSupported
from gpu.files import write_whole
from gpu.grid import arrange
from gpu.metadata import save_png
from gpu.params import Scheduler
from gpu.safety.base import refused
from gpu.types import GenerationRequest, GenerationResult, ImageResult, ModelSpec, Progress, Task

TASKS = (Task.IMAGINE, Task.VARY)
LATENT_SIDE = 16
PREVIEWS = 4


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
    def rows(self) -> int:
        params = self.request.params
        return params.num_images * (2 if params.guidance_scale > 1 else 1)


@dataclass
class FakeEngine:
    """The engine's surface over a dictionary and a paintbrush. Not thread-safe, like the real one."""

    specs: Sequence[ModelSpec]
    default_model: str
    data_dir: Path
    slots: int = 8
    on_loading: Callable[[str, int, int], None] = lambda model, done, total: None
    faults: Faults = field(default_factory=Faults.planted)
    _jobs: dict[str, _Running] = field(default_factory=dict)
    _loaded: set[str] = field(default_factory=set)
    _cancelled: list[str] = field(default_factory=list)

    def warm_up(self) -> Capabilities:
        """Load the default model. Raises `ModelError`."""
        self._load(self.default_model)
        model = ModelCapabilities(
            tasks=TASKS,
            schedulers=typing.get_args(Scheduler),
            max_rows=16,
            seconds_per_row=self.faults.step_seconds / 16,
            overhead_seconds=0.01,
        )
        models = {spec.name: model for spec in self.specs}
        return Capabilities(pool="local", slots=self.slots, models=models, device="fake")

    @property
    def idle(self) -> bool:
        """Nothing to draw and nothing to report."""
        return not self._jobs and not self._cancelled

    def admit(self, request: GenerationRequest) -> None:
        """Take a job into the batch. Raises a `BackendError`."""
        if request.task not in TASKS:
            raise NotSupported(what=request.task)
        self._load(request.params.model)
        self._jobs[request.job_id] = _Running(request, _paint_all(request, self.data_dir))

    def cancel(self, job_id: str) -> None:
        """Drop a job; the next tick reports it as cancelled. Unknown ids are ignored."""
        if self._jobs.pop(job_id, None):
            self._cancelled.append(job_id)

    def tick(self) -> list[Event]:
        """One step of all jobs, and after its last step the result of a job: at most one event of each."""
        self._misbehave()
        events: list[Event] = [Failed(job_id, JobCancelled()) for job_id in self._cancelled]
        self._cancelled.clear()
        time.sleep(self.faults.step_seconds)
        rows = sum(job.rows for job in self._jobs.values())
        for job in tuple(self._jobs.values()):
            job.seconds += self.faults.step_seconds * job.rows / rows
            events.append(self._event(job))
        return events

    def _event(self, job: _Running) -> Event:
        try:
            return self._advance(job)
        except Exception as error:
            self._jobs.pop(job.request.job_id, None)
            return Failed(job.request.job_id, as_backend_error(error))

    def _advance(self, job: _Running) -> Event:
        job.step += 1
        steps = job.request.params.num_inference_steps
        if job.step <= steps:
            left = (steps - job.step + 1) * self.faults.step_seconds
            return Progress(
                job_id=job.request.job_id, step=job.step, steps=steps, seconds_left=left, preview=self._preview(job)
            )
        del self._jobs[job.request.job_id]
        return self._finish(job)

    def _preview(self, job: _Running) -> Path | None:
        """The sheet so far: it comes out of a blur."""
        request, steps = job.request, job.request.params.num_inference_steps
        due = min(job.step * (PREVIEWS + 1) // steps, PREVIEWS)
        if not request.previews or due <= job.previews or self._refused(request):
            return None
        job.previews = due
        sheet = arrange(job.pictures).filter(ImageFilter.GaussianBlur(32 * (1 - job.step / steps)))
        path = request.output_dir / f"preview-{due}.jpg"
        buffer = io.BytesIO()
        sheet.save(buffer, "JPEG", quality=70)
        write_whole(self.data_dir / path, buffer.getvalue())
        return path

    def _finish(self, job: _Running) -> GenerationResult:
        request = job.request
        if category := self._refused(request):
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
            scores={"sexual": self.faults.score}, latents=latents,
        )  # fmt: skip

    def _refused(self, request: GenerationRequest) -> str:
        return refused({"sexual": self.faults.score}, request.policy)

    def _load(self, model: str) -> None:
        if model not in {spec.name for spec in self.specs}:
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
    _sign(picture, str(params.image_seed(index)))
    return picture


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
