"""/describe: what can be said of a picture, and lines that draw something like it.

Honest about what it knows: what the picture says of itself, its colours, the member's own pictures and lines that come
near; and what it shows only where a captioning model is configured. The image check looks first. Asked again, it says
the same in other words. Knows no Discord.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rapidfuzz import fuzz

from bot.assistant import Assistant
from bot.errors import Refusal
from bot.exchange import line_of
from bot.guard import Guard
from bot.prompt.looking import Look, look, signature, unlike
from bot.prompt.palette import palette
from bot.prompt.parser import ParsedPrompt, format_line
from bot.requester import Requester
from gpu import metadata
from gpu.canvas import opaque
from gpu.errors import BackendError, PictureUnreadable
from gpu.grid import encode
from gpu.inputs import normalise
from gpu.params import BY_NAME
from gpu.skills.base import Question
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState

log = logging.getLogger(__name__)

Score = Callable[[Path], Awaitable[dict[str, float]]]
"""What the image check says of a picture below the data directory."""

LINES = 4
OWN = 2
"""Of these, lines of the member's own pictures, and as many lines that mean something like it."""
CHECK_SECONDS = 120.0
"""For the image check, which may wait for its worker to start."""
OWN_JOBS = 40
"""The member's newest jobs whose pictures are compared."""
OWN_LINES = 100
NEAR = 0.12
"""Pictures that differ less, by their signatures, look alike from far away."""
ALIKE = 0.45
"""Lines that are closer, by what a sentence encoder or their words say, mean something like it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line, and where it comes from: metadata, caption, own-picture, own-line or colours."""

    line: str
    origin: str


@dataclass(frozen=True, slots=True)
class Description:
    """What was found."""

    width: int
    height: int
    format: str
    look: Look
    source: str
    """easel, a1111, comfyui, or "" for a picture that says nothing of itself."""
    captioned: bool
    suggestions: tuple[Suggestion, ...]


class Describer:
    """Looks at pictures that members send."""

    def __init__(
        self, assistant: Assistant, *, parse: Callable[[str], ParsedPrompt], jobs: JobStore, files: ImageFiles,
        new_id: Callable[[], str], guard: Guard, score: Score,
    ) -> None:  # fmt: skip
        self._assistant = assistant
        self._guard = guard
        self._score = score
        self._parse = parse
        self._jobs = jobs
        self._files = files
        self._new_id = new_id

    async def describe(self, requester: Requester, data: bytes, wording: int = 0) -> Description:
        """Everything that can be said of a picture, with four lines; another `wording` (from 0) has others.

        Raises `InputError` for what is none, `PictureWithheld` for one that may not be shown where it was asked.
        """
        image, format = await asyncio.to_thread(_opened, data)
        async with self._kept(image) as path:
            await self._guard.require_describable(requester, await self._checked(path))
            captions = await self._captions(path, wording)
        await self._guard.require_describable(requester, {}, captions)
        seen = await asyncio.to_thread(look, image)
        source, own_line = await asyncio.to_thread(self._metadata, data)
        about = self._words_of(own_line) or next(iter(captions), "")
        ratio = {} if seen.ratio == "1:1" else {"aspect_ratio": seen.ratio}
        found = [Suggestion(own_line, "metadata")] if own_line else []
        found += [Suggestion(format_line(caption, ratio), "caption") for caption in captions]
        found += [Suggestion(line, "own-picture") for line in await self._own_pictures(requester, image, wording)]
        found += [Suggestion(line, "own-line") for line in await self._own_lines(requester, about, wording)]
        found += [Suggestion(line, "colours") for line in _coloured(seen, wording)]
        allowed = set(await self._guard.offered(requester, [suggestion.line for suggestion in found]))
        found = [suggestion for suggestion in found if suggestion.line in allowed]
        each = {suggestion.line: suggestion for suggestion in reversed(found)}
        kept = [suggestion for suggestion in found if each.pop(suggestion.line, None)][:LINES]
        return Description(image.width, image.height, format, seen, source, bool(captions), tuple(kept))

    def _metadata(self, data: bytes) -> tuple[str, str]:
        """Which program drew it and the line that draws it again; "" where it does not say."""
        try:
            found = metadata.read(data)
        except PictureUnreadable:
            return "", ""
        return found.source, line_of(found, self._parse)

    def _words_of(self, line: str) -> str:
        return self._parse(line).prompt if line else ""

    @contextlib.asynccontextmanager
    async def _kept(self, image: Image.Image) -> AsyncIterator[Path]:
        """While it is open, the picture lies below the data directory, where the worker can see it."""
        folder = self._new_id()
        try:
            yield await asyncio.to_thread(self._files.store_input, folder, 1, _png(image))
        finally:
            await asyncio.to_thread(self._files.remove, folder)

    async def _checked(self, path: Path) -> dict[str, float]:
        """What the image check says. Raises `Refusal` where it does not answer: nothing is described unseen."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._score(path)
        except (BackendError, TimeoutError) as error:
            log.warning("the image check did not answer: %s", error or "it took too long")
            raise Refusal("error-describe-unchecked") from error

    async def _captions(self, path: Path, wording: int) -> list[str]:
        answer = await self._assistant.ask(Question(skill="caption", path=path, count=LINES, wording=wording))
        return list(answer.texts) if answer else []

    async def _own_pictures(self, requester: Requester, image: Image.Image, wording: int) -> list[str]:
        """Lines of the member's own pictures that have its colours in the same places, nearest first."""
        jobs = await self._jobs.of_user(requester.user_id, [JobState.DONE], limit=OWN_JOBS)
        paths = [(job, picture.path) for job in jobs for picture in await self._jobs.images(job.id)]
        near = await asyncio.to_thread(self._nearest, signature(image), paths)
        return _some(list(dict.fromkeys(job.text for job in near if job.text)), wording)

    def _nearest(self, wanted: tuple[float, ...], paths: list[tuple[Job, str]]) -> list[Job]:
        found: list[tuple[float, int]] = []
        for at, (_, path) in enumerate(paths):
            if self._files.exists(path):
                with Image.open(self._files.absolute(path)) as picture:
                    found.append((unlike(wanted, signature(picture)), at))
        return [paths[at][0] for distance, at in sorted(found) if distance < NEAR]

    async def _own_lines(self, requester: Requester, about: str, wording: int) -> list[str]:
        """The member's own lines that mean something like it: by a sentence encoder, else by the words they share."""
        lines = await self._jobs.recent_prompts(requester.user_id, "", OWN_LINES) if about else []
        if not lines:
            return []
        alike = await self._assistant.likeness(about, lines)
        if alike is None:
            alike = [fuzz.token_set_ratio(about.lower(), line.lower()) / 100 for line in lines]
        ranked = sorted(zip(alike, lines, strict=True), reverse=True)
        return _some([line for value, line in ranked if value > ALIKE], wording)


def copy_of(data: bytes, limit: int) -> tuple[str, bytes]:
    """The picture to be shown beside what is said of it, and to be described again: its name, and the very bytes where
    they fit into `limit`. Raises `InputError`, `PictureTooLarge`. Blocks.
    """
    image, format = _opened(data)
    if len(data) <= limit:
        return f"picture.{format.lower()}", data
    smaller, suffix = encode(image, limit, "")
    return f"picture{suffix}", smaller


def _some(lines: list[str], wording: int) -> list[str]:
    """The best first, then the next ones, and again from the best."""
    rounds = max(-(-len(lines) // OWN), 1)
    start = wording % rounds * OWN
    return lines[start : start + OWN]


def _opened(data: bytes) -> tuple[Image.Image, str]:
    image = opaque(normalise(data))
    kinds = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WebP", b"GIF8": "GIF", b"BM": "BMP"}
    return image, next((kind for start, kind in kinds.items() if data.startswith(start)), "TIFF")


def _coloured(seen: Look, wording: int) -> list[str]:
    """Lines for pictures of such colours: all that is known of it where nothing else is. Styles change, then views."""
    colours = " and ".join(seen.colours[:3]) or "grey"
    light = {"dark": ", dark", "dim": ", dim light", "bright": ", bright light"}.get(seen.light, "")
    chosen = {} if seen.ratio == BY_NAME["aspect_ratio"].default else {"aspect_ratio": seen.ratio}
    styles, views = palette().style, ("a scene", *palette().view)
    turns = len(styles) // LINES
    view, start = views[wording // turns % len(views)], wording % turns * LINES
    return [format_line(f"{view} in {colours}{light}, {style}", chosen) for style in styles[start : start + LINES]]


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
