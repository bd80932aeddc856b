"""The worker process: reads commands, drives one engine, writes messages. `python -m gpu.worker [--engine fake]`.

The main thread does all model work; `gpu.stdio` reads standard input beside it, and when that closes, the process ends
within two seconds, even in the middle of a step. Knows the wire and the engine's surface, not how pixels are made.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import queue
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gpu.backend import Capabilities, Event, Failed, ModelCapabilities
from gpu.bugs import as_backend_error
from gpu.optimising import missing
from gpu.safety import Setup, make
from gpu.skills.desk import Desk, Open
from gpu.skills.fake import open_fake
from gpu.skills.opening import open_skill
from gpu.stdio import Commands, Send, claim_stdout, listen, prepare, step_back, threads
from gpu.types import GenerationRequest, GenerationResult, ModelSpec, Progress
from gpu.wire import (
    Ask,
    Cancel,
    Command,
    Error,
    Finished,
    Generate,
    Loading,
    Progressed,
    Ready,
    Score,
    Scored,
    Start,
    Warm,
)

log = logging.getLogger(__name__)

OnLoading = Callable[[str, int, int], None]


class Engine(Protocol):
    """What the worker needs of an engine. One thread calls it; no method waits for another job."""

    def warm_up(self, model: str) -> ModelCapabilities:
        """Load and measure a model. Raises `ModelError`."""
        ...

    @property
    def idle(self) -> bool:
        """A tick would do nothing."""
        ...

    def admit(self, request: GenerationRequest) -> None:
        """Take a job; it joins the batch at a later tick. Raises `NotSupported`."""
        ...

    def cancel(self, job_id: str) -> None:
        """Drop a job; a later tick reports `JobCancelled`. Unknown ids are ignored."""
        ...

    def tick(self) -> Sequence[Event]:
        """One step: at most one event of each job. An error among them ends only its own job."""
        ...

    def score(self, path: Path) -> dict[str, float]:
        """What the image check says of a picture below the data directory. Raises `OSError`."""
        ...


class Worker:
    """The loop between commands and an engine. Jobs fail alone."""

    def __init__(self, engine: Engine, commands: Commands, send: Send, desk: Desk | None = None) -> None:
        """`desk` answers questions beside the drawing."""
        self._engine = engine
        self._desk = desk
        self._commands = commands
        self._send = send
        self._jobs: set[str] = set()

    def run(self) -> None:
        """Work until the commands end."""
        while self._obey():
            for event in self._tick():
                self._report(event)

    def _obey(self) -> bool:
        """Take the commands that are there; wait for one while there is nothing to draw. False: no more will come."""
        wait = self._engine.idle
        with contextlib.suppress(queue.Empty):
            while (command := self._commands.get(block=wait)) is not None:
                wait = False
                self._take(command)
            return False
        return True

    def _take(self, command: Command) -> None:
        if isinstance(command, Cancel):
            self._engine.cancel(command.job_id)
        elif isinstance(command, Generate):
            job_id = command.request.job_id
            self._jobs.add(job_id)
            try:
                self._engine.admit(command.request)
            except Exception as error:
                self._report(Failed(job_id, as_backend_error(error)))
        elif isinstance(command, Score):
            self._score(command)
        elif isinstance(command, Warm):
            self._warm(command)
        elif isinstance(command, Ask) and self._desk:
            self._desk.ask(command)

    def _score(self, command: Score) -> None:
        try:
            self._send(Scored(job_id=command.id, scores=self._engine.score(command.path)))
        except Exception as error:
            self._send(Error(job_id=command.id, error=as_backend_error(error).to_json()))

    def _warm(self, command: Warm) -> None:
        try:
            self._engine.warm_up(command.model)
            self._send(Scored(job_id=command.id, scores={}))
        except Exception as error:
            self._send(Error(job_id=command.id, error=as_backend_error(error).to_json()))

    def _tick(self) -> Sequence[Event]:
        try:
            return self._engine.tick()
        except Exception as error:
            # Nobody could tell whose fault it was: all jobs that the engine had are lost.
            bug = as_backend_error(error)
            for job_id in self._jobs:
                self._engine.cancel(job_id)
            return [Failed(job_id, bug) for job_id in self._jobs]

    def _report(self, event: Event) -> None:
        if event.job_id not in self._jobs:
            return
        if isinstance(event, Progress):
            self._send(Progressed(progress=event))
            return
        self._jobs.remove(event.job_id)
        if isinstance(event, GenerationResult):
            self._send(Finished(result=event))
        else:
            self._send(Error(job_id=event.job_id, error=event.error.to_json()))


# Engines


def _fake(start: Start, on_loading: OnLoading) -> tuple[Engine, str]:
    from gpu.fake import FakeEngine

    return FakeEngine(
        _by_name(start), data_dir=start.data_dir, slots=start.settings.slots, on_loading=on_loading
    ), "fake"


def _diffusers(start: Start, on_loading: OnLoading) -> tuple[Engine, str]:
    from gpu.device import choose_device
    from gpu.embeddings import EmbeddingFolder
    from gpu.engine import Engine
    from gpu.loras import LoraFolder

    settings = start.settings
    device = choose_device(settings.device)
    if device.type == "cuda" and device.index is None:
        device = choose_device(f"cuda:{start.index % _cards()}")
    setup = Setup(settings.checkers, str(device), lambda done, total: on_loading("safety", done, total))
    for name, needs in missing(settings.optimise.named, device.type).items():
        log.warning("[optimise] %s does nothing here: it needs %s", name, needs)
    engine = Engine(
        _by_name(start),
        data_dir=start.data_dir,
        device=str(device),
        dtype=settings.dtype,
        threads=threads(settings),
        image_check=make(settings.image_check, setup),
        loras=LoraFolder(settings.loras),
        embeddings=EmbeddingFolder(settings.embeddings),
        control=settings.control,
        optimise=settings.optimise,
        slots=settings.slots,
        memory_gb=settings.memory_gb,
        on_loading=on_loading,
    )
    return engine, str(device)


ENGINES: dict[str, Callable[[Start, OnLoading], tuple[Engine, str]]] = {"diffusers": _diffusers, "fake": _fake}
"""`[worker] engine` of config.toml → what builds it and names its device. Each imports its own libraries."""

OPENERS: dict[str, Open] = {"diffusers": open_skill, "fake": open_fake}
"""What loads the skills beside each engine."""


def _by_name(start: Start) -> dict[str, ModelSpec]:
    return {spec.name: spec for spec in start.specs}


def _cards() -> int:
    import torch

    return torch.cuda.device_count()


def main() -> None:
    """Serve until standard input closes."""
    send = claim_stdout()
    step_back()
    arguments = argparse.ArgumentParser(prog="python -m gpu.worker", description=__doc__)
    arguments.add_argument("--engine", choices=tuple(ENGINES), help="instead of the one that the start command names")
    engine = arguments.parse_args().engine
    commands = listen()
    start = commands.get()
    if not isinstance(start, Start):
        return
    prepare(start, send)
    if worker := _started(engine or start.settings.engine, start, commands, send):
        worker.run()


def _started(engine: str, start: Start, commands: Commands, send: Send) -> Worker | None:
    """Build and warm up the engine and say so, or say why not."""

    def on_loading(model: str, done: int, total: int) -> None:
        send(Loading(model=model, done=done, total=total))

    try:
        built, device = ENGINES[engine](start, on_loading)
        measured = {start.settings.default_model: built.warm_up(start.settings.default_model)}
    except Exception as error:
        send(Error(error=as_backend_error(error).to_json()))
        return None
    slots = start.settings.slots
    send(Ready(capabilities=Capabilities(pool="local", slots=slots, models=measured, device=device)))
    desk = Desk(OPENERS[engine], start.settings.skills, start.data_dir, send)
    return Worker(built, commands, send, desk)


if __name__ == "__main__":
    main()
    # Model libraries take their time to tidy up, and some hang; nothing of theirs is worth keeping.
    os._exit(0)
