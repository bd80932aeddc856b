"""The worker process by itself, spoken to in JSON lines, and its loop with an engine that breaks."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from gpu.backend import Event
from gpu.errors import ModelError, WorkerBug, from_json
from gpu.fake import FakeEngine, Faults
from gpu.params import GenerationParams
from gpu.safety import IMAGE_CHECKS, Setup, make
from gpu.stdio import MAX_LOG
from gpu.types import GenerationRequest, ModelSpec
from gpu.wire import (
    Cancel,
    Command,
    Error,
    Finished,
    Generate,
    Loading,
    Log,
    Message,
    Progressed,
    Ready,
    Start,
    WorkerSettings,
    encode,
    read_message,
)
from gpu.worker import Worker

PROJECT = Path(__file__).resolve().parents[2]
SOON = 15.0
"""Seconds that a busy machine may take for what needs one or two; the steps that are interrupted take a thousand."""
SPEC = ModelSpec(name="starter", family="sdxl", source="nowhere")


class Child:
    """A worker process on pipes."""

    def __init__(self, process: subprocess.Popen[bytes], stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.process, self.stdin, self.stdout = process, stdin, stdout

    def tell(self, *commands: Command) -> None:
        for command in commands:
            self.stdin.write(encode(command))
        self.stdin.flush()

    def hear(self) -> Message:
        return read_message(self.stdout.readline())

    def hear_until(self, kind: type[Message]) -> list[Message]:
        messages = [self.hear()]
        while not isinstance(messages[-1], kind):
            messages.append(self.hear())
        return messages

    def seconds_to_end(self) -> float:
        started = time.monotonic()
        self.stdin.close()
        self.process.wait(60)
        return time.monotonic() - started


@contextmanager
def worker(*arguments: str, stderr: int = subprocess.DEVNULL, **environment: str) -> Iterator[Child]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gpu.worker", *arguments], cwd=PROJECT, env={**os.environ, **environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    try:
        yield Child(process, process.stdin, process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def start(data_dir: Path, log: Path | None = None, **settings: object) -> Start:
    chosen = WorkerSettings.model_validate({"engine": "fake", **settings})
    return Start(specs=(SPEC,), settings=chosen, data_dir=data_dir, log=log)


def request(job_id: str, steps: int = 3) -> GenerationRequest:
    params = GenerationParams(model="starter", num_inference_steps=steps, num_images=1, width=64, height=64)
    return GenerationRequest(job_id=job_id, params=params, output_dir=Path("images", job_id))


def test_a_conversation(tmp_path: Path) -> None:
    with worker() as child:
        child.tell(start(tmp_path))
        *loading, ready = child.hear_until(Ready)
        assert all(isinstance(message, Loading) for message in loading)
        assert isinstance(ready, Ready)
        assert ready.capabilities.models.keys() == {"starter"}
        child.tell(Generate(request=request("job")))
        *progress, finished = child.hear_until(Finished)
        assert [message.progress.step for message in progress if isinstance(message, Progressed)] == [1, 2, 3]
        assert isinstance(finished, Finished)
        assert (tmp_path / finished.result.images[0].path).is_file()
        assert child.seconds_to_end() < SOON
        assert child.process.returncode == 0


def test_the_command_line_chooses_the_engine(tmp_path: Path) -> None:
    with worker("--engine", "fake") as child:
        child.tell(start(tmp_path, engine="diffusers"))
        ready = child.hear_until(Ready)[-1]
        assert isinstance(ready, Ready)
        assert ready.capabilities.device == "fake"


def test_it_ends_in_the_middle_of_a_step_when_its_input_closes(tmp_path: Path) -> None:
    with worker(EASEL_FAKE_STEP_SECONDS="1000") as child:
        child.tell(start(tmp_path), Generate(request=request("job")))
        child.hear_until(Ready)
        time.sleep(0.1)
        assert child.seconds_to_end() < SOON


def test_it_ends_in_the_middle_of_loading_when_its_input_closes(tmp_path: Path) -> None:
    with worker(EASEL_FAKE_LOAD_SECONDS="1000") as child:
        child.tell(start(tmp_path))
        time.sleep(0.3)
        assert child.seconds_to_end() < SOON


def test_it_ends_when_nobody_ever_starts_it() -> None:
    with worker() as child:
        assert child.seconds_to_end() < SOON


def test_it_ends_when_nobody_listens_any_more(tmp_path: Path) -> None:
    with worker() as child:
        child.tell(start(tmp_path))
        child.hear_until(Ready)
        child.stdout.close()
        child.tell(Generate(request=request("job")))
        child.process.wait(5)


def test_a_line_that_is_no_command_is_skipped(tmp_path: Path) -> None:
    with worker() as child:
        child.tell(start(tmp_path))
        child.hear_until(Ready)
        child.stdin.write(b"make me a sandwich\n\xff\xfe\n{}\n")
        child.tell(Generate(request=request("job")))
        messages = child.hear_until(Finished)
        assert sum(isinstance(message, Log) for message in messages) == 3


def test_a_start_that_fails_says_why_and_ends(tmp_path: Path) -> None:
    with worker() as child:
        child.tell(start(tmp_path, default_model="none"))
        message = child.hear()
        assert isinstance(message, Error)
        assert message.job_id == ""
        assert isinstance(from_json(message.error), ModelError)
        assert child.stdout.read() == b""
        assert child.process.wait(5) == 0


def test_a_traceback_is_in_the_log_and_not_on_the_wire(tmp_path: Path) -> None:
    (tmp_path / "images").write_text("a file where a folder should be")
    log = tmp_path / "log"
    with log.open("ab") as file, worker(stderr=file.fileno()) as child:
        child.tell(start(tmp_path), Generate(request=request("job")))
        *before, failed = child.hear_until(Error)
        assert isinstance(failed, Error)
        bug = failed.error["facts"]["bug"]
        assert failed.error == {"type": "WorkerBug", "code": "error-bug", "facts": {"bug": bug}}
        warnings = [message.message for message in before if isinstance(message, Log)]
        assert warnings == [f"bug {bug}"]
    assert "NotADirectoryError" in log.read_text()


def test_a_full_log_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b"x" * MAX_LOG)
    with log.open("ab") as file, worker(stderr=file.fileno(), EASEL_FAKE_NOISE="1") as child:
        child.tell(start(tmp_path, log), Generate(request=request("job")))
        child.hear_until(Finished)
    assert (tmp_path / "worker.log.1").stat().st_size >= MAX_LOG
    assert "a library prints this" in log.read_text()


class BrokenEngine(FakeEngine):
    """Fails in a step that several jobs share, once."""

    broken = True

    def tick(self) -> list[Event]:
        if self.broken and len(self._jobs) > 1:
            self.broken = False
            raise ZeroDivisionError
        return super().tick()


def test_a_bug_of_the_shared_step_ends_its_jobs_and_not_the_worker(tmp_path: Path) -> None:
    heard: list[Message] = []
    commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()

    def send(message: Message) -> None:
        heard.append(message)
        if sum(isinstance(message, Error) for message in heard) == 2 and isinstance(message, Error):
            commands.put(Generate(request=request("third")))
        if isinstance(message, Finished):
            commands.put(None)

    for job_id in ("first", "second"):
        commands.put(Generate(request=request(job_id)))
    Worker(BrokenEngine({"starter": SPEC}, data_dir=tmp_path, faults=Faults(step_seconds=0)), commands, send).run()
    errors = [message for message in heard if isinstance(message, Error)]
    assert {message.job_id for message in errors} == {"first", "second"}
    assert all(isinstance(from_json(message.error), WorkerBug) for message in errors)
    assert isinstance(heard[-1], Finished)
    assert heard[-1].result.job_id == "third"


def test_a_cancel_for_nobody_changes_nothing(tmp_path: Path) -> None:
    with worker() as child:
        child.tell(start(tmp_path), Cancel(job_id="nobody"), Generate(request=request("job")))
        assert isinstance(child.hear_until(Finished)[-1], Finished)


def test_an_unknown_image_check_is_refused_by_name() -> None:
    with pytest.raises(ModelError) as caught:
        make(["open_nsfw", "guess"], Setup())
    assert caught.value.facts == {"check": "guess", "known": ", ".join(IMAGE_CHECKS)}
