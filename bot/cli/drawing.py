"""Commands that draw: `imagine`, `sweep`, `again`, `blend`, `upscale`, `control`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.cli.base import (
    INTERRUPTED,
    REFUSED,
    ConfigFile,
    Out,
    app,
    configured,
    log_to_stderr,
    run_until_done,
    stop,
    words,
)
from bot.config import DEFAULT_PATH
from gpu.controls import CONTROL_KINDS
from gpu.params import MOST_NOISE, UPSCALER_NAMES, UpscalerName
from gpu.types import InputRole

if TYPE_CHECKING:
    from bot.enlarging import Wish
    from bot.inputs import NewInput
    from bot.requester import Requester
    from bot.studio import Studio
    from bot.terminal import Ask
    from storage.models import Job

Files = Annotated[list[Path] | None, typer.Option(help="A picture file; may be given several times.")]
UpscalerOption = Annotated[Literal[UPSCALER_NAMES] | None, typer.Option(help="The network.")]  # type: ignore[valid-type]
Creative = Annotated[bool, typer.Option("--creative", help="Twice as large, with details drawn into it.")]
Words = Annotated[str, typer.Option("--prompt", help="What the picture shows, for --upscaler sd-x4.")]
NoiseLevel = Annotated[
    int | None, typer.Option("--noise-level", min=0, max=MOST_NOISE, help="For the same: noise laid on it first.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Draw what stands for several jobs without asking.")]
FLAGS_ARE_WORDS = {"ignore_unknown_options": True}
"""A prompt holds flags of its own."""


@app.command(context_settings=FLAGS_ARE_WORDS)
def imagine(
    prompt: Annotated[
        list[str] | None, typer.Argument(help='The line as on Discord: "a red fox --ar 3:2 --seed 7".')
    ] = None,
    image: Files = None,
    mask: Annotated[str, typer.Option("--mask", help="What is redrawn: a file (white is), or words: right.")] = "",
    control_image: Files = None,
    style_image: Files = None,
    character_image: Files = None,
    yes: Yes = False,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Draw a prompt, or the one that --image carries, and print one JSON object for each picture."""
    line = [*(prompt or ()), "--mask", mask] if mask and not Path(mask).is_file() else prompt or []
    masks = [Path(mask)] if mask and Path(mask).is_file() else None
    inputs = _inputs(image=image, mask=masks, control=control_image, style=style_image, character=character_image)
    _draw(config, out, lambda studio, requester: studio.imagine(requester, " ".join(line), inputs=inputs), yes)


@app.command(context_settings=FLAGS_ARE_WORDS)
def sweep(
    prompt: Annotated[list[str], typer.Argument(help="The line that all pictures share.")],
    x: Annotated[str, typer.Option("--x", help='The columns: "cfg 3, 5, 7"; or prompt, steps, sampler, model, lora.')],
    y: Annotated[str, typer.Option("--y", help="The rows, in the same way.")] = "",
    yes: Yes = False,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Draw a prompt with several values of one or two settings, and compare them on a sheet."""

    async def ask(studio: Studio, requester: Requester) -> Job:
        raise await studio.sweeps.ask_grid(requester, " ".join(prompt), x, y)

    _draw(config, out, ask, yes)


@app.command()
def again(
    job: Annotated[str, typer.Argument(help="A job that `imagine` or `again` printed.")],
    vary: Annotated[int | None, typer.Option("--vary", min=1, max=4, help="Four variations of picture K.")] = None,
    upscale: Annotated[int | None, typer.Option("--upscale", min=1, max=4, help="Picture K alone.")] = None,
    upscaler: UpscalerOption = None,
    creative: Creative = False,
    reroll: Annotated[bool, typer.Option("--reroll", help="The same line with a new seed.")] = False,
    zoom: Annotated[float | None, typer.Option("--zoom", min=1, max=2, help="What is around it.")] = None,
    pan: Annotated[Literal["left", "right", "up", "down"] | None, typer.Option("--pan", help="How it goes on.")] = None,
    square: Annotated[bool, typer.Option("--square", help="What makes it a square.")] = False,
    index: Annotated[int, typer.Option("--index", min=1, max=4, help="The picture that --zoom and others use.")] = 1,
    strong: Annotated[bool, typer.Option("--strong", help="With --vary: farther from the picture.")] = False,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Do with a finished job what its buttons do on Discord."""
    wishes: list[Ask] = []
    if vary:
        wishes.append(lambda studio, requester: studio.vary(requester, job, vary, strong=strong))
    if upscale:
        wish = _wish(upscaler, creative, config) if upscaler or creative else None
        wishes.append(lambda studio, requester: studio.upscale(requester, job, upscale, wish))
    if reroll:
        wishes.append(lambda studio, requester: studio.reroll(requester, job))
    if zoom:
        wishes.append(lambda studio, requester: studio.zoom(requester, job, index, zoom))
    if pan:
        wishes.append(lambda studio, requester: studio.pan(requester, job, index, pan))
    if square:
        wishes.append(lambda studio, requester: studio.square(requester, job, index))
    if len(wishes) != 1:
        stop(REFUSED, words("error-again-one"))
    _draw(config, out, wishes[0])


@app.command()
def blend(
    files: Annotated[list[Path], typer.Argument(help="Two to five pictures.")],
    dimensions: Annotated[Literal["portrait", "square", "landscape"], typer.Option(help="2:3, 1:1 or 3:2.")] = "square",
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Merge pictures into one, without words."""
    from bot.blending import SHAPES

    sent = [new.data for new in _inputs(image=files)]
    _draw(config, out, lambda studio, requester: studio.blend(requester, sent, SHAPES[dimensions]))


@app.command()
def upscale(
    file: Annotated[Path, typer.Argument(help="A picture.")],
    upscaler: UpscalerOption = None,
    creative: Creative = False,
    prompt: Words = "",
    noise_level: NoiseLevel = None,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Make a picture four times as large."""
    (sent,) = _inputs(image=[file])
    wish = _wish(upscaler, creative, config, prompt=prompt.strip(), noise_level=noise_level)
    _draw(config, out, lambda studio, requester: studio.enlarge(requester, sent.data, wish))


@app.command()
def control(
    kind: Annotated[Literal[CONTROL_KINDS], typer.Argument(help="What is taken from the picture.")],  # type: ignore[valid-type]
    file: Annotated[Path, typer.Argument(help="A picture.")],
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Make the control image of a picture."""
    (sent,) = _inputs(image=[file])
    _draw(config, out, lambda studio, requester: studio.control_image(requester, sent.data, kind))


def _inputs(**files: list[Path] | None) -> list[NewInput]:
    """The files of each role."""
    from bot.inputs import NewInput

    try:
        return [NewInput(InputRole(role), path.read_bytes()) for role, paths in files.items() for path in paths or ()]
    except OSError as error:
        stop(REFUSED, words("error-input-file", file=str(error.filename), problem=error.strerror or ""))
        raise


def _wish(upscaler: UpscalerName | None, creative: bool, config: Path, **more: Any) -> Wish:
    from bot.enlarging import Wish

    return Wish(upscaler or configured(config).upscale.upscaler, creative, **more)


def _draw(config: Path, out: Path, ask: Ask, agreed: bool = False) -> None:
    from rich.console import Console

    from bot.terminal import draw

    log_to_stderr(logging.WARNING)
    run_until_done(draw(configured(config), out, ask, Console(stderr=True), agreed=agreed), INTERRUPTED)
