"""Commands that help with words, without a worker and without a model: `shorten`, `expand`, `describe`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.base import ConfigFile, app, configured, refuse
from bot.config import DEFAULT_PATH
from gpu.errors import EaselError, PictureUnreadable

if TYPE_CHECKING:
    from bot.prompt.parser import ParsedPrompt

FLAGS_ARE_WORDS = {"ignore_unknown_options": True}
Prompt = Annotated[list[str], typer.Argument(help="The line as on Discord.")]


@app.command(context_settings=FLAGS_ARE_WORDS)
def shorten(prompt: Prompt, config: ConfigFile = DEFAULT_PATH) -> None:
    """Print how much each word of a line matters, and shorter lines, as JSON."""
    from bot.prompt import shortening

    try:
        parsed = _parsed(prompt, config)
        words = shortening.by_tables(shortening.shortenable(parsed))
    except EaselError as error:
        refuse(error)
    importance = [{"word": word.text, "importance": word.importance} for word in words]
    print(json.dumps({"words": importance, "lines": shortening.shorter(words, parsed)}))


@app.command(context_settings=FLAGS_ARE_WORDS)
def expand(prompt: Prompt, config: ConfigFile = DEFAULT_PATH) -> None:
    """Print four longer lines, with words for style, view, light and details, as JSON."""
    from bot.prompt.expanding import expanded

    try:
        print(json.dumps({"lines": expanded(_parsed(prompt, config))}))
    except EaselError as error:
        refuse(error)


@app.command()
def describe(file: Annotated[Path, typer.Argument(help="A picture.")]) -> None:
    """Print size, shape, colours and light of a picture, and which program it says drew it, as JSON."""
    from bot.prompt.looking import look
    from gpu import metadata
    from gpu.canvas import opaque
    from gpu.inputs import normalise

    try:
        data = file.read_bytes()
        image = opaque(normalise(data))
    except EaselError as error:
        refuse(error)
    except OSError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        source = metadata.read(data).source
    except PictureUnreadable:
        source = ""  # type: ignore[assignment]
    seen = look(image)
    size = {"width": image.width, "height": image.height, "ratio": seen.ratio}
    print(json.dumps({**size, "colours": seen.colours, "light": seen.light, "source": source}))


def _parsed(prompt: list[str], config: Path) -> ParsedPrompt:
    from bot.prompt.models import parse_line
    from bot.prompt.styles import bundled_styles

    return parse_line(" ".join(prompt), configured(config), bundled_styles())
