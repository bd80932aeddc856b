"""/describe: what can be said of a picture, and lines that draw something like it.

Honest about what it knows: what the picture says of itself, its colours, the member's own pictures and lines that come
near; and what it shows only where a captioning model is configured. Knows no Discord.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image
from rapidfuzz import fuzz

from bot.assistant import Assistant
from bot.exchange import line_of
from bot.prompt.looking import Look, look, signature, unlike
from bot.prompt.palette import palette
from bot.prompt.parser import ParsedPrompt, format_line
from bot.requester import Requester
from gpu import metadata
from gpu.canvas import opaque
from gpu.errors import PictureUnreadable
from gpu.inputs import normalise
from gpu.params import BY_NAME
from gpu.skills.base import Question
from storage.images import ImageFiles
from storage.jobs import JobStore
from storage.models import Job, JobState

LINES = 4
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
        new_id: Callable[[], str],
    ) -> None:  # fmt: skip
        self._assistant = assistant
        self._parse = parse
        self._jobs = jobs
        self._files = files
        self._new_id = new_id

    async def describe(self, requester: Requester, data: bytes) -> Description:
        """Everything that can be said of a picture, with four lines. Raises `InputError` for what is none."""
        image, format = await asyncio.to_thread(_opened, data)
        seen = await asyncio.to_thread(look, image)
        source, own_line = await asyncio.to_thread(self._metadata, data)
        captions = await self._captions(image)
        about = self._words_of(own_line) or next(iter(captions), "")
        ratio = {} if seen.ratio == "1:1" else {"aspect_ratio": seen.ratio}
        found = [Suggestion(own_line, "metadata")] if own_line else []
        found += [Suggestion(format_line(caption, ratio), "caption") for caption in captions]
        found += [Suggestion(line, "own-picture") for line in await self._own_pictures(requester, image)]
        found += [Suggestion(line, "own-line") for line in await self._own_lines(requester, about)]
        found += [Suggestion(line, "colours") for line in _coloured(seen)]
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

    async def _captions(self, image: Image.Image) -> list[str]:
        if not self._assistant.has("caption"):
            return []
        folder = self._new_id()
        path = await asyncio.to_thread(self._files.store_input, folder, 1, _png(image))
        try:
            answer = await self._assistant.ask(Question(skill="caption", path=path, count=LINES))
        finally:
            await asyncio.to_thread(self._files.remove, folder)
        return list(answer.texts) if answer else []

    async def _own_pictures(self, requester: Requester, image: Image.Image) -> list[str]:
        """Lines of the member's own pictures that have its colours in the same places, nearest first."""
        jobs = await self._jobs.of_user(requester.user_id, [JobState.DONE], limit=OWN_JOBS)
        paths = [(job, picture.path) for job in jobs for picture in await self._jobs.images(job.id)]
        near = await asyncio.to_thread(self._nearest, signature(image), paths)
        return list(dict.fromkeys(job.text for job in near if job.text))[:2]

    def _nearest(self, wanted: tuple[float, ...], paths: list[tuple[Job, str]]) -> list[Job]:
        found: list[tuple[float, int]] = []
        for at, (_, path) in enumerate(paths):
            if self._files.exists(path):
                with Image.open(self._files.absolute(path)) as picture:
                    found.append((unlike(wanted, signature(picture)), at))
        return [paths[at][0] for distance, at in sorted(found) if distance < NEAR]

    async def _own_lines(self, requester: Requester, about: str) -> list[str]:
        """The member's own lines that mean something like it: by a sentence encoder, else by the words they share."""
        lines = await self._jobs.recent_prompts(requester.user_id, "", OWN_LINES) if about else []
        if not lines:
            return []
        alike = await self._assistant.likeness(about, lines)
        if alike is None:
            alike = [fuzz.token_set_ratio(about.lower(), line.lower()) / 100 for line in lines]
        ranked = sorted(zip(alike, lines, strict=True), reverse=True)
        return [line for value, line in ranked if value > ALIKE][:2]


def _opened(data: bytes) -> tuple[Image.Image, str]:
    image = opaque(normalise(data))
    kinds = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"RIFF": "WebP", b"GIF8": "GIF", b"BM": "BMP"}
    return image, next((kind for start, kind in kinds.items() if data.startswith(start)), "TIFF")


def _coloured(seen: Look) -> list[str]:
    """Lines for pictures of such colours: all that is known of it where nothing else is."""
    colours = " and ".join(seen.colours[:3]) or "grey"
    light = {"dark": ", dark", "dim": ", dim light", "bright": ", bright light"}.get(seen.light, "")
    chosen = {} if seen.ratio == BY_NAME["aspect_ratio"].default else {"aspect_ratio": seen.ratio}
    styles = palette().style[:LINES]
    return [format_line(f"a scene in {colours}{light}, {style}", chosen) for style in styles]


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
