"""Draws with OpenAI's images API: a `Backend` over its own client, for several jobs at a time.

Its pictures are treated like ours: the worker's image check looks at each before anybody can, what it refuses is
never kept, and what passes says in its metadata that a machine drew it. Knows no queue, no member and no budget.
"""

from __future__ import annotations

import asyncio
import base64
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openai
from PIL import Image, ImageChops, ImageFilter

from gpu.abilities import capabilities_of
from gpu.backend import Capabilities, OnProgress
from gpu.errors import InputError, JobCancelled, ServiceError, WorkerCrashed
from gpu.files import write_whole
from gpu.inputs import normalise
from gpu.metadata import save_png
from gpu.openai_models import SECONDS, OpenAIModel
from gpu.safety.base import refused
from gpu.types import GenerationRequest, GenerationResult, ImageResult, InputRole, Progress

log = logging.getLogger(__name__)

Score = Callable[[Path], Awaitable[dict[str, float]]]
"""The image check: scores of a picture by its path relative to the data directory."""

RETRIES = 2
"""How often the client asks again when it is told to wait or the other side fails; it obeys Retry-After up to 2 min."""
SCORE_ATTEMPTS = 3
"""A picture that was paid for is not lost to one crash of the worker."""
FEATHER = 64
"""A redrawn part fades in over this part of the shorter side."""

CODES = {
    "moderation_blocked": "error-openai-refused",
    "content_policy_violation": "error-openai-refused",
    "insufficient_quota": "error-openai-billing",
    "billing_hard_limit_reached": "error-openai-billing",
    "billing_not_active": "error-openai-billing",
}
"""What the API says in `code` → sentence."""
KINDS: tuple[tuple[type[openai.OpenAIError], str], ...] = (
    (openai.AuthenticationError, "error-openai-key"),
    (openai.PermissionDeniedError, "error-openai-permission"),
    (openai.NotFoundError, "error-openai-model"),
    (openai.RateLimitError, "error-openai-busy"),
    (openai.APITimeoutError, "error-openai-timeout"),
    (openai.APIConnectionError, "error-openai-unreachable"),
    (openai.InternalServerError, "error-openai-down"),
)
"""Where `code` says nothing: the client's classes, the more special one first."""


class OpenAIBackend:
    """Models of OpenAI behind the contract of `gpu.backend.Backend`."""

    def __init__(
        self,
        models: Mapping[str, OpenAIModel],
        *,
        key: str,
        base_url: str,
        data_dir: Path,
        score: Score,
        slots: int = 4,
        timeout: float = 240.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout`: seconds for a job's pictures, waiting to be let in included."""
        self._models = dict(models)
        self._client = openai.AsyncOpenAI(api_key=key, base_url=base_url, timeout=timeout, max_retries=RETRIES)
        self._data_dir = data_dir
        self._score = score
        self._slots = slots
        self._timeout = timeout
        self._clock = clock
        self._drawing: dict[str, asyncio.Task[GenerationResult]] = {}

    @property
    def capabilities(self) -> Capabilities:
        """All models of the configuration; whether OpenAI still has them is seen when they are asked for."""
        cost = {"upscalers": (), "seconds_per_row": 0.0, "overhead_seconds": SECONDS}
        able = {name: capabilities_of(model.spec(name)) for name, model in self._models.items()}
        models = {name: each.model_copy(update=cost) for name, each in able.items()}
        return Capabilities(pool="openai", slots=self._slots, models=models, device="api.openai.com")

    async def start(self) -> None:
        """Nothing to wait for."""

    async def generate(self, request: GenerationRequest, on_progress: OnProgress) -> GenerationResult:
        """Draw one job. Raises `ServiceError`; `JobCancelled` after `cancel`."""
        on_progress(Progress(job_id=request.job_id, step=0, steps=1, seconds_left=SECONDS))
        task = asyncio.create_task(self._draw(request), name=f"openai {request.job_id}")
        self._drawing[request.job_id] = task
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            self._drawing.pop(request.job_id, None)
        if task.cancelled():
            raise JobCancelled
        return task.result()

    async def cancel(self, job_id: str) -> None:
        """Wait for the job no longer; OpenAI may charge for it all the same. Unknown ids are ignored."""
        if task := self._drawing.get(job_id):
            task.cancel()

    async def close(self) -> None:
        """Give up what is being drawn, and close the connections."""
        for task in tuple(self._drawing.values()):
            task.cancel()
        await self._client.close()

    # A job

    async def _draw(self, request: GenerationRequest) -> GenerationResult:
        started = self._clock()
        unseen: list[Path] = []
        try:
            _, category = await self._judged([image.path for image in request.inputs], request)
            images: tuple[ImageResult, ...] = ()
            if not category:  # what was sent along may leave the house
                pictures = await asyncio.to_thread(self._decoded, request, await self._ask(request))
                unseen = await asyncio.to_thread(self._keep_unseen, request, pictures)
                scores, category = await self._judged(unseen, request)
                images = () if category else await asyncio.to_thread(self._save, request, pictures, scores)
            seconds = self._clock() - started
            return GenerationResult(job_id=request.job_id, images=images, blocked=category, device_seconds=seconds)
        finally:
            for path in unseen:
                (self._data_dir / path).unlink(missing_ok=True)

    async def _ask(self, request: GenerationRequest) -> list[str]:
        """The pictures, in base64."""
        params = request.params
        wanted: dict[str, Any] = {
            "model": params.model, "prompt": params.prompt, "n": params.num_images, "quality": request.api_quality,
            "size": f"{params.width}x{params.height}", "output_format": "png",
        }  # fmt: skip
        sent = await asyncio.to_thread(self._sent, request)
        try:
            async with asyncio.timeout(self._timeout):
                images = self._client.images
                answer = await (images.edit(**sent, **wanted) if sent else images.generate(**wanted))
        except TimeoutError as error:
            raise ServiceError("error-openai-timeout", seconds=round(self._timeout)) from error
        except openai.OpenAIError as error:
            raise self._typed(error, params.model) from error
        return [image.b64_json for image in answer.data or () if image.b64_json]

    def _sent(self, request: GenerationRequest) -> dict[str, Any]:
        """The picture to begin with and its mask, as files of the API."""
        files: dict[str, Any] = {}
        if start := request.of_role(InputRole.IMAGE):
            files["image"] = ("image.png", (self._data_dir / start[0].path).read_bytes(), "image/png")
        if masks := request.of_role(InputRole.MASK):
            with Image.open(self._data_dir / masks[0].path) as mask:
                files["mask"] = ("mask.png", alpha_mask(mask), "image/png")
        return files

    def _typed(self, error: openai.OpenAIError, model: str) -> ServiceError:
        """The sentence for what the client ran into. Only the operator's log has the other side's own words."""
        log.warning("OpenAI did not draw with %s: %s", model, error)
        code = CODES.get(getattr(error, "code", None) or "")
        kind = next((sentence for cls, sentence in KINDS if isinstance(error, cls)), "error-openai-declined")
        return ServiceError(code or kind, model=model, seconds=round(self._timeout))

    def _decoded(self, request: GenerationRequest, answer: Sequence[str]) -> list[Image.Image]:
        try:
            pictures = [normalise(base64.b64decode(data, validate=True)) for data in answer]
        except (ValueError, InputError) as error:
            raise ServiceError("error-openai-answer", model=request.params.model) from error
        if not pictures:
            raise ServiceError("error-openai-answer", model=request.params.model)
        return [self._joined(request, picture) for picture in pictures[: request.params.num_images]]

    def _joined(self, request: GenerationRequest, new: Image.Image) -> Image.Image:
        """With a mask: the old pixels, byte for byte, where it is black; the API redraws more than it was asked to."""
        start, masks = request.of_role(InputRole.IMAGE), request.of_role(InputRole.MASK)
        if not start or not masks:
            return new
        with Image.open(self._data_dir / start[0].path) as old, Image.open(self._data_dir / masks[0].path) as mask:
            return join(old.convert("RGB"), new.convert("RGB").resize(old.size), mask.convert("L"))

    def _keep_unseen(self, request: GenerationRequest, pictures: Sequence[Image.Image]) -> list[Path]:
        """Write the pictures where only the image check looks."""
        paths = [request.output_dir / f"unseen-{index}.png.tmp" for index in range(1, len(pictures) + 1)]
        for path, picture in zip(paths, pictures, strict=True):
            buffer = io.BytesIO()
            picture.save(buffer, "PNG", compress_level=1)
            write_whole(self._data_dir / path, buffer.getvalue())
        return paths

    async def _judged(
        self, paths: Sequence[Path], request: GenerationRequest
    ) -> tuple[list[dict[str, float]], str]:
        """The scores of pictures, and the category for which one of them is refused, or ""."""
        scores = [await self._scored(path) for path in paths]
        return scores, next(filter(None, (refused(each, request.policy) for each in scores)), "")

    async def _scored(self, path: Path) -> dict[str, float]:
        for attempt in range(1, SCORE_ATTEMPTS + 1):
            try:
                return await self._score(path)
            except WorkerCrashed:
                if attempt == SCORE_ATTEMPTS:
                    raise ServiceError("error-openai-unchecked") from None
        raise AssertionError

    def _save(
        self, request: GenerationRequest, pictures: Sequence[Image.Image], scores: Sequence[dict[str, float]]
    ) -> tuple[ImageResult, ...]:
        results = []
        for index, (picture, score) in enumerate(zip(pictures, scores, strict=True), 1):
            path = request.output_dir / f"{index}.png"
            save_png(picture, self._data_dir / path, request, index)
            results.append(
                ImageResult(
                    index=index, path=path, seed=request.params.image_seed(index), width=picture.width,
                    height=picture.height, scores=score,
                )
            )  # fmt: skip
        return tuple(results)


def alpha_mask(mask: Image.Image) -> bytes:
    """A PNG whose fully transparent part is what `mask` has white: the API redraws where alpha is 0."""
    kept = mask.convert("L").point(lambda value: 0 if value >= 128 else 255)
    picture = Image.new("RGBA", mask.size)
    picture.putalpha(kept)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def join(old: Image.Image, new: Image.Image, mask: Image.Image) -> Image.Image:
    """`old` byte for byte where `mask` is black; `new` fades in inside of the white part. All of one size."""
    blurred = mask.filter(ImageFilter.GaussianBlur(min(mask.size) / FEATHER))
    inside = blurred.point(lambda value: max(0, 2 * value - 255))
    return Image.composite(new, old, ImageChops.darker(mask, inside))
