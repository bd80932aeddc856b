"""Commands about model files: `models`, `loras`, `embeddings`, `merge`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.base import FAILED, ConfigFile, app, configured, refuse, stop
from bot.config import DEFAULT_PATH
from gpu.errors import EaselError


@app.command()
def models(config: ConfigFile = DEFAULT_PATH) -> None:
    """Print the models as JSON, one object a line, with their licences."""
    from bot.prompt.listing import models_json

    for model in models_json(configured(config)):
        print(json.dumps(model))


@app.command()
def loras(config: ConfigFile = DEFAULT_PATH) -> None:
    """Print the LoRAs that `--lora` can name, one JSON object a line."""
    from gpu.loras import LoraFolder

    folder = LoraFolder(configured(config).loras.folder)
    folder.refresh()
    for file in folder.files.values():
        print(json.dumps(file.to_json()))


@app.command()
def embeddings(config: ConfigFile = DEFAULT_PATH) -> None:
    """Print the embeddings that a prompt can name, one JSON object a line."""
    from gpu.embeddings import EmbeddingFolder

    folder = EmbeddingFolder(configured(config).embeddings.folder)
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
        refuse(error)
    except OSError as error:
        stop(FAILED, str(error))
