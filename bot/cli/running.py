"""Commands that run the bot: `doctor`, `run`, `demo`."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from bot.cli.base import FAILED, REFUSED, ConfigFile, app, configured, log_to_stderr, run_until_done, stop, words
from bot.config import DEFAULT_PATH, Config, discord_token
from bot.errors import Refusal
from gpu.errors import EaselError


@app.command()
def doctor(config: ConfigFile = DEFAULT_PATH) -> None:
    """Check everything that Easel needs; exit 1 when something fails."""
    from bot.doctor import Mark, examine

    failed = 0
    for result in examine(config):
        print(result, flush=True)
        failed += result.mark is Mark.BAD
    print(words("doctor-failed", count=failed) if failed else words("doctor-all-well"))
    raise typer.Exit(FAILED if failed else 0)


@app.command()
def run(config: ConfigFile = DEFAULT_PATH) -> None:
    """Run the Discord bot. The token comes from DISCORD_TOKEN."""
    settings = configured(config)
    if not (token := discord_token()):
        stop(REFUSED, words("error-token-missing"))
    log_to_stderr(logging.INFO)
    _warn_of_models(settings)
    run_until_done(_bot(settings, token))


@app.command()
def demo(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 8765,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    config: ConfigFile = DEFAULT_PATH,
) -> None:
    """Run the bot in a page that looks like Discord: no token, no network, no GPU."""
    from bot.demo import run_demo

    settings = configured(config)
    log_to_stderr(logging.WARNING)
    run_until_done(run_demo(settings, port=port, browser=browser))


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


def _warn_of_models(config: Config) -> None:
    """What is wrong with models that are loaded only when somebody asks for them, without asking the hub."""
    from dataclasses import replace

    from bot.doctor import Mark, check_models
    from gpu.hub import HubCache

    for result in check_models(config, replace(HubCache.from_environment(), offline=True)):
        if result.mark is Mark.BAD:
            logging.getLogger(__name__).warning("%s", result.text)
