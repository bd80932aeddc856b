"""The engine without models behaves like one: batches, seeds, variations, previews, checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from gpu.backend import Event, Failed
from gpu.errors import JobCancelled, ModelError, NotSupported, WorkerBug
from gpu.fake import MARK, MARKED, PREVIEWS, FakeEngine, Faults
from gpu.params import GenerationParams
from gpu.types import GenerationRequest, GenerationResult, InputImage, InputRole, ModelSpec, Progress, Task

SPECS = {name: ModelSpec(name=name, family="sdxl", source="nowhere") for name in ("starter", "other")}


@pytest.fixture
def engine(tmp_path: Path) -> FakeEngine:
    return FakeEngine(SPECS, data_dir=tmp_path, faults=Faults(step_seconds=0.001))


def request(job_id: str, steps: int = 3, images: int = 1, seed: int = 7, **more: Any) -> GenerationRequest:
    params = GenerationParams(
        prompt="a fox", model="starter", num_inference_steps=steps, num_images=images, seed=seed, width=128, height=96
    )
    return GenerationRequest(job_id=job_id, params=params, output_dir=Path("images", job_id), **more)


def run(engine: FakeEngine, *requests: GenerationRequest) -> dict[str, list[Event]]:
    for each in requests:
        engine.admit(each)
    events: dict[str, list[Event]] = defaultdict(list)
    for event in _events(engine):
        events[event.job_id].append(event)
    return events


def _events(engine: FakeEngine) -> Iterator[Event]:
    while not engine.idle:
        yield from engine.tick()


def result(events: list[Event]) -> GenerationResult:
    assert isinstance(events[-1], GenerationResult)
    return events[-1]


def distance(one: Path, other: Path) -> float:
    """Mean difference of the channels, 0…255."""
    with Image.open(one) as a, Image.open(other) as b:
        return sum(ImageStat.Stat(ImageChops.difference(a, b)).mean) / 3


def test_jobs_of_different_lengths_share_their_ticks(engine: FakeEngine) -> None:
    steps = {"a": 8, "b": 5, "c": 4, "d": 6}
    events = run(engine, *(request(job_id, count) for job_id, count in steps.items()))
    assert engine.ticks == 9
    for job_id, count in steps.items():
        assert [event.step for event in events[job_id] if isinstance(event, Progress)] == list(range(1, count + 1))
    assert sum(result(each).device_seconds for each in events.values()) == pytest.approx(9 * 0.001)


def test_a_job_joins_others_on_their_way(engine: FakeEngine) -> None:
    engine.admit(request("long", 20))
    for _ in range(5):
        engine.tick()
    events = run(engine, request("short", 2))["short"]
    assert isinstance(events[-1], GenerationResult)
    assert engine.ticks == 21


def test_pictures_follow_the_seed_and_differ_clearly(engine: FakeEngine, tmp_path: Path) -> None:
    images = [tmp_path / image.path for image in result(run(engine, request("job", images=4))["job"]).images]
    for one, other in combinations(images, 2):
        assert distance(one, other) > 15
    again = result(run(engine, request("job", images=4))["job"]).images[0]
    assert distance(images[0], tmp_path / again.path) == 0


def test_a_seed_gives_the_same_bytes(engine: FakeEngine, tmp_path: Path) -> None:
    path = tmp_path / "images" / "job" / "1.png"
    run(engine, request("job"))
    first = path.read_bytes()
    path.unlink()
    run(engine, request("job"))
    assert path.read_bytes() == first


def test_variations_resemble_their_parent_and_not_each_other(engine: FakeEngine, tmp_path: Path) -> None:
    parent = result(run(engine, request("parent"))["parent"]).images[0]
    near = {"task": Task.VARY, "start_latents": parent.latents, "strength": 0.5}
    images = result(run(engine, request("near", images=2, seed=100, **near))["near"]).images
    stranger = result(run(engine, request("stranger", seed=100))["stranger"]).images[0]
    original = tmp_path / parent.path
    for image in images:
        assert distance(original, tmp_path / image.path) < 0.6 * distance(original, tmp_path / stranger.path)
    assert distance(tmp_path / images[0].path, tmp_path / images[1].path) > 5


def test_previews_sharpen_and_are_gone_at_the_end(engine: FakeEngine, tmp_path: Path) -> None:
    seen = []
    engine.admit(request("job", steps=20, images=4, previews=True))
    for event in _events(engine):
        if isinstance(event, Progress) and event.preview:
            with Image.open(tmp_path / event.preview) as preview:
                assert preview.format == "JPEG"
                seen.append(preview.size)
    assert seen == [(512, 384)] * (PREVIEWS + 3)  # then picture by picture; with the fourth it is over
    assert not list(tmp_path.rglob("preview-*"))


def test_what_the_check_refuses_is_not_written(tmp_path: Path) -> None:
    engine = FakeEngine(SPECS, data_dir=tmp_path, faults=Faults(step_seconds=0, score=0.99))
    events = run(engine, request("job", previews=True))["job"]
    assert result(events).blocked == "sexual"
    assert all(event.preview is None for event in events if isinstance(event, Progress))
    assert not list(tmp_path.rglob("*.*"))


def test_a_marked_picture_is_refused_wherever_it_comes_from(engine: FakeEngine, tmp_path: Path) -> None:
    """So that tests can plant one: sent along, and as an output."""
    Image.new("RGB", (128, 96), MARK).save(tmp_path / "marked.png")
    Image.new("RGB", (128, 96), "teal").save(tmp_path / "teal.png")
    marked, teal = (InputImage(role=InputRole.IMAGE, path=Path(f"{name}.png")) for name in ("marked", "teal"))
    events = run(engine, request("sent", inputs=(marked,)), request("fine", inputs=(teal,)))
    assert result(events["sent"]).blocked == "sexual"
    assert not list((tmp_path / "images" / "sent").glob("*"))
    assert result(events["fine"]).images[0].scores == {"sexual": 0.0, "fake.sexual": 0.0}
    assert engine.score(Path("marked.png"))["sexual"] == MARKED


def test_cancelling_removes_the_job_and_its_files(engine: FakeEngine, tmp_path: Path) -> None:
    engine.admit(request("job", steps=10, previews=True))
    for _ in range(5):
        engine.tick()
    assert list(tmp_path.rglob("preview-*"))
    engine.cancel("job")
    (event,) = engine.tick()
    assert isinstance(event, Failed)
    assert isinstance(event.error, JobCancelled)
    assert engine.idle
    assert not list(tmp_path.rglob("*.*"))


def test_more_jobs_than_slots_wait(tmp_path: Path) -> None:
    engine = FakeEngine(SPECS, data_dir=tmp_path, slots=2, faults=Faults(step_seconds=0))
    for job_id in "abc":
        engine.admit(request(job_id))
    assert {event.job_id for event in engine.tick()} == {"a", "b"}
    assert "c" in {event.job_id for event in _events(engine)}


def test_a_job_fails_alone(engine: FakeEngine) -> None:
    events = run(engine, request("lost", task=Task.VARY, start_latents=Path("gone")), request("fine"))
    assert isinstance(events["lost"][-1], Failed)
    assert isinstance(events["lost"][-1].error, WorkerBug)
    assert result(events["fine"]).images


def test_it_refuses_what_it_does_not_know(engine: FakeEngine) -> None:
    with pytest.raises(NotSupported):
        engine.admit(request("job", task=Task.UPSCALE))
    with pytest.raises(ModelError):
        engine.warm_up("none")


def test_loading_is_reported_once_a_model(tmp_path: Path) -> None:
    loaded: list[tuple[str, int, int]] = []

    def on_loading(model: str, done: int, total: int) -> None:
        loaded.append((model, done, total))

    engine = FakeEngine(SPECS, data_dir=tmp_path, faults=Faults(step_seconds=0), on_loading=on_loading)
    engine.warm_up("other")
    engine.warm_up("other")
    assert loaded == [("other", part, 4) for part in (1, 2, 3, 4)]


def test_faults_come_from_the_environment() -> None:
    planted = Faults.planted({"EASEL_FAKE_CRASH": "0.05", "EASEL_FAKE_SCORE": "0.9", "EASEL_FAKE_NOISE": ""})
    assert planted == Faults(crash=0.05, score=0.9)
