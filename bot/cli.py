"""`python -m bot COMMAND`: the commands, their options and their exit codes.

    0   done
    1   the machine failed: a model, the worker, the disk
    2   the request was refused: a flag, a job that is not there, the configuration
    3   a safety check blocked it

What tools read goes to standard output as JSON, one object a line; what people read goes to standard error. Each
command imports what it needs when it runs: `parse`, `check` and `params` answer within a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot.config import DEFAULT_PATH, Config, discord_token, load_config
from bot.errors import PromptBlocked, PromptError, Refusal
from bot.text import DEFAULT_LOCALE, sentence, sentence_of
from gpu.errors import EaselError, Fact, InputError, NotSupported, PictureUnreadable
from gpu.params import UPSCALER_NAMES, UpscalerName
from gpu.types import InputRole
from storage.errors import CostLimit, JobNotFound, QueueFull

if TYPE_CHECKING:
    from bot.enlarging import Wish
    from bot.inputs import NewInput
    from bot.terminal import Ask

FAILED, REFUSED, BLOCKED, INTERRUPTED = 1, 2, 3, 130
REFUSALS = (Refusal, NotSupported, InputError, PictureUnreadable, JobNotFound, QueueFull, CostLimit)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Easel.")

ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration file.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the pictures.")]
Files = Annotated[list[Path] | None, typer.Option(help="A picture file; may be given several times.")]
UpscalerOption = Annotated[Literal[UPSCALER_NAMES] | None, typer.Option(help="The network.")]  # type: ignore[valid-type]
Creative = Annotated[bool, typer.Option("--creative", help="Twice as large, with details drawn into it.")]
FLAGS_ARE_WORDS = {"ignore_unknown_options": True}
"""A prompt holds flags of its own."""


@app.command(context_settings=FLAGS_ARE_WORDS)
def imagine(
    prompt: Annotated[list[str], typer.Argument(help='The line as on Discord: "a red fox --ar 3:2 --seed 7".')],
    image: Files = None,
    mask: Annotated[str, typer.Option("--mask", help="What is redrawn: a file (white is), or words: right.")] = "",
    control_image: Files = None,
    style_image: Files = None,
    character_image: Files = None,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Draw a prompt and print one JSON object for each picture."""
    words = [*prompt, "--mask", mask] if mask and not Path(mask).is_file() else prompt
    masks = [Path(mask)] if mask and Path(mask).is_file() else None
    inputs = _inputs(image=image, mask=masks, control=control_image, style=style_image, character=character_image)
    _draw(config, out, lambda studio, requester: studio.imagine(requester, " ".join(words), inputs=inputs))


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
        _stop(REFUSED, _words("error-again-one"))
    _draw(config, out, wishes[0])


@app.command()
def export(
    job: Annotated[str, typer.Argument(help="A job that `imagine` or `again` printed.")],
    format: Annotated[Literal["comfyui", "a1111"], typer.Option("--format", help="For which program.")] = "comfyui",
    index: Annotated[int | None, typer.Option("--index", min=1, max=4, help="Picture K alone.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="A file; pictures it needs are put beside it.")] = None,
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Print a job as a ComfyUI workflow, or as the parameters that A1111 takes."""
    from bot.terminal import export

    _run(export(_config(config), job, format, index, out))


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Pictures of Easel, A1111 or ComfyUI.")],
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Print the parameters that a picture holds, and a line that draws it again, as JSON."""
    from bot.terminal import read

    settings = _config(config)
    for file in files:
        try:
            print(json.dumps(read(settings, file)), flush=True)
        except EaselError as error:
            _refuse(error)


@app.command()
def upscale(
    file: Annotated[Path, typer.Argument(help="A picture.")],
    upscaler: UpscalerOption = None,
    creative: Creative = False,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Make a picture four times as large."""
    (sent,) = _inputs(image=[file])
    wish = _wish(upscaler, creative, config)
    _draw(config, out, lambda studio, requester: studio.enlarge(requester, sent.data, wish))


@app.command()
def params() -> None:
    """Print the parameter table as JSON."""
    from bot.prompt.listing import params_json

    print(json.dumps(params_json(), indent=2))


@app.command()
def models(config: ConfigFile = DEFAULT_PATH) -> None:
    """Print the models as JSON, one object a line, with their licences."""
    from bot.prompt.listing import models_json

    for model in models_json(_config(config)):
        print(json.dumps(model))


@app.command()
def parse(config: ConfigFile = DEFAULT_PATH) -> None:
    """Read one prompt a line, as JSON strings, and print what each says."""
    from bot.prompt.listing import parse_json

    settings = _config(config)
    _each_line(lambda text: parse_json(text, settings))


@app.command()
def check(
    policy: Annotated[Literal["strict", "open"], typer.Option("--policy")] = "strict",
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Read one prompt a line, as JSON strings, and print the verdict of the prompt check on each."""
    from bot.prompt.styles import bundled_styles
    from bot.safety import check_json

    models, styles = _config(config).specs, bundled_styles().names
    _each_line(lambda text: check_json(text, policy, models=models, styles=styles))


@app.command()
def loras(config: ConfigFile = DEFAULT_PATH) -> None:
    """Print the LoRAs that `--lora` can name, one JSON object a line."""
    from gpu.loras import LoraFolder

    folder = LoraFolder(_config(config).loras.folder)
    folder.refresh()
    for file in folder.files.values():
        print(json.dumps(file.to_json()))


@app.command()
def merge(
    first: Annotated[Path, typer.Argument(help="A checkpoint or LoRA, .safetensors.")],
    second: Annotated[Path, typer.Argument(help="Another of the same family.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write.")],
    weight: Annotated[float, typer.Option("--weight", min=-2, max=2, help="How much of the second.")] = 0.5,
    minus: Annotated[Path | None, typer.Option("--minus", help="Add what the second learned beyond this one.")] = None,
) -> None:
    """Merge model files: FIRST · (1 − weight) + SECOND · weight, or with --minus FIRST + weight · (SECOND − MINUS)."""
    from gpu.merge import add_difference, weighted_sum

    try:
        if minus:
            add_difference(first, second, minus, weight, out)
        else:
            weighted_sum(first, second, weight, out)
    except EaselError as error:
        _refuse(error)
    except OSError as error:
        _stop(FAILED, str(error))


@app.command()
def doctor(config: ConfigFile = DEFAULT_PATH) -> None:
    """Check everything that Easel needs; exit 1 when something fails."""
    from bot.doctor import Mark, examine

    failed = 0
    for result in examine(config):
        print(result, flush=True)
        failed += result.mark is Mark.BAD
    print(_words("doctor-failed", count=failed) if failed else _words("doctor-all-well"))
    raise typer.Exit(FAILED if failed else 0)


@app.command()
def run(config: ConfigFile = DEFAULT_PATH) -> None:
    """Run the Discord bot. The token comes from DISCORD_TOKEN."""
    settings = _config(config)
    if not (token := discord_token()):
        _stop(REFUSED, _words("error-token-missing"))
    _log(logging.INFO)
    _warn_of_models(settings)
    _run(_bot(settings, token))


@app.command()
def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Run the bot in a page that looks like Discord: no token, no network, no GPU."""
    from bot.demo import run_demo

    settings = _config(config)
    _log(logging.WARNING)
    _run(run_demo(settings, port=port, browser=browser))


def main() -> None:
    """The entry point."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody replaced
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    app(prog_name="python -m bot")


# --- Parts of commands ----------------------------------------------------------------------------------------------


def _inputs(**files: list[Path] | None) -> list[NewInput]:
    """The files of each role."""
    from bot.inputs import NewInput

    try:
        return [NewInput(InputRole(role), path.read_bytes()) for role, paths in files.items() for path in paths or ()]
    except OSError as error:
        _stop(REFUSED, _words("error-input-file", file=str(error.filename), problem=error.strerror or ""))
        raise


def _wish(upscaler: UpscalerName | None, creative: bool, config: Path) -> Wish:
    from bot.enlarging import Wish

    return Wish(upscaler or _config(config).upscale.upscaler, creative)


def _draw(config: Path, out: Path, ask: Ask) -> None:
    from rich.console import Console

    from bot.terminal import draw

    _log(logging.WARNING)
    _run(draw(_config(config), out, ask, Console(stderr=True)), INTERRUPTED)


def _run(work: Coroutine[Any, Any, None], stopped: int = 0) -> None:
    """Run until done; an interrupt or SIGTERM ends it cleanly with `stopped`, an error with a sentence and its code."""
    try:
        asyncio.run(_until_signal(work))
    except EaselError as error:
        _refuse(error)
    except (asyncio.CancelledError, KeyboardInterrupt):
        _stop(stopped, *([_words("cli-cancelled")] if stopped else []))
    except BrokenPipeError:  # whoever reads has seen enough
        _stop(FAILED)
    except OSError as error:
        _stop(FAILED, str(error))


async def _bot(config: Config, token: str) -> None:
    import aiohttp
    import discord

    from bot.app import run_bot

    try:
        await run_bot(config, token)
    except discord.LoginFailure as error:
        raise Refusal("error-token-refused") from error
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
        raise EaselError("error-discord-unreachable", problem=str(error)) from error


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    with contextlib.suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


def _refuse(error: EaselError) -> None:
    """Say what a Discord user would read, and end with the exit code of its kind."""
    words = [sentence_of(error)]
    if isinstance(error, PromptError):
        words.append(_words("cli-suggestion", line=error.suggestion))
    _stop(_exit_code(error), *words)


def _exit_code(error: EaselError) -> int:
    if isinstance(error, PromptBlocked) or getattr(error, "state", "") == "blocked":
        return BLOCKED
    return REFUSED if isinstance(error, REFUSALS) else FAILED


def _stop(code: int, *words: str) -> None:
    for line in words:
        print(line, file=sys.stderr)
    raise typer.Exit(code)


def _config(path: Path) -> Config:
    try:
        return load_config(path)
    except Refusal as error:
        _refuse(error)
        raise


def _each_line(answer: Callable[[str], dict[str, Any]]) -> None:
    """One JSON string a line in, one JSON object a line out, whatever the line holds."""
    for text in _lines():
        print(json.dumps(answer(text) if isinstance(text, str) else {"ok": False, "error": _not_json(text)}))


def _lines() -> Iterator[str | bytes]:
    """The strings on standard input; lines that hold none as they are."""
    for line in sys.stdin.buffer:
        try:
            text = json.loads(line)
        except (ValueError, RecursionError):
            text = None
        yield text if isinstance(text, str) else line


def _not_json(line: bytes) -> str:
    return _words("error-not-json", written=line[:80].decode("utf-8", "replace").strip())


def _warn_of_models(config: Config) -> None:
    """What is wrong with models that are loaded only when somebody asks for them, without asking the hub."""
    from dataclasses import replace

    from bot.doctor import Mark, check_models
    from gpu.hub import HubCache

    for result in check_models(config, replace(HubCache.from_environment(), offline=True)):
        if result.mark is Mark.BAD:
            logging.getLogger(__name__).warning("%s", result.text)


def _log(level: int) -> None:
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )


def _words(id: str, **facts: Fact) -> str:
    return sentence(DEFAULT_LOCALE, id, **facts)
