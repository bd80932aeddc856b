"""Checks everything that Easel needs before it runs, one line each. `python -m bot doctor`.

Knows no Discord and no model library: what only a worker can see, a child process looks at.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from bot.config import DEFAULT_PATH, PROJECT, Config, discord_token, load_config, openai_key
from bot.errors import ConfigError
from bot.text import DEFAULT_LOCALE, sentence, sentence_of
from gpu.errors import EaselError, Fact, ModelError, from_json
from gpu.hub import HubCache, size
from gpu.sources import Hub, where
from gpu.types import ModelSpec
from gpu.wire import WorkerSettings
from storage.database import Database
from storage.errors import DatabaseInUse, StorageError

ROOM = 2_000_000_000
"""Bytes that a bot with some traffic needs for its pictures."""
LITTLE_ROOM = 200_000_000
"""Bytes below which it would fail within a day."""
PROBE_SECONDS = 120

_TOKEN = re.compile(r"[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}")


class Mark(StrEnum):
    """How a check came out. A note asks for nothing."""

    GOOD = "✓"
    NOTE = "–"
    BAD = "✗"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report."""

    name: str
    mark: Mark
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.name}: {self.text}"


def examine(path: Path = DEFAULT_PATH) -> Iterator[Check]:
    """All checks, each as soon as it is known. Without a readable configuration there is only one."""
    try:
        config = load_config(path)
    except ConfigError as error:
        yield Check("config", Mark.BAD, sentence_of(error))
        return
    facts: dict[str, Fact] = {"file": str(path), "models": len(config.models), "default": config.default_model}
    yield _check("config", Mark.GOOD, "doctor-config", **facts)
    yield _token(discord_token())
    yield _database(config)
    yield _disk(config)
    yield from check_models(config, HubCache.from_environment())
    yield from check_nets(config, HubCache.from_environment())
    yield from _openai(config)
    yield from _worker(config)


def check_models(config: Config, hub: HubCache) -> Iterator[Check]:
    """One line for every model; those that are not the default one may be absent, but not wrong."""
    for spec in config.models.values():
        yield _model(spec, hub, needed=spec.name == config.default_model and config.worker.engine != "fake")


def check_nets(config: Config, hub: HubCache) -> Iterator[Check]:
    """One line for every ControlNet, and every net that makes control images, that could not be loaded."""
    nets = {f"{spec.name}, {kind}": net for spec in config.models.values() for kind, net in spec.controlnets.items()}
    nets |= {f"[control] {kind}": net for kind in ("depth", "seg") if (net := config.control.net(kind))}
    for name, net in nets.items():
        try:
            hub.look(net)
        except ModelError as error:
            if error.id != "error-model-offline":  # it is downloaded at first use
                yield _check("control", Mark.BAD, "doctor-model-failed", model=name, problem=sentence_of(error))


def _openai(config: Config) -> Iterator[Check]:
    """Whether OpenAI's models can be asked for; it is not asked."""
    if not config.openai.models:
        return
    facts: dict[str, Fact] = {"models": ", ".join(config.openai.models), "limit": f"{config.openai.daily_limit:.2f}"}
    if not importlib.util.find_spec("openai"):
        yield _check("openai", Mark.BAD, "doctor-openai-package", **facts)
    elif not openai_key():
        yield _check("openai", Mark.BAD, "doctor-openai-key", **facts)
    else:
        yield _check("openai", Mark.GOOD, "doctor-openai", **facts)


def _check(name: str, mark: Mark, id: str, /, **facts: Fact) -> Check:
    return Check(name, mark, sentence(DEFAULT_LOCALE, id, **facts))


def _token(token: str) -> Check:
    if not token:
        return _check("token", Mark.NOTE, "doctor-token-none")
    if not _TOKEN.fullmatch(token):
        return _check("token", Mark.BAD, "doctor-token-odd")
    return _check("token", Mark.GOOD, "doctor-token")


def _database(config: Config) -> Check:
    file = str(config.database)
    if not config.database.exists():
        return _writable(config.data_dir) or _check("database", Mark.GOOD, "doctor-database-new", file=file)
    try:
        asyncio.run(_open(config.database))
    except DatabaseInUse:
        return _check("database", Mark.GOOD, "doctor-database-used", file=file)
    except StorageError as error:
        return Check("database", Mark.BAD, sentence_of(error))
    except Exception as error:  # SQLite has many ways to say that a file is none of its own
        return _check("database", Mark.BAD, "doctor-folder", folder=file, problem=str(error))
    return _check("database", Mark.GOOD, "doctor-database", file=file)


async def _open(path: Path) -> None:
    async with Database.open(path):
        pass


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def _writable(folder: Path) -> Check | None:
    """A failed check where the folder could not be made or written to."""
    if os.access(_existing(folder), os.W_OK):
        return None
    return _check("database", Mark.BAD, "doctor-folder", folder=str(folder), problem=str(PermissionError()))


def _disk(config: Config) -> Check:
    free = shutil.disk_usage(_existing(config.data_dir)).free
    facts = {"free": size(free), "folder": str(config.data_dir), "wanted": size(ROOM)}
    if free >= ROOM:
        return _check("disk", Mark.GOOD, "doctor-disk", **facts)
    return _check("disk", Mark.NOTE if free >= LITTLE_ROOM else Mark.BAD, "doctor-disk-low", **facts)


def _model(spec: ModelSpec, hub: HubCache, *, needed: bool) -> Check:
    facts = {"model": spec.name, "licence": _licence(spec)}
    try:
        look = hub.look(spec)
    except ModelError as error:
        if error.id == "error-model-offline" and not needed:
            return _check("model", Mark.NOTE, "doctor-model-later", **facts)
        return _check("model", Mark.BAD, "doctor-model-failed", problem=sentence_of(error), **facts)
    if look.missing > look.free:
        room = ModelError("error-model-disk", source=spec.source, needed=size(look.missing), free=size(look.free),
                          folder=str(hub.folder))  # fmt: skip
        return _check("model", Mark.BAD, "doctor-model-failed", problem=sentence_of(room), **facts)
    sources = (where(spec), *map(where, spec.loras))
    if any(isinstance(source, Hub) and not source.pinned for source in sources):
        return _check("model", Mark.NOTE, "doctor-model-unpinned", model=spec.name)
    if look.missing:
        sizes = {"missing": size(look.missing), "free": size(look.free)}
        return _check("model", Mark.GOOD, "doctor-model-download", **facts, **sizes)
    return _check("model", Mark.GOOD, "doctor-model", **facts, size=size(look.size))


def _licence(spec: ModelSpec) -> str:
    limits = "" if spec.commercial else sentence(DEFAULT_LOCALE, "doctor-model-non-commercial")
    return " ".join(filter(None, (spec.licence, spec.licence_url, limits))) or "?"


def _worker(config: Config) -> Iterator[Check]:
    """Device and image check, as a worker process finds them."""
    if config.worker.engine == "fake":
        yield _check("device", Mark.NOTE, "doctor-device-fake")
    safety = config.safety
    settings = WorkerSettings(
        **config.worker.model_dump(), image_check=safety.image_check, checkers=safety.checkers,
        optimise=config.optimise,
    )  # fmt: skip
    found = _probe(settings)
    if isinstance(found, str):
        yield _check("device", Mark.BAD, "doctor-probe", problem=found)
        return
    if config.worker.engine != "fake":
        yield _found("device", found["device"])
        yield from _optimise(found["optimise"])
    if not config.safety.image_check:
        yield _check("safety", Mark.NOTE, "doctor-safety-off")
    else:
        yield _found("safety", found["safety"])


def _optimise(facts: dict[str, Any]) -> Iterator[Check]:
    """What is saved here, and a line for each option that was named and cannot work."""
    if "error" in facts:
        yield _found("optimise", facts)
        return
    yield _check("optimise", Mark.GOOD, "doctor-optimise", names=facts["chosen"])
    for name, needs in facts["missing"].items():
        yield _check("optimise", Mark.BAD, "doctor-optimise-missing", name=name, needs=needs)


def _found(name: str, facts: dict[str, Any]) -> Check:
    if "error" not in facts:
        return _check(name, Mark.GOOD, f"doctor-{name}", **facts)
    error: EaselError = from_json(facts["error"])
    return Check(name, Mark.BAD, facts.get("problem") or sentence_of(error))


def _probe(settings: WorkerSettings) -> dict[str, Any] | str:
    """What `gpu.probe` prints, or why it prints nothing."""
    command = [sys.executable, "-m", "gpu.probe", settings.model_dump_json()]
    try:
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=PROBE_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {PROBE_SECONDS} s"
    with contextlib.suppress(ValueError):
        return dict(json.loads(done.stdout.strip().rpartition("\n")[2]))
    return next(iter(done.stderr.strip().splitlines()[-1:]), f"exit {done.returncode}")
