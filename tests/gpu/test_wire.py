"""The lines between bot and worker: each survives the trip, none is longer than a reader takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from gpu.backend import Capabilities, ModelCapabilities
from gpu.errors import WorkerBug, from_json
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, GenerationResult, ImageResult, ModelSpec, Progress, Task
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
    read_command,
    read_message,
)

SPEC = ModelSpec(name="starter", family="sdxl", source="/models/starter", scheduler="LCM")
REQUEST = GenerationRequest(
    job_id="abc",
    task=Task.VARY,
    params=GenerationParams(prompt='a "fox"\nin \u2028 the 雪 🦊', seed=7),
    output_dir=Path("images/ab/abc"),
    start_latents=Path("images/ab/abd/1.latents.safetensors"),
)
RESULT = GenerationResult(
    job_id="abc",
    images=(ImageResult(index=1, path=Path("images/1.png"), seed=7, width=8, height=8, scores={"sexual": 0.1}),),
    device_seconds=1.5,
)

COMMANDS: list[Command] = [
    Start(specs=(SPEC,), settings=WorkerSettings(engine="fake"), data_dir=Path("/data"), index=1, log=Path("/l")),
    Generate(request=REQUEST),
    Cancel(job_id="abc"),
]
MESSAGES: list[Message] = [
    Ready(capabilities=Capabilities(pool="local", models={"starter": ModelCapabilities()}, device="cpu")),
    Loading(model="starter", done=1, total=4),
    Progressed(progress=Progress(job_id="abc", step=1, steps=4, preview=Path("p.jpg"))),
    Finished(result=RESULT),
    Error(job_id="abc", error=WorkerBug(bug="1f").to_json()),
    Log(level=30, message="low memory"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.op)
def test_commands_survive_the_trip(command: Command) -> None:
    assert read_command(encode(command)) == command


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.event)
def test_messages_survive_the_trip(message: Message) -> None:
    assert read_message(encode(message)) == message


def test_a_line_is_one_line_whatever_the_prompt_holds() -> None:
    assert encode(Generate(request=REQUEST)).count(b"\n") == 1


def test_an_error_keeps_its_type_and_facts() -> None:
    message = read_message(encode(Error(error=WorkerBug(bug="1f").to_json())))
    assert isinstance(message, Error)
    error = from_json(message.error)
    assert isinstance(error, WorkerBug)
    assert error.facts == {"bug": "1f"}


@pytest.mark.parametrize(
    "line", [b"", b"hello\n", b"[]\n", b'{"event": "weather"}\n', b'{"op": "cancel"}\n', b"\xff\n"]
)
def test_anything_else_is_refused(line: bytes) -> None:
    with pytest.raises(ValidationError):
        read_message(line)
    with pytest.raises(ValidationError):
        read_command(line)


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        WorkerSettings.model_validate({"slot": 3})
