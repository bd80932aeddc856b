"""`privacy`: what the bot on this machine knows of a member, for an operator who is asked by letter."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.cli.base import REFUSED, ConfigFile, Out, app, configured, run_until_done, stop, words
from bot.config import DEFAULT_PATH, Config
from gpu.files import write_whole

if TYPE_CHECKING:
    from bot.privacy import Privacy

PART = 2**30
"""Bytes of one file."""


@app.command()
def privacy(
    what: Annotated[Literal["show", "export", "delete"], typer.Argument(help="What to do.")],
    user: Annotated[int, typer.Argument(help="The member's Discord id.", min=0)],
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    out: Out = Path("."),
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Count, export or delete all data of a member. The bot must not run meanwhile."""
    if what == "delete" and not (yes or typer.confirm(words("cli-privacy-sure", user=str(user)), err=True)):
        stop(REFUSED, words("privacy-kept"))
    run_until_done(_do(configured(config), what, user, out))


async def _do(config: Config, what: str, user: int, out: Path) -> None:
    from bot.runtime import open_studio

    async with open_studio(config) as runtime:
        if what == "show":
            print(json.dumps(asdict(await runtime.privacy.show(user))))
        elif what == "delete":
            print(json.dumps(asdict(await runtime.privacy.erase(user))))
        else:
            await _export(runtime.privacy, user, out)


async def _export(data: Privacy, user: int, out: Path) -> None:
    async for part in data.export(user, PART):
        file = out / f"easel-data-{user}-{part.number}.zip"
        await asyncio.to_thread(write_whole, file, part.data)
        print(json.dumps({"file": str(file), "bytes": len(part.data), "too_large": part.too_large}))
