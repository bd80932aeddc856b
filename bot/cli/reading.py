"""Commands that read and print: `export`, `read`, `verify`, `params`, `parse`, `check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.base import ConfigFile, app, configured, each_line, refuse, run_until_done
from bot.config import DEFAULT_PATH
from gpu.errors import EaselError


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

    run_until_done(export(configured(config), job, format, index, out))


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Pictures of Easel, A1111 or ComfyUI.")],
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Print the parameters that a picture holds, and a line that draws it again, as JSON."""
    from bot.terminal import read

    settings = configured(config)
    for file in files:
        try:
            print(json.dumps(read(settings, file)), flush=True)
        except EaselError as error:
            refuse(error)


@app.command()
def verify(
    files: Annotated[list[Path], typer.Argument(help="Pictures; copies that lost their metadata too.")],
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Print whether Easel here made a picture, as JSON: the command line, or the bot while it does not run."""
    from bot.verifying import verify

    run_until_done(verify(configured(config), files))


@app.command()
def params() -> None:
    """Print the parameter table as JSON."""
    from bot.prompt.listing import params_json

    print(json.dumps(params_json(), indent=2))


@app.command()
def parse(config: ConfigFile = DEFAULT_PATH) -> None:
    """Read one prompt a line, as JSON strings, and print what each says."""
    from bot.prompt.listing import parse_json

    settings = configured(config)
    each_line(lambda text: parse_json(text, settings))


@app.command()
def check(
    policy: Annotated[Literal["strict", "open"], typer.Option("--policy")] = "strict",
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Read one prompt a line, as JSON strings, and print the verdict of the prompt check on each."""
    from bot.prompt.styles import bundled_styles
    from bot.safety import check_json

    models, styles = configured(config).specs, bundled_styles().names
    each_line(lambda text: check_json(text, policy, models=models, styles=styles))
