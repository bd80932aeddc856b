"""/blend: pictures merged without words. Reads files and blocks: it is called in a thread. Knows no Discord, no queue.

A model with an adapter for image prompts listens to all of them, and to nothing else. For others they are laid over one
another, each counting the same, and the model draws over the result; a note says which it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from PIL import Image

from bot.inputs import Picture, Prepared, reduced
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
from gpu.params import GenerationParams
from gpu.types import InputRole, ModelSpec, Note, Task

SHAPES = {"portrait": "2:3", "square": "1:1", "landscape": "3:2"}
"""Dimensions, as Midjourney names them → `--ar`."""
FEWEST, MOST = 2, 5
WORD = "pictures"
STRENGTH = 0.6
"""Less, and the pictures shine through one another; more, and little is left of them."""
LOUDEST = 3.0
"""`--iw` where no words speak beside the pictures: all of an adapter is heard, as IP-Adapter's authors advise there."""


def blended(sent: Sequence[bytes], extra: ParsedPrompt, *, spec: ModelSpec, styles: Styles, seed: int) -> Order:
    """The job that merges pictures; `extra` are the words and flags that go with it, if any. Raises `InputError`."""
    if not FEWEST <= len(sent) <= MOST:
        raise InputError("error-blend-count", count=len(sent))
    params, corrected = fit(resolve(extra, spec=spec, styles=styles, seed=seed), spec, extra.chosen)
    merge = _heard if "image" in spec.ip_adapters and "strength" not in extra.chosen else _drawn_over
    inputs = merge([normalise(data) for data in sent], params, extra.chosen)
    line = format_line(extra.prompt, extra.chosen)
    extras = {"notes": (*inputs.notes, *corrected, *negative_note(params, spec))}
    return Order(task=Task.IMAGINE, params=inputs.params, text=line, extra=extras, inputs=inputs)


def _heard(pictures: Sequence[Image.Image], params: GenerationParams, chosen: Collection[str]) -> Prepared:
    """All of them are image prompts, and share its loudness."""
    weight = params.image_weight if "image_weight" in chosen else LOUDEST
    note = Note(id="note-blend-heard", facts={"count": len(pictures)})
    prompts = tuple(reduced(Picture(InputRole.PROMPT, picture)) for picture in pictures)
    return Prepared(params.model_copy(update={"image_weight": weight}), prompts, (note,))


def _drawn_over(pictures: Sequence[Image.Image], params: GenerationParams, chosen: Collection[str]) -> Prepared:
    """They become one, which is drawn on."""
    merged = overlaid([cut(opaque(picture), (params.width, params.height)) for picture in pictures])
    strength = params.strength if "strength" in chosen else STRENGTH
    note = Note(id="note-blend", facts={"count": len(pictures), "strength": strength})
    params = params.model_copy(update={"strength": strength})
    return Prepared(params, (Picture(InputRole.IMAGE, merged),), (note,))


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
