"""The starter model through real worker processes: the whole way from a request to bytes on the disk."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageStat

from gpu.families.base import Components
from gpu.local import LocalBackend, WorkerSettings
from gpu.metadata import read
from gpu.params import GenerationParams
from gpu.types import (
    DEFAULT_CHECKS,
    GenerationRequest,
    GenerationResult,
    InputImage,
    InputRole,
    ModelSpec,
    NetSpec,
    Progress,
    SafetyPolicy,
)
from tests.gpu.hubserver import HubServer
from tests.gpu.pictures import photo
from tests.gpu.tiny import write_control_net

REVISION = "0123456789abcdef0123456789abcdef01234567"
STARTER = Path(__file__).resolve().parents[2] / "gpu" / "starter"
SPEC = ModelSpec(name="starter", family="sdxl", source=str(STARTER), pixels=128 * 128, multiple=8)
COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "gray", "black", "white")


@pytest.fixture
async def backend(tmp_path: Path) -> AsyncIterator[LocalBackend]:
    backend = LocalBackend([SPEC], WorkerSettings(), tmp_path)
    await backend.start()
    yield backend
    await backend.close()


def request(job_id: str, prompt: str, steps: int = 10, images: int = 1) -> GenerationRequest:
    params = GenerationParams(
        prompt=prompt, model="starter", num_inference_steps=steps, guidance_scale=4, seed=7, num_images=images,
        width=128, height=128,
    )  # fmt: skip
    return GenerationRequest(job_id=job_id, params=params, output_dir=Path("images", job_id), previews=True)


def ignore(progress: Progress) -> None:
    pass


async def test_a_picture_is_what_was_asked_for_and_repeats_after_a_crash(backend: LocalBackend, tmp_path: Path) -> None:
    events: list[Progress] = []
    job = request("apple", "a red apple, 3d render, on a blue background")
    first = await backend.generate(job, events.append)
    assert sorted({event.step for event in events}) == list(range(1, 11))
    assert any(event.preview for event in events)
    path = tmp_path / first.images[0].path
    drawn = path.read_bytes()
    assert read(path).params == job.params
    with Image.open(path) as picture:
        assert picture.size == (128, 128)
        border, middle = (ImageStat.Stat(picture.crop(box)).mean for box in ((0, 0, 128, 12), (44, 44, 84, 84)))
    assert border[2] > 150 > border[0]  # blue
    assert middle[0] > 150 > middle[1]  # red

    path.unlink()
    (killed,) = backend.pids
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(60):
        while killed in backend.pids:  # noqa: ASYNC110 (a process has no event)
            await asyncio.sleep(0.01)
    again = await backend.generate(job, ignore)
    assert again.images == first.images
    assert path.read_bytes() == drawn


@pytest.mark.slow
async def test_a_net_of_the_hub_is_progress_of_the_job_that_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter: Components
) -> None:
    """From `--control` to the bar: a real worker downloads over a socket, and only its own job is told."""
    hub = HubServer({"org/canny": write_control_net(starter.unet, tmp_path / "net")}, REVISION)
    for name, value in (("HF_ENDPOINT", hub.endpoint), ("HF_HOME", str(tmp_path / "hf")), ("HF_HUB_OFFLINE", "0")):
        monkeypatch.setenv(name, value)
    net = NetSpec(source="org/canny", revision=REVISION)
    backend = LocalBackend([SPEC.model_copy(update={"controlnets": {"canny": net}})], WorkerSettings(), tmp_path)
    await backend.start()
    plain, follower = request("plain", "a red apple", steps=2), request("b", "a red apple", steps=2)
    (tmp_path / "inputs").mkdir()
    photo((128, 128)).save(tmp_path / "inputs" / "1.png")
    follower = follower.model_copy(
        update={
            "params": follower.params.model_copy(update={"control": "canny"}),
            "inputs": (InputImage(role=InputRole.CONTROL, path=Path("inputs/1.png")),),
        }
    )
    events: dict[str, list[Progress]] = {"plain": [], "b": []}
    try:
        drawn = await asyncio.gather(*(backend.generate(job, events[job.job_id].append) for job in (plain, follower)))
    finally:
        await backend.close()
        hub.close()
    size = sum(path.stat().st_size for path in (tmp_path / "net").iterdir())
    assert [len(result.images) for result in drawn] == [1, 1]
    loads = {job_id: [(e.step, e.steps) for e in told if e.phase == "load"] for job_id, told in events.items()}
    assert loads["plain"] == []
    assert (loads["b"][0], loads["b"][-1]) == ((0, size), (size, size))


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_the_image_check_lets_three_hundred_pictures_of_the_starter_through(backend: LocalBackend) -> None:
    things = json.loads((STARTER / "concepts.json").read_text())
    styles = itertools.cycle(("3d render", "flat icon"))
    prompts = [
        f"a {thing}, {style}, on a {colour} background"
        for thing, style, colour in zip(things[:75], styles, itertools.cycle(COLOURS), strict=False)
    ]
    free = asyncio.Semaphore(backend.capabilities.slots)

    async def draw(n: int, prompt: str) -> GenerationResult:
        async with free:
            return await backend.generate(request(f"job{n}", prompt, images=4), ignore)

    results = await asyncio.gather(*(draw(n, prompt) for n, prompt in enumerate(prompts)))
    assert not [prompt for prompt, result in zip(prompts, results, strict=True) if result.blocked]
    scores = [image.scores for result in results for image in result.images]
    assert len(scores) == 300
    for name in ("sexual", *(f"{check}.sexual" for check in DEFAULT_CHECKS)):
        highest = max(each[name] for each in scores)
        print(f"{name}: at most {highest:.3f}")
        assert highest < SafetyPolicy().thresholds["sexual"]
