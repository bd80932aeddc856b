"""The OpenAI backend, with OpenAI's own client, against a server that speaks its protocol."""

from __future__ import annotations

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gpu.errors import JobCancelled, ServiceError, WorkerCrashed
from gpu.metadata import read
from gpu.openai import OpenAIBackend, alpha_mask, join
from gpu.openai_models import OpenAIModel
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, InputImage, InputRole, Progress
from tests.gpu.openaiserver import KEY, OpenAIServer, Refusal, serving

MODEL = OpenAIModel(sizes=("128x128", "192x128"), qualities={"medium": 0.1, "low": 0.05, "high": 0.2})


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with serving() as running:
        yield running


class Check:
    """An image check of the worker's shape that says what it is told to."""

    def __init__(self) -> None:
        self.score = 0.1
        self.crashes = 0
        self.seen: list[Path] = []

    async def __call__(self, path: Path) -> dict[str, float]:
        self.seen.append(path)
        if self.crashes:
            self.crashes -= 1
            raise WorkerCrashed
        return {"sexual": self.score}


@pytest.fixture
def check() -> Check:
    return Check()


@pytest.fixture
async def backend(server: OpenAIServer, check: Check, tmp_path: Path) -> AsyncIterator[OpenAIBackend]:
    drawing = opened(server, check, tmp_path)
    yield drawing
    await drawing.close()


def opened(
    server: OpenAIServer, check: Callable[[Path], Awaitable[dict[str, float]]], folder: Path, **options: Any
) -> OpenAIBackend:
    settings = {"key": KEY, "base_url": server.url, "timeout": 20.0, **options}
    return OpenAIBackend({"painter": MODEL}, data_dir=folder, score=check, **settings)


def request(job_id: str = "job1", inputs: tuple[InputImage, ...] = (), **params: Any) -> GenerationRequest:
    wish = {"model": "painter", "prompt": "a red fox", "num_images": 2, "width": 192, "height": 128, **params}
    return GenerationRequest(
        job_id=job_id, params=GenerationParams(**wish), output_dir=Path("images", job_id[:2], job_id), inputs=inputs,
        api_quality="medium", price=0.2,
    )  # fmt: skip


def ignore(progress: Progress) -> None:
    pass


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "images").rglob("*") if path.is_file())


async def test_pictures_are_asked_for_checked_and_stored(
    backend: OpenAIBackend, server: OpenAIServer, check: Check, tmp_path: Path
) -> None:
    told: list[Progress] = []
    result = await backend.generate(request(), told.append)
    (asked,) = server.asked
    assert asked == {
        "model": "painter", "prompt": "a red fox", "n": 2, "quality": "medium", "size": "192x128",
        "output_format": "png",
    }  # fmt: skip
    assert [(image.index, image.width, image.height, image.scores) for image in result.images] == [
        (1, 192, 128, {"sexual": 0.1}), (2, 192, 128, {"sexual": 0.1}),
    ]  # fmt: skip
    assert len(check.seen) == 2
    assert files(tmp_path) == ["1.png", "2.png"]
    with Image.open(tmp_path / result.images[0].path) as picture:
        assert picture.getpixel((5, 5)) == (0, 128, 128)
        assert "Steps" not in picture.info["parameters"]
        assert "Seed" not in picture.info["parameters"]
        assert json.loads(picture.info["easel"])["api_quality"] == "medium"
    assert read(tmp_path / result.images[0].path).params.prompt == "a red fox"
    assert told[0].step == 0
    assert result.device_seconds > 0


async def test_what_the_check_refuses_is_never_kept(backend: OpenAIBackend, check: Check, tmp_path: Path) -> None:
    check.score = 0.99
    result = await backend.generate(request(), ignore)
    assert (result.blocked, result.images) == ("sexual", ())
    assert files(tmp_path) == []


async def test_a_crash_of_the_checker_costs_nothing_and_lets_nothing_through(
    backend: OpenAIBackend, server: OpenAIServer, check: Check, tmp_path: Path
) -> None:
    check.crashes = 2
    assert len((await backend.generate(request(), ignore)).images) == 2
    assert len(server.asked) == 1
    check.crashes = 9
    with pytest.raises(ServiceError, match="error-openai-unchecked"):
        await backend.generate(request("job2"), ignore)
    assert files(tmp_path) == ["1.png", "2.png"]


def stored(folder: Path, name: str, picture: Image.Image, role: InputRole) -> InputImage:
    path = folder / "inputs" / name
    path.parent.mkdir(exist_ok=True)
    picture.save(path)
    return InputImage(role=role, path=path.relative_to(folder))


@pytest.mark.parametrize("bad", ["1.png", "2.png"])
async def test_a_picture_or_mask_that_the_check_refuses_does_not_leave_the_house(
    server: OpenAIServer, tmp_path: Path, bad: str
) -> None:
    async def check(path: Path) -> dict[str, float]:
        return {"sexual": 0.9 if path.name == bad and path.parent.name == "inputs" else 0.0}

    old, mask = Image.new("RGB", (192, 128), "teal"), Image.new("L", (192, 128), 255)
    inputs = (stored(tmp_path, "1.png", old, InputRole.IMAGE), stored(tmp_path, "2.png", mask, InputRole.MASK))
    backend = opened(server, check, tmp_path)
    result = await backend.generate(request(inputs=inputs, num_images=1), ignore)
    await backend.close()
    assert (result.blocked, result.images, server.asked) == ("sexual", (), [])
    assert (tmp_path / inputs[0].path).exists()


async def test_a_mask_becomes_alpha_and_the_kept_part_stays_byte_equal(
    backend: OpenAIBackend, server: OpenAIServer, tmp_path: Path
) -> None:
    old = Image.effect_noise((192, 128), 80).convert("RGB")
    mask = Image.new("L", old.size, 0)
    mask.paste(255, (96, 0, 192, 128))
    inputs = (stored(tmp_path, "1.png", old, InputRole.IMAGE), stored(tmp_path, "2.png", mask, InputRole.MASK))
    result = await backend.generate(request(inputs=inputs, num_images=1), ignore)
    (asked,) = server.asked
    sent = Image.open(io.BytesIO(asked["mask"]))
    assert sent.mode == "RGBA"
    assert [sent.getpixel(at)[3] for at in ((10, 64), (95, 0), (96, 0), (180, 64))] == [255, 255, 0, 0]
    assert Image.open(io.BytesIO(asked["image"])).tobytes() == old.tobytes()
    with Image.open(tmp_path / result.images[0].path) as new:
        assert new.crop((0, 0, 96, 128)).tobytes() == old.crop((0, 0, 96, 128)).tobytes()
        assert new.getpixel((150, 64)) == (0, 128, 128)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refusal(400, "moderation_blocked"), "error-openai-refused"),
        (Refusal(400, "invalid_value"), "error-openai-declined"),
        (Refusal(400, "billing_hard_limit_reached"), "error-openai-billing"),
        (Refusal(403, "organization_must_be_verified"), "error-openai-permission"),
        (Refusal(404, "model_not_found"), "error-openai-model"),
        (Refusal(429, "insufficient_quota", {"x-should-retry": "false"}), "error-openai-billing"),
        (Refusal(429, "rate_limit_exceeded", {"retry-after": "9000"}), "error-openai-busy"),
        (Refusal(500, "", {"x-should-retry": "false"}), "error-openai-down"),
    ],
)
async def test_each_refusal_has_its_sentence(
    backend: OpenAIBackend, server: OpenAIServer, tmp_path: Path, refusal: Refusal, code: str
) -> None:
    server.refusals.append(refusal)
    with pytest.raises(ServiceError) as caught:
        await backend.generate(request(), ignore)
    assert (caught.value.id, caught.value.retryable) == (code, False)
    assert files(tmp_path) == []


async def test_a_rate_limit_is_waited_for_as_long_as_it_says(backend: OpenAIBackend, server: OpenAIServer) -> None:
    server.refusals.append(Refusal(429, "rate_limit_exceeded", {"retry-after": "1"}))
    started = time.monotonic()
    assert len((await backend.generate(request(), ignore)).images) == 2
    assert time.monotonic() - started >= 1
    assert len(server.asked) == 2


async def test_waiting_is_bounded(backend: OpenAIBackend, server: OpenAIServer) -> None:
    server.refusals.extend([Refusal(429, "rate_limit_exceeded", {"retry-after-ms": "10"})] * 9)
    with pytest.raises(ServiceError, match="error-openai-busy"):
        await backend.generate(request(), ignore)
    assert len(server.asked) == 3


async def test_a_bad_key_a_silent_and_an_absent_server(server: OpenAIServer, check: Check, tmp_path: Path) -> None:
    bad = opened(server, check, tmp_path, key="sk-wrong")
    with pytest.raises(ServiceError, match="error-openai-key"):
        await bad.generate(request(), ignore)
    server.delay = 5
    slow = opened(server, check, tmp_path, timeout=0.2)
    with pytest.raises(ServiceError, match="error-openai-timeout"):
        await slow.generate(request(), ignore)
    gone = opened(server, check, tmp_path, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ServiceError, match="error-openai-unreachable"):
        await gone.generate(request(), ignore)
    for backend in (bad, slow, gone):
        await backend.close()


@pytest.mark.parametrize(
    "answer",
    [
        {"created": 1, "data": []},
        {"created": 1, "data": [{"b64_json": "????"}]},
        {"created": 1, "data": [{"b64_json": "aGFsbG8="}]},
        {"created": 1, "data": [{"url": "https://example.org/1.png"}]},
    ],
)
async def test_an_answer_without_pictures(
    backend: OpenAIBackend, server: OpenAIServer, tmp_path: Path, answer: dict[str, Any]
) -> None:
    server.answer = answer
    with pytest.raises(ServiceError, match="error-openai-answer"):
        await backend.generate(request(), ignore)
    assert files(tmp_path) == []


async def test_jobs_run_together_and_one_can_be_cancelled(
    backend: OpenAIBackend, server: OpenAIServer, tmp_path: Path
) -> None:
    server.delay = 0.4
    jobs = [asyncio.create_task(backend.generate(request(f"job{n}"), ignore)) for n in range(3)]
    await asyncio.sleep(0.2)
    assert len(server.asked) == 3
    await backend.cancel("job1")
    await backend.cancel("unknown")
    with pytest.raises(JobCancelled):
        await jobs[1]
    assert len((await jobs[0]).images) == len((await jobs[2]).images) == 2
    assert len(files(tmp_path)) == 4


def test_the_words_of_quality_become_the_words_of_the_model() -> None:
    words = {
        "": "medium",
        "draft": "low",
        "standard": "medium",
        "high": "high",
        "precise": "high",
        "0.5": "low",
        "2": "high",
    }
    assert {wish: MODEL.quality(wish) for wish in words} == words
    assert MODEL.price(GenerationParams(quality="draft", num_images=3)) == pytest.approx(0.15)


def test_the_mask_is_binary_and_the_seam_fades_inside() -> None:
    mask = Image.linear_gradient("L")
    alpha = Image.open(io.BytesIO(alpha_mask(mask))).getchannel("A")
    assert set(alpha.tobytes()) == {0, 255}
    sides = (256, 256)
    hole = Image.new("L", sides, 0)
    hole.paste(255, (128, 0, 256, 256))
    joined = join(Image.new("RGB", sides, "black"), Image.new("RGB", sides, "white"), hole)
    row = [joined.getpixel((x, 128))[0] for x in (0, 127, 128, 255)]
    assert row[:2] == [0, 0]
    assert row[2] < 60
    assert row[3] == 255
