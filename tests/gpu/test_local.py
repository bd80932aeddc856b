"""LocalBackend on real worker processes with the fake engine: nothing hangs, nothing leaks, jobs fail alone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

from gpu.errors import (
    BackendError,
    GenerationTimeout,
    JobCancelled,
    ModelError,
    NotSupported,
    WorkerBug,
    WorkerCrashed,
)
from gpu.local import LocalBackend, WorkerSettings
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, ModelSpec, Progress

PROJECT = Path(__file__).resolve().parents[2]
SPECS = [ModelSpec(name=name, family="sdxl", source="nowhere") for name in ("starter", "other")]

Open = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    """Opens a started backend of the fake engine; afterwards no task and no process of it is left."""

    @asynccontextmanager
    async def open_backend(clock: Any = time.monotonic, **settings: Any) -> AsyncIterator[LocalBackend]:
        backend = LocalBackend(SPECS, WorkerSettings(engine="fake", **settings), tmp_path, clock)
        await backend.start()
        try:
            yield backend
        finally:
            await backend.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert backend.pids == []
            assert psutil.Process().children(recursive=True) == []

    return open_backend


def request(job_id: str, steps: int = 3, **params: Any) -> GenerationRequest:
    drawn = {"model": "starter", "prompt": "a fox", "num_images": 1, "width": 64, "height": 64, **params}
    return GenerationRequest(
        job_id=job_id,
        params=GenerationParams(num_inference_steps=steps, **drawn),
        output_dir=Path("images", job_id[:2], job_id),
    )


def ignore(progress: Progress) -> None:
    pass


def written(data_dir: Path) -> list[Path]:
    return list(data_dir.rglob("*.png*"))


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (a process has no event)
            await asyncio.sleep(0.01)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Running:
    """A `generate` in a task, with what it reported."""

    def __init__(self, backend: LocalBackend, job: GenerationRequest) -> None:
        self.events: list[Progress] = []
        self.task = asyncio.create_task(backend.generate(job, self.events.append))

    async def drawing(self) -> None:
        await until(lambda: any(event.phase == "draw" for event in self.events))

    async def error(self) -> BackendError:
        with pytest.raises(BackendError) as caught:
            await self.task
        return caught.value


async def test_a_job_reports_each_step_and_leaves_its_pictures(opened: Open, tmp_path: Path) -> None:
    async with opened() as backend:
        job = Running(backend, request("job", steps=4, num_images=2))
        result = await job.task
    assert [event.step for event in job.events if event.phase == "draw"] == [1, 2, 3, 4]
    assert [image.index for image in result.images] == [1, 2]
    for image in result.images:
        with Image.open(tmp_path / image.path) as picture:
            assert picture.size == (64, 64)


async def test_the_same_request_gives_the_same_bytes_also_after_a_restart(opened: Open, tmp_path: Path) -> None:
    files = []
    for _ in range(2):
        async with opened() as backend:
            result = await backend.generate(request("job"), ignore)
        files.append((tmp_path / result.images[0].path).read_bytes())
    assert files[0] == files[1]


async def test_capabilities_name_all_models_before_and_measured_ones_after_the_start(tmp_path: Path) -> None:
    backend = LocalBackend(SPECS, WorkerSettings(engine="fake", slots=3, count=2), tmp_path)
    assert set(backend.capabilities.models) == {"starter", "other"}
    assert (backend.capabilities.slots, backend.capabilities.device) == (6, "")
    await backend.start()
    assert backend.capabilities.models["starter"].seconds_per_row < 0.1
    assert backend.capabilities.models["other"].seconds_per_row == 1.0
    assert backend.capabilities.device == "fake"
    await backend.close()


async def test_a_worker_is_ready_soon_and_gone_at_once(opened: Open) -> None:
    started = time.monotonic()
    async with opened():
        ready = time.monotonic()
    closed = time.monotonic()
    assert ready - started < 30  # 0.3 s on a quiet machine
    assert closed - ready < 10  # a quiet machine needs a tenth of a second


async def test_fifty_jobs_through_two_workers_each_get_their_own_pictures(opened: Open) -> None:
    async with opened(count=2) as backend:
        jobs = [request(f"job{n}", steps=1 + n % 7, seed=100 * n) for n in range(50)]
        pids = set(backend.pids)
        results = await asyncio.gather(*(backend.generate(job, ignore) for job in jobs))
        assert len(pids) == 2
        assert set(backend.pids) == pids
    assert [result.job_id for result in results] == [job.job_id for job in jobs]
    assert [result.images[0].seed for result in results] == [job.params.seed for job in jobs]


async def test_no_more_jobs_are_drawn_together_than_there_are_slots(opened: Open) -> None:
    drawing: set[str] = set()
    most = 0

    async def draw(backend: LocalBackend, job: GenerationRequest) -> None:
        nonlocal most

        def on_progress(progress: Progress) -> None:
            nonlocal most
            drawing.add(progress.job_id)
            most = max(most, len(drawing))

        await backend.generate(job, on_progress)
        drawing.discard(job.job_id)

    async with opened(slots=2) as backend:
        await asyncio.gather(*(draw(backend, request(f"job{n}", steps=5)) for n in range(6)))
    assert most == 2


async def test_two_workers_share_the_load(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "0.1")
    async with opened(count=2, slots=1) as backend:
        jobs = [Running(backend, request(f"job{n}", steps=20)) for n in range(2)]
        await asyncio.gather(*(job.drawing() for job in jobs))
        assert not any(job.task.done() for job in jobs)
        for job in jobs:
            job.task.cancel()
        await asyncio.wait([job.task for job in jobs])


async def test_a_killed_worker_loses_its_jobs_and_comes_back(opened: Open) -> None:
    async with opened() as backend:
        jobs = [Running(backend, request(f"job{n}", steps=150)) for n in range(3)]
        await asyncio.gather(*(job.drawing() for job in jobs))
        (killed,) = backend.pids
        os.kill(killed, signal.SIGKILL)
        errors = [await job.error() for job in jobs]
        assert {type(error) for error in errors} == {WorkerCrashed}
        assert all(error.retryable and error.facts == {"exit": -signal.SIGKILL} for error in errors)
        result = await backend.generate(request("job0"), ignore)
        assert len(result.images) == 1
        assert backend.pids != [killed]


async def test_every_job_gets_through_workers_that_keep_dying(opened: Open) -> None:
    done = 0

    async def persist(backend: LocalBackend, job: GenerationRequest) -> int:
        nonlocal done
        attempts = 1
        while True:
            try:
                result = await backend.generate(job, ignore)
            except WorkerCrashed:
                attempts += 1
                continue
            done += 1
            assert [image.seed for image in result.images] == [job.params.seed]
            return attempts

    async def kill(backend: LocalBackend) -> None:
        for number, after in enumerate((5, 10, 20)):
            await until(lambda after=after: done >= after and len(backend.pids) == 2, seconds=30)
            os.kill(backend.pids[number % 2], signal.SIGKILL)

    async with opened(count=2, slots=4) as backend:
        jobs = [request(f"job{n}", steps=10, seed=n) for n in range(40)]
        attempts, _ = await asyncio.gather(asyncio.gather(*(persist(backend, job) for job in jobs)), kill(backend))
    assert 40 + 3 <= sum(attempts) <= 40 + 3 * 4


async def test_a_worker_that_ends_itself_is_a_crash_too(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_CRASH", "1")
    async with opened() as backend:
        error = await Running(backend, request("job")).error()
    assert isinstance(error, WorkerCrashed)
    assert error.facts == {"exit": 70}


async def test_a_cancelled_job_ends_within_a_step_and_the_others_go_on(opened: Open, tmp_path: Path) -> None:
    async with opened() as backend:
        doomed, other = Running(backend, request("doomed", steps=150)), Running(backend, request("other", steps=30))
        await asyncio.gather(doomed.drawing(), other.drawing())
        await backend.cancel("doomed")
        assert isinstance(await doomed.error(), JobCancelled)
        assert doomed.events[-1].step < 30
        assert len((await other.task).images) == 1
    assert [path.parent.name for path in written(tmp_path)] == ["other"]


async def test_a_job_that_waits_for_a_slot_can_be_cancelled(opened: Open) -> None:
    async with opened(slots=1) as backend:
        first, waiting = Running(backend, request("first", steps=20)), Running(backend, request("waiting"))
        await first.drawing()
        await backend.cancel("waiting")
        assert isinstance(await waiting.error(), JobCancelled)
        assert waiting.events == []
        assert len((await first.task).images) == 1


async def test_cancelling_an_unknown_job_is_nothing(opened: Open) -> None:
    async with opened() as backend:
        await backend.cancel("nobody")


async def test_giving_up_on_a_job_stops_it_and_its_next_attempt_works(opened: Open) -> None:
    async with opened(slots=1) as backend:
        job = Running(backend, request("job", steps=150))
        await job.drawing()
        job.task.cancel()
        await asyncio.wait([job.task])
        assert job.task.cancelled()
        async with asyncio.timeout(30):
            result = await backend.generate(request("job"), ignore)
        assert len(result.images) == 1


async def test_a_bug_ends_one_job_and_is_in_the_log_under_its_id(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "br").write_text("a file where a folder should be")
    async with opened() as backend:
        broken, fine = Running(backend, request("broken")), Running(backend, request("fine"))
        error = await broken.error()
        assert isinstance(error, WorkerBug)
        assert not error.retryable
        assert len((await fine.task).images) == 1
    text = (tmp_path / "logs" / "worker-0.log").read_text()
    assert f"bug {error.facts['bug']}" in text
    assert "Traceback" in text


async def test_what_the_engine_refuses_is_a_typed_error(opened: Open) -> None:
    async with opened() as backend:
        assert isinstance(await Running(backend, request("job", model="none")).error(), NotSupported)


async def test_a_listener_that_fails_gets_its_own_exception_and_stops_only_its_job(opened: Open) -> None:
    def on_progress(progress: Progress) -> None:
        raise ZeroDivisionError

    async with opened() as backend:
        other = Running(backend, request("other", steps=20))
        with pytest.raises(ZeroDivisionError):
            await backend.generate(request("job", steps=20), on_progress)
        assert len((await other.task).images) == 1


async def test_loading_a_model_is_progress_of_the_jobs_that_wait_for_it(opened: Open) -> None:
    async with opened() as backend:
        job = Running(backend, request("job", model="other"))
        await job.task
        loading = [(event.step, event.steps) for event in job.events if event.phase == "load"]
        assert loading == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_printing_does_not_disturb_the_wire(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EASEL_FAKE_NOISE", "1")
    async with opened() as backend:
        assert len((await backend.generate(request("job"), ignore)).images) == 1
    assert "a library prints this" in (tmp_path / "logs" / "worker-0.log").read_text()


async def test_a_refused_picture_is_never_written(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EASEL_FAKE_SCORE", "0.99")
    async with opened() as backend:
        result = await backend.generate(request("job"), ignore)
    assert (result.blocked, result.images) == ("sexual", ())
    assert not written(tmp_path)


async def test_a_worker_that_hangs_is_killed_and_replaced(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "1000")
    monkeypatch.setenv("EASEL_FAKE_NOISE", "1")
    clock = Clock()
    log = tmp_path / "logs" / "worker-0.log"
    async with opened(clock=clock, slots=1) as backend:
        stuck, waiting = Running(backend, request("stuck")), Running(backend, request("waiting"))
        await until(lambda: "a library prints this" in log.read_text())
        monkeypatch.delenv("EASEL_FAKE_STEP_SECONDS")
        clock.now += WorkerSettings().patience + 1
        error = await stuck.error()
        assert isinstance(error, GenerationTimeout)
        assert error.facts == {"seconds": 600}
        assert len((await waiting.task).images) == 1
    assert "in tick" in log.read_text()  # it said where it hung


async def test_a_long_load_is_no_silence(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setenv("EASEL_FAKE_LOAD_SECONDS", "2.4")

    def on_progress(progress: Progress) -> None:
        clock.now += 1.5 * (progress.phase == "load")

    async with opened(clock=clock, patience=2.0) as backend:  # looks twice a second, at a clock that stands still
        result = await backend.generate(request("job", model="other"), on_progress)
    assert len(result.images) == 1
    assert clock.now == 6


@pytest.mark.parametrize("count", [1, 2])
async def test_a_model_that_cannot_be_loaded_ends_the_start(tmp_path: Path, count: int) -> None:
    backend = LocalBackend(SPECS, WorkerSettings(engine="fake", count=count, default_model="none"), tmp_path)
    with pytest.raises(ModelError) as caught:
        await backend.start()
    assert caught.value.facts == {"model": "none"}
    assert psutil.Process().children() == []
    with pytest.raises(WorkerCrashed):
        await backend.generate(request("job"), ignore)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_process_that_cannot_be_started_ends_the_start(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where a folder should be")
    with pytest.raises(WorkerCrashed):
        await LocalBackend(SPECS, WorkerSettings(engine="fake"), tmp_path).start()


async def test_a_worker_that_never_gets_ready_ends_the_start(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_LOAD_SECONDS", "1000")
    with pytest.raises(WorkerCrashed):
        async with opened(patience=0.3):
            raise AssertionError("it started")
    assert psutil.Process().children() == []


async def test_closing_ends_the_jobs_in_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASEL_FAKE_STEP_SECONDS", "1000")
    backend = LocalBackend(SPECS, WorkerSettings(engine="fake"), tmp_path)
    await backend.start()
    job = Running(backend, request("job"))
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await backend.close()
    assert time.monotonic() - started < 20  # the step would take 1000
    assert isinstance(await job.error(), WorkerCrashed)
    assert psutil.Process().children() == []


BOT = """
import asyncio, sys
from pathlib import Path
from gpu.local import LocalBackend, WorkerSettings
from gpu.types import GenerationRequest, ModelSpec
from gpu.params import GenerationParams

async def main():
    spec = ModelSpec(name="starter", family="sdxl", source="nowhere")
    backend = LocalBackend([spec], WorkerSettings(engine="fake"), Path(sys.argv[1]))
    await backend.start()
    request = GenerationRequest(job_id="job", params=GenerationParams(model="starter"), output_dir=Path("images/job"))
    drawing = asyncio.create_task(backend.generate(request, lambda progress: None))
    await asyncio.sleep(0.2)
    print(*backend.pids, flush=True)
    await drawing

asyncio.run(main())
"""


def test_a_worker_does_not_outlive_a_bot_that_was_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "EASEL_FAKE_STEP_SECONDS": "1000"}
    bot = subprocess.Popen(
        [sys.executable, "-c", BOT, str(tmp_path)], cwd=PROJECT, env=environment, stdout=subprocess.PIPE
    )
    assert bot.stdout
    with bot.stdout:
        worker = psutil.Process(int(bot.stdout.readline()))
    bot.kill()
    bot.wait()
    _, alive = psutil.wait_procs([worker], timeout=4)
    assert not alive
