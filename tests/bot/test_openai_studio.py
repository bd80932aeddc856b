"""OpenAI's models through the studio: real database, worker process and client, a loopback server."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from bot.config import Config
from bot.errors import PromptError
from bot.inputs import NewInput
from bot.requester import Requester
from bot.runtime import Runtime, open_studio
from bot.text import sentence
from bot.views.message import facts
from gpu.errors import NotSupported
from gpu.openai_models import OpenAIModel
from gpu.types import InputRole
from storage.errors import CostLimit
from storage.models import JobState
from tests.bot.conftest import Recorder
from tests.gpu.openaiserver import KEY, OpenAIServer, Refusal, serving

MODEL = OpenAIModel(
    sizes=("128x128", "192x128", "128x192"), qualities={"medium": 0.1, "low": 0.05, "high": 0.25}
)  # fmt: skip
FOX = "a red fox --model painter --n 1"


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with serving() as running:
        yield running


@pytest.fixture
def config(config: Config, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    update = {"base_url": server.url, "models": {"painter": MODEL}, "daily_limit": 1.0}
    return config.model_copy(update={"openai": config.openai.model_copy(update=update)})


async def test_a_line_is_drawn_by_openai_and_looked_at_by_our_worker(
    runtime: Runtime, recorder: Recorder, server: OpenAIServer, alice: Requester
) -> None:
    job = await runtime.studio.imagine(alice, "a red fox --model painter --ar 16:9 --n 2 --q draft --seed 7 --steps 9")
    await recorder.until(job.id, JobState.DONE)
    (asked,) = server.asked
    assert (asked["model"], asked["n"], asked["size"], asked["quality"]) == ("painter", 2, "192x128", "low")
    first, second = await runtime.studio.images(job.id)
    assert (first.width, first.height, first.scores["sexual"]) == (192, 128, 0.0)
    assert second.index == 2
    assert (job.pool, job.request.price, job.request.api_quality) == ("openai", pytest.approx(0.1), "low")
    (note,) = job.request.notes
    assert sentence("en", note.id, **note.facts) == "painter takes no --steps, --seed; drawn without."
    done = await runtime.studio.job(job.id)
    assert facts(done, "en") == f"quality low · 192×128 · painter · price 0.10 · job {job.id}"
    single = await runtime.studio.upscale(alice, job.id, 1)
    assert single.request.price == 0


async def test_a_refused_picture_is_blocked_and_not_kept(
    config: Config, alice: Requester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.99")
    async with open_studio(config) as runtime:
        listener = Recorder()
        with runtime.dispatcher.listening(listener):
            job = await runtime.studio.imagine(alice, FOX)
            await listener.until(job.id, JobState.BLOCKED)
        assert not list((config.data_dir / "images").rglob("*.png*"))


async def test_old_names_are_understood(runtime: Runtime, alice: Requester) -> None:
    job = await runtime.studio.imagine(alice, "a red fox --model dall-e-3 --n 1")
    (note,) = job.request.notes
    assert job.request.params.model == "painter"
    assert job.text == "a red fox --model painter --n 1"
    assert sentence("en", note.id, **note.facts) == "dall-e-3 was shut down on 2026-05-12; drawn with painter."
    typed = await runtime.studio.imagine(alice, "a blue fox", options={"model": "DALL-E 2", "num_images": 1})
    assert typed.request.params.model == "painter"


async def test_old_names_without_openai_are_refused_with_a_line_that_works(config: Config, alice: Requester) -> None:
    bare = config.model_copy(update={"openai": config.openai.model_copy(update={"models": {}})})
    async with open_studio(bare) as runtime:
        with pytest.raises(PromptError, match="2026-05-12") as caught:
            await runtime.studio.imagine(alice, "a red fox --model dall-e-3 --n 1")
        assert caught.value.suggestion == "a red fox --n 1"
        with pytest.raises(PromptError) as caught:
            await runtime.studio.imagine(alice, "a red fox --model dalle")
        assert "dall-e" not in str(caught.value.facts)


async def test_a_member_cannot_spend_more_than_the_day_allows(
    runtime: Runtime, recorder: Recorder, server: OpenAIServer, alice: Requester, bob: Requester
) -> None:
    server.delay = 0.3
    wish = "a red fox --model painter --n 1 --q high --no {}"
    asked = [runtime.studio.imagine(alice, wish.format(n)) for n in range(7)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    jobs = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, CostLimit)]
    assert (len(jobs), len(refused)) == (4, 3)
    assert {key: refused[0].facts[key] for key in ("price", "spent", "limit")} == {
        "price": "0.25", "spent": "1.00", "limit": "1.00",
    }  # fmt: skip
    assert 1 <= int(refused[0].facts["hours"]) <= 24
    await runtime.studio.imagine(bob, FOX)
    await runtime.studio.imagine(alice, "a red fox --steps 2")


async def test_what_openai_refuses_costs_nothing(
    runtime: Runtime, recorder: Recorder, server: OpenAIServer, alice: Requester
) -> None:
    for _ in range(5):
        server.refusals.append(Refusal(400, "moderation_blocked"))
        job = await runtime.studio.imagine(alice, "a red fox --model painter --n 4 --q high")
        await recorder.until(job.id, JobState.FAILED)
    assert (await runtime.studio.job(job.id)).error == {
        "type": "ServiceError", "code": "error-openai-refused", "facts": {"model": "painter", "seconds": 240},
    }  # fmt: skip


async def test_what_it_cannot_do_is_said_before_queueing(
    runtime: Runtime, recorder: Recorder, server: OpenAIServer, alice: Requester
) -> None:
    job = await runtime.studio.imagine(alice, FOX)
    await recorder.until(job.id, JobState.DONE)
    with pytest.raises(NotSupported, match="error-task"):
        await runtime.studio.vary(alice, job.id, 1)
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(buffer, "PNG")
    with pytest.raises(NotSupported, match="error-size-not-offered"):
        await runtime.studio.imagine(alice, FOX + " --pan left", inputs=[NewInput(InputRole.IMAGE, buffer.getvalue())])
    with pytest.raises(NotSupported, match="error-input-role"):
        await runtime.studio.imagine(alice, FOX, inputs=[NewInput(InputRole.STYLE, buffer.getvalue())])
    edited = await runtime.studio.imagine(
        alice, FOX + " --mask right", inputs=[NewInput(InputRole.IMAGE, buffer.getvalue())]
    )
    await recorder.until(edited.id, JobState.DONE)
    assert server.asked[-1]["size"] == "192x128"
    assert Image.open(io.BytesIO(server.asked[-1]["mask"])).getpixel((0, 0)) == (0, 0, 0, 255)


async def test_without_a_key_it_is_refused_with_the_reason(
    config: Config, alice: Requester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    async with open_studio(config) as runtime:
        with pytest.raises(NotSupported, match="error-openai-unavailable"):
            await runtime.studio.imagine(alice, FOX)
