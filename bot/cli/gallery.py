"""`gallery`: finished pictures as pages that a browser shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.base import ConfigFile, app, configured, run_until_done
from bot.config import DEFAULT_PATH


@app.command()
def gallery(
    out: Annotated[Path, typer.Option("--out", help="A folder: a new one, an empty one, or an older gallery.")],
    guild: Annotated[int | None, typer.Option("--guild", min=1, help="Only what was drawn in this server.")] = None,
    user: Annotated[int | None, typer.Option("--user", min=1, help="Only what this member drew.")] = None,
    favourites: Annotated[bool, typer.Option("--favourites", help="Only what its owner gave a star.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The newest so many pictures.")] = 500,
    title: Annotated[str, typer.Option("--title", help="What stands above the pictures.")] = "Easel",
    language: Annotated[Literal["en", "zh-CN"], typer.Option("--language", help="Of the pages.")] = "en",
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Write a static gallery. Without --guild and --user: of what the command line drew."""
    from bot.album.export import Choice, print_export
    from bot.album.pages import Words

    choice = Choice(guild_id=guild, user_id=user, starred=favourites, limit=limit)
    run_until_done(print_export(configured(config), out, choice, Words(title, language)))
