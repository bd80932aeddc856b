"""/blend: pictures merged without words. Reads files and blocks: it is called in a thread. Knows no Discord, no queue.

No model here has an adapter for several pictures, so they are laid over one another, each counting the same, and the
model draws over the result; a note says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PIL import Image

from bot.inputs import Picture, Prepared
from bot.intake import Order
from bot.prompt.cells import Parse
from bot.prompt.limits import fit
from bot.prompt.negative import negative_note
from bot.prompt.parser import ParsedPrompt, format_line
from bot.prompt.resolve import resolve
from bot.prompt.styles import Styles
from gpu.canvas import cut, opaque
from gpu.errors import InputError
from gpu.inputs import normalise
from gpu.types import InputRole, ModelSpec, Note, Task

SHAPES = {"portrait": "2:3", "square": "1:1", "landscape": "3:2"}
"""Dimensions, as Midjourney names them → `--ar`."""
FEWEST, MOST = 2, 5
WORD = "pictures"
STRENGTH = 0.6
"""Less, and the pictures shine through one another; more, and little is left of them."""


def blended(sent: Sequence[bytes], extra: ParsedPrompt, *, spec: ModelSpec, styles: Styles, seed: int) -> Order:
    """The job that merges pictures; `extra` are the words and flags that go with it, if any. Raises `InputError`."""
    if not FEWEST <= len(sent) <= MOST:
        raise InputError("error-blend-count", count=len(sent))
    params, corrected = fit(resolve(extra, spec=spec, styles=styles, seed=seed), spec, extra.chosen)
    size = (params.width, params.height)
    merged = overlaid([cut(opaque(normalise(data)), size) for data in sent])
    strength = params.strength if "strength" in extra.chosen else STRENGTH
    params = params.model_copy(update={"strength": strength})
    note = Note(id="note-blend", facts={"count": len(sent), "strength": strength})
    inputs = Prepared(params, (Picture(InputRole.IMAGE, merged),))
    line = format_line(extra.prompt, extra.chosen)
    extras = {"notes": (note, *corrected, *negative_note(params, spec))}
    return Order(task=Task.IMAGINE, params=params, text=line, extra=extras, inputs=inputs)


def wordless(text: str, options: Mapping[str, object], parse: Parse) -> ParsedPrompt:
    """What goes with pictures: options and perhaps words and flags, as the parser reads them behind a word.

    Raises `PromptError`.
    """
    parsed = parse(f"{WORD} {text}", options)
    return replace(parsed, prompt=parsed.prompt.removeprefix(WORD).strip())


def overlaid(pictures: Sequence[Image.Image]) -> Image.Image:
    """The mean of RGB pictures of one size: every one counts the same, whatever its place."""
    merged = pictures[0]
    for number, picture in enumerate(pictures[1:], 2):
        merged = Image.blend(merged, picture, 1 / number)
    return merged
