"""To and from other programs: a job as a file for them, and a line out of a picture that one of them drew.

Knows the configuration and the parser, no Discord and no terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from bot.config import Config
from bot.errors import PromptError
from bot.inputs import NEED_A_PICTURE
from bot.prompt.aspect import clamp
from bot.prompt.parser import ParsedPrompt, format_flag, format_line
from bot.prompt.permutations import Permutations, literal
from bot.prompt.resolve import NO_DEFAULTS
from bot.referring import HEARD
from gpu.comfyui_control import net_names
from gpu.embeddings import KINDS, EmbeddingFolder
from gpu.exports import Export, Format, export
from gpu.metadata import ReadBack, read
from gpu.params import BY_NAME, TABLE
from storage.models import Job

FOLDED_IN = ("style", "quality", "negative_prompt", "control", *HEARD, *NEED_A_PICTURE)
"""Parameters whose effect is in others already, and those that say what was done with a picture that is not here."""
ALWAYS = ("model", "aspect_ratio", "num_inference_steps", "guidance_scale", "scheduler", "seed", "num_images")
"""Written also where they are our defaults: a model may have others."""


def export_job(job: Job, config: Config, format: Format, index: int | None = None) -> Export:
    """The job, or its picture `index` (1…n), as a file for another program; blocks. Raises `NotSupported`."""
    spec = config.models.get(job.request.params.model)
    embeddings = EmbeddingFolder(config.embeddings.folder)
    embeddings.refresh()
    heard = embeddings.of(KINDS.get(spec.family, "")) if spec else {}
    file = PurePath(spec.source).name if spec and spec.source.endswith(".safetensors") else ""
    file = file or f"{job.request.params.model or 'model'}.safetensors"
    return export(job.request, format, file, index, heard, net_names(spec))


def line_of(found: ReadBack, parse: Callable[[str], ParsedPrompt]) -> str:
    """A line that draws that picture again, as far as this bot can: models and LoRAs that it lacks are left out."""
    params = found.params.model_copy(update={"seed": found.seed, "num_images": 1})
    chosen: dict[str, Any] = {
        row.name: getattr(params, row.name)
        for row in TABLE
        if row.name not in FOLDED_IN and (row.name in ALWAYS or getattr(params, row.name) != row.default)
    }
    chosen |= {"aspect_ratio": clamp(params.aspect_ratio), "negative_prompt": _only(params.negative_prompt)}
    for _ in range(len(chosen)):
        try:
            return literal(parse(format_line(params.prompt, chosen)).line)
        except PromptError as error:
            wrong = next((row.name for row in TABLE if row.flag == error.facts.get("flag")), "")
            if wrong not in chosen:
                return literal(error.suggestion)
            del chosen[wrong]
    return literal(format_line(params.prompt, {}))


def line_with(data: bytes, options: Mapping[str, object], parse: Callable[[str], ParsedPrompt]) -> str:
    """The line of a picture file, with `options` instead of what it says of them. Raises `PictureUnreadable`."""
    parsed = parse(Permutations(line_of(read(data), parse)).line(0))
    kept = {name: value for name, value in parsed.chosen.items() if options.get(name) is None}
    given = [format_flag(BY_NAME[name], value) for name, value in options.items() if value is not None]
    return " ".join([literal(format_line(parsed.prompt, kept)), *given])


def _only(negative: str) -> str:
    """The negative words, and not those that the model of this bot adds."""
    return f"{NO_DEFAULTS}, {negative}" if negative else NO_DEFAULTS
