"""What the commands share: the app, exit codes, the configuration, and how an error ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.config import Config, discord_token, load_config, openai_key
from bot.errors import PromptBlocked, PromptError, Refusal
from bot.logs import Redacting
from bot.text import DEFAULT_LOCALE, sentence, sentence_of
from gpu.errors import EaselError, Fact, InputError, NotSupported, PictureUnreadable
from storage.errors import CostLimit, JobNotFound, QueueFull

FAILED, REFUSED, BLOCKED, INTERRUPTED = 1, 2, 3, 130
REFUSALS = (Refusal, NotSupported, InputError, PictureUnreadable, JobNotFound, QueueFull, CostLimit)

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Easel.")

ConfigFile = Annotated[Path, typer.Option("--config", help="The configuration file.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for the pictures.")]


def configured(path: Path) -> Config:
    """The configuration; a broken one ends the command with a sentence."""
    try:
        return load_config(path)
    except Refusal as error:
        refuse(error)
        raise


def run_until_done(work: Coroutine[Any, Any, None], stopped: int = 0) -> None:
    """Run until done; an interrupt or SIGTERM ends it cleanly with `stopped`, an error with a sentence and its code."""
    try:
        asyncio.run(_until_signal(work))
    except EaselError as error:
        refuse(error)
    except (asyncio.CancelledError, KeyboardInterrupt):
        stop(stopped, *([words("cli-cancelled")] if stopped else []))
    except BrokenPipeError:  # whoever reads has seen enough
        stop(FAILED)
    except OSError as error:
        stop(FAILED, str(error))


async def _until_signal(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(work)
    with contextlib.suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await task


def refuse(error: EaselError) -> None:
    """Say what a Discord user would read, and end with the exit code of its kind."""
    lines = [sentence_of(error)]
    if isinstance(error, PromptError):
        lines.append(words("cli-suggestion", line=error.suggestion))
    stop(_exit_code(error), *lines)


def _exit_code(error: EaselError) -> int:
    if isinstance(error, PromptBlocked) or getattr(error, "state", "") == "blocked":
        return BLOCKED
    return REFUSED if isinstance(error, REFUSALS) else FAILED


def stop(code: int, *lines: str) -> None:
    """Say it to whoever reads standard error, and end with that exit code."""
    for line in lines:
        print(line, file=sys.stderr)
    raise typer.Exit(code)


def each_line(answer: Callable[[str], dict[str, Any]]) -> None:
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
    return words("error-not-json", written=line[:80].decode("utf-8", "replace").strip())


def log_to_stderr(level: int) -> None:
    """Log what is at least so important."""
    handler = logging.StreamHandler(sys.stderr)
    format = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(Redacting(format, "%H:%M:%S", secrets=(discord_token(), openai_key())))
    logging.basicConfig(level=level, handlers=[handler])


def words(id: str, **facts: Fact) -> str:
    """A sentence of bot/text."""
    return sentence(DEFAULT_LOCALE, id, **facts)
